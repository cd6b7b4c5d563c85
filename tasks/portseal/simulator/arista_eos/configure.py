"""Lines of configuration in, entries of the tree out: what a line means and how it is printed."""

from __future__ import annotations

from collections.abc import Sequence

from portseal.simulator import editing
from portseal.simulator.arista_eos.lines import KEY, RULES, TYPES
from portseal.simulator.config import Entry
from portseal.simulator.editing import Understood
from portseal.simulator.grammar import Grammar, Match, Misfit
from portseal.simulator.type7 import from_type7, type7

GRAMMARS = {level: Grammar(rules, TYPES) for level, rules in RULES.items()}
_HERE = "\0"
"""Stands in an entry's words where its secret is."""


def understand(levels: Sequence[str], line: str) -> Understood | Misfit:
    """What `line` is in the innermost of `levels` (given outermost first) or, failing that, in those around it."""
    return editing.understand(GRAMMARS, levels, line)


def load(text: str) -> list[Entry]:
    """The tree of a whole configuration; lines the grammar does not know stay as they are."""
    return editing.load(text, GRAMMARS, entry_of)


def entry_of(match: Match) -> Entry | None:
    """The entry a line makes; None where its secret cannot be what it says it is."""
    rule, words, secret = match.rule, match.words, None
    key = next((word for kind, word in match.arguments if kind == KEY), None)
    if key is not None:
        at = len(words) - 1 - words[::-1].index(key)
        before, secret = words[:at], key
        if before[-1] == "7":
            secret = from_type7(key)
            if secret is None:
                return None
        words = (*(before[:-1] if before[-1] in ("0", "7") else before), _HERE, *words[at + 1 :])
    slot = words if "many" in rule.flags else match.slot
    sort = " ".join(words) if "list" in rule.flags else None
    return Entry(slot, words, rule.rank, rule.group, rule.enters, sort, secret=secret)


def shown(entry: Entry) -> str:
    """An entry as `show running-config` has it: its secret in type 7, stored once and so the same each time."""
    return entry.text.replace(_HERE, f"7 {type7(entry.secret, 5)}") if entry.secret is not None else entry.text


def plain(entry: Entry) -> str:
    """An entry with its secret in the clear, the same at each reading."""
    return entry.text.replace(_HERE, entry.secret) if entry.secret is not None else entry.text
