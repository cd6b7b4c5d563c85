"""Names of a switch's ports in, its front as rows of places out: as good a drawing as names allow, and nothing invented.

Ports that are not given are not drawn. A number between two that are given is a gap, which says only that nothing is known there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from portseal.core.intent import natural

_ONE_ROW = 8
"""Up to this number, ports of a module stand in one row."""
_LONGEST_GAP = 4
"""Columns without a port that are drawn one by one; more are drawn as one."""
_NUMBERED = re.compile(r"(?P<head>.*?)(?P<number>[0-9]{1,4})")


class Place(NamedTuple):
    """One place in a row: a port, or a gap."""

    port: str = ""
    """As given; empty for a gap."""
    number: str = ""
    """What is written on it."""
    missing: int = 0
    """Ports that a gap stands for; 1 for one that is as wide as a port."""


class Bank(NamedTuple):
    """Ports that stand together: of one switch, stack member or module."""

    label: str
    """What their names begin with."""
    rows: tuple[tuple[Place, ...], ...]
    """From top to bottom, all of one length."""


def banks(ports: Iterable[str], *, first: int = 1) -> tuple[Bank, ...]:
    """The ports by what their names begin with, each bank's in the rows in which they most probably stand.

    Where numbers begin at 1, odd ones stand above even ones. Where they begin at 0 (`first`), or there are few, or names end in no number:
    one row, in order.
    """
    grouped: dict[str, dict[int, str]] = {}
    unnumbered: list[str] = []
    for port in sorted(ports, key=natural):
        found = _NUMBERED.fullmatch(port)
        if found is None or int(found["number"]) in grouped.get(found["head"], {}):
            unnumbered.append(port)
        else:
            grouped.setdefault(found["head"], {})[int(found["number"])] = port
    drawn = [_bank(head, numbers, first) for head, numbers in grouped.items()]
    if unnumbered:
        drawn.append(Bank("", (tuple(Place(port, port) for port in unnumbered),)))
    return tuple(drawn)


def _bank(head: str, numbers: Mapping[int, str], first: int) -> Bank:
    if first == 0 or min(numbers) == 0 or max(numbers) <= _ONE_ROW:
        columns: list[tuple[int, ...]] = [(number,) for number in range(min(numbers), max(numbers) + 1)]
    else:
        columns = [(2 * n + 1, 2 * n + 2) for n in range((min(numbers) - 1) // 2, (max(numbers) + 1) // 2)]
    placed: list[tuple[Place, ...]] = []
    for at in _without_long_gaps(columns, numbers):
        if isinstance(at, int):
            height = len(columns[0])
            placed.append((Place(missing=at), *[Place()] * (height - 1)))
        else:
            placed.append(tuple(Place(numbers[n], str(n)) if n in numbers else Place(missing=1) for n in at))
    return Bank(head, tuple(zip(*placed, strict=True)))


def _without_long_gaps(
    columns: Sequence[tuple[int, ...]], numbers: Mapping[int, str]
) -> Iterable[tuple[int, ...] | int]:
    """The columns in order; in place of a long run of columns without a port, how many ports it would have."""
    waiting: list[tuple[int, ...]] = []
    for column in columns:
        if not any(number in numbers for number in column):
            waiting.append(column)
            continue
        if len(waiting) > _LONGEST_GAP:
            yield sum(map(len, waiting))
        else:
            yield from waiting
        waiting = []
        yield column
