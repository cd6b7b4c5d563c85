"""Lines that NX-OS understands: lines.txt, with its arguments, prompts and how its secrets are spelt.

802.1X from a running configuration under ISE, the DISA STIG and captures; most of the rest as running configurations have it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from portseal.simulator.config import Entry, Slot
from portseal.simulator.grammar import Accepts, Grammar, Match, Misfit, read_rules
from portseal.simulator.pipes import through

_OTHERS = ("Vlan", "loopback", "mgmt", "port-channel")
_PLACE = re.compile(r"([A-Za-z-]+)(\d+(?:/\d+){0,2})")
_PROMPTS = {"interface": "if", "other": "if", "server-group": "radius"}


def long_name(word: str) -> str | None:
    """The full name of an Ethernet port from any beginning of its type."""
    parts = _PLACE.fullmatch(word)
    return f"Ethernet{parts[2]}" if parts and "/" in parts[2] and "ethernet".startswith(parts[1].lower()) else None


def short_name(name: str) -> str:
    """`Eth1/5` for `Ethernet1/5`."""
    return name.replace("Ethernet", "Eth")


def _other(word: str) -> str | None:
    parts = _PLACE.fullmatch(word)
    kinds = [kind for kind in _OTHERS if parts and kind.lower().startswith(parts[1].lower())]
    return f"{kinds[0]}{parts[2]}" if parts and len(kinds) == 1 else None


def _address(word: str) -> str | None:
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return None


def _pattern(expression: str) -> Accepts:
    compiled = re.compile(expression)
    return lambda word: word if compiled.fullmatch(word) else None


TYPES: Mapping[str, Accepts] = {
    "<word>": lambda word: word,
    "<ip>": _address,
    "<interface>": long_name,
    "<other>": _other,
    "<list>": _pattern(r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)+"),
}
GRAMMARS = {
    level: Grammar(rules, TYPES)
    for level, rules in read_rules(Path(__file__).with_name("lines.txt").read_text(encoding="utf-8")).items()
}
COMMANDS = Grammar(read_rules(Path(__file__).with_name("commands.txt").read_text(encoding="utf-8"))["exec"], TYPES)


def prompt(place: tuple[Slot, ...], levels: tuple[str, ...]) -> str:
    """E.g. `config-if`."""
    return "config" if not place else f"config-{_PROMPTS.get(levels[-1], levels[-1])}"


def misfit(shown: str, line: str, found: Misfit) -> str:
    """The words for a line that was not understood, the caret under the character where it went wrong."""
    kind = {"incomplete": "Incomplete", "ambiguous": "Ambiguous"}.get(found.kind, "Invalid")
    at = len(line) if found.kind == "incomplete" else found.offset
    return f"{' ' * (len(shown) + at)}^\n% {kind} command at '^' marker.\n"


def pipe(words: str, output: str) -> str:
    """`| include X` and its kin."""
    return through(words, output)


def entry_of(match: Match) -> Entry:
    """The entry a line makes; the key of a server apart, which stands in the middle of its line."""
    rule, words, secret = match.rule, match.words, None
    slot = words if "many" in rule.flags else match.slot
    if match.arguments and match.arguments[-1][0] == "<secret>":
        typed = words[-1].split()
        words, secret = words[:-1], typed[0]
        if words[-1] in ("0", "6", "7"):
            encoding, words = words[-1], words[:-1]
            words, secret = (words, secret) if encoding == "0" else ((*words, encoding, typed[0]), None)
    sort = " ".join(words) if "list" in rule.flags else None
    return Entry(slot, words, rule.rank, rule.group, rule.enters, sort, secret=secret)


def _key(entry: Entry, shown: str) -> str:
    return f"{entry.text} {shown} authentication accounting"


def shown(entry: Entry) -> str:
    """An entry as the switch prints it: keys scrambled, in quotation marks."""
    if entry.secret is None:
        return entry.text
    letters = hashlib.sha256(entry.secret.encode()).hexdigest()
    return _key(entry, '7 "' + "".join(chr(ord("a") + int(digit, 16)) for digit in letters[:24]) + '"')


def clear(entry: Entry) -> str:
    """An entry with its secret in the clear."""
    return entry.text if entry.secret is None else _key(entry, entry.secret)
