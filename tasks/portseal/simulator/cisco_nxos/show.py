"""Exec commands, and what the switch prints of itself and its ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from portseal.simulator.cisco_nxos.lines import short_name
from portseal.simulator.config import natural
from portseal.simulator.dialect import Asks, Command
from portseal.simulator.grammar import Match
from portseal.simulator.line_box import LineBox
from portseal.simulator.port_state import PortState, SessionState
from portseal.simulator.unsaved import answers

_STATES = {"running": "CONNECTING", "rejected": "HELD", "unanswered": "HELD", "silent": "CONNECTING"}
_CONTROL = {"auto": "AUTO", "force-authorized": "FORCE_AUTH", "force-unauthorized": "FORCE_UNAUTH"}
_RULE = "-" * 80


def _states(box: LineBox, match: Match) -> Iterator[tuple[str, PortState]]:
    """The ports that a command is about, in their order."""
    wanted = next((word for kind, word in match.arguments if kind == "<interface>"), None)
    states = box.ports.now()
    return ((name, states[name]) for name in sorted(states, key=natural) if wanted in (None, name))


def _status(box: LineBox, match: Match, _shell: Asks) -> str:
    rows = [_RULE, "Port          Name               Status    Vlan      Duplex  Speed   Type", _RULE]
    lines = dict(box.interfaces())
    for name, state in _states(box, match):
        described = next((" ".join(e.words[1:]) for e in lines[name] if e.slot == ("description",)), "--")
        # what a port shut down for a second station shows was never published
        status = "secViolat" if state.err_disabled else "connected" if state.up else "notconnec"
        status = "disabled" if state.policy.shutdown else status
        trunk = any(e.slot == ("switchport", "mode") and e.words[-1] == "trunk" for e in lines[name])
        vlan = "trunk" if trunk else str(state.policy.vlan)
        speed = "full    1000   " if state.up else "auto    auto   "
        rows.append(f"{short_name(name):<13} {described[:18]:<18} {status:<9} {vlan:<9} {speed} 10Gbase-SR")
    return "\n".join(rows) + "\n"


def _dotted(mac: str) -> str:
    digits = mac.replace(":", "")
    return ".".join(digits[at : at + 4] for at in (0, 4, 8))


def _macs(box: LineBox, _match: Match, _shell: Asks) -> str:
    rows = [
        "Legend: ",
        "        * - primary entry, G - Gateway MAC, (R) - Routed MAC, O - Overlay MAC",
        "        age - seconds since last seen,+ - primary entry using vPC Peer-Link,",
        "        (T) - True, (F) - False, C - ControlPlane MAC, ~ - vsan",
        "   VLAN     MAC Address      Type      age     Secure NTFY Ports",
        "---------+-----------------+--------+---------+------+----+------------------",
    ]
    for name, state in sorted(box.ports.now().items(), key=lambda item: natural(item[0])):
        for device in state.devices:
            session = next((s for s in state.sessions if s.device.mac == device.mac), None)
            if state.passes(device) and device.traffic:
                vlan = state.policy.vlan if session is None else session.decision.vlan
                kind, secure = ("dynamic  0 ", "F") if session is None else ("static   - ", "T")
                where = f"{_dotted(device.mac)}   {kind}        {secure}      F    {short_name(name)}"
                rows.append(f"* {vlan:>4}     {where}")
    return "\n".join(rows) + "\n"


def _client(session: SessionState) -> list[str]:
    decision = session.decision
    word = dict(decision.states).get(decision.method, "running")
    lines = [
        f"{'Supplicant':>33} = {session.device.mac.upper()}",
        f"{'Auth SM State':>29} = {'AUTHENTICATED' if decision.authorized else _STATES.get(word, 'CONNECTING')}",
        f"{'Auth BEND SM State':>34} = IDLE",
        f"{'Port Status':>33} = {'AUTHORIZED' if decision.authorized else 'UNAUTHORIZED'}",
    ]
    if decision.authorized:
        lines.append(f"{'Authentication Method':>33} = {'EAP' if decision.method == 'dot1x' else 'MAB'}")
        lines.append(f"{'Authenticated By':>33} = Remote Server")
    return lines


def _details(box: LineBox, match: Match, _shell: Asks) -> str:
    if not box.has("feature dot1x"):
        return "% Invalid command at '^' marker.\n"
    lines = ["", f"{'Sysauthcontrol':>33} Enabled   ", f"{'Dot1x Protocol Version':>33} 2         ", ""]
    texts = dict(box.interfaces())
    for name, state in _states(box, match):
        if not any(entry.slot == ("dot1x", "pae") for entry in texts[name]):
            continue
        policy = state.policy
        clients = [
            each for each in state.sessions if each.decision.authorized or each.device.eap or "mab" in policy.methods
        ]
        shown = {
            "PAE": "AUTHENTICATOR",
            "PortControl": _CONTROL[policy.control],
            "HostMode": policy.host_mode.upper().replace("-", " "),
            "ReAuthentication": "Enabled" if policy.reauthentication else "Disabled",
            "QuietPeriod": "60",
            "ServerTimeout": "30",
            "SuppTimeout": "30",
            "ReAuthPeriod": f"{policy.reauthentication or 3600} (Locally configured)",
            "ReAuthMax": "2",
            "MaxReq": "2",
            "TxPeriod": "30",
            "RateLimitPeriod": "0",
            "Mac-Auth-Bypass": "Enabled" if "mab" in policy.methods else "Disabled",
        }
        lines += [f"Dot1x Info for {name}", "-----------------------------------"]
        lines += [f"{label:>33} = {text}" for label, text in shown.items()]
        if not clients:
            open_port = "AUTHORIZED" if policy.control == "force-authorized" else "UNAUTHORIZED"
            lines += ["", "Dot1x Authenticator Client List Empty", "", f"{'Port Status':>33} = {open_port}", ""]
            continue
        lines += ["", "Dot1x Authenticator Client List", "-------------------------------"]
        lines += [line for each in clients for line in _client(each)] + [""]
    return "\n".join(lines) + "\n"


def _summary(box: LineBox, match: Match, _shell: Asks) -> str:
    lines = []
    for name, state in _states(box, match):
        if state.policy.control == "auto":
            lines += ["", "               Interface     PAE              Client          Status", "-" * 66]
            for mac, word in [
                (each.device.mac.upper(), "AUTHORIZED" if each.decision.authorized else "UNAUTHORIZED")
                for each in state.sessions
            ] or [("none", "UNAUTHORIZED")]:
                lines.append(f"{name:>24}    AUTH {mac:>19}      {word}")
    return "\n".join(lines) + "\n"


def _checkpoint(box: LineBox, match: Match, _shell: Asks) -> str:
    name = match.words[-1]
    if name in box.checkpoints:
        return f"ERROR: Checkpoint {name} already exists\n"
    box.checkpoints[name] = box.copied()
    return ".Done\n"


def _no_checkpoint(box: LineBox, match: Match, _shell: Asks) -> str:
    if box.checkpoints.pop(match.words[-1], None) is None:
        return f"ERROR: Checkpoint {match.words[-1]} does not exist\n"
    return ""


def _rollback(box: LineBox, match: Match, _shell: Asks) -> str:
    before = box.checkpoints.get(match.words[3])
    if before is None:
        return f"ERROR: Checkpoint {match.words[3]} does not exist\n"
    box.go_back(before)
    return (
        "ADVISORY: Rollback operation started...\n"
        "Modifying running configuration from another VSH terminal in parallel\n"
        "is not recommended, as this may lead to Rollback failure.\n\n"
        "Collecting Running-Config\nGenerating Rollback patch for switch profile\nRollback Patch is Empty\n"
        "Collecting Running-Config\nGenerating Rollback Patch\nExecuting Rollback Patch\n"
        "Generating Running-config for verification\nGenerating Rollback Patch\n\nRollback completed successfully.\n\n"
    )


def _save(box: LineBox, _match: Match, _shell: Asks) -> str:
    box.save()
    return "[########################################] 100%\nCopy complete.\n"


def _configure(_box: LineBox, _match: Match, shell: Asks) -> str:
    shell.configure()
    return "Enter configuration commands, one per line. End with CNTL/Z.\n"


def _leave(_box: LineBox, _match: Match, shell: Asks) -> str:
    shell.closed = True
    return ""


def _length(_box: LineBox, match: Match, shell: Asks) -> str:
    shell.length = int(match.words[-1])
    return ""


def _reauthenticate(box: LineBox, match: Match, _shell: Asks) -> str:
    box.ports.reauthenticate(match.words[-1] if "interface" in match.words else None)
    return ""


def _lldp(box: LineBox, _match: Match, _shell: Asks) -> str:
    """Trunks lead to a switch; cameras say nothing of themselves."""
    if not box.has("feature lldp"):
        return "% Invalid command at '^' marker.\n"
    text = "Capability codes:\n  (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device\n\n"
    for name, lines in box.interfaces():
        if any(entry.slot == ("switchport", "mode") and entry.words[-1] == "trunk" for entry in lines):
            text += f"Chassis id: 0200.0000.0001\nPort id: Ethernet1/1\nLocal Port id: {short_name(name)}\n"
            text += "System Name: spine-1\nSystem Capabilities: B, R\nEnabled Capabilities: B, R\n\n"
    return text


def _clock(box: LineBox, _match: Match, _shell: Asks) -> str:
    return f"{box.now().strftime('%H:%M:%S.%f')[:-3]} UTC {box.now().strftime('%a %b %d %Y')}\nTime source is NTP\n"


def _ping(box: LineBox, match: Match, _shell: Asks) -> str:
    address = match.words[-1]
    answered = 5 if answers(box.radius(), address) else 0
    return (
        f"PING {address} ({address}): 56 data bytes\n\n--- {address} ping statistics ---\n"
        f"5 packets transmitted, {answered} packets received, {100 - answered * 20}.00% packet loss\n"
    )


ANSWERS: Mapping[str, Command] = {
    "leave": _leave,
    "nothing": lambda _box, _match, _shell: "",
    "length": _length,
    "configure": _configure,
    "checkpoint": _checkpoint,
    "no_checkpoint": _no_checkpoint,
    "rollback": _rollback,
    "save": _save,
    "reauthenticate": _reauthenticate,
    "running": lambda box, _match, _shell: box.text(shown=True),
    "startup": lambda box, _match, _shell: box.startup,
    "checkpoints": lambda box, _match, _shell: "".join(f"{name}\n" for name in box.checkpoints),
    "clock": _clock,
    "ping": _ping,
    "version": lambda _box, _match, _shell: "Cisco Nexus Operating System (NX-OS) Software\n  NXOS: version 10.4(5)\n",
    "status": _status,
    "dot1x": lambda _box, _match, _shell: "Sysauthcontrol Enabled\nDot1x Protocol Version 2\n",
    "dot1x_summary": _summary,
    "dot1x_details": _details,
    "lldp": _lldp,
    "macs": _macs,
}
