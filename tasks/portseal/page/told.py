"""Patterns, risks and waves of a plan in, what a template tells of them out: each once, with links to where it is shown whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from portseal.core.patterns import PatternLines, Patterns, PortPattern, Range, SwitchPattern
from portseal.core.port_lines import Lines
from portseal.core.port_spans import spans
from portseal.core.review import Noted
from portseal.core.steps import SWITCH_WIDE
from portseal.page.planned import block, in_words
from portseal.page.timeline import ShownWave

_LISTED = 40
"""Switches in one place; of more, how many more."""


class Ref(NamedTuple):
    """A switch or port, and the fragment under which the page shows it."""

    text: str
    anchor: str


class Anchors:
    """Where the page shows what."""

    def __init__(self, switches: Sequence[str], ports: Mapping[tuple[str, str], str]) -> None:
        self._switches = {name: f"s{at}" for at, name in enumerate(switches)}
        self._ports = ports

    def switch(self, name: str) -> Ref:
        """A switch."""
        return Ref(name, self._switches.get(name, ""))

    def port(self, switch: str, port: str, *, alone: bool = False) -> Ref:
        """A port; `alone` without its switch's name."""
        return Ref(port if alone else f"{switch} {port}", self._ports.get((switch, port), ""))

    def scope(self, switch: str, scope: str) -> Ref:
        """A port, or the switch as a whole."""
        return self.switch(switch) if scope == SWITCH_WIDE else self.port(switch, scope)


def _some(refs: Sequence[Ref]) -> dict[str, object]:
    return {"refs": refs[:_LISTED], "more": max(len(refs) - _LISTED, 0)}


def by_switch(found: Iterable[tuple[str, str]], where: Anchors) -> list[Ref]:
    """(switch, scope), a link for each switch: to its one port, or to the switch with the spans of its ports."""
    scopes: dict[str, list[str]] = {}
    for switch, scope in found:
        scopes.setdefault(switch, []).append(scope)
    return [
        where.scope(switch, of_it[0])
        if len(of_it) == 1
        else Ref(f"{switch} {spans(of_it)}", where.switch(switch).anchor)
        for switch, of_it in scopes.items()
    ]


def noted(found: Iterable[Noted], where: Anchors) -> list[dict[str, object]]:
    """Risks, or refusals, each with its switches and ports."""
    return [
        {
            "code": each.code,
            "message": each.message,
            "count": len(each.places),
            **_some(by_switch(((place.switch, place.scope) for place in each.places), where)),
        }
        for each in found
    ]


Picks = Mapping[str, tuple[int, int]]
"""Option of a filter → (field, number of the text) that it has to be set to."""


def switch_patterns(patterns: Patterns, where: Anchors, picks: Picks) -> list[dict[str, object]]:
    """What is told of each pattern of switches."""
    told = {pattern.name: changes_told(pattern) for pattern in patterns.ports}
    return [{**_switch_pattern(pattern, told, where), "pick": picks.get(pattern.name)} for pattern in patterns.switches]


def _switch_pattern(pattern: SwitchPattern, told: Mapping[str, str], where: Anchors) -> dict[str, object]:
    shown = block("", _lines(pattern.lines))
    return {
        "name": pattern.name,
        "platform": pattern.platform,
        "switches": len(pattern.switches),
        "ports": pattern.ports,
        **_some([where.switch(name) for name in pattern.switches]),
        "shares": [
            {"pattern": each.pattern, "ports": each.ports, "switches": each.switches, "told": told[each.pattern]}
            for each in pattern.shares
        ],
        "rows": shown.rows,
        "undo": shown.undo,
        "ranges": _ranges(pattern.ranges),
        "exceptions": [
            {
                "ref": where.switch(each.switch),
                "ports": [(where.port(each.switch, port, alone=True), name) for port, name in each.ports],
                "more": each.more,
                "less": each.less,
            }
            for each in pattern.exceptions
        ],
    }


def port_patterns(patterns: Patterns, where: Anchors, picks: Picks) -> list[dict[str, object]]:
    """What is told of each pattern of ports; `picks`: what the filter has to be set to, to see its ports."""
    return [_port_pattern(pattern, where, picks.get(pattern.name)) for pattern in patterns.ports]


def _port_pattern(pattern: PortPattern, where: Anchors, pick: tuple[int, int] | None) -> dict[str, object]:
    shown = block("", _lines(pattern.lines))
    return {
        "name": pattern.name,
        "platform": pattern.platform,
        "count": len(pattern.ports),
        "told": changes_told(pattern),
        "pick": pick,
        "rows": shown.rows,
        "undo": shown.undo,
        "ranges": _ranges(pattern.ranges),
        **_some(by_switch(((each.switch, each.port) for each in pattern.ports), where)),
    }


def changes_told(pattern: PortPattern) -> str:
    """What becomes of its ports, in words."""
    return "; ".join(map(in_words, pattern.changes)) or "lines change that no word of the intent stands for"


def _lines(lines: PatternLines) -> Lines:
    return Lines(**{name: getattr(lines, name) for name in Lines._fields})


def _ranges(ranges: Iterable[Range]) -> list[dict[str, object]]:
    return [{"blank": each.blank, "told": _range(each)} for each in ranges if each.distinct > 1]


def _range(each: Range) -> str:
    if each.distinct > len(each.values) or (each.distinct > 3 and all(count == 1 for _, count in each.values)):
        return f"{each.distinct} different ones"
    return ", ".join(f"{value} ({count})" for value, count in each.values)


def waves_told(waves: Iterable[ShownWave], where: Anchors) -> list[dict[str, object]]:
    """What is told of each wave."""
    return [
        {
            "number": wave.number,
            "count": len(wave.switches),
            **_some([where.switch(name) for name in wave.switches]),
            "begins": f"{wave.begins:%a %Y-%m-%d %H:%M:%S}",
            "ends": f"{wave.ends:%a %H:%M:%S}",
            "ports": wave.ports,
            "cameras": wave.cameras,
            "dark": wave.dark_seconds,
        }
        for wave in waves
    ]
