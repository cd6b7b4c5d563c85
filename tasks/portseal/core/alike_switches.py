"""Switches with their switch-wide lines and the patterns of their ports in, the patterns of switches out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from portseal.core.blanks import Blanked, filled
from portseal.core.intent import natural
from portseal.core.pattern_ranges import folded, ranges
from portseal.core.patterns import PortShare, SwitchException, SwitchPattern
from portseal.core.port_lines import Lines

Of = TypeVar("Of")

_FEW_LINES = 6
"""An exception differs in at most so many switch-wide lines of a kind,"""
_ONE_PORT_IN = 10
"""and in one port, or one in so many of those that change."""
_ONE_SWITCH_IN = 10
"""Where more switches than one in so many differ in the same way, that is a pattern of its own."""
_TRIED = 30
"""So many patterns are tried for a switch that is not quite as others."""


class Taken(NamedTuple, Generic[Of]):
    """One switch."""

    name: str
    platform: str
    own: Blanked
    """Its switch-wide lines that are about no port."""
    ports: Mapping[str, Of]
    """Port → what kind of port it is."""


class _Pattern:
    """A pattern that is being made: the switches that made it, and those that were added."""

    def __init__(self, switches: Sequence[Taken[str]]) -> None:
        self.lines = switches[0].own.lines
        self.kinds = frozenset(switches[0].ports.values())
        self.plain = list(switches)
        self.others: list[tuple[Taken[str], SwitchException]] = []

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.others)

    @property
    def all(self) -> list[Taken[str]]:
        return sorted((*self.plain, *(each for each, _ in self.others)), key=lambda each: natural(each.name))


def switch_patterns(switches: Iterable[Taken[str]]) -> tuple[SwitchPattern, ...]:
    """The patterns, those of the most switches first; `switches` come in natural order of their names."""
    groups: dict[tuple[str, Lines, frozenset[str]], list[Taken[str]]] = {}
    for switch in switches:
        key = (switch.platform, switch.own.lines, frozenset(switch.ports.values()))
        groups.setdefault(key, []).append(switch)
    made: dict[str, list[_Pattern]] = {}
    for group in sorted(groups.values(), key=lambda group: (-len(group), -_ports(group))):
        patterns = made.setdefault(group[0].platform, [])
        left = [switch for switch in group if not _placed(switch, patterns[:_TRIED], len(group))]
        if left:
            patterns.append(_Pattern(left))
    order = sorted(
        (each for patterns in made.values() for each in patterns),
        key=lambda each: (-each.size, -_ports(each.all), natural(each.all[0].name)),
    )
    return tuple(_told(letters(at), each) for at, each in enumerate(order))


def letters(number: int) -> str:
    """0 is A, 25 is Z, 26 is AA.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    return (letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _ports(switches: Iterable[Taken[str]]) -> int:
    return sum(len(switch.ports) for switch in switches)


def _placed(switch: Taken[str], patterns: Sequence[_Pattern], alike: int) -> bool:
    """Whether the switch, one of so many that are alike, went into one of these patterns: as one of its own, or as an exception."""
    best: tuple[int, _Pattern, SwitchException] | None = None
    for pattern in patterns:
        found = _exception(switch, pattern)
        if found is None:
            continue
        cost = len(found.ports) + len(found.more) + len(found.less)
        if cost == 0:
            pattern.plain.append(switch)
            return True
        if (alike == 1 or alike * _ONE_SWITCH_IN <= pattern.size) and (best is None or cost < best[0]):
            best = (cost, pattern, found)
    if best is None:
        return False
    best[1].others.append((switch, best[2]))
    return True


def _exception(switch: Taken[str], pattern: _Pattern) -> SwitchException | None:
    """In what the switch differs from the pattern; None where that is too much to be told as an exception."""
    ports = tuple((port, kind) for port, kind in switch.ports.items() if kind not in pattern.kinds)
    if len(ports) > max(1, len(switch.ports) // _ONE_PORT_IN) or len(ports) == len(switch.ports) > 0:
        return None
    if switch.own.lines == pattern.lines:
        return SwitchException(switch=switch.name, ports=ports)
    for mine, theirs in zip(switch.own.lines, pattern.lines, strict=True):
        if len(tuple(_only(mine, theirs))) > _FEW_LINES or len(tuple(_only(theirs, mine))) > _FEW_LINES:
            return None
    others = pattern.plain[0].own.values
    more = tuple(filled(line, switch.own.values) for line in _only(switch.own.lines.diff, pattern.lines.diff))
    less = tuple(filled(line, others) for line in _only(pattern.lines.diff, switch.own.lines.diff))
    return SwitchException(switch=switch.name, ports=ports, more=more, less=less) if more or less else None


def _only(mine: Sequence[str], theirs: Sequence[str]) -> Iterator[str]:
    """The lines of `mine` that `theirs` does not have, as often as they are more."""
    there = Counter(theirs)
    for line in mine:
        if there[line]:
            there[line] -= 1
        else:
            yield line


def _told(name: str, pattern: _Pattern) -> SwitchPattern:
    switches = pattern.all
    ports: Counter[str] = Counter(kind for switch in switches for kind in switch.ports.values())
    having: Counter[str] = Counter(kind for switch in switches for kind in set(switch.ports.values()))
    values = [switch.own.values for switch in pattern.plain]
    return SwitchPattern(
        name=name,
        platform=switches[0].platform,
        switches=tuple(switch.name for switch in switches),
        ports=sum(ports.values()),
        shares=tuple(
            PortShare(pattern=kind, ports=ports[kind], switches=having[kind])
            for kind in sorted(ports, key=lambda kind: (-ports[kind], natural(kind)))
        ),
        lines=folded(pattern.lines, values),
        ranges=ranges(values, leave={"switch"}),
        exceptions=tuple(sorted((found for _, found in pattern.others), key=lambda found: natural(found.switch))),
    )
