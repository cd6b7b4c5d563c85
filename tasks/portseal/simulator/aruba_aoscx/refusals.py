"""Lines that are understood and refused: what they name is not there, is in use, or excludes something else.

No capture of these words is at hand; they say what the manual says of the cause.
"""

from __future__ import annotations

from portseal.simulator.aruba_aoscx.policy import DOT1X, MAC_AUTH
from portseal.simulator.config import Entry, Slot, find
from portseal.simulator.editing import Understood
from portseal.simulator.line_box import LineBox

_NAMED: dict[Slot, tuple[Slot, str]] = {
    ("apply", "macsec", "policy"): (("macsec", "policy"), "MACsec policy"),
    ("apply", "mka", "policy"): (("mka", "policy"), "MKA policy"),
    ("associate", "macsec-policy"): (("macsec", "policy"), "MACsec policy"),
    ("radius", "server-group"): (("aaa", "group", "server", "radius"), "Server group"),
    ("aaa", "accounting", "port-access"): (("aaa", "group", "server", "radius"), "Server group"),
    **{
        ("aaa", "authentication", "port-access", f"{kind}-role"): (("port-access", "role"), "Role")
        for kind in ("auth", "critical", "preauth", "reject")
    },
    ("port-access", "fallback-role"): (("port-access", "role"), "Role"),
}


def objection(box: LineBox, place: tuple[Slot, ...], entries: list[Entry], found: Understood) -> str:
    """The words with which an understood line is refused."""
    match = found.match
    if found.negated:
        return _in_use(box, match.words)
    if match.rule.enters == "interface" and find(box.running, match.slot) is None:
        return f"Invalid input: {match.words[-1]}\n"
    if match.slot in _NAMED and match.words[-1] != "radius":
        section, what = _NAMED[match.slot]
        if find(box.running, (*section, match.words[-1])) is None:
            return f"{what} {match.words[-1]} does not exist.\n"
    of_group = bool(place) and place[-1][:2] == ("aaa", "group") and match.slot[0] == "server"
    if of_group and find(box.running, ("radius-server", "host", match.words[1])) is None:
        return f"RADIUS server {match.words[1]} does not exist.\n"
    if match.slot == ("reauth-period",) and find(entries, ("reauth",)) is None:
        return "Reauthentication must be enabled before its period can be configured; not allowed.\n"
    return _excluded(box, place, match.slot)


def _excluded(box: LineBox, place: tuple[Slot, ...], slot: Slot) -> str:
    """802.1X, MAC authentication and port security exclude each other on a port, as do they and a LAG."""
    if slot != ("enable",) or len(place) < 2:
        return ""
    lines = box.section(*place[0])
    others = ("port-access port-security",) if place[1] != ("port-access", "port-security") else (DOT1X, MAC_AUTH)
    for other in others:
        section = find(lines, tuple(other.split()))
        if section is not None and find(section.children, ("enable",)) is not None:
            return "Port security and port access authentication are not allowed on the same port.\n"
    if find(lines, ("lag",)) is not None:
        return "Port access authentication is not supported on a member of a LAG.\n"
    return ""


def _in_use(box: LineBox, words: tuple[str, ...]) -> str:
    """What a port or a method names cannot be taken away."""
    sections = {section for section, _ in _NAMED.values()}
    if words[:-1] not in sections:
        return ""
    for slot, (section, what) in _NAMED.items():
        if words[:-1] == section and any(
            entry.words[-1] == words[-1] for entry in _lines(box.running) if entry.slot == slot
        ):
            return f"{what} {words[-1]} is in use; cannot be removed.\n"
    return ""


def _lines(entries: list[Entry]) -> list[Entry]:
    return [each for entry in entries for each in (entry, *_lines(entry.children))]
