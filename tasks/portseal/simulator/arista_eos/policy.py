"""Configuration in, what one port is asked to do out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portseal.simulator.config import Entry, find, starting, value
from portseal.simulator.policy import Key, Mka, Policy, Server

if TYPE_CHECKING:
    from portseal.simulator.arista_eos.box import Box

_CIPHERS = {
    "aes128-gcm": "GCM-AES-128",
    "aes256-gcm": "GCM-AES-256",
    "aes128-gcm-xpn": "GCM-AES-XPN-128",
    "aes256-gcm-xpn": "GCM-AES-XPN-256",
}


def policy_of(box: Box, lines: list[Entry]) -> Policy:
    """What the lines of an interface, with those they refer to, ask for."""
    methods = _methods(box, lines)
    control = _word(lines, "dot1x port-control", "force-authorized")
    profile = value(lines, "mac security profile")
    security = box_profile(box, profile[0]) if profile else None
    failure = _vlan(lines, "dot1x authentication failure action")
    period = _word(lines, "dot1x timeout reauth-period", "3600")
    limited = find(lines, ("switchport", "port-security")) is not None
    maximum = _word(lines, "switchport port-security mac-address maximum", "1")
    return Policy(
        shutdown=find(lines, ("shutdown",)) is not None,
        control="force-unauthorized" if control == "auto" and not methods else control,
        host_mode=_host_mode(lines),
        methods=methods,
        dot1x_first=True,
        open=False,
        violation="protect",
        on_failure=failure or ("next-method" if value(lines, "dot1x eapol authentication failure") else ""),
        on_no_response=failure,
        on_server_dead=_vlan(lines, "dot1x aaa unresponsive action"),
        vlan=int(_word(lines, "switchport access vlan", "1")),
        reauthentication=int(period) if find(lines, ("dot1x", "reauthentication")) and period.isdigit() else 0,
        cak=_source(security),
        unsecured="pass" if security and value(security, "traffic unprotected") == ("allow",) else "drop",
        mka=_mka(profile, security),
        keys=_keys(security, fallback=False),
        fallback_keys=_keys(security, fallback=True),
        replay_window=0,
        mac_limit=int(maximum) if limited and maximum.isdigit() else 0,
        mac_violation="protect" if value(lines, "switchport port-security violation") else "shutdown",
    )


def box_profile(box: Box, name: str) -> list[Entry] | None:
    """The lines of a MACsec profile; None where there is none of that name, so that the port does no MACsec."""
    entry = find(box.section("mac", "security"), ("profile", name))
    return entry.children if entry else None


def _word(lines: list[Entry], setting: str, default: str) -> str:
    found = value(lines, setting)
    return found[-1] if found else default


def _vlan(lines: list[Entry], setting: str) -> str:
    words = value(lines, setting)
    return words[-1] if words and words[-1].isdigit() else ""


def _host_mode(lines: list[Entry]) -> str:
    words = value(lines, "dot1x host-mode") or ("multi-host",)
    return "multi-auth" if words[-1] == "authenticated" else words[0]


def _methods(box: Box, lines: list[Entry]) -> tuple[str, ...]:
    if find(box.running, ("dot1x", "system-auth-control")) is None:
        return ()
    if value(lines, "dot1x pae") != ("authenticator",):
        return ()
    found = [] if find(lines, ("dot1x", "eapol", "disabled")) else ["dot1x"]
    if find(lines, ("dot1x", "mac", "based", "authentication")):
        found.append("mab")
    return tuple(found)


def _source(security: list[Entry] | None) -> str:
    if security is None:
        return ""
    return "derived" if value(security, "key source") == ("dot1x",) else "static"


def _mka(profile: tuple[str, ...] | None, security: list[Entry] | None) -> Mka:
    lines = security or []
    cipher = _CIPHERS[_word(lines, "cipher", "aes128-gcm")]
    return Mka(profile[0] if profile else "", int(_word(lines, "mka key-server priority", "16")), cipher, 0)


def _keys(security: list[Entry] | None, *, fallback: bool) -> tuple[Key, ...]:
    return tuple(
        Key(entry.slot[1], entry.secret)
        for entry in starting(security or [], "key")
        if entry.secret is not None
        and re.fullmatch(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}", entry.secret)
        and (entry.words[-1] == "fallback") is fallback
    )


def servers_of(box: Box) -> tuple[Server, ...]:
    """The servers that 802.1X asks, in their order; none where AAA does not say."""
    group = value(box.running, "aaa authentication dot1x default")
    if not group:
        return ()
    hosts = [entry.slot[2:] for entry in starting(box.running, "radius-server host")]
    if group[-1] != "radius":
        hosts = [
            entry.slot[1:] for entry in starting(box.section("aaa", "group", "server", "radius", group[-1]), "server")
        ]
    found = []
    for host in hosts:
        entry = find(box.running, ("radius-server", "host", *host))
        if entry is not None:
            found.append(Server(host[0], 1812, entry.secret))
    return tuple(found)
