"""Links, addresses, neighbours, VLANs, key chains: what other show commands print."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portseal.simulator.cisco_iosxe.box import VIRTUAL, Box
from portseal.simulator.cisco_iosxe.lines import short_name
from portseal.simulator.cisco_iosxe.policy import lifetime_begin, servers_of
from portseal.simulator.cisco_iosxe.show_sessions import dotted, ports_in_order
from portseal.simulator.config import Entry, find, starting, value
from portseal.simulator.grammar import Match
from portseal.simulator.port_state import PortState
from portseal.simulator.type7 import type7

_CAUSES = (
    "arp-inspection",
    "bpduguard",
    "dhcp-rate-limit",
    "inline-power",
    "link-flap",
    "psecure-violation",
    "security-violation",
    "storm-control",
    "udld",
)


def _physical(box: Box) -> Iterator[tuple[str, PortState, list[Entry]]]:
    for name, state in ports_in_order(box):
        if not name.startswith(VIRTUAL):
            yield name, state, box.section("interface", name)


def _described(lines: list[Entry], width: int) -> str:
    return " ".join(value(lines, "description") or ())[:width]


def _is_trunk(lines: list[Entry]) -> bool:
    return value(lines, "switchport mode") == ("trunk",)


def _status(state: PortState, lines: list[Entry]) -> str:
    if state.err_disabled:
        return "err-disabled"
    if state.policy.shutdown:
        return "disabled"
    return "connected" if state.devices or _is_trunk(lines) else "notconnect"


def _vlan(state: PortState, lines: list[Entry]) -> str:
    switchport = find(lines, ("switchport",))
    if switchport is not None and switchport.negative:
        return "routed"
    if _is_trunk(lines):
        return "trunk"
    admitted = next((s for s in state.sessions if s.decision.authorized), None)
    return str(admitted.decision.vlan if admitted else state.policy.vlan)


def _interfaces_status(box: Box, match: Match, _user: str) -> str:
    wanted = match.words[2] if match.words[2] != "status" else None
    text = "\nPort         Name               Status       Vlan       Duplex  Speed Type\n"
    for name, state, lines in _physical(box):
        if wanted not in (None, name):
            continue
        status = _status(state, lines)
        duplex, speed = ("a-full", "a-1000") if status == "connected" else ("auto", "auto")
        text += (
            f"{short_name(name):<12} {_described(lines, 18):<18} {status:<12} {_vlan(state, lines):<10} "
            f"{duplex:>6} {speed:>6} 10/100/1000BaseTX\n"
        )
    return text


def _err_disabled(box: Box, _match: Match, _user: str) -> str:
    text = "\nPort         Name         Status       Reason               Err-disabled Vlans\n"
    for name, state, lines in _physical(box):
        if state.err_disabled:
            text += f"{short_name(name):<12} {_described(lines, 12):<12} {'err-disabled':<12} {state.err_disabled}\n"
    return text


def _recovery(box: Box, _match: Match, _user: str) -> str:
    text = "ErrDisable Reason            Timer Status\n-----------------            --------------\n"
    recovers = ("errdisable", "recovery", "cause")
    for cause in _CAUSES:
        on = any(find(box.running, (*recovers, word)) for word in (cause, "all"))
        text += f"{cause:<29}{'Enabled' if on else 'Disabled'}\n"
    interval = (value(box.running, "errdisable recovery interval") or ("300",))[0]
    return f"{text}\nTimer interval: {interval} seconds\n\nInterfaces that will be enabled at the next timeout:\n\n"


def _mac_table(box: Box, match: Match, _user: str) -> str:
    words = match.words
    port = words[words.index("interface") + 1] if "interface" in words else None
    mac = words[words.index("address") + 1].lower() if "address" in words else None
    rows = []
    for name, state in ports_in_order(box):
        if port not in (None, name):
            continue
        for device in state.devices:
            if not state.passes(device) or mac not in (None, dotted(device.mac)):
                continue
            session = next((s for s in state.sessions if s.device.mac == device.mac), None)
            secure = session is not None and session.decision.authorized
            vlan = session.decision.vlan if session and secure else state.policy.vlan
            if not (secure and "dynamic" in words):
                rows.append((vlan, dotted(device.mac), "STATIC" if secure else "DYNAMIC", short_name(name)))
    text = (
        "          Mac Address Table\n-------------------------------------------\n\n"
        "Vlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n"
    )
    text += "".join(f"{vlan:>4}    {address:<18}{kind:<12}{where}\n" for vlan, address, kind, where in rows)
    return f"{text}Total Mac Addresses for this criterion: {len(rows)}\n"


def _key_chain(box: Box, match: Match, _user: str) -> str:
    wanted = match.words[3] if len(match.words) > 3 else None
    hidden = box.has("service password-encryption")
    text = ""
    for chain in starting(box.running, "key chain"):
        if wanted not in (None, chain.slot[2]):
            continue
        text += f"Key-chain {chain.slot[2]}:\n"
        if chain.slot[-1] == "macsec":
            text += "    MacSEC key chain\n"
        for key in starting(chain.children, "key"):
            string = find(key.children, ("key-string",))
            clear = (string.secret if string else None) or ""
            words = value(key.children, "lifetime")
            valid = " [valid now]" if lifetime_begin(words, box.now()) is not None else ""
            life = " ".join(words).removeprefix("local ") if words else ""
            span = f"({life.removesuffix(' infinite')}) - (infinite)" if life else "(always valid) - (always valid)"
            text += f'    key {key.slot[1]} -- text "{type7(clear) if hidden and clear else clear}"\n'
            if suite := value(key.children, "cryptographic-algorithm"):
                text += f"        cryptographic-algorithm: {suite[0]}\n"
            text += f"        lifetime {span}{valid}\n"
    return text


def _lldp(box: Box, match: Match, _user: str) -> str:
    """The uplinks' neighbour; stations with LLDP are not simulated."""
    if not box.has("lldp run"):
        return "% LLDP is not enabled\n"
    trunks = [name for name, _, lines in _physical(box) if _is_trunk(lines)]
    total = f"\nTotal entries displayed: {len(trunks)}\n\n"
    if "detail" in match.words:
        return "".join(_lldp_entry(name, number) for number, name in enumerate(trunks, start=1)) + total
    text = (
        "\nCapability codes:\n    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device\n"
        "    (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other\n\n"
        "Device ID           Local Intf     Hold-time  Capability      Port ID\n"
    )
    for number, name in enumerate(trunks, start=1):
        text += f"{'distribution-1':<20}{short_name(name):<15}120        B,R             Te1/0/{number}\n"
    return text + total


