"""`show authentication sessions` and its kin, `show dot1x`, `show mab`."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.lines import short_name
from portseal.simulator.cisco_iosxe.ports import PortState, SessionState
from portseal.simulator.config import find, natural, value
from portseal.simulator.grammar import Match

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
        if not session.decision.authorized and "Running" not in dict(session.decision.states).values():
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
    text += _field("Current Policy", f"POLICY_{short_name(name)}")
    text += "\n\n" + _local_policies(name, state, session)
    if decision.assigned:
        text += "Server Policies:\n" + _field("Vlan Group", f"Vlan: {decision.vlan}") + "\n"
    text += "\nMethod status list:\n       Method           State\n"
    return text + "".join(f"{method:>13}           {word}\n" for method, word in decision.states)


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
    if decision.fallback and decision.authorized:
        text += f"\tService Template: {_TEMPLATES[decision.fallback]}_{short_name(name)} (priority 150)\n"
        text += _field("Vlan Group", f"Vlan: {decision.vlan}")
    if state.policy.macsec == "host":
        policy = state.policy.linksec
        text += f"\tService Template: DEFAULT_LINKSEC_POLICY_{policy.upper().replace('-', '_')} (priority 150)\n"
        text += f"      Security Policy:  {policy.replace('-', ' ').title()}\n"
        text += f"      Security Status:  Link {'Secured' if session.secured else 'Unsecured'}\n"
    return f"Local Policies:\n{text}\n" if text else ""


# --- dot1x


def _enabled(box: Box) -> str:
    state = "Enabled" if box.has("dot1x system-auth-control") else "Disabled"
    return f"Sysauthcontrol{state:>24}\nDot1x Protocol Version{3:>16}\n"


def _authenticators(box: Box) -> Iterator[tuple[str, PortState]]:
    for name, state in ports_in_order(box):
        if value(box.section("interface", name), "dot1x pae") is not None:
            yield name, state


def _port_lines(box: Box, name: str, state: PortState) -> str:
    lines = box.section("interface", name)

    def number(setting: str, default: str) -> str:
        found = value(lines, setting)
        return found[-1] if found else default

    control = state.policy.control.upper().replace("-", "_")
    periodic = "Enabled" if find(lines, ("authentication", "periodic")) else "Disabled"
    rows = (
        ("PAE", "AUTHENTICATOR"),
        ("PortControl", control),
        ("ControlDirection", "Both"),
        ("HostMode", state.policy.host_mode.upper().replace("-", "_")),
        ("ReAuthentication", periodic),
        ("QuietPeriod", number("dot1x timeout quiet-period", "60")),
        ("ServerTimeout", number("dot1x timeout server-timeout", "30")),
        ("SuppTimeout", number("dot1x timeout supp-timeout", "30")),
        ("ReAuthPeriod", f"{number('authentication timer reauthenticate', '3600')} (Locally configured)"),
        ("ReAuthMax", number("dot1x max-reauth-req", "2")),
        ("MaxReq", number("dot1x max-req", "2")),
        ("TxPeriod", number("dot1x timeout tx-period", "30")),
        ("RateLimitPeriod", "0"),
    )
    head = f"\nDot1x Info for {name}\n-----------------------------------\n"
    return head + "".join(f"{label:<25} = {content}\n" for label, content in rows)


def _dot1x(box: Box, match: Match, _user: str) -> str:
    text = _enabled(box)
    if "all" in match.words:
        text += "".join(_port_lines(box, name, state) for name, state in _authenticators(box)) + "\n"
    return text


def _dot1x_details(box: Box, _match: Match, _user: str) -> str:
    text = _enabled(box)
    for name, state in _authenticators(box):
        text += _port_lines(box, name, state)
        clients = [s for s in state.sessions if "dot1x" in dict(s.decision.states)]
        if not clients:
            text += "Dot1x Authenticator Client List Empty\n"
            continue
        text += "Dot1x Authenticator Client List\n-------------------------------\n"
        for session in clients:
            word = dict(session.decision.states)["dot1x"]
            machine = {"Authc Success": "AUTHENTICATED", "Authc Failed": "HELD"}.get(word, "CONNECTING")
            method = {"eap-tls": "TLS", "peap": "PEAP"}.get(session.device.eap or "", "(0)")
            text += (
                f"{'EAP Method':<25} = {method}\n{'Supplicant':<25} = {dotted(session.device.mac)}\n"
                f"{'Session ID':<25} = {session_id(box, session.number)}\n"
                f"{'    Auth SM State':<25} = {machine}\n{'    Auth BEND SM State':<25} = IDLE\n\n"
            )
    return text


def _dot1x_summary(box: Box, _match: Match, _user: str) -> str:
    text = (
        "Interface       PAE     Client          Status          \n"
        "--------------------------------------------------------\n"
    )
    for name, state in _authenticators(box):
        lead = f"{short_name(name):<16}AUTH    "
        for session in state.sessions:
            ok = dict(session.decision.states).get("dot1x") == "Authc Success" and session.decision.authorized
            status = "AUTHORIZED" if ok else "UNAUTHORIZED"
            text += f"{lead}{dotted(session.device.mac):<16}{status:<16}\n"
            lead = " " * 24
        if not state.sessions:
            text += f"{lead}{'none':<16}{'UNAUTHORIZED':<16}\n"
    return text + "\n"


# --- mab


def _mab(box: Box, _match: Match, _user: str) -> str:
    text = ""
    for name, _state in ports_in_order(box):
        if value(box.section("interface", name), "mab") is None:
            continue
        text += (
            f"MAB details for {name}\n-------------------------------------\nMac-Auth-Bypass           = Enabled\n\n"
        )
    return text


def _mab_summary(box: Box, _match: Match, _user: str) -> str:
    text = "Interface       Client MAC      Authen Status\n------------------------------------------------------\n"
    for name, state in ports_in_order(box):
        for session in state.sessions:
            word = dict(session.decision.states).get("mab", "Not run")
            if word.startswith("Authc"):
                status = "SUCCESS" if word == "Authc Success" else "FAIL"
                text += f"{short_name(name):<16}{dotted(session.device.mac):<16}{status:<16}\n"
    return text


SESSIONS: dict[str, Callable[[Box, Match, str], str]] = {
    "sessions": _sessions,
    "session_details": _details,
    "dot1x": _dot1x,
    "dot1x_details": _dot1x_details,
    "dot1x_summary": _dot1x_summary,
    "mab": _mab,
    "mab_summary": _mab_summary,
}
