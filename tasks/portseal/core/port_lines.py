"""A switch's plan in, what is sent, undone and shown of each single port out, and what is left for the switch as a whole.

Some of what a port needs stands switch-wide (its camera's key): lines that name the camera or its key go with the port.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from portseal.core.planning import SwitchPlan
from portseal.core.steps import SWITCH_WIDE, Step
from portseal.core.words import PortStory


class Lines(NamedTuple):
    """Lines of one port, or of the switch; each line with its indentation, lines of a diff with their sign."""

    sent: tuple[str, ...] = ()
    sent_wide: tuple[str, ...] = ()
    """Sent switch-wide for the port's sake; nothing where the lines are the switch's own."""
    undo: tuple[str, ...] = ()
    undo_wide: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()


class SwitchLines(NamedTuple):
    """All lines of a plan: together they are the plan's, none twice, none left out."""

    own: Lines
    """What is about no port."""
    ports: Mapping[str, Lines]
    """By long name, of each port that has any."""


def port_lines(plan: SwitchPlan) -> SwitchLines:
    """The plan's lines, taken apart."""
    whose = _Whose(plan)
    sent, sent_wide = _split(plan.steps, whose)
    undo, undo_wide = _split(plan.undo, whose)
    shown = _split_diff(plan, whose)
    ports = dict.fromkeys((*sent, *sent_wide, *undo, *undo_wide, *shown))
    ports.pop(SWITCH_WIDE, None)
    return SwitchLines(
        own=Lines(
            sent=tuple(sent_wide.get(SWITCH_WIDE, ())),
            undo=tuple(undo_wide.get(SWITCH_WIDE, ())),
            diff=tuple(shown.get(SWITCH_WIDE, ())),
        ),
        ports={
            port: Lines(*(tuple(part.get(port, ())) for part in (sent, sent_wide, undo, undo_wide, shown)))
            for port in ports
        },
    )


def in_turn(plan: SwitchPlan, steps: Iterable[Step], port: str) -> tuple[str, ...]:
    """The lines of `steps` (of `plan`: what is sent, or what undoes it) that are about one port, as they are sent one after the other."""
    whose = _Whose(plan)
    found: list[str] = []
    for step in steps:
        parts: _Parts = {step.scope: list(step.lines)}
        if step.scope == SWITCH_WIDE:
            parts.clear()
            _share_out(step.lines, 0, whose, parts)
        found += parts.get(port, ())
    return tuple(found)


_Parts = dict[str, list[str]]


def _split(steps: Iterable[Step], whose: _Whose) -> tuple[_Parts, _Parts]:
    """(lines of ports' own steps, switch-wide lines) by port, or by `switch` where they are nobody's."""
    own: _Parts = {}
    wide: _Parts = {}
    for step in steps:
        if step.scope == SWITCH_WIDE:
            _share_out(step.lines, 0, whose, wide)
        else:
            own.setdefault(step.scope, []).extend(step.lines)
    return own, wide


def _split_diff(plan: SwitchPlan, whose: _Whose) -> _Parts:
    found: _Parts = {}
    lines = plan.diff.splitlines()
    starts = [at for at, line in enumerate(lines) if line[1:2] != " "]
    scopes = plan.diff_scopes if len(plan.diff_scopes) == len(starts) else (SWITCH_WIDE,) * len(starts)
    for scope, start, end in zip(scopes, starts, (*starts[1:], len(lines)), strict=False):
        if scope == SWITCH_WIDE:
            _share_out(lines[start:end], 1, whose, found)
        else:
            found.setdefault(scope, []).extend(lines[start:end])
    return found


def _share_out(lines: Sequence[str], sign: int, whose: _Whose, into: _Parts) -> None:
    """Give each line to the port whose camera it names, with all that stands under it; the rest to the switch.

    `sign`: how many characters stand in front of the indentation.
    """
    owner, depth = SWITCH_WIDE, -1
    for line in lines:
        here = len(line[sign:]) - len(line[sign:].lstrip())
        if owner == SWITCH_WIDE or here <= depth:
            owner, depth = whose(line), here
        into.setdefault(owner, []).append(line)


class _Whose:
    """Tells of a switch-wide line which port's camera or key it names."""

    def __init__(self, plan: SwitchPlan) -> None:
        self._named = {story.camera: story.port for story in plan.stories if story.camera}
        self._named |= {ckn: story.port for story in plan.stories for ckn in key_names(story)}
        self._known = dict(_cut_names(plan))

    def __call__(self, line: str) -> str:
        for word in _WORD.findall(line):
            if word not in self._known:
                self._known[word] = self._owner(word)
            if self._known[word] != SWITCH_WIDE:
                return self._known[word]
        return SWITCH_WIDE

    def _owner(self, word: str) -> str:
        parts = word.split("-")
        for length in range(len(parts), 0, -1):  # cam-1-2 before cam-1
            for start in range(len(parts) - length + 1):
                if port := self._named.get("-".join(parts[start : start + length])):
                    return port
        return SWITCH_WIDE


_WORD = re.compile(r"[A-Za-z0-9._-]+")
_CUT = re.compile(r"[A-Za-z0-9._-]+-[0-9a-f]{4}(?![A-Za-z0-9._-])")


def key_names(story: PortStory) -> tuple[str, ...]:
    """Names of the static keys that the port has, and of the one it had."""
    old = (story.before or {}).get("ckn")
    return (*story.ckns, old) if old else story.ckns


def _cut_names(plan: SwitchPlan) -> Iterator[tuple[str, str]]:
    """(a name that may have been cut short, the one port whose own lines use it): `PS-entrance-north-3f2a`."""
    users: dict[str, set[str]] = {}
    for step in (*plan.steps, *plan.undo):
        for line in step.lines if step.scope != SWITCH_WIDE else ():
            for name in _CUT.findall(line):
                users.setdefault(name, set()).add(step.scope)
    return ((name, ports.pop()) for name, ports in users.items() if len(ports) == 1)
