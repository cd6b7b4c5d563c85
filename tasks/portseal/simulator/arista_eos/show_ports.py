"""Ports, their stations and their neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from portseal.simulator.arista_eos.box import Box
from portseal.simulator.arista_eos.lines import short_name
from portseal.simulator.config import find, natural, value
from portseal.simulator.grammar import Match
from portseal.simulator.port_state import PortState, SessionState

Answer = tuple[str, Mapping[str, object] | None]
_METHODS = {"dot1x": "EAPOL", "mab": "MAC-BASED-AUTH"}
_STATES = {
    "success": "SUCCESS",
    "silent": "SUPPLICANT-TIMEOUT",
    "running": "SUPPLICANT-TIMEOUT",
    "rejected": "FAILED",
    "unanswered": "AAA-SERVER-TIMEOUT",
    "not run": "IN-PROGRESS",
}


def dotted(mac: str) -> str:
    """`accc.8e01.0203`."""
    digits = mac.replace(":", "")
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def wanted(box: Box, match: Match) -> Iterator[tuple[str, PortState]]:
    """The ports that a command is about, port 2 before port 10."""
    ports = [word for kind, word in match.arguments if kind == "<interface>"]
    for name, state in sorted(box.ports.now().items(), key=lambda item: natural(item[0])):
        if not ports or name in ports:
            yield name, state


def _trunk(box: Box, name: str) -> bool:
    return value(box.section("interface", name), "switchport mode") not in (None, ("access",))


def _is_up(box: Box, name: str, state: PortState) -> bool:
    return state.up or (not state.policy.shutdown and (_trunk(box, name) or name.startswith("Management")))


def _status(box: Box, name: str, state: PortState) -> str:
    if state.err_disabled:
        return "errdisabled"
    if state.policy.shutdown:
        return "disabled"
    return "connected" if _is_up(box, name, state) else "notconnect"


def _vlan(box: Box, name: str, state: PortState) -> str:
    admitted = next((s for s in state.sessions if s.decision.authorized), None)
    return "trunk" if _trunk(box, name) else str(admitted.decision.vlan if admitted else state.policy.vlan)


def _interfaces_status(box: Box, match: Match, _user: str) -> Answer:
    text = "Port       Name   Status       Vlan     Duplex Speed  Type            Flags Encapsulation\n"
    data: dict[str, object] = {}
    for name, state in wanted(box, match):
        if not name.startswith(("Ethernet", "Management")):
            continue
        status, vlan = _status(box, name, state), _vlan(box, name, state)
        text += f"{short_name(name):<17} {status:<12} {vlan:<8} full   1G     1000BASE-T\n"
        information = {"interfaceMode": "trunk", "interfaceForwardingModel": "bridged"}
        data[name] = {
            "linkStatus": status,
            "description": " ".join(value(box.section("interface", name), "description") or ()),
            "vlanInformation": information if vlan == "trunk" else {**information, "vlanId": int(vlan)},
            "interfaceType": "1000BASE-T",
            "bandwidth": 1000000000,
            "duplex": "duplexFull",
        }
    return text, {"interfaceStatuses": data}


def _errdisabled(box: Box, match: Match, _user: str) -> Answer:
    broken = {name: state.err_disabled for name, state in wanted(box, match) if state.err_disabled}
    text = "Port         Name         Status          Causes\n------------ ------------ --------------- -----------\n"
    text += "".join(f"{short_name(name):<25} errdisabled     portsec\n" for name in broken)
    statuses = {name: {"description": "", "status": "errdisabled", "causes": ["portsec"]} for name in broken}
    return text, {"interfaceStatuses": statuses}


def _interfaces(box: Box, match: Match, _user: str) -> Answer:
    data: dict[str, object] = {}
    for name, state in wanted(box, match):
        up = _is_up(box, name, state)
        data[name] = {
            "name": name,
            "description": " ".join(value(box.section("interface", name), "description") or ()),
            "lineProtocolStatus": "up" if up else "down",
            "interfaceStatus": _status(box, name, state),
            "physicalAddress": box.ports.mac_of(name),
            "bandwidth": 1000000000,
            "mtu": 9214,
            "lastStatusChangeTimestamp": box.booted.timestamp(),
            "hardware": "ethernet",
        }
    text = "".join(f"{name} is {'up' if _is_up(box, name, state) else 'down'}\n" for name, state in wanted(box, match))
    return text, {"interfaces": data}


def _state(session: SessionState) -> tuple[str, str]:
    """Method and state of a station: of the method that admitted it, or of the last one that was tried."""
    tried = [(method, word) for method, word in session.decision.states if word != "not run"]
    method, word = next((each for each in tried if each[1] == "success"), tried[-1] if tried else ("dot1x", "not run"))
    return _METHODS[method], "IN-PROGRESS" if session.running else _STATES[word]


def _dot1x_hosts(box: Box, match: Match, _user: str) -> Answer:
    text = "Port      Supplicant MAC   Auth             State                Fallback           VLAN\n"
    text += "--------- ---------------- ---------------- -------------------- ------------------ ----\n"
    for name, state in wanted(box, match):
        for session in state.sessions:
            method, word = _state(session)
            vlan = session.decision.vlan if session.decision.authorized else ""
            text += (
                f"{short_name(name):<9} {dotted(session.device.mac):<16} {method:<16} {word:<20} {'NONE':<18} {vlan}".rstrip()
                + "\n"
            )
    return text, None


def _dot1x_all(box: Box, match: Match, _user: str) -> Answer:
    text = ""
    for name, state in wanted(box, match):
        lines = box.section("interface", name)
        if value(lines, "dot1x pae") is None:
            continue
        period = (value(lines, "dot1x timeout reauth-period") or ("3600",))[0]
        heading = f"Dot1X Information for {name}"
        text += f"{heading}\n{'-' * len(heading)}\nPortControl           : {state.policy.control}\n"
        text += f"HostMode              : {state.policy.host_mode}\nQuietPeriod           : 60 seconds\n"
        text += f"TxPeriod              : {(value(lines, 'dot1x timeout tx-period') or ('5',))[0]} seconds\n"
        text += f"ReauthPeriod          : {period} seconds\nMaxReauthReq          : 2\n\n"
    return text, None


def _mac_table(box: Box, match: Match, _user: str) -> Answer:
    rows = list(_addresses(box, match))
    text = "          Mac Address Table\n------------------------------------------------------------------\n\n"
    text += "Vlan    Mac Address       Type        Ports      Moves   Last Move\n"
    text += "----    -----------       ----        -----      -----   ---------\n"
    for vlan, mac, kind, name in rows:
        moved = "       1       0:00:10 ago" if kind == "dynamic" else ""
        text += f"{vlan:>4}    {dotted(mac)}    {kind.upper():<11} {short_name(name)}{moved}\n"
    text += f"Total Mac Addresses for this criterion: {len(rows)}\n\n          Multicast Mac Address Table\n"
    text += "------------------------------------------------------------------\n\n"
    text += "Vlan    Mac Address       Type        Ports\n----    -----------       ----        -----\n"
    text += "Total Mac Addresses for this criterion: 0\n"
    entries = [
        {"macAddress": mac, "lastMove": 0.0, "interface": name, "moves": 1, "entryType": kind, "vlanId": vlan}
        for vlan, mac, kind, name in rows
    ]
    return text, {"unicastTable": {"tableEntries": entries}, "multicastTable": {"tableEntries": []}}


def _addresses(box: Box, match: Match) -> Iterator[tuple[int, str, str, str]]:
    """(VLAN, address, kind, port): static where 802.1X let the station in, learned where nobody had to."""
    for name, state in wanted(box, match):
        for device in state.devices if state.up else ():
            session = next((s for s in state.sessions if s.device.mac == device.mac), None)
            if state.passes(device):
                vlan = session.decision.vlan if session else state.policy.vlan
                yield vlan, device.mac, "static" if session else "dynamic", name


def _lldp(box: Box, match: Match, _user: str) -> Answer:
    ports = {name: {"lldpNeighborInfo": _neighbours(box, name)} for name, _ in wanted(box, match)}
    text = ""
    for name, found in ports.items():
        text += f"Interface {name} detected {len(found['lldpNeighborInfo'])} LLDP neighbors:\n\n"
        if found["lldpNeighborInfo"]:
            text += (
                '  Neighbor 0200.0000.0001/"Ethernet1", age 12 seconds\n  - Chassis ID type: MAC address (4)\n'
                "    Chassis ID     : 0200.0000.0001\n  - Port ID type: Interface name (5)\n"
                '    Port ID     : "Ethernet1"\n  - System Name: "distribution-1"\n'
                "  - System Capabilities : Bridge, Router\n    Enabled Capabilities: Bridge, Router\n\n"
            )
    return text, {"lldpNeighbors": ports}


def _lldp_brief(box: Box, match: Match, _user: str) -> Answer:
    found = [(name, each) for name, _ in wanted(box, match) for each in _neighbours(box, name)]
    rows = [
        {"port": name, "neighborDevice": each["systemName"], "neighborPort": "Ethernet1", "ttl": each["ttl"]}
        for name, each in found
    ]
    text = "Port          Neighbor Device ID       Neighbor Port ID    TTL\n"
    text += "".join(
        f"{short_name(name):<13} {each['systemName']!s:<24} Ethernet1           120\n" for name, each in found
    )
    return text, {"tablesLastChangeTime": 0.0, "lldpNeighbors": rows}


def _neighbours(box: Box, name: str) -> list[dict[str, object]]:
    """The uplink has the distribution switch behind it."""
    if not _trunk(box, name) or find(box.section("interface", name), ("shutdown",)):
        return []
    return [
        {
            "chassisId": "0200.0000.0001",
            "chassisIdType": "macAddress",
            "systemName": "distribution-1",
            "systemDescription": "Arista Networks EOS version 4.31.1F",
            "systemCapabilities": {"bridge": True, "router": True},
            "neighborInterfaceInfo": {
                "interfaceId": '"Ethernet1"',
                "interfaceIdType": "interfaceName",
                "interfaceDescription": "to access",
            },
            "ttl": 120,
        }
    ]


PORTS: dict[str, Callable[[Box, Match, str], Answer]] = {
    "interfaces": _interfaces,
    "interfaces_status": _interfaces_status,
    "errdisabled": _errdisabled,
    "dot1x_hosts": _dot1x_hosts,
    "dot1x_all": _dot1x_all,
    "mac_table": _mac_table,
    "lldp": _lldp,
    "lldp_brief": _lldp_brief,
}
