"""Lines of configuration in, entries of the tree out, and the tree as this switch prints it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence

from portseal.simulator import editing
from portseal.simulator.config import Entry, ordered
from portseal.simulator.editing import Understood
from portseal.simulator.grammar import Grammar, Match, Misfit
from portseal.simulator.hpe_comware.lines import RULES, TYPES

GRAMMARS = {level: Grammar(rules, TYPES) for level, rules in RULES.items()}
UNDO = "undo"


class Vault:
    """What is typed `simple` is kept as `cipher`, which only the switch that made it can read."""

    def __init__(self) -> None:
        self._clear: dict[str, str] = {}

    def cipher(self, clear: str) -> str:
        """The text that stands for `clear`; the same for the same secret, as long as the switch runs."""
        octets = hashlib.sha256(f"{id(self)} {clear}".encode()).digest() + clear.encode()[::-1]
        shown = f"$c$3${base64.b64encode(octets[: 16 + len(clear)]).decode()}"
        self._clear[shown] = clear
        return shown

    def reveal(self, shown: str) -> str | None:
        """What a text stands for; None where another switch made it."""
        return self._clear.get(shown)


def understand(levels: Sequence[str], line: str) -> Understood | Misfit:
    """What `line` is in the innermost of `levels`; from a view, other views can be entered directly."""
    found = editing.understand(GRAMMARS, levels[-1:], line, negations=UNDO)
    if isinstance(found, Misfit) and len(levels) > 1:
        above = editing.understand(GRAMMARS, levels[:1], line, negations=UNDO)
        if isinstance(above, Understood) and above.match.rule.enters and not above.negated:
            return above._replace(above=len(levels) - 1)
    return found


def entry_of(match: Match, vault: Vault) -> Entry | None:
    """The entry a line makes; None where its secret cannot be what it says it is."""
    rule, words, secret = match.rule, match.words, None
    slot = words if "many" in rule.flags else match.slot
    if match.arguments and match.arguments[-1][0] == "<secret>":
        kind, secret, words = words[-2], words[-1].strip(), words[:-2]
        if kind == "cipher":
            revealed = vault.reveal(secret)
            if revealed is None and not secret.startswith("$c$3$"):
                return None
            words, secret = (words, revealed) if revealed is not None else ((*words, "cipher", secret), None)
    sort = " ".join(words) if "list" in rule.flags else None
    return Entry(slot, words, rule.rank, rule.group, rule.enters, sort, secret=secret)


def load(text: str, vault: Vault) -> list[Entry]:
    """The tree of a whole configuration; lines the grammar does not know stay as they are."""
    return editing.load(_at_the_top(text), GRAMMARS, lambda match: entry_of(match, vault), negations=UNDO)


def _at_the_top(text: str) -> str:
    """The configuration with the lines that stand alone between `#` without their blank, which is how others have them."""
    lines, first = [], True
    for line in text.splitlines():
        if line.startswith("#") or line == "return":
            first = True
            continue
        if first or not line.startswith(" "):
            alone = line.startswith(" ")
        first = False
        lines.append(line[1:] if alone else line)
    return "\n".join(lines)


def print_lines(entries: list[Entry], vault: Vault | None) -> Iterator[str]:
    """The lines of a configuration between `#`; with a vault, secrets as they are shown."""
    group: int | None = None
    for entry in ordered(entries):
        section = bool(entry.level or entry.children) or entry.text.startswith(("vlan ", "interface "))
        if section or entry.group != group:
            yield "#"
        group = None if section else entry.group
        yield f"{'' if section else ' '}{spelt(entry, vault)}"
        yield from (f" {spelt(child, vault)}" for child in ordered(entry.children))
    yield from ("#", "return")


def spelt(entry: Entry, vault: Vault | None) -> str:
    """One line; without a vault its secret is in the clear and always the same."""
    if entry.verbatim is not None:
        return entry.verbatim.strip()
    text = " ".join(((UNDO,) if entry.negative else ()) + entry.words)
    if entry.secret is None:
        return text
    return f"{text} cipher {vault.cipher(entry.secret)}" if vault else f"{text} simple {entry.secret}"
