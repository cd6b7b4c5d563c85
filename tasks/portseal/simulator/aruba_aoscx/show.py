"""Exec commands, and what the switch prints of itself and its ports."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from portseal.simulator.config import natural
from portseal.simulator.dialect import Asks, Command
from portseal.simulator.grammar import Match
from portseal.simulator.line_box import LineBox
from portseal.simulator.port_state import PortState, SessionState
from portseal.simulator.unsaved import unsaved

_STATES = {
    "success": ("Authenticated", ""),
    "running": ("Authenticating", ""),
    "silent": ("Unauthenticated", "Supplicant-Timeout"),
    "rejected": ("Unauthenticated", "Server-Reject"),
    "unanswered": ("Unauthenticated", "Server-Timeout"),
    "not run": ("Not attempted", ""),
}
_METHODS = {"dot1x": "dot1x", "mab": "mac-auth"}


def _states(box: LineBox, match: Match) -> Iterator[tuple[str, PortState]]:
    """The ports that a command is about, in their order."""
    wanted = next((word for kind, word in match.arguments if kind == "<interface>"), None)
    states = box.ports.now()
    return ((name, states[name]) for name in sorted(states, key=natural) if wanted in (None, name))


def _brief(box: LineBox, match: Match, _shell: Asks) -> str:
    rule = "-" * 110
    rows = [
        rule,
        "Port      Native  Mode   Type           Enabled Status  Reason                 Speed   Description",
        "          VLAN                                                                 (Mb/s)",
        rule,
    ]
    texts = dict(box.interfaces())
    for name, state in _states(box, match):
        described = next((" ".join(e.words[1:]) for e in texts[name] if e.slot == ("description",)), "--")
        mode = "trunk" if any(e.slot[:2] == ("vlan", "trunk") for e in texts[name]) else "access"
        on, up = ("no" if state.policy.shutdown else "yes"), state.up
        why = "" if up else "Administratively down" if state.policy.shutdown else "Waiting for link"
        rows.append(
            f"{name:<9} {state.policy.vlan:<7} {mode:<6} {'1GbT':<14} {on:<7} {'up' if up else 'down':<7} {why:<22} "
            f"{'1000' if up else '--':<7} {described}"
        )
    return "\n".join(rows) + "\n"


def _macs(box: LineBox, _match: Match, _shell: Asks) -> str:
    rows = []
    for name, state in sorted(box.ports.now().items(), key=lambda item: natural(item[0])):
        for device in state.devices:
            session = next((s for s in state.sessions if s.device.mac == device.mac), None)
            if state.passes(device) and device.traffic:
                kind = "dynamic" if session is None else "port-access-security"
                vlan = state.policy.vlan if session is None else session.decision.vlan
                rows.append(f"{device.mac}    {vlan:<8} {kind:<25} {name}")
    if not rows:
        return "No MAC entries found.\n"
    head = [
        "MAC age-time            : 300 seconds",
        f"Number of MAC addresses : {len(rows)}",
        "",
        "MAC Address          VLAN     Type                      Port",
        "--------------------------------------------------------------",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _role(session: SessionState) -> str:
    """The role with the switch's word for why it was given."""
    if not session.decision.templates:
        return ""
    return f"{session.decision.templates[0]}, {session.decision.fallback or 'Auth'}"


def _client(session: SessionState, port: str, *, detail: bool) -> list[str]:
    decision = session.decision
    user = f", {decision.user}" if decision.user else ""
    states = [(_METHODS[method], _STATES[word]) for method, word in decision.states]
    shown = dict(states)
    last = _METHODS.get(decision.method, decision.method)
    word, why = shown[last]
    age = int(time.monotonic() - session.began)
    lines = [
        f"Client {session.device.mac}{user}",
        "============================",
        "  Session Details",
        "  ---------------",
        f"    Port         : {port}",
        f"    Session Time : {age}s",
        "    IPv4 Address :",
        "    IPv6 Address :",
        "",
    ]
    if detail:
        vlan = decision.vlan if decision.authorized else ""
        lines += ["  VLAN Details", "  ------------", "    VLAN Group Name :", f"    VLANs Assigned  : {vlan}"]
        lines += [f"      Access          : {vlan}", "      Native Untagged :", "      Allowed Trunk   :", ""]
    lines += [
        "  Authentication Details",
        "  ----------------------",
        f"    Status          : {last} {word}",
        f"    Auth Precedence : {', '.join(f'{name} - {state}' for name, (state, _) in states)}",
    ]
    if detail and word != "Authenticating":
        lines.append(f"    Auth History    : {last} - {', '.join(filter(None, (word, why, f'{age}s ago')))}")
        before = [(name, state) for name, state in states if name != last and state[0] == "Unauthenticated"]
        lines += [f"                      {n} - {', '.join(filter(None, (*s, f'{age}s ago')))}" for n, s in before]
    applied = "Applied" if decision.authorized else "Not ready"
    lines += ["", "  Authorization Details", "  ----------------------", f"    Role   : {_role(session)}"]
    return [*lines, f"    Status : {applied}", ""]


def _clients(box: LineBox, match: Match, heading: str, *, detail: bool) -> str:
    blocks = [
        line
        for name, state in _states(box, match)
        for session in state.sessions
        for line in _client(session, name, detail=detail)
    ]
    return "\n".join([heading, "", *blocks]) + "\n"


def _table(box: LineBox, match: Match, _shell: Asks) -> str:
    rule = "-" * 80
    rows = ["Port Access Clients", "", rule, "Port     MAC Address       Onboarded      Status      Role"]
    rows += ["                           Method", rule]
    for name, state in _states(box, match):
        for session in state.sessions:
            decision = session.decision
            good = decision.authorized and not decision.fallback
            status = "In-Progress" if session.running else "Success" if decision.authorized else "Fail"
            method = _METHODS.get(decision.method, "") if good else ""
            rows.append(f"{name:<8} {session.device.mac} {method:<14} {status:<11} {_role(session)}")
    return "\n".join(rows) + "\n"


