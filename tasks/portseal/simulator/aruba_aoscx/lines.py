"""Lines that AOS-CX understands: lines.txt, with its arguments, prompts and how its secrets are spelt.

Written from the 10.07 Security Guide, the 10.15 Fundamentals Guide and the command list of 10.15 to 10.18.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from portseal.simulator.config import Entry, Slot
from portseal.simulator.grammar import Accepts, Grammar, Match, Misfit, read_rules
from portseal.simulator.pipes import through

_CIPHERS = ("gcm-aes-128", "gcm-aes-256", "gcm-aes-xpn-128", "gcm-aes-xpn-256")
_MODES = ("plaintext", "ciphertext")


def long_name(word: str) -> str | None:
    """A port is called by member, slot and number, and by nothing else."""
    return word if re.fullmatch(r"\d+/\d+/\d+(:\d+)?", word) else None


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
    "<cipher>": lambda word: word if word in _CIPHERS else None,
    "<ckn>": _pattern(r"(?:[0-9A-Fa-f]{2}){1,32}"),
    "<mac>": _pattern(r"(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}"),
}
GRAMMARS = {
    level: Grammar(rules, TYPES)
    for level, rules in read_rules(Path(__file__).with_name("lines.txt").read_text(encoding="utf-8")).items()
}
COMMANDS = Grammar(read_rules(Path(__file__).with_name("commands.txt").read_text(encoding="utf-8"))["manager"], TYPES)
_PROMPTS = {
    "server-group": "sg",
    "dot1x": "dot1x-auth",
    "mac-auth": "macauth",
    "role": "pa-role",
    "interface": "if",
    "management": "if-mgmt",
    "lag": "lag-if",
    "svi": "if-vlan",
    "if-dot1x": "if-dot1x-auth",
    "if-mac-auth": "if-macauth",
    "port-security": "if-portsecurity",
}


def prompt(place: tuple[Slot, ...], levels: tuple[str, ...]) -> str:
    """E.g. `config-if-macauth`; those of MACsec and of roles were seen nowhere."""
    return "config" if not place else f"config-{_PROMPTS.get(levels[-1], levels[-1])}"


def misfit(_prompt: str, line: str, found: Misfit) -> str:
    """The words for a line that was not understood."""
    if found.kind == "incomplete":
        return "% Command incomplete.\n"
    if found.kind == "ambiguous":
        return "% Ambiguous command.\n"
    return f"Invalid input: {(line[found.offset :].split() or [''])[0]}\n"


def pipe(words: str, output: str) -> str:
    """`| include X` and its kin."""
    return through(words, output)


def entry_of(match: Match) -> Entry:
    """The entry a line makes; its secret apart, where it has one that can be read."""
    rule, words, secret = match.rule, match.words, None
    slot = words if "many" in rule.flags else match.slot
    if match.arguments and match.arguments[-1][0] == "<secret>":
        typed = words[-1].strip()
        words, kind = words[:-2], words[-2]
        if kind == "plaintext":
            secret = typed
        else:
            words = (*words, "ciphertext", typed)
    sort = " ".join(words) if "list" in rule.flags else None
    return Entry(slot, words, rule.rank, rule.group, rule.enters, sort, secret=secret)


def ciphertext(secret: str) -> str:
    """What only the switch can turn back; the same for the same secret."""
    return "AQBap" + base64.b64encode(hashlib.sha512(secret.encode()).digest()).decode()[:80]


def shown(entry: Entry) -> str:
    """An entry as the switch prints it."""
    return entry.text if entry.secret is None else f"{entry.text} ciphertext {ciphertext(entry.secret)}"


def clear(entry: Entry) -> str:
    """An entry with its secret in the clear."""
    return entry.text if entry.secret is None else f"{entry.text} plaintext {entry.secret}"
