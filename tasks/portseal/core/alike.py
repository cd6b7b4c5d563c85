"""A plan in, the few ways in which its switches and ports change out: what is alike is told once, with its exceptions.

Ports are alike that have the same lines, but for what is one camera's own (core/blanks.py), and the same words. Switches are alike
that have the same switch-wide lines and ports of the same patterns; one that differs from a larger pattern in a few ports or lines is
an exception of it. Nothing is lost: `core/patterns.py` `lines_of` gives every port's lines back as they stand in the plan.
"""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portseal.core.alike_switches import Taken, switch_patterns
from portseal.core.blanks import Known, blanked, known
from portseal.core.intent import natural
from portseal.core.model import lean
from portseal.core.one_by_one import OneByOne
from portseal.core.pattern_ranges import folded, ranges
from portseal.core.patterns import Member, Patterns, PortPattern
from portseal.core.planning import SwitchPlan
from portseal.core.port_lines import Lines, key_names, port_lines
from portseal.core.words import KEY, SEVERAL, VLAN, PortStory, WordChange

_OF_CAMERA = frozenset({VLAN, KEY})
"""Words that may differ from camera to camera among ports that change alike."""


class _Kind(NamedTuple):
    """What ports of one pattern share."""

    platform: str
    lines: Lines
    changes: tuple[WordChange, ...]


class _Group:
    """The ports of one kind."""

    def __init__(self, kind: _Kind) -> None:
        self.kind = kind
        """The one that all of them have: equal ones are not kept a second time."""
        self.members: list[Member] = []
        self.changes: Counter[WordChange] = Counter()


def alike(plans: Iterable[SwitchPlan]) -> Patterns:
    """What is alike in the switches that change; the same for the same plans, in time that grows with their ports."""
    groups: dict[_Kind, _Group] = {}
    wide: dict[Lines, Lines] = {}
    taken = [_taken(plan, groups, wide) for plan in _in_turn(plans) if plan.changes]
    order = sorted(groups, key=lambda kind: -len(groups[kind].members))  # stable: who came first is first among equals
    names = {kind: f"P{place}" for place, kind in enumerate(order, 1)}
    return Patterns(
        switches=switch_patterns([Taken(*each[:3], _named(each.ports, names)) for each in taken]),
        ports=tuple(_pattern(names[kind], kind, groups[kind]) for kind in order),
    )


def _in_turn(plans: Iterable[SwitchPlan]) -> Iterable[SwitchPlan]:
    """In natural order of names, without having all of them where they come one by one."""
    if isinstance(plans, OneByOne):
        return plans.in_order(sorted(plans.names, key=natural))
    return sorted(plans, key=lambda plan: natural(plan.switch))


def _taken(plan: SwitchPlan, groups: dict[_Kind, _Group], wide: dict[Lines, Lines]) -> Taken[_Kind]:
    """The switch with the kind of each of its ports, which are added to `groups`; `wide`: switch-wide lines, which alike switches share."""
    lines = port_lines(plan)
    stories = {story.port: story for story in plan.stories}
    kinds: dict[str, _Kind] = {}
    for port in sorted(lines.ports, key=natural):
        story = stories.get(port, PortStory(port=port))
        found = blanked(lines.ports[port], _own(story))
        changes = story.changes
        kind = _Kind(plan.platform, found.lines, _without_camera(changes))
        group = groups.get(kind)
        if group is None:
            group = groups[kind] = _Group(kind)
        name = sys.intern(port)
        values = {sys.intern(blank): sys.intern(text) if text == port else text for blank, text in found.values.items()}
        group.members.append(lean(Member(switch=plan.switch, port=name, camera=story.camera, values=values)))
        group.changes.update(changes)
        kinds[name] = group.kind
    own = blanked(lines.own, known({"switch": plan.switch}))
    return Taken(plan.switch, plan.platform, own._replace(lines=wide.setdefault(own.lines, own.lines)), kinds)


def _own(story: PortStory) -> Known:
    """What is this port's or its camera's alone."""
    vlans = {words["vlan"] for words in (story.before, story.after) if words and words.get("vlan", "").isdecimal()}
    names = {"port": story.port, "camera": story.camera, "MAC": story.mac, "identity": story.identity}
    return known(names, key_names(story), vlans)


@functools.lru_cache(maxsize=4096)
def _without_camera(changes: tuple[WordChange, ...]) -> tuple[WordChange, ...]:
    """`changes`, of VLAN and key only that they do."""
    return tuple(
        change.model_copy(update={"before": "", "after": ""}) if change.what in _OF_CAMERA else change
        for change in changes
    )


def _named(kinds: Mapping[str, _Kind], names: Mapping[_Kind, str]) -> dict[str, str]:
    return {port: names[kind] for port, kind in kinds.items()}


def _pattern(name: str, kind: _Kind, group: _Group) -> PortPattern:
    values = [member.values for member in group.members]
    return PortPattern(
        name=name,
        platform=kind.platform,
        changes=tuple(_common(change, group.changes) for change in kind.changes),
        lines=folded(kind.lines, values),
        ranges=ranges(values, leave={"port", "camera"}),
        ports=tuple(group.members),
    )


def _common(change: WordChange, seen: Mapping[WordChange, int]) -> WordChange:
    """The change as it is on every port, `several` where it is not the same."""
    if change.what not in _OF_CAMERA:
        return change
    found = [each for each in seen if each.what == change.what]
    before, after = {each.before for each in found}, {each.after for each in found}
    return WordChange(
        what=change.what,
        before=before.pop() if len(before) == 1 else SEVERAL,
        after=after.pop() if len(after) == 1 else SEVERAL,
    )
