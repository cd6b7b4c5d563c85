"""Two canonical configurations in, the lines that lead from one to the other out, and back, with a diff for people.

The costly part of a plan, and the part that needs nothing but text: secrets stand in it as fingerprints and references, so that it can be
worked out in another process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from portseal.core.differences import diff, sections
from portseal.core.owned import shared_section
from portseal.core.platforms import Pack
from portseal.core.section_changes import changes_as_a_whole, changes_by_section
from portseal.core.steps import SWITCH_WIDE
from portseal.core.tree import Section

Lines = tuple[str, tuple[str, ...]]
"""What lines are about (a long port name, or `switch`), and the lines as sent, with marks where secrets are."""


class Sides(NamedTuple):
    """What is compared, as canonical text."""

    running: str
    keep: str
    """The lines of `running` that are never removed."""
    target: str
    ports: tuple[str, ...]
    """Managed ports, long names."""


class Difference(NamedTuple):
    """What leads from one side to the other."""

    steps: tuple[Lines, ...]
    undo: tuple[Lines, ...]
    diff: str
    """Owned lines before and after; empty where there is nothing to do."""


NOTHING = Difference((), (), "")

Compare = Callable[[Pack, Sides], Difference]


def difference(pack: Pack, sides: Sides) -> Difference:
    """What is to be sent under the rules of `pack`, in order."""
    if pack.files:
        return _of_files(pack, sides)
    shared = shared_section(pack, sides.ports)
    found = changes_by_section(pack, sides.running, sides.keep, sides.target, shared)
    if found is None:
        found = changes_as_a_whole(pack, sides.running, sides.keep, sides.target, shared)
    if not found.forth:
        return NOTHING
    return Difference(_in_order(found.forth, pack), _in_order(found.back, pack), found.diff)


def _of_files(pack: Pack, sides: Sides) -> Difference:
    steps = tuple(_file_sections(sides.running, sides.target, pack))
    if not steps:
        return NOTHING
    undo = tuple(_file_sections(sides.target, sides.running, pack))
    return Difference(steps, undo, diff(sides.running, sides.target))


def scope_of(head: str, pack: Pack) -> str:
    """What a top-level line is about: the long name of its port, or `switch`."""
    found = re.search(pack.port_section, head.removeprefix(pack.negation))
    return found["port"] if found else SWITCH_WIDE


def _in_order(found: Sequence[Section], pack: Pack) -> tuple[Lines, ...]:
    """(scope, lines as sent) in order; among sections of one weight, those of a port stand together."""
    scopes = [scope_of(section.head, pack) for section in found]
    first = {scope: at for at, scope in reversed(tuple(enumerate(scopes)))}
    order = sorted(range(len(found)), key=lambda at: (found[at].weight, first[scopes[at]], at))
    return tuple((scopes[at], found[at].lines) for at in order)


def _file_sections(before: str, after: str, pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    old, new = sections(before), sections(after)
    changed = tuple((head, *lines) for head, lines in new.items() if old.get(head) != lines)
    for lines in changed + tuple((head,) for head in old if head not in new):
        yield scope_of(lines[0], pack), lines
