"""What is shown of ports: links, who was let in, which addresses were learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from portseal.simulator.config import natural
from portseal.simulator.juniper_junos.box import Box
from portseal.simulator.juniper_junos.start import UPLINK
from portseal.simulator.port_state import PortState, SessionState

_FALLBACK = {"guest": "Guest VLAN", "auth-fail": "Server-Reject VLAN", "critical": "Server-fail VLAN"}
_CAPABLE = (
    "        <lldp-remote-system-capabilities-supported>Bridge Router </lldp-remote-system-capabilities-supported>",
    "        <lldp-remote-system-capabilities-enabled>Bridge Router </lldp-remote-system-capabilities-enabled>",
)
_METHODS = {"dot1x": "Radius", "mab": "Mac Radius"}


class Station(NamedTuple):
    """One station as `show dot1x interface` has it."""

    state: str
    mac: str = ""
    method: str = ""
    vlan: int = 0
    user: str = ""


def states(box: Box) -> list[tuple[str, PortState]]:
    """Every port in order."""
    return sorted(box.ports.now().items(), key=lambda item: natural(item[0]))


def terse(box: Box) -> str:
    """`show interfaces terse`."""
    lines = ["Interface               Admin Link Proto    Local                 Remote"]
    for name, state in states(box):
        admin, link = "down" if state.policy.shutdown else "up", "up" if state.up else "down"
        lines.append(f"{name:<23} {admin:<5} {link}")
        if box.running.at(f"interfaces {name} unit 0") is not None:
            lines.append(f"{name + '.0':<23} {admin:<5} {link:<4} eth-switch")
    lines += [f"{'irb':<23} up    up", f"{'irb.99':<23} up    up   inet     192.0.2.5/24"]
    return "".join(f"{line}\n" for line in lines)


def stations(state: PortState) -> list[Station]:
    """Who `show dot1x interface` lists of a port: one line at least."""
    found = [_station(state, session) for session in state.sessions]
    return found or [Station("Initialize")]


def _station(state: PortState, session: SessionState) -> Station:
    decision, mac = session.decision, session.device.mac.upper()
    if session.running:
        return Station("Authenticating", mac)
    if decision.authorized:
        method = _FALLBACK.get(decision.fallback) or _METHODS[decision.method]
        if decision.fallback == "critical" and state.policy.on_server_dead == "permit":
            method = "Server-fail permit"
        user = decision.user or ""
        user = user.replace("-", "").lower() if decision.method == "mab" and not decision.fallback else user
        return Station("Authenticated", mac, method, decision.vlan, user)
    told = dict(decision.states)
    if "unanswered" in told.values():
        return Station("Held", mac, "Server-fail deny")
    if "rejected" in told.values():
        return Station("Held", mac)
    return Station("Connecting")


def _authenticators(box: Box, port: str | None) -> Iterator[tuple[str, PortState]]:
    return ((n, s) for n, s in states(box) if s.policy.control == "auto" and port in (None, n))


def dot1x_text(box: Box, port: str | None) -> str:
    """`show dot1x interface`."""
    rows = ["802.1X Information:", "Interface     Role           State           MAC address          User"]
    found = list(_authenticators(box, port))
    if not found:
        return "dot1x-protocol subsystem not running - not needed by configuration.\n"
    for name, state in found:
        for number, station in enumerate(stations(state)):
            role = "" if number else "Authenticator"
            row = f"{name + '.0':<13} {role:<14} {station.state:<15} {station.mac.lower():<20} {station.user}"
            rows.append(row.rstrip())
    return "".join(f"{row}\n" for row in rows)


def dot1x_xml(box: Box, port: str | None) -> list[str]:
    """`show dot1x interface | display xml`."""
    found = list(_authenticators(box, port))
    if not found:
        return ["<output>", "dot1x-protocol subsystem not running - not needed by configuration.", "</output>"]
    lines = ["<dot1x-interface-information>"]
    for name, state in found:
        for station in stations(state):
            lines += ['    <interface junos:style="extensive">', f"        <interface-name>{name}.0</interface-name>"]
            if station.mac:
                lines.append(f"        <user-mac-address>{station.mac}</user-mac-address>")
            if station.method:
                lines.append(f"        <authenticated-method>{station.method}</authenticated-method>")
            if station.vlan:
                lines.append(f"        <authenticated-vlan>{station.vlan}</authenticated-vlan>")
                lines.append("        <authenticated-voip-vlan>-</authenticated-voip-vlan>")
            if station.user:
                lines.append(f"        <user-name>{station.user}</user-name>")
            lines += [f"        <state>{station.state}</state>", "    </interface>"]
    return [*lines, "</dot1x-interface-information>"]


def lldp_xml(box: Box, port: str | None, *, detail: bool = False) -> list[str]:
    """`show lldp neighbors [interface X] | display xml`: behind the uplink there is a switch; cameras say nothing."""
    lines = ["<lldp-neighbors-information>"]
    if port in (None, UPLINK) and box.running.at(f"interfaces {UPLINK}") is not None:
        lines += [
            "    <lldp-neighbor-information>",
            f"        <lldp-local-interface>{UPLINK}</lldp-local-interface>",
            "        <lldp-local-parent-interface-name>-</lldp-local-parent-interface-name>",
            "        <lldp-remote-chassis-id-subtype>Mac address</lldp-remote-chassis-id-subtype>",
            "        <lldp-remote-chassis-id>02:00:00:00:00:01</lldp-remote-chassis-id>",
            "        <lldp-remote-port-id-subtype>Interface name</lldp-remote-port-id-subtype>",
            "        <lldp-remote-port-id>xe-0/0/1</lldp-remote-port-id>",
            "        <lldp-remote-system-name>distribution-1</lldp-remote-system-name>",
            *(_CAPABLE if detail else []),
            "    </lldp-neighbor-information>",
        ]
    return [*lines, "</lldp-neighbors-information>"]


def table_xml(box: Box) -> list[str]:
    """`show ethernet-switching table extensive | display xml`: addresses whose frames get through."""
    lines = ["<l2ng-l2ald-rtb-macdb>"]
    for name, state in states(box):
        for device in state.devices:
            if state.passes(device):
                session = next((s for s in state.sessions if s.device.mac == device.mac), None)
                vlan = session.decision.vlan if session else state.policy.vlan
                lines += _entry(name, device.mac, vlan)
    return [*lines, "</l2ng-l2ald-rtb-macdb>"]


def _entry(name: str, mac: str, vlan: int) -> list[str]:
    return [
        '    <l2ng-l2ald-mac-entry-vlan junos:style="extensive">',
        f"        <l2ng-l2-mac-address>{mac}</l2ng-l2-mac-address>",
        "        <mac-count-global>1</mac-count-global>",
        "        <learnt-mac-count>1</learnt-mac-count>",
        "        <l2ng-l2-mac-routing-instance>default-switch</l2ng-l2-mac-routing-instance>",
        f"        <l2ng-l2-vlan-id>{vlan}</l2ng-l2-vlan-id>",
        f"        <l2ng-l2-mac-vlan-name>vlan-{vlan}</l2ng-l2-mac-vlan-name>",
        f"        <l2ng-l2-mac-logical-interface>{name}.0</l2ng-l2-mac-logical-interface>",
        "        <l2ng-l2-mac-entry-flags>in_hash,in_ifd,in_ifl,in_vlan,in_rtt,kernel,in_ifbd</l2ng-l2-mac-entry-flags>",
        "    </l2ng-l2ald-mac-entry-vlan>",
    ]
