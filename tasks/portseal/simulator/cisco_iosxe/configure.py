"""Lines of configuration in, entries of the tree out: what a line means, where it goes and how it is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from portseal.simulator import editing
from portseal.simulator.cisco_iosxe.lines import RULES, TYPES, long_name
from portseal.simulator.cisco_iosxe.secrets import type6
from portseal.simulator.config import Entry, find
from portseal.simulator.editing import Understood
from portseal.simulator.grammar import Grammar, Match, Misfit
from portseal.simulator.type7 import from_type7, type7

GRAMMARS = {level: Grammar(rules, TYPES) for level, rules in RULES.items()}


class Vault:
    """Type 6 is opaque: only the switch that made a string knows what it stands for."""

    def __init__(self) -> None:
        self._clear: dict[str, str] = {}
        self._stored: dict[str, str] = {}

    def store(self, clear: str) -> str:
        """The opaque string of `clear`; the same for the same secret."""
        if clear not in self._stored:
            self._stored[clear] = type6(clear)
            self._clear[self._stored[clear]] = clear
        return self._stored[clear]

    def reveal(self, stored: str) -> str | None:
        """What an opaque string stands for; None where another switch made it."""
        return self._clear.get(stored)


def understand(levels: Sequence[str], line: str) -> Understood | Misfit:
    """What `line` is in the innermost of `levels` (given outermost first) or, failing that, in those around it."""
    return editing.understand(GRAMMARS, levels, line)


def load(text: str, vault: Vault) -> list[Entry]:
    """The tree of a whole configuration; lines the grammar does not know stay as they are."""
    return editing.load(text, GRAMMARS, lambda match: entry_of(match, vault))


def entry_of(match: Match, vault: Vault, *, negative: bool = False) -> Entry | None:
    """The entry a line makes; None where its secret cannot be what it says it is."""
    rule, words, secret = match.rule, match.words, None
    slot = words if "many" in rule.flags else match.slot
    if match.arguments and match.arguments[-1][0] == "<secret>" and not negative:
        secret, encoding, words = words[-1].strip(), "0", words[:-1]
        if words[-1] in ("0", "6", "7") and len(words) > 1:
            encoding, words = words[-1], words[:-1]
        if encoding == "7":
            clear = from_type7(secret)
            if clear is None:
                return None
            secret = clear
        elif encoding == "6":
            revealed = vault.reveal(secret)
            words, secret = (words, revealed) if revealed is not None else ((*words, "6", secret), None)
    if words[:2] == ("address", "ipv4"):
        ports = dict(zip(words[3::2], words[4::2], strict=False))
        words = (*words[:3], "auth-port", ports.get("auth-port", "1645"), "acct-port", ports.get("acct-port", "1646"))
    sort = " ".join(words) if "list" in rule.flags else None
    return Entry(slot, slot if negative else words, rule.rank, rule.group, rule.enters, sort, negative, secret)


def speller(entries: list[Entry], vault: Vault, *, master_key: bool) -> Callable[[Entry], str]:
    """How entries are printed: what the services make of their secrets, a new salt each time."""
    opaque = master_key and find(entries, ("password", "encryption", "aes")) is not None
    scrambled = find(entries, ("service", "password-encryption")) is not None

    def spell(entry: Entry) -> str:
        if entry.secret is None:
            return entry.text
        if opaque:
            return f"{entry.text} 6 {vault.store(entry.secret)}"
        return f"{entry.text} 7 {type7(entry.secret)}" if scrambled else f"{entry.text} {entry.secret}"

    return spell


def plain(entry: Entry) -> str:
    """An entry with its secret in the clear, the same at each reading."""
    return entry.text if entry.secret is None else f"{entry.text} {entry.secret}"


def interface_range(text: str) -> tuple[str, ...] | None:
    """The names that `interface range Gi1/0/1 - 4 , Gi1/0/7` means; None where it cannot be understood."""
    names: list[str] = []
    for part in text.split(","):
        span = re.fullmatch(r"\s*([A-Za-z-]+\s*[\d/]*?)(\d+)(?:\s*-\s*(\d+))?\s*", part)
        if span is None:
            return None
        for number in range(int(span[2]), int(span[3] or span[2]) + 1):
            name = long_name(f"{span[1].replace(' ', '')}{number}")
            if name is None:
                return None
            names.append(name)
    return tuple(names)
