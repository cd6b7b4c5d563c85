"""What this switch refuses although it understands it. The words are ours where no manual has any (docs/simulator.md)."""

from __future__ import annotations

from portseal.simulator.config import Entry, starting, value
from portseal.simulator.editing import Understood
from portseal.simulator.grammar import Match
from portseal.simulator.hpe_comware.box import Box
from portseal.simulator.hpe_comware.lines import VIRTUAL

Path = tuple[tuple[str, ...], ...]
_WRONG = " % Wrong parameter found at '^' position.\n"
_VLAN_LINES = frozenset(
    (
        "port access vlan",
        "dot1x guest-vlan",
        "dot1x auth-fail vlan",
        "dot1x critical vlan",
        "mac-authentication guest-vlan",
        "mac-authentication critical vlan",
    )
)
_ACCESS = frozenset(("dot1x", "mac-authentication", "dot1x port-method", "dot1x port-control"))


def objection(box: Box, path: Path, entries: list[Entry], found: Understood) -> str | None:
    """The words with which an understood line is refused; None where it is not."""
    match = found.match
    if match.rule.enters == "interface":
        return _WRONG if _no_port(box, match.words[1], negated=found.negated) else None
    if found.negated:
        return None
    if match.words[0] in ("primary", "secondary"):
        return _twice(entries, match)
    return _excluded(box, path, entries, " ".join(match.slot), match.words[-1])


def _no_port(box: Box, name: str, *, negated: bool) -> bool:
    """Whether a physical interface is not there, or is to be taken away."""
    return not name.startswith(VIRTUAL) and (negated or name not in dict(box.interfaces()))


def _excluded(box: Box, path: Path, entries: list[Entry], slot: str, word: str) -> str | None:
    """What cannot be beside something else, or needs a VLAN that is not there."""
    if slot in _VLAN_LINES and int(word) not in box.vlans():
        return f"The VLAN {word} does not exist.\n"
    if slot == "port-security enable" and (box.has("dot1x") or box.has("mac-authentication")):
        return "Can't enable port security: 802.1X or MAC authentication is enabled globally.\n"
    if slot in _ACCESS and path and box.has("port-security enable"):
        return "Can't configure this command: port security is enabled.\n"
    if slot in _ACCESS and path and value(entries, "port link-aggregation group"):
        return "The port is a member of an aggregation group; the operation failed.\n"
    return None


def _twice(entries: list[Entry], match: Match) -> str | None:
    """In one scheme, no two servers of a kind have the same address and port (H3C AAA)."""
    for entry in (*starting(entries, f"primary {match.words[1]}"), *starting(entries, f"secondary {match.words[1]}")):
        if entry.slot != match.slot and _place(entry.words) == _place(match.words):
            return "The server already exists: primary and secondary servers cannot be the same.\n"
    return None


def _place(words: tuple[str, ...]) -> tuple[str, str]:
    rest = [word for word in words[2:] if word != "ipv6"]
    return rest[0], rest[1] if len(rest) > 1 and rest[1].isdigit() else "1812"
