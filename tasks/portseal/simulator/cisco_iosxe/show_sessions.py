"""`show authentication sessions` and its kin, `show dot1x`, `show mab`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.lines import short_name
from portseal.simulator.config import natural, value
from portseal.simulator.grammar import Match
from portseal.simulator.port_state import PortState, SessionState

Row = tuple[str, PortState, SessionState]
_KEY = """
Key to Session Events Blocked Status Flags:

  A - Applying Policy (multi-line status for details)
  D - Awaiting Deletion
  F - Final Removal in progress
  I - Awaiting IIF ID allocation
  P - Pushed Session
  R - Removing User Profile (multi-line status for details)
  U - Applying User Profile (multi-line status for details)
  X - Unknown Blocker
"""
_METHODS = """
Runnable methods list:
  Handle  Priority  Name
      11         5  dot1xSup
      10         5  dot1x
      14        10  webauth
      12        15  mab
"""
_STATES = {
    "not run": "Not run",
    "running": "Running",
    "silent": "Stopped",
    "success": "Authc Success",
    "rejected": "Authc Failed",
    "unanswered": "Authc Failed",
}
_TEMPLATES = {"critical": "CRITICAL_AUTH_VLAN", "guest": "GUEST_VLAN", "auth-fail": "AUTH_FAIL_VLAN"}


def dotted(mac: str) -> str:
    """`accc.8e01.0203`."""
    digits = mac.replace(":", "")
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def ports_in_order(box: Box) -> list[tuple[str, PortState]]:
    """Every port with its state, port 2 before port 10."""
    return sorted(box.ports.now().items(), key=lambda item: natural(item[0]))


def _rows(box: Box, match: Match) -> Iterator[Row]:
    """The sessions a command asks for."""
    words = match.words
    wanted = words[words.index("interface") + 1] if "interface" in words else None
    method = words[words.index("method") + 1] if "method" in words else None
    mac = words[words.index("mac") + 1].lower() if "mac" in words else None
    for name, state in ports_in_order(box):
        if wanted not in (None, name):
            continue
        for session in state.sessions:
            if method not in (None, session.decision.method) or mac not in (None, dotted(session.device.mac)):
                continue
            yield name, state, session


def session_id(box: Box, number: int) -> str:
    """The Common Session ID: address, counter and time, in hex."""
    seed = hashlib.sha256(box.spec.name.encode()).hexdigest()[:8].upper()
    return f"0A{seed[:6]}{number:08X}{int(box.booted.timestamp()) & 0xFFFFFFFF:08X}"


def _domain(session: SessionState) -> str:
    return "DATA" if session.decision.authorized else "UNKNOWN"


def _sessions(box: Box, match: Match, _user: str) -> str:
    rows = list(_rows(box, match))
    one_port = "interface" in match.words
    if not rows:
        return "No sessions match supplied criteria.\n" if len(match.words) > 3 else "No sessions currently exist\n"
    text = (
        "Interface                MAC Address    Method  Domain  Status Fg  Session ID\n"
        "--------------------------------------------------------------------------------------------\n"
    )
    for name, _state, session in rows:
        status = "Auth" if session.decision.authorized else "Unauth"
        method = session.decision.method
        if not session.decision.authorized and "running" not in dict(session.decision.states).values():
            method = "N/A" if method == "mab" else method
        text += (
            f"{short_name(name):<24} {dotted(session.device.mac)} {method:<7} {_domain(session):<7} "
            f"{status:<12}{session_id(box, session.number)}\n"
        )
    if not one_port:
        text += f"\nSession count = {len(rows)}\n"
    return text + _KEY + (_METHODS if one_port else "")


def _field(label: str, content: str) -> str:
    return f"{label:>21}:  {content}\n"


def _details(box: Box, match: Match, _user: str) -> str:
    blocks = [_detail(box, *row) for row in _rows(box, match)]
    if not blocks:
        return "No sessions match supplied criteria.\n"
    return ("\n----------------------------------------\n").join(blocks) + "\n"


def _detail(box: Box, name: str, state: PortState, session: SessionState) -> str:
    decision, number = session.decision, session.number
    text = _field("Interface", name)
    text += _field("IIF-ID", f"0x{0x1D000000 + number:08X}")
    text += _field("MAC Address", dotted(session.device.mac))
    text += _field("IPv6 Address", "Unknown") + _field("IPv4 Address", "Unknown")
    if decision.user:
        text += _field("User-Name", decision.user)
    text += _field("Status", "Authorized" if decision.authorized else "Unauthorized")
    text += _field("Domain", _domain(session))
    text += _field("Oper host mode", state.policy.host_mode) + _field("Oper control dir", "both")
    text += _timeout(box, state, session)
    text += _field("Common Session ID", session_id(box, number))
    text += _field("Acct Session ID", f"0x{number:08x}") + _field("Handle", f"0x{0xDB000000 + number:08x}")
    control = value(box.section("interface", name), "service-policy type control subscriber")
    text += _field("Current Policy", control[0] if control else f"POLICY_{short_name(name)}")
    text += "\n\n" + _local_policies(name, state, session)
    if decision.assigned:
        text += "Server Policies:\n" + _field("Vlan Group", f"Vlan: {decision.vlan}") + "\n"
    text += "\nMethod status list:\n       Method           State\n"
    return text + "".join(f"{method:>13}           {_STATES[word]}\n" for method, word in decision.states)


def _timeout(box: Box, state: PortState, session: SessionState) -> str:
    seconds = state.policy.reauthentication
    if not seconds or not session.decision.authorized:
        return _field("Session timeout", "N/A")
    passed = int((time.monotonic() - session.began) * 60 / box.spec.minute)
    left = max(seconds - passed, 0)
    return _field("Session timeout", f"{seconds}s (local), Remaining: {left}s") + _field(
        "Timeout action", "Reauthenticate"
    )


def _local_policies(name: str, state: PortState, session: SessionState) -> str:
    decision, text = session.decision, ""
    linksec = "must-secure" if state.unsecured == "unauthorize" else "should-secure"
    own = f"DEFAULT_LINKSEC_POLICY_{linksec.upper().replace('-', '_')}"
    for template in decision.templates:
        text += f"\tService Template: {template} (priority 150)\n" if template != own else ""
    if decision.fallback == "other":
        text += _field("Vlan Group", f"Vlan: {decision.vlan}")
    elif decision.fallback and decision.authorized:
        text += f"\tService Template: {_TEMPLATES[decision.fallback]}_{short_name(name)} (priority 150)\n"
        text += _field("Vlan Group", f"Vlan: {decision.vlan}")
    if state.policy.cak == "derived":
        text += f"\tService Template: {own} (priority 150)\n"
        text += f"      Security Policy:  {linksec.replace('-', ' ').title()}\n"
        text += f"      Security Status:  Link {'Secured' if session.secured else 'Unsecured'}\n"
    return f"Local Policies:\n{text}\n" if text else ""


SESSIONS: dict[str, Callable[[Box, Match, str], str]] = {"sessions": _sessions, "session_details": _details}
