"""Two canonical configurations in, the lines that lead from one to the other out, and back, with a diff for people.

The costly part of a plan, and the part that needs nothing but text: secrets stand in it as fingerprints and references, so that it can be
worked out in another process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hier_config.root import HConfig

from portseal.core import tree
from portseal.core.differences import diff, sections
from portseal.core.owned import shared_section
from portseal.core.platforms import Pack
from portseal.core.steps import SWITCH_WIDE

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


Compare = Callable[[Pack, Sides], Difference]


def difference(pack: Pack, sides: Sides) -> Difference:
    """What is to be sent under the rules of `pack`, in order."""
    before, after = _compared(pack, sides)
    steps = tuple(_steps(before, after, pack))
    if not steps:
        return Difference((), (), "")
    return Difference(steps, tuple(_steps(after, before, pack)), diff(before, after))


def scope_of(head: str, pack: Pack) -> str:
    """What a top-level line is about: the long name of its port, or `switch`."""
    found = re.search(pack.port_section, head.removeprefix(pack.negation))
    return found["port"] if found else SWITCH_WIDE


def _compared(pack: Pack, sides: Sides) -> tuple[str, str]:
    """Canonical text before and after. Lines that are never removed stand in both; hidden defaults in neither."""
    if pack.files:
        return sides.running, sides.target
    driver = tree.driver_of(pack)
    running, wanted, kept = (tree.tree(text, driver) for text in (sides.running, sides.target, sides.keep))
    shared = shared_section(pack, sides.ports, ())
    for child in running.children:  # of a shared section, only our lines come and go
        if shared(child.text) and child.text not in wanted.children:
            wanted.add_child(child.text)
    tree.add_kept(wanted, kept, driver)
    pristine = running.deep_copy()
    tree.drop_defaults(running, wanted, pack)
    tree.drop_defaults(wanted, pristine, pack)
    return _text(running), _text(wanted)


def _text(config: HConfig) -> str:
    return "".join(f"{' ' * (child.depth() - 1)}{child.text}\n" for child in config.all_children())


def _steps(before: str, after: str, pack: Pack) -> Iterator[Lines]:
    return _file_sections(before, after, pack) if pack.files else _line_sections(before, after, pack)


def _line_sections(before: str, after: str, pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(scope, lines as sent) in order; among sections of one weight, those of a port stand together."""
    driver = tree.driver_of(pack)
    found = tree.change(tree.tree(before, driver), tree.tree(after, driver), pack)
    scopes = [scope_of(section.head, pack) for section in found]
    first = {scope: at for at, scope in reversed(tuple(enumerate(scopes)))}
    order = sorted(range(len(found)), key=lambda at: (found[at].weight, first[scopes[at]], at))
    return ((scopes[at], found[at].lines) for at in order)


def _file_sections(before: str, after: str, pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    old, new = sections(before), sections(after)
    changed = tuple((head, *lines) for head, lines in new.items() if old.get(head) != lines)
    for lines in changed + tuple((head,) for head in old if head not in new):
        yield scope_of(lines[0], pack), lines
