"""What the patterns of a plan are: lines with blanks, the ports and switches that share them, and who differs.

`core/alike.py` finds them. Everything here is in the order in which people are told: the most ports or switches first.
"""

from __future__ import annotations

from portseal.core.blanks import filled
from portseal.core.model import Value
from portseal.core.words import WordChange


class PatternLines(Value):
    """Lines with blanks (`‹VLAN›`, `‹camera›`, `‹key›`); what is the same everywhere is written out."""

    sent: tuple[str, ...] = ()
    sent_wide: tuple[str, ...] = ()
    """Sent switch-wide for the port's sake: its camera's key."""
    undo: tuple[str, ...] = ()
    undo_wide: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()


class Range(Value):
    """What stands in one blank."""

    blank: str
    """`VLAN`, `key`, `secret 2`."""
    values: tuple[tuple[str, int], ...]
    """The most frequent values, each with the number of ports (of a switch pattern: switches) that have it."""
    distinct: int
    """How many different values there are."""


class Member(Value):
    """One port of a pattern, and what is in its blanks."""

    switch: str
    port: str
    """Long name."""
    camera: str | None
    values: dict[str, str]


class PortPattern(Value):
    """Ports that change alike."""

    name: str
    """`P1` has the most ports."""
    platform: str
    changes: tuple[WordChange, ...]
    """What becomes of them in the intent's words; nothing where no word stands for the lines, or nobody can tell. Where VLANs or
    keys differ from port to port, `several`."""
    lines: PatternLines
    ranges: tuple[Range, ...]
    """Of each blank but camera and port, which `ports` have."""
    ports: tuple[Member, ...]
    """In natural order of switch and port."""


class SwitchException(Value):
    """In what one switch differs from its pattern."""

    switch: str
    ports: tuple[tuple[str, str], ...] = ()
    """(port, its port pattern) where the pattern has none such."""
    more: tuple[str, ...] = ()
    """Lines of the switch-wide diff that only this one has."""
    less: tuple[str, ...] = ()
    """Lines of the switch-wide diff that the others have."""


class PortShare(Value):
    """One port pattern within a switch pattern."""

    pattern: str
    ports: int
    switches: int
    """How many of the pattern's switches have such ports."""


class SwitchPattern(Value):
    """Switches that change alike: the same switch-wide lines, and ports of the same patterns, however many of each."""

    name: str
    """`A` has the most switches."""
    platform: str
    switches: tuple[str, ...]
    """In natural order, exceptions included."""
    ports: int
    """Ports that change, exceptions included."""
    shares: tuple[PortShare, ...]
    lines: PatternLines
    """Switch-wide, on no port's behalf."""
    ranges: tuple[Range, ...]
    exceptions: tuple[SwitchException, ...]


class Patterns(Value):
    """What is alike in a plan."""

    switches: tuple[SwitchPattern, ...]
    ports: tuple[PortPattern, ...]


def lines_of(pattern: PortPattern, member: Member) -> PatternLines:
    """The lines of one port of a pattern, as they stand in the plan."""
    return PatternLines(**{part: tuple(filled(line, member.values) for line in lines) for part, lines in pattern.lines})
