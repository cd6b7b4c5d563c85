"""The configuration lines this switch understands: lines.txt, view by view, in the order in which it prints them.

Views, arguments, ranges and defaults of 802.1X, MAC authentication, RADIUS, MKA and MACsec are those of H3C's command references
(Comware 7); lines of other features are taken with free arguments, so that they can be typed and kept. `@on` is the
default, so that only its `undo` is shown; `@list` prints in natural order.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from portseal.simulator.grammar import Accepts, read_rules

SHORT = {
    "Bridge-Aggregation": "BAGG",
    "FortyGigE": "FGE",
    "GigabitEthernet": "GE",
    "LoopBack": "Loop",
    "Ten-GigabitEthernet": "XGE",
    "Twenty-FiveGigE": "WGE",
    "Vlan-interface": "Vlan",
}
VIRTUAL = ("Bridge-Aggregation", "LoopBack", "Vlan-interface")
_INTERFACE = re.compile(r"([A-Za-z][A-Za-z-]*)(\d+(?:/\d+)*)")


def long_name(word: str) -> str | None:
    """The full name of an interface from any beginning of its type; None where the type is none or ambiguous."""
    parts = _INTERFACE.fullmatch(word)
    if parts is None:
        return None
    typed = parts[1].lower()
    kinds = [kind for kind in SHORT if kind.lower().startswith(typed)]
    exact = [kind for kind in SHORT if typed in (kind.lower(), SHORT[kind].lower())]
    chosen = exact or kinds
    return f"{chosen[0]}{parts[2]}" if len(chosen) == 1 else None


def short_name(name: str) -> str:
    """`GE1/0/5` for `GigabitEthernet1/0/5`."""
    parts = _INTERFACE.fullmatch(name)
    return f"{SHORT[parts[1]]}{parts[2]}" if parts and parts[1] in SHORT else name


def _address(word: str) -> str | None:
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return None


def _pattern(expression: str, *, lower: bool = False) -> Accepts:
    compiled = re.compile(expression)
    return lambda word: (word.lower() if lower else word) if compiled.fullmatch(word) else None


TYPES: Mapping[str, Accepts] = {
    "<word>": lambda word: word,
    "<ip>": _address,
    "<interface>": long_name,
    "<ckn>": _pattern(r"(?:[0-9A-Fa-f]{2}){1,32}"),
    "<name16>": _pattern(r"\S{1,16}"),
    "<name32>": _pattern(r"\S{1,32}", lower=True),
    "<domain>": _pattern(r"[^\s/\\|\":*?<>@]{1,255}", lower=True),
    "<vlans>": _pattern(r"$^"),
}


def _spelt(table: str) -> str:
    """The table with ranges of VLANs written out."""
    return table.replace("vlan <vlans>", "vlan <1-4094> to <1-4094>")


RULES = read_rules(_spelt(Path(__file__).with_name("lines.txt").read_text(encoding="utf-8")))
COMMANDS = read_rules(Path(__file__).with_name("commands.txt").read_text(encoding="utf-8"))["user"]
