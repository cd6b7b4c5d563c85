"""`display interface brief`, `display mac-address`, `display vlan brief`."""

from __future__ import annotations

from collections.abc import Callable

from portseal.simulator.config import natural, value
from portseal.simulator.grammar import Match
from portseal.simulator.hpe_comware.box import Box
from portseal.simulator.hpe_comware.lines import VIRTUAL, short_name
from portseal.simulator.hpe_comware.policy import has
from portseal.simulator.port_state import PortState


def dashed(mac: str) -> str:
    """`accc-8e01-0203`."""
    digits = mac.replace(":", "")
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def ports_in_order(box: Box) -> list[tuple[str, PortState]]:
    """Every physical port with its state, port 2 before port 10."""
    found = [(name, state) for name, state in box.ports.now().items() if not name.startswith(VIRTUAL)]
    return sorted(found, key=lambda item: natural(item[0]))


def _interface_brief(box: Box, _match: Match) -> str:
    text = (
        "Brief information on interfaces in route mode:\nLink: ADM - administratively down; Stby - standby\n"
        "Protocol: (s) - spoofing\nInterface            Link Protocol Primary IP        Description\n"
        "InLoop0              UP   UP(s)    --\nNULL0                UP   UP(s)    --\n"
    )
    for name, lines in box.interfaces():
        if name.startswith("Vlan-interface"):
            address = (value(lines, "ip address") or ("--",))[0]
            text += f"{short_name(name):<20} UP   UP       {address:<17}\n"
    text += (
        "\nBrief information on interfaces in bridge mode:\nLink: ADM - administratively down; Stby - standby\n"
        "Speed: (a) - auto\nDuplex: (a)/A - auto; H - half; F - full\nType: A - access; T - trunk; H - hybrid\n"
        "Interface            Link Speed     Duplex Type PVID Description\n"
    )
    for name, state in ports_in_order(box):
        lines = box.section("interface", name)
        link = "ADM" if state.policy.shutdown else "UP" if state.up else "DOWN"
        speed, duplex = ("1G(a)", "F(a)") if state.up else ("auto", "A")
        kind = (value(lines, "port link-type") or ("access",))[0][0].upper()
        description = " ".join(value(lines, "description") or ())
        row = f"{short_name(name):<20} {link:<4} {speed:<9} {duplex:<6} {kind:<4} {state.policy.vlan:<4} {description}"
        text += row.rstrip() + "\n"
    return text


def _mac_address(box: Box, match: Match) -> str:
    wanted = match.words[-1] if "interface" in match.words else None
    rows: list[tuple[str, PortState, str]] = []
    for name, state in ports_in_order(box):
        if wanted in (None, name):
            rows.extend((name, state, mac) for mac in _learned(state))
    text = "MAC Address      VLAN ID    State            Port/Nickname            Aging\n"
    for name, state, mac in rows:
        vlan = next((s.decision.vlan for s in state.sessions if s.device.mac == mac), state.policy.vlan)
        text += f"{dashed(mac):<17}{vlan:<11}{'Learned':<17}{short_name(name):<25}Y\n"
    return text


def _learned(state: PortState) -> list[str]:
    macs = [device.mac for device in state.devices if state.passes(device)]
    return macs[: state.policy.mac_limit] if state.policy.mac_limit else macs


def _vlan_brief(box: Box, _match: Match) -> str:
    text = "Brief information about all VLANs:\nSupported Minimum VLAN ID: 1\nSupported Maximum VLAN ID: 4094\n"
    text += "Default VLAN ID: 1\nVLAN ID   Name                             Port\n"
    for vlan in sorted(box.vlans()):
        members = [
            short_name(name)
            for name, lines in box.interfaces()
            if (value(lines, "port access vlan") or ("1",))[0] == str(vlan) and has(lines, "port link-mode")
        ]
        text += f"{vlan:<9} {f'VLAN {vlan:04d}':<32} {'  '.join(members[:2])}\n"
    return text


PORTS: dict[str, Callable[[Box, Match], str]] = {
    "interface_brief": _interface_brief,
    "mac_address": _mac_address,
    "vlan_brief": _vlan_brief,
}
