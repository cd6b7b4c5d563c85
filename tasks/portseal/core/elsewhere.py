"""What a line of a configuration means by what stands elsewhere in it: names for numbers, servers that are named, ports in ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal

from portseal.core.model import Value
from portseal.core.pattern import Lineage

Lines = Sequence[tuple[int, str]]
"""Each line with its depth."""


class Alias(Value):
    """`[[alias]]`: a name that stands for a number in some lines, so that either spelling is the same line to us."""

    define: Lineage
    """With the groups `name` and `means`, on whatever level each."""
    used: Lineage
    """The last pattern has the group `names`: one or several, brackets around them or not."""


class Listed(Value):
    """`[[listed]]`: a line that names ports whose configuration stands there and not with the port, so that we leave them alone."""

    match: Lineage
    """The last pattern has the group `port` (`*`, `?` and `[...]` stand for others), or `first` and `last`."""
    code: Literal["trunk", "lag-member", "routed", "uplink", "other"]
    reason: str


def matches(lines: Lines, match: Lineage) -> Iterator[tuple[int, dict[str, str]]]:
    """Position and groups of each line that `match` is about; groups of the levels above are among them."""
    patterns = [re.compile(pattern) for pattern in match]
    stack: list[str] = []
    for at, (depth, text) in enumerate(lines):
        del stack[depth:]
        stack.append(text)
        if depth != len(patterns) - 1:
            continue
        found = [pattern.search(line) for pattern, line in zip(patterns, stack, strict=True)]
        if all(found):
            yield at, {name: word for each in found if each for name, word in each.groupdict().items() if word}


def with_meanings(lines: Lines, aliases: Sequence[Alias]) -> list[tuple[int, str]]:
    """The same lines, names replaced by what they stand for."""
    meant = list(lines)
    for alias in aliases:
        means = {groups["name"]: groups["means"] for _, groups in matches(lines, alias.define)}
        for at, groups in list(matches(lines, alias.used)):
            depth, text = meant[at]
            meant[at] = depth, _replaced(text, groups["names"], means)
    return meant


def _replaced(text: str, names: str, means: Mapping[str, str]) -> str:
    spelt = re.sub(r"[^\s\[\]\"]+", lambda word: means.get(word[0], word[0]), names)
    start = text.rindex(names)
    return text[:start] + spelt + text[start + len(names) :]


def named_servers(lines: Lines, rules: Sequence[Lineage]) -> Iterator[str]:
    """Addresses in the group `addresses` of the lines that `rules` are about."""
    for rule in rules:
        for _, groups in matches(lines, rule):
            yield from groups["addresses"].strip("[] ").split()


def listed_ports(lines: Lines, rules: Sequence[Listed], ports: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(port, code, reason) of each of `ports` that a line elsewhere names."""
    for rule in rules:
        for _, groups in matches(lines, rule.match):
            for port in ports:
                if _names(groups, port):
                    yield port, rule.code, rule.reason


def _names(groups: Mapping[str, str], port: str) -> bool:
    if "port" in groups:
        return fnmatchcase(port, groups["port"].strip('"'))
    kind, number = _parts(port)
    (first_kind, first), (last_kind, last) = _parts(groups["first"]), _parts(groups["last"])
    return kind == first_kind == last_kind and first <= number <= last


def _parts(port: str) -> tuple[str, tuple[int, ...]]:
    return re.sub(r"\d+", "#", port), tuple(map(int, re.findall(r"\d+", port)))
