"""Lines that are understood and refused: without their feature, or where what they name is not there."""

from __future__ import annotations

from portseal.simulator.cisco_nxos.lines import misfit
from portseal.simulator.config import Entry, Slot, drop, find
from portseal.simulator.editing import Understood
from portseal.simulator.grammar import Match, Misfit
from portseal.simulator.line_box import LineBox


def objection(box: LineBox, place: tuple[Slot, ...], _entries: list[Entry], found: Understood) -> str:
    """The words with which an understood line is refused; no capture of most of them is at hand."""
    match = found.match
    if "dot1x" in match.rule.flags and not box.has("feature dot1x"):
        return misfit("", " ".join(match.words), Misfit("invalid", 0))
    if match.slot == ("feature", "dot1x"):
        return _feature(box, negated=found.negated)
    if match.rule.enters == "interface" and find(box.running, match.slot) is None:
        return "ERROR: Interface does not exist\n"
    return "" if found.negated else _missing(box, place, match)


def _missing(box: LineBox, place: tuple[Slot, ...], match: Match) -> str:
    """What a line names has to be there; and a trunk cannot be closed."""
    of_group = bool(place) and place[-1][:2] == ("aaa", "group") and match.slot[0] == "server"
    if of_group and find(box.running, ("radius-server", "host", match.words[1])) is None:
        return "ERROR: RADIUS server is not configured\n"
    named = match.words[-1] if match.slot[2:4] == ("dot1x", "default") else "radius"
    if named != "radius" and find(box.running, ("aaa", "group", "server", "radius", named)) is None:
        return f"ERROR: group {named} does not exist\n"
    lines = box.section(*place[0]) if place else []
    closing = match.slot == ("dot1x", "port-control") and match.words[-1] == "auto"
    if closing and any(entry.slot == ("switchport", "mode") and entry.words[-1] == "trunk" for entry in lines):
        return "ERROR: 802.1X is not supported on a trunk port\n"
    return ""


def _feature(box: LineBox, *, negated: bool) -> str:
    """Without IP Source Guard the feature comes; with the feature go its lines."""
    if not negated:
        return "ERROR: IP Source Guard is in use\n" if box.has("ip dhcp snooping") else ""
    for _, lines in box.interfaces():
        drop(lines, ("dot1x",))
    for method in ("authentication", "accounting"):
        drop(box.running, ("aaa", method, "dot1x"))
    return ""
