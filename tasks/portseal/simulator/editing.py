"""What a line of configuration does to the tree, and how a tree is made of a whole text: the same for every platform of this kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from portseal.simulator.config import Entry, drop, find, put, read_lines
from portseal.simulator.grammar import Grammar, Match, Misfit

Grammars = Mapping[str, Grammar]
"""By level."""
Make = Callable[[Match], Entry | None]
"""The entry that a line makes; None where its secret cannot be what it says it is."""


class Understood(NamedTuple):
    """A line, the level it belongs to (0: the present one, 1: the one above, ...) and whether it takes away."""

    match: Match
    above: int
    negated: bool


NEGATIONS = "no|default"
"""What takes a line away, where a platform does not say otherwise."""


def understand(
    grammars: Grammars, levels: Sequence[str], line: str, *, negations: str = NEGATIONS
) -> Understood | Misfit:
    """What `line` is in the innermost of `levels` (given outermost first) or, failing that, in those around it."""
    lead = len(line) - len(line.lstrip())
    prefix = re.match(rf"\s*({negations})(\s+|$)", line)
    start = prefix.end() if prefix else lead
    worst: Misfit | None = None
    for above, level in enumerate(reversed(levels)):
        found = grammars[level].match(line[start:], negated=prefix is not None)
        if isinstance(found, Match):
            return Understood(found, above, prefix is not None)
        moved = Misfit(found.kind, found.offset + start)
        if worst is None or moved.offset > worst.offset or (moved.kind != "invalid" and worst.kind == "invalid"):
            worst = moved
    return worst or Misfit("invalid", 0)


def is_default(match: Match) -> bool:
    """Whether a line sets what the switch does anyhow, so that it is not kept."""
    tail = " ".join(match.words[len(match.slot) :])
    return (match.rule.default is not None and tail == match.rule.default) or ("on" in match.rule.flags and not tail)


def set_line(entries: list[Entry], match: Match, entry: Entry) -> None:
    """Let a line take effect in its section."""
    if is_default(match):
        drop_exactly(entries, entry.slot)
    else:
        put(entries, entry)


def take_away(entries: list[Entry], match: Match) -> None:
    """Let the `no` of a line take effect in its section."""
    many = "many" in match.rule.flags or match.rule.enters is not None
    if "on" in match.rule.flags and not match.words[len(match.slot) :]:
        negative = Entry(match.slot, match.slot, match.rule.rank, match.rule.group, negative=True)
        put(entries, negative)
    elif not drop_exactly(entries, match.words if many else match.slot) and many:
        drop(entries, match.words)


def drop_exactly(entries: list[Entry], slot: tuple[str, ...]) -> bool:
    """Remove the entry that holds `slot`; whether there was one."""
    entry = find(entries, slot)
    if entry is not None:
        entries.remove(entry)
    return entry is not None


def load(text: str, grammars: Grammars, make: Make, *, negations: str = NEGATIONS) -> list[Entry]:
    """The tree of a whole configuration; lines the grammar does not know stay as they are."""
    root: list[Entry] = []
    open_sections: list[tuple[int, str | None, list[Entry]]] = [(-1, "global", root)]
    for indent, raw in read_lines(text):
        while indent <= open_sections[-1][0]:
            open_sections.pop()
        level, entries = open_sections[-1][1:]
        if level is None:
            block = entries[-1]
            block.verbatim = f"{block.verbatim or block.text}\n{raw}"
            continue
        entry = _loaded(level, entries, raw, grammars=grammars, make=make, negations=negations)
        if entry is not None:
            kept = find(entries, entry.slot) or entry
            open_sections.append((indent, kept.level, kept.children if kept.level else entries))
    return root


def _loaded(
    level: str, entries: list[Entry], raw: str, *, grammars: Grammars, make: Make, negations: str
) -> Entry | None:
    """The entry of one loaded line, put in its place; None where it sets a default."""
    found = understand(grammars, [level], raw, negations=negations)
    if isinstance(found, Understood) and "exec" not in found.match.rule.flags:
        if found.negated:
            take_away(entries, found.match)
            return None
        entry = make(found.match)
        if entry is not None:
            set_line(entries, found.match, entry)
            return None if is_default(found.match) else entry
    before = entries[-1] if entries else None
    unknown = Entry(
        ("=", raw),
        (raw.strip(),),
        before.rank if before else 0,
        before.group if before else 0,
        sort=before.sort if before else None,
        verbatim=raw,
    )
    entries.append(unknown)
    return unknown
