"""The configuration lines this switch understands: lines.txt, level by level, in the order in which it prints them.

Enumerations and ranges of 802.1X and MACsec are those of AVD's rendered configurations and schema; lines of other features are taken
with free arguments, so that they can be typed and kept. `@on` is the default, so that only its `no` is shown; `@list` prints in
natural order; `@many` may stand several times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from portseal.simulator.grammar import Accepts, read_rules

_PORT_TYPES = {
    "Ethernet": "Et",
    "Loopback": "Lo",
    "Management": "Ma",
    "Port-Channel": "Po",
    "Vlan": "Vl",
}
_INTERFACE = re.compile(r"([A-Za-z][A-Za-z-]*)(\d+(?:/\d+)*)")
KEY = "<key>"
"""The argument that is a secret; it stands in the middle of some lines."""


def long_name(word: str) -> str | None:
    """The full name of an interface from any beginning of its type; None where the type is none."""
    parts = _INTERFACE.fullmatch(word)
    if parts is None:
        return None
    kinds = [kind for kind in _PORT_TYPES if kind.lower().startswith(parts[1].lower())]
    return f"{kinds[0]}{parts[2]}" if len(kinds) == 1 else None


def short_name(name: str) -> str:
    """`Et5` for `Ethernet5`."""
    parts = _INTERFACE.fullmatch(name)
    return f"{_PORT_TYPES[parts[1]]}{parts[2]}" if parts and parts[1] in _PORT_TYPES else name


def _pattern(expression: str) -> Accepts:
    compiled = re.compile(expression)
    return lambda word: word if compiled.fullmatch(word) else None


TYPES: Mapping[str, Accepts] = {
    "<word>": lambda word: word,
    "<interface>": long_name,
    KEY: lambda word: word,
    "<ckn>": _pattern(r"[0-9A-Fa-f]{2,64}"),
    "<name>": _pattern(r"[A-Za-z0-9_-]{1,63}"),
    "<timer>": _pattern(r"\d\d:[0-5]\d:[0-5]\d"),
}

RULES = read_rules(Path(__file__).with_name("lines.txt").read_text(encoding="utf-8"))