def _lldp_entry(name: str, number: int) -> str:
    return (
        "------------------------------------------------\n"
        f"Local Intf: {short_name(name)}\nChassis id: 0000.5e00.5301\nPort id: Te1/0/{number}\n"
        f"Port Description: TenGigabitEthernet1/0/{number}\nSystem Name: distribution-1\n\n"
        "System Description: \nCisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.4a\n\n"
        "Time remaining: 97 seconds\nSystem Capabilities: B,R\nEnabled Capabilities: B,R\nManagement Addresses:\n"
        "    IP: 192.0.2.1\nAuto Negotiation - not supported\nPhysical media capabilities - not advertised\n"
        "Media Attachment Unit type - not advertised\nVlan ID: - not advertised\n\n"
    )


def _vlans(box: Box, _match: Match, _user: str) -> str:
    members: dict[str, list[str]] = {}
    for name, state, lines in _physical(box):
        members.setdefault(_vlan(state, lines), []).append(short_name(name))
    names = {"1": "default"}
    for entry in starting(box.running, "vlan"):
        if entry.level == "vlan":
            number = entry.slot[1]
            names[number] = (value(entry.children, "name") or (f"VLAN{int(number):04d}",))[0]
    text = (
        "\nVLAN Name                             Status    Ports\n"
        "---- -------------------------------- --------- -------------------------------\n"
    )
    for number in sorted(names, key=int):
        ports = members.get(number, [])
        rows = [", ".join(ports[i : i + 4]) for i in range(0, len(ports), 4)] or [""]
        text += f"{number:<4} {names[number]:<32} {'active':<9} {rows[0]}\n"
        text += "".join(f"{'':48}{row}\n" for row in rows[1:])
    return text


