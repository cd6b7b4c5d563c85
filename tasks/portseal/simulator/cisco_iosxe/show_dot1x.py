"""`show dot1x ...` and `show mab ...`: the methods, port by port."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.lines import short_name
from portseal.simulator.cisco_iosxe.show_sessions import dotted, ports_in_order, session_id
from portseal.simulator.config import find, value
from portseal.simulator.grammar import Match
from portseal.simulator.port_state import PortState


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
            machine = {"success": "AUTHENTICATED", "rejected": "HELD", "unanswered": "HELD"}.get(word, "CONNECTING")
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
            ok = dict(session.decision.states).get("dot1x") == "success" and session.decision.authorized
            status = "AUTHORIZED" if ok else "UNAUTHORIZED"
            text += f"{lead}{dotted(session.device.mac):<16}{status:<16}\n"
            lead = " " * 24
        if not state.sessions:
            text += f"{lead}{'none':<16}{'UNAUTHORIZED':<16}\n"
    return text + "\n"


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
            word = dict(session.decision.states).get("mab")
            if word in ("success", "rejected", "unanswered"):
                status = "SUCCESS" if word == "success" else "FAIL"
                text += f"{short_name(name):<16}{dotted(session.device.mac):<16}{status:<16}\n"
    return text


DOT1X: dict[str, Callable[[Box, Match, str], str]] = {
    "dot1x": _dot1x,
    "dot1x_details": _dot1x_details,
    "dot1x_summary": _dot1x_summary,
    "mab": _mab,
    "mab_summary": _mab_summary,
}
