"""What this switch refuses although it understands it, and what it remarks when it does not refuse."""

from __future__ import annotations

from portseal.simulator.cisco_iosxe.box import VIRTUAL, Box
from portseal.simulator.cisco_iosxe.configure import entry_of
from portseal.simulator.cisco_iosxe.control import policies_in_use
from portseal.simulator.cisco_iosxe.lines import RULES
from portseal.simulator.config import Entry, find, starting, value
from portseal.simulator.editing import Understood, set_line
from portseal.simulator.grammar import Match

Path = tuple[tuple[str, ...], ...]
_ONLY_ACCESS = (
    "% Dot1x is supported only on Ethernet interfaces configured in Access or Routed or Private-Vlan Host Mode.\n"
)
_PORTFAST = """%Warning: portfast should only be enabled on ports connected to a single
 host. Connecting hubs, concentrators, switches, bridges, etc... to this
 interface  when portfast is enabled, can cause temporary bridging loops.
 Use with CAUTION

"""


def unavailable(box: Box, found: Understood) -> bool:
    """Whether the line does not exist at the moment, so that it is answered like an unknown one."""
    rule, words = found.match.rule, found.match.words
    if "aaa" in rule.flags and not box.has("aaa new-model"):
        return True
    if "new" in rule.flags and not box.new_style:
        return True
    if box.new_style and found.match.slot[:1] == ("authentication",) and found.match.slot[1] in _LEGACY_ONLY:
        return True
    return rule.enters == "interface" and not words[1].startswith(VIRTUAL) and words[1] not in dict(box.interfaces())


_PORT_CONTROL = ("authentication port-control", "access-session port-control")
_LEGACY_ONLY = frozenset({"event", "host-mode", "linksec", "open", "order", "port-control", "priority", "violation"})


def objection(box: Box, path: Path, entries: list[Entry], found: Understood) -> str | None:
    """The words with which an understood line is refused; None where it is not."""
    match = found.match
    if found.negated:
        return _removal(box, match)
    if path and path[-1][0] == "interface":
        return _on_interface(box, path[-1][1], entries, match)
    if match.rule.enters == "control-action" and match.words[2] != "always":
        known = {entry.words[5] for entry in starting(box.running, "class-map type control subscriber")}
        if match.words[2] not in known:
            return f"% Class-map {match.words[2]} does not exist\n"
    return None


def _removal(box: Box, match: Match) -> str | None:
    if match.slot[0] == "interface" and not match.slot[1].startswith(VIRTUAL):
        return "% Removal of physical interfaces is not permitted\n"
    if match.rule.enters == "mka-policy":
        users = [name for name, lines in box.interfaces() if value(lines, "mka policy") == (match.slot[2],)]
        if users:
            return f'%MKA policy "{match.slot[2]}" is in use on {users[0]} and cannot be removed\n'
    if match.rule.enters == "control-policy" and (user := next(policies_in_use(box, match.slot[4]), None)):
        return f"% Policy-map {match.slot[4]} is in use on {user} and cannot be removed\n"
    return None


def _on_interface(box: Box, name: str, entries: list[Entry], match: Match) -> str | None:
    slot, tail = " ".join(match.slot), match.words[len(match.slot) :]
    controlled = slot in ("dot1x pae", "mab") or (slot in _PORT_CONTROL and tail == ("auto",))
    if controlled and not _is_access(entries):
        return _ONLY_ACCESS
    runs = value(entries, "dot1x pae") is not None or any(value(entries, s) == ("auto",) for s in _PORT_CONTROL)
    if slot == "switchport mode" and tail != ("access",) and runs:
        return "Command rejected: 802.1X is enabled on this port; it cannot leave access mode.\n"
    if slot == "switchport port-security":
        mode = value(entries, "switchport mode")
        if mode is None or mode[0] == "dynamic":
            return f"Command rejected: {name} is a dynamic port.\n"
    if slot.startswith("service-policy type") and find(box.running, ("policy-map", *match.slot[1:], tail[0])) is None:
        return f"% Policy-map {tail[0]} does not exist\n"
    return _macsec_objection(box, name, entries, match)


def _macsec_objection(box: Box, name: str, entries: list[Entry], match: Match) -> str | None:
    slot, tail = " ".join(match.slot), match.words[len(match.slot) :]
    host = find(entries, ("macsec",)) is not None
    network = find(entries, ("macsec", "network-link")) is not None
    setting, default = ("access-session", "multi-auth") if box.new_style else ("authentication", "single-host")
    multi = (value(entries, f"{setting} host-mode") or (default,)) == ("multi-auth",)
    if slot == "macsec" and multi:
        return "Command rejected: MACsec is not supported on a port in multi-auth host mode.\n"
    if slot == f"{setting} host-mode" and tail == ("multi-auth",) and host:
        return "Command rejected: host mode multi-auth is not supported on a MACsec port.\n"
    if (slot == "macsec" and network) or (slot == "macsec network-link" and host):
        other = "macsec network-link" if network else "macsec"
        return (
            f"Command rejected: '{other}' is configured on {name}; remove it first, the two are mutually exclusive.\n"
        )
    if slot == "mka policy" and find(box.running, ("mka", "policy", tail[0])) is None:
        return f'%MKA policy "{tail[0]}" is not configured\n'
    return None


def _is_access(entries: list[Entry]) -> bool:
    switchport = find(entries, ("switchport",))
    routed = switchport is not None and switchport.negative
    return routed or value(entries, "switchport mode") == ("access",)


def remark(box: Box, path: Path, match: Match) -> str:
    """What is printed for a line that took effect."""
    if match.slot == ("spanning-tree", "portfast") and path:
        return _PORTFAST
    if match.slot == ("shutdown",) and path:
        box.ports.bounce(path[-1][1])
    if match.slot == ("switchport", "access", "vlan") and match.words[-1] != "1":
        number = match.words[-1]
        if find(box.running, ("vlan", number)) is None:
            rule = next(rule for rule in RULES["global"] if rule.enters == "vlan")
            made = Match(rule, ("vlan", number), ("vlan", number))
            entry = entry_of(made, box.vault)
            if entry is not None:
                set_line(box.running, made, entry)
            return f"% Access VLAN does not exist. Creating vlan {number}\n"
    return ""