def _ip_brief(box: Box, _match: Match, _user: str) -> str:
    text = "Interface              IP-Address      OK? Method Status                Protocol\n"
    for name, state in ports_in_order(box):
        lines = box.section("interface", name)
        address = (value(lines, "ip address") or ("unassigned",))[0]
        up = state.up or (name.startswith(VIRTUAL) and not state.policy.shutdown) or _is_trunk(lines)
        status = "administratively down" if state.policy.shutdown else "up" if up else "down"
        text += f"{name:<22} {address:<15} YES {'NVRAM' if address[0].isdigit() else 'unset':<6} {status:<21} {'up' if up else 'down'}\n"
    return text


def _hosts(box: Box, _match: Match, _user: str) -> str:
    domain = " ".join(value(box.running, "ip domain name") or ())
    return f"Default domain is {domain}\nName/address lookup uses domain service\nName servers are 255.255.255.255\n"


def _interfaces(box: Box, _match: Match, _user: str) -> str:
    """The first lines of each; the counters that follow on a switch are left out."""
    text = ""
    for name, state in ports_in_order(box):
        lines = box.section("interface", name)
        virtual = name.startswith(VIRTUAL)
        up = state.up or (virtual and not state.policy.shutdown) or _is_trunk(lines)
        line = "administratively down" if state.policy.shutdown else "up" if up else "down"
        note = f"{'up' if up else 'down'}" if virtual else f"{'up (connected)' if up else 'down (notconnect)'}"
        described = _described(lines, 240)
        kind = "Ethernet SVI" if virtual else "Gigabit Ethernet"
        text += f"{name} is {line}, line protocol is {note} \n"
        text += f"  Hardware is {kind}, address is 00a5.bf00.0001 (bia 00a5.bf00.0001)\n"
        text += f"  Description: {described}\n" if described else ""
        text += "  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec, \n     reliability 255/255, txload 1/255, rxload 1/255\n"
    return text


def _radius_groups(box: Box, _match: Match, _user: str) -> str:
    dead = {s.address for s in box.ports.radius if not s.alive}
    text = "Server group 802.1X\n    Sharecount = 1  sg_unconfigured = FALSE\n    Type = standard  Memlocks = 1\n"
    for server in servers_of(box):
        state = "DEAD" if server.address in dead else "UP"
        text += f"    Server({server.address}:{server.port},1813) Transactions:\n      State: current {state}\n"
    return text


def _port_security(box: Box, _match: Match, _user: str) -> str:
    rule = "-" * 75
    text = (
        "Secure Port  MaxSecureAddr  CurrentAddr  SecurityViolation  Security Action\n"
        f"                (Count)       (Count)          (Count)\n{rule}\n"
    )
    for name, state, _lines in _physical(box):
        if state.policy.mac_limit:
            count = min(len(state.devices), state.policy.mac_limit)
            violations = int(bool(state.err_disabled))
            action = state.policy.mac_violation.title()
            text += f"{short_name(name):>11} {state.policy.mac_limit:>14} {count:>12} {violations:>18} {action:>16}\n"
    return (
        f"{text}{rule}\nTotal Addresses in System (excluding one mac per port)     : 0\n"
        "Max Addresses limit in System (excluding one mac per port) : 4096\n"
    )


PORTS: dict[str, Callable[[Box, Match, str], str]] = {
    "interfaces_status": _interfaces_status,
    "err_disabled": _err_disabled,
    "recovery": _recovery,
    "mac_table": _mac_table,
    "key_chain": _key_chain,
    "lldp": _lldp,
    "cdp": lambda _box, _match, _user: "\n\nTotal cdp entries displayed : 0\n",
    "vlan": _vlans,
    "ip_brief": _ip_brief,
    "hosts": _hosts,
    "interfaces": _interfaces,
    "radius_groups": _radius_groups,
    "port_security": _port_security,
}