def _violations(box: LineBox, match: Match, _shell: Asks) -> str:
    lines = ["Client Limit Exceeded Violation Status Details", ""]
    for name, state in _states(box, match):
        if state.policy.control == "auto" or state.policy.mac_limit:
            occurred = bool(state.err_disabled)
            lines += [f"  Port            : {name}", f"  Violation Count : {int(occurred)}"]
            lines += [f"  Violation State : {'Violation Occurred' if occurred else 'None'}", ""]
    return "\n".join(lines) + "\n"


def _lldp(box: LineBox, _match: Match, _shell: Asks) -> str:
    """Trunks lead to a switch; cameras say nothing of themselves."""
    text = "LLDP Neighbor Information\n=========================\n\n"
    for name, lines in box.interfaces():
        if any(entry.slot[:2] == ("vlan", "trunk") for entry in lines):
            text += f"{'-' * 80}\nPort                           : {name}\nNeighbor Entries               : 1\n"
            text += (
                "Neighbor Chassis-Name          : distribution-1\nNeighbor Chassis-ID            : 02:00:00:00:00:01\n"
            )
            text += "Chassis Capabilities Available : Bridge, Router\nChassis Capabilities Enabled   : Bridge, Router\n"
    return text


def _auto(box: LineBox, match: Match, _shell: Asks) -> str:
    minutes = int(match.words[-1])
    box.arm(minutes)
    return f"Auto checkpoint mode expires in {minutes} minute(s)\n"


def _confirm(box: LineBox, _match: Match, _shell: Asks) -> str:
    if not box.settle_automatic():
        return "Auto checkpoint mode is not enabled; nothing to confirm: failed\n"
    name = f"AUTO{box.now().strftime('%Y%m%d%H%M%S')}"
    box.checkpoints[name] = box.copied()
    return f"checkpoint {name} created\n"


def _rollback(box: LineBox, match: Match, _shell: Asks) -> str:
    before = box.checkpoints.get(match.words[-1])
    if before is None:
        return f"Checkpoint {match.words[-1]} does not exist\n"
    box.go_back(before)
    return "Success\n"


def _copy(box: LineBox, match: Match, _shell: Asks) -> str:
    if match.words[-1] in box.checkpoints:
        return f"Checkpoint {match.words[-1]} exists already: failed\n"
    box.checkpoints[match.words[-1]] = box.copied()
    return "Success\n"


def _erase(box: LineBox, match: Match, shell: Asks) -> str:
    def answer(line: str) -> str:
        if line.strip().lower() == "y":
            box.checkpoints.pop(match.words[-1], None)
        return ""

    shell.ask(f"Erase checkpoint {match.words[-1]} ? (y/n): ", answer)
    return ""


def _save(box: LineBox, _match: Match, _shell: Asks) -> str:
    box.save()
    return "Success\n"


def _configure(_box: LineBox, _match: Match, shell: Asks) -> str:
    shell.configure()
    return ""


def _leave(_box: LineBox, _match: Match, shell: Asks) -> str:
    shell.closed = True
    return ""


def _page(_box: LineBox, match: Match, shell: Asks) -> str:
    shell.length = int(match.words[-1]) if match.words[-1].isdigit() else 24
    return ""


def _no_page(_box: LineBox, _match: Match, shell: Asks) -> str:
    shell.length = 0
    return ""


def _reauthenticate(box: LineBox, match: Match, _shell: Asks) -> str:
    box.ports.reauthenticate(match.words[-1])
    return ""


def _version(box: LineBox, _match: Match, _shell: Asks) -> str:
    rule = "-" * 77
    return (
        f"{rule}\nAOS-CX\n(c) Copyright 2017-2025 Hewlett Packard Enterprise Development LP\n{rule}\n"
        "Version      : FL.10.15.1020\nActive Image : primary\n"
    )


def _unseen(_box: LineBox, match: Match, _shell: Asks) -> str:
    """Nobody published what these commands print, so that nothing is made up that could be taken for it."""
    return f"(simulated: the output of `{' '.join(match.words)}` was never published)\n"


def _clock(box: LineBox, _match: Match, _shell: Asks) -> str:
    return f"{box.now():%a %b %e %H:%M:%S UTC %Y}\nSystem is configured for timezone : UTC\n"


def _diffs(box: LineBox, _match: Match, _shell: Asks) -> str:
    return unsaved(box.started().splitlines(), box.text(shown=False).splitlines(), ("startup-config", "running-config"))


ANSWERS: Mapping[str, Command] = {
    "leave": _leave,
    "page": _page,
    "no_page": _no_page,
    "configure": _configure,
    "auto": _auto,
    "confirm": _confirm,
    "rollback": _rollback,
    "copy": _copy,
    "erase": _erase,
    "save": _save,
    "reauthenticate": _reauthenticate,
    "running": lambda box, _match, _shell: box.text(shown=True),
    "startup": lambda box, _match, _shell: box.startup,
    "checkpoints": lambda box, _match, _shell: "".join(f"{name}\n" for name in box.checkpoints),
    "version": _version,
    "clock": _clock,
    "diffs": _diffs,
    "brief": _brief,
    "lldp": _lldp,
    "macs": _macs,
    "clients": _table,
    "clients_detail": lambda box, match, _shell: _clients(
        box, match, "Port Access Client Status Details:", detail=True
    ),
    "client_status": lambda box, match, _shell: _clients(box, match, "Port Access Client Status Details", detail=False),
    "violations": _violations,
    "unseen": _unseen,
}
