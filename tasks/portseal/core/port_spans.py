"""Ports of a switch in, the same in short out: those whose numbers follow on each other as a span."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from portseal.core.intent import natural


def spans(ports: Iterable[str]) -> str:
    """Ports of one switch, each once and in natural order; what the names of several begin with is said once.

    >>> spans(["Gi1/0/1", "Gi1/0/10", "Gi1/0/2", "Gi1/0/3", "Gi1/0/2", "Gi2/0/1", "mgmt"])
    'Gi1/0/1-3,10, Gi2/0/1, mgmt'
    """
    stems: dict[str, list[str]] = {}
    for port in sorted(set(ports), key=natural):
        found = _NUMBERED.fullmatch(port)
        stems.setdefault(found["stem"] if found else port, []).append(found["number"] if found else "")
    return ", ".join(stem + ",".join(_runs(numbers)) for stem, numbers in stems.items())


def _runs(numbers: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(numbers):
        end = at
        while end + 1 < len(numbers) and numbers[end] and numbers[end + 1] == str(int(numbers[end]) + 1):
            end += 1
        yield numbers[at] if end == at else f"{numbers[at]}-{numbers[end]}"
        at = end + 1


_NUMBERED = re.compile(r"(?P<stem>.*?)(?P<number>0|[1-9][0-9]*)")
