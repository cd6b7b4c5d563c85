"""What a platform folder asks a switch before a change: part of its description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Self

from pydantic import model_validator

from portseal.core.evidence import Evidence
from portseal.core.model import Value
from portseal.core.pattern import Pattern


class Ask(StrEnum):
    """What is concluded from a command's output."""

    REFUSES = "refuses"
    """A line that matches is a finding."""
    NEEDS = "needs"
    """No line that matches is a finding."""
    CLOCK = "clock"
    """The line that matches tells the time, in groups `clock`, `date` and perhaps `zone` and `year`."""
    NEIGHBOUR = "neighbour"
    """A line that matches in group `port` begins a neighbour; one that matches `switch` before the next makes it a switch."""


class Matter(StrEnum):
    """What there is to ask a switch before a change, besides who hangs on its ports: each is asked, or it is told why not."""

    CLOCK = "clock"
    NEIGHBOURS = "neighbours"
    RADIUS = "radius"
    UNSAVED = "unsaved"
    LOCKED = "locked"
    LICENCE = "licence"


MATTERS: Mapping[Matter, frozenset[str]] = {
    Matter.CLOCK: frozenset({"clock-off"}),
    Matter.NEIGHBOURS: frozenset({"neighbour-is-switch"}),
    Matter.RADIUS: frozenset({"radius-dead", "radius-unreachable"}),
    Matter.UNSAVED: frozenset({"unsaved"}),
    Matter.LOCKED: frozenset({"locked"}),
    Matter.LICENCE: frozenset({"licence-missing"}),
}
"""The codes of findings that are about each."""


class Unasked(Value):
    """`[[unasked]]`: what is not asked on this platform, or not all of it, and why."""

    matter: Matter
    why: str


class PreflightCheck(Value):
    """`[[preflight]]`: a command asked before a change, and what in its output speaks against it."""

    command: str
    """With `{radius}` it is sent once for the address of each RADIUS server that the switch is to ask, with `{port}` for each
    camera port."""
    ask: Ask
    code: str
    match: Pattern
    switch: Pattern | None = None
    """`neighbour`: what a neighbour that is a switch says of itself."""
    time: str = ""
    """`clock`: how `CLOCK DATE`, or `CLOCK DATE YEAR`, is written, as Python's strptime has it."""
    zone: Pattern | None = None
    """`clock`: another line of the output, which names the zone in group `zone`."""
    when: Literal["always", "macsec"] = "always"
    """`macsec`: asked only where a camera port of the switch is to have it."""
    unless: str = ""
    """A host option with which it is not asked."""
    reason: str
    severity: Literal["block", "warn"] = "block"
    evidence: Evidence
    source: str

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        groups = re.compile(self.match).groupindex
        if self.ask is Ask.CLOCK and not (self.time and {"clock", "date"} <= groups.keys()):
            raise ValueError("a clock needs `time` and the groups clock and date")
        if self.ask is Ask.NEIGHBOUR and not (self.switch and "port" in groups):
            raise ValueError("a neighbour needs `switch` and the group port")
        return self
