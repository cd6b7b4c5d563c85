"""The statements a Junos configuration may hold, and what their values must look like."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from portseal.core.model import normal_mac

_WORD = re.compile(r"\(.*?\)\*?|<.*?>[!*]?|\S+")
_RANGE = re.compile(r"<(\d+)-(\d+)>")
PHYSICAL = re.compile(r"(?:fe|ge|mge|xe|et)-\d+/\d+/\d+|(?:ae|irb|lo|me|vme)\d*")
_LOGICAL = re.compile(rf"({PHYSICAL.pattern})(?:\.(\d+))?")


@dataclass(slots=True)
class Statement:
    """One word of the hierarchy and what may follow it."""

    rank: int
    key: str = ""
    """Type of what names an entry; empty where it is no list."""
    value: str = ""
    """Type of the leaf's value; empty where it has none."""
    several: bool = False
    """The leaf holds a list of values."""
    alone: bool = False
    """May stand without anything behind it."""
    opaque: bool = False
    """Holds lines that are kept as they were loaded."""
    choice: bool = False
    """What is set under it takes the place of whatever was."""
    children: dict[str, Statement] = field(default_factory=dict)


@cache
def statements() -> Statement:
    """The whole hierarchy."""
    root = Statement(0)
    table = (Path(__file__).parent / "statements.txt").read_text(encoding="utf-8")
    for rank, line in enumerate(table.splitlines()):
        if line and not line.startswith("#"):
            _add(root, rank, line)
    return root


def _add(root: Statement, rank: int, line: str) -> None:
    text, _, flags = line.partition(" @")
    words = _WORD.findall(text)
    here = root
    for at, word in enumerate(words):
        if word[0] not in "<(":
            here = here.children.setdefault(word.rstrip("!"), Statement(rank))
            here.alone |= word.endswith("!")
        elif at + 1 < len(words) or word.endswith("!"):
            here.key = word.rstrip("!")
        else:
            here.value, here.several = word.rstrip("*"), word.endswith("*")
    here.choice |= flags == "choice"
    here.opaque |= len(words) == 1


def accepted(kind: str, word: str) -> str | None:
    """`word` as a value of this type is kept, or None where it is none."""
    if kind.startswith("("):
        return word if word in kind[1:-1].split("|") else None
    if limits := _RANGE.fullmatch(kind):
        return str(int(word)) if word.isdigit() and int(limits[1]) <= int(word) <= int(limits[2]) else None
    check: dict[str, Callable[[], str | None]] = {
        "<text>": lambda: word,
        "<name>": lambda: word if re.fullmatch(r"[\w.:/@+-]{1,255}", word) else None,
        "<secret>": lambda: word if 1 <= len(word) <= 255 else None,
        "<physical>": lambda: word if PHYSICAL.fullmatch(word) else None,
        "<aggregate>": lambda: word if re.fullmatch(r"ae\d+", word) else None,
        "<logical>": lambda: f"{found[1]}.{found[2] or 0}" if (found := _LOGICAL.fullmatch(word)) else None,
        "<address>": lambda: _address(word),
        "<prefix>": lambda: word if re.fullmatch(r"[0-9A-Fa-f.:]+/\d+", word) else None,
        "<mac>": lambda: _mac(word),
        "<ckn>": lambda: word if re.fullmatch(r"(?:[0-9A-Fa-f]{2}){1,32}", word) else None,
        "<cak>": lambda: word if re.fullmatch(r"[0-9A-Fa-f]{1,64}", word) else None,
    }
    return check[kind]()


def why_not(kind: str, word: str) -> str:
    """What Junos prints of a value it does not take."""
    if limits := _RANGE.fullmatch(kind):
        if word.isdigit():
            return f"Value {word} is not within range ({limits[1]}..{limits[2]})"
        return f"Invalid numeric value: '{word}'"
    if kind.startswith("("):
        return "syntax error."
    return f"invalid value '{word}'"


def _address(word: str) -> str | None:
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return None


def _mac(word: str) -> str | None:
    try:
        return normal_mac(word.removesuffix("/48"))
    except ValueError:
        return None
