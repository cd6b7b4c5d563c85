"""`display dot1x` and `display mac-authentication`: who is online, and who is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from portseal.simulator.config import value
from portseal.simulator.grammar import Match
from portseal.simulator.hpe_comware.box import Box
from portseal.simulator.hpe_comware.display_ports import dashed, ports_in_order
from portseal.simulator.hpe_comware.policy import has
from portseal.simulator.port_state import PortState, SessionState

User = tuple[str, PortState, SessionState]


def _users(box: Box, method: str, *, online: bool) -> Iterator[User]:
    """Users of a method, in the order of ports; `online`: only those who are let in by a server."""
    for name, state in ports_in_order(box):
        for session in state.sessions:
            word = dict(session.decision.states).get(method, "")
            let_in = session.decision.authorized and not session.decision.fallback and word == "success"
            if let_in or (not online and word in ("rejected", "unanswered", "running")):
                yield name, state, session


def _rows(users: list[User], name: str, title: str) -> str:
    here = [session for port, _, session in users if port == name]
    text = f"   {title}: {len(here)}\n          MAC address         Auth state\n"
    for session in here:
        state = "Authenticated" if session.decision.authorized else "Unauthenticated"
        text += f"          {dashed(session.device.mac):<20}{state}\n"
    return text


def _vlan(box: Box, name: str, setting: str) -> str:
    found = value(box.section("interface", name), setting)
    return found[0] if found else "Not configured"


def _on(condition: bool) -> str:
    return "Enabled" if condition else "Disabled"


def _dot1x(box: Box, match: Match) -> str:
    if not box.has("dot1x"):
        return "802.1X is not configured.\n"
    users = list(_users(box, "dot1x", online=False))
    online = len(list(_users(box, "dot1x", online=True)))
    text = (
        "Global 802.1X parameters:\n   802.1X authentication                : Enabled\n"
        f"   {'EAP' if box.eap_relay else 'CHAP'} authentication                   : Enabled\n"
        "   Max-tx period                        : 30 s\n   Handshake period                     : 15 s\n"
        "   Quiet timer                          : Disabled\n       Quiet period                     : 60 s\n"
        "   Supp timeout                         : 30 s\n   Server timeout                       : 100 s\n"
        f"   Reauth period                        : {box.reauthentication} s\n"
        "   Max auth requests                    : 2\n   EAD assistant function               : Disabled\n"
        "       EAD timeout                      : 30 min\n   Domain delimiter                     : @\n"
        " Max 802.1X users                       : 4294967295 per slot\n"
        f" Online 802.1X wired users              : {online}\n"
    )
    wanted = match.words[-1] if "interface" in match.words else None
    for name, state in ports_in_order(box):
        lines = box.section("interface", name)
        if wanted not in (None, name) or not has(lines, "dot1x"):
            continue
        method = (value(lines, "dot1x port-method") or ("macbased",))[0]
        text += (
            f"\n {name}  is link-{'up' if state.up else 'down'}\n   802.1X authentication      : Enabled\n"
            f"   Handshake                  : {_on(not _undone(box, name, 'dot1x handshake'))}\n"
            "   Handshake security         : Disabled\n"
            f"   Unicast trigger            : {_on(has(lines, 'dot1x unicast-trigger'))}\n"
            f"   Periodic reauth            : {_on(has(lines, 'dot1x re-authenticate'))}\n"
            "   Port role                  : Authenticator\n   Authorization mode         : Auto\n"
            f"   Port access control        : {'Port' if method == 'portbased' else 'MAC'}-based\n"
            f"   Multicast trigger          : {_on(not _undone(box, name, 'dot1x multicast-trigger'))}\n"
            f"   Mandatory auth domain      : {_vlan(box, name, 'dot1x mandatory-domain')}\n"
            f"   Guest VLAN                 : {_vlan(box, name, 'dot1x guest-vlan')}\n"
            f"   Auth-Fail VLAN             : {_vlan(box, name, 'dot1x auth-fail vlan')}\n"
            f"   Critical VLAN              : {_vlan(box, name, 'dot1x critical vlan')}\n"
            "   Re-auth server-unreachable : Logoff\n"
            f"   Max online users           : {(value(lines, 'dot1x max-user') or ('4294967295',))[0]}\n\n"
            "   EAPOL packets: Tx 3, Rx 3\n   Sent EAP Request/Identity packets : 1\n"
            "        EAP Request/Challenge packets: 1\n        EAP Success packets: 1\n"
            "        EAP Failure packets: 0\n   Received EAPOL Start packets : 1\n"
            "            EAPOL LogOff packets: 1\n            EAP Response/Identity packets : 1\n"
            "            EAP Response/Challenge packets: 1\n            Error packets: 0\n"
        )
        text += _rows(users, name, "Online 802.1X users")
    return text


def _undone(box: Box, name: str, setting: str) -> bool:
    entry = next((e for e in box.section("interface", name) if e.slot == tuple(setting.split())), None)
    return entry is not None and entry.negative


def _mac_authentication(box: Box, match: Match) -> str:
    if not box.has("mac-authentication"):
        return "MAC authentication is not configured.\n"
    users = list(_users(box, "mab", online=False))
    online = len(list(_users(box, "mab", online=True)))
    text = (
        "Global MAC authentication parameters:\n   MAC authentication                     : Enabled\n"
        "   Username format                        : MAC address in lowercase(xxxxxxxxxxxx)\n"
        "           Username                       : mac\n           Password                       : Not configured\n"
        "   Offline detect period                  : 300 s\n   Quiet period                           : 60 s\n"
        "   Server timeout                         : 100 s\n"
        "   Authentication domain                  : Not configured, use default domain\n"
        " Max MAC-auth users                       : 4294967295 per slot\n"
        f" Online MAC-auth wired users              : {online}\n\n Silent MAC users:\n"
        "          MAC address       VLAN ID  From port               Port index\n"
    )
    for name, state, session in users:
        if not session.decision.authorized:
            text += f"          {dashed(session.device.mac):<18}{state.policy.vlan:<9}{name:<24}1\n"
    wanted = match.words[-1] if "interface" in match.words else None
    for name, state in ports_in_order(box):
        lines = box.section("interface", name)
        if wanted not in (None, name) or not has(lines, "mac-authentication"):
            continue
        text += (
            f"\n {name}  is link-{'up' if state.up else 'down'}\n   MAC authentication         : Enabled\n"
            f"   Authentication domain      : {_vlan(box, name, 'mac-authentication domain')}\n"
            f"   Auth-delay timer           : {_on(has(lines, 'mac-authentication timer auth-delay'))}\n"
            "   Re-auth server-unreachable : Logoff\n"
            f"   Guest VLAN                 : {_vlan(box, name, 'mac-authentication guest-vlan')}\n"
            f"   Critical VLAN              : {_vlan(box, name, 'mac-authentication critical vlan')}\n"
            "   Host mode                  : Single VLAN\n"
            f"   Max online users           : {(value(lines, 'mac-authentication max-user') or ('4294967295',))[0]}\n"
            "   Authentication attempts    : successful 1, failed 0\n"
        )
        text += _rows(users, name, "Current online users      ")
    return text


def _connections(box: Box, method: str) -> str:
    users = list(_users(box, method, online=True))
    text = f"Total connections: {len(users)}\n"
    for name, state, session in users:
        decision = session.decision
        access = state.policy.vlan
        assigned = str(decision.vlan) if decision.assigned else "N/A"
        user = decision.user if method == "dot1x" else session.device.mac.replace(":", "")
        text += (
            f"Slot ID: 1\nUser MAC address: {dashed(session.device.mac)}\nAccess interface: {name}\nUsername: {user}\n"
            "User access state: Successful\nAuthentication domain: portseal\n"
        )
        if method == "dot1x":
            text += f"Authentication method: {'EAP' if box.eap_relay else 'CHAP'}\n"
        seconds = int(time.monotonic() - session.began)
        text += (
            f"Initial VLAN: {access}\nAuthorization untagged VLAN: {assigned}\n"
            f"Authorization tagged VLAN{' list' if method == 'dot1x' else ''}: N/A\nAuthorization VSI: N/A\n"
            "Authorization ACL ID: N/A\nAuthorization user profile: N/A\nAuthorization CAR: N/A\n"
            "Authorization URL: N/A\nTermination action: Default\nSession timeout period: N/A\n"
            f"Online from: {box.now().strftime('%Y/%m/%d %H:%M:%S')}\n"
            f"Online duration: {seconds // 3600}h {seconds % 3600 // 60}m {seconds % 60}s\n\n"
        )
    return text


USERS: dict[str, Callable[[Box, Match], str]] = {
    "dot1x": _dot1x,
    "dot1x_connection": lambda box, _match: _connections(box, "dot1x"),
    "mac_authentication": _mac_authentication,
    "mac_authentication_connection": lambda box, _match: _connections(box, "mab"),
}
