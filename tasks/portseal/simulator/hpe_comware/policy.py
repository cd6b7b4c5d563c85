"""Configuration in, what one port is asked to do out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portseal.simulator.config import Entry, find, starting, value
from portseal.simulator.policy import Key, Mka, Policy, Server

if TYPE_CHECKING:
    from portseal.simulator.hpe_comware.box import Box

_CONTROL = {"auto": "auto", "authorized-force": "force-authorized", "unauthorized-force": "force-unauthorized"}
CIPHER = "GCM-AES-128"
"""H3C's manuals show no other, and no command chooses one."""


def _word(lines: list[Entry], setting: str, default: str) -> str:
    found = value(lines, setting)
    return found[-1] if found else default


def has(lines: list[Entry], setting: str) -> bool:
    """Whether a line is there and not undone."""
    entry = find(lines, tuple(setting.split()))
    return entry is not None and not entry.negative


def policy_of(box: Box, lines: list[Entry]) -> Policy:
    """What the lines of an interface, with those they refer to, ask for."""
    dot1x = has(lines, "dot1x") and box.has("dot1x")
    mab = has(lines, "mac-authentication") and box.has("mac-authentication")
    delayed = has(lines, "mac-authentication timer auth-delay")
    order = ("dot1x", "mab") if delayed or not mab else ("mab", "dot1x")
    methods = tuple(method for method in order if {"dot1x": dot1x, "mab": mab}[method])
    portbased = _word(lines, "dot1x port-method", "macbased") == "portbased"
    alone = _word(lines, "dot1x max-user" if dot1x else "mac-authentication max-user", "") == "1"
    control = _CONTROL[_word(lines, "dot1x port-control", "auto")] if dot1x else "auto"
    mka, strict, window = _protection(box, lines)
    keys = _keys(lines)
    eap = portbased and dot1x and box.eap_relay
    limit = int(_word(lines, "mac-address max-mac-count", "0"))
    return Policy(
        shutdown=has(lines, "shutdown"),
        control=control if methods else "force-authorized",
        host_mode="multi-host" if dot1x and portbased else "single-host" if alone else "multi-auth",
        methods=methods,
        dot1x_first=dot1x,
        open=False,
        violation="protect",
        on_failure=_word(lines, "dot1x auth-fail vlan", "next-method" if mab else "") if portbased or mab else "",
        on_no_response=_word(lines, "dot1x guest-vlan", "") if portbased else "",
        on_server_dead=_word(lines, "dot1x critical vlan", "") if portbased else "",
        vlan=int(_word(lines, "port access vlan", "1")),
        reauthentication=box.reauthentication if has(lines, "dot1x re-authenticate") else 0,
        cak="" if not _wanted(lines) else "static" if keys else "derived" if eap else "",
        unsecured="drop" if strict else "pass",
        mka=mka,
        keys=keys,
        fallback_keys=(),
        replay_window=window,
        mac_limit=limit,
        mac_violation="protect",
    )


def _wanted(lines: list[Entry]) -> bool:
    return has(lines, "mka enable") and has(lines, "macsec desire")


def _keys(lines: list[Entry]) -> tuple[Key, ...]:
    """The preshared key, which outranks the one that EAP derives."""
    entry = find(lines, ("mka", "psk"))
    return (Key(entry.words[3], entry.secret),) if entry is not None and entry.secret is not None else ()


def _protection(box: Box, lines: list[Entry]) -> tuple[Mka, bool, int]:
    """The port's key agreement, whether it validates strictly, and its replay window.

    A policy that is applied has all its settings, those of the port none; one that does not exist is the default one.
    """
    priority = int(_word(lines, "mka priority", "0"))
    name = _word(lines, "mka apply policy", "")
    if name:
        policy = box.section("mka", "policy", name)
        offset = int(_word(policy, "confidentiality-offset", "0"))
        strict = _word(policy, "validation mode", "check") == "strict"
        shown = name if policy or find(box.running, ("mka", "policy", name)) else "default-policy"
        return Mka(shown, priority, CIPHER, offset), strict, int(_word(policy, "replay-protection window-size", "0"))
    offset = int(_word(lines, "macsec confidentiality-offset", "0"))
    strict = _word(lines, "macsec validation mode", "check") == "strict"
    return Mka("", priority, CIPHER, offset), strict, int(_word(lines, "macsec replay-protection window-size", "0"))


def servers_of(box: Box) -> tuple[Server, ...]:
    """The servers that access users are asked of: those of the scheme of the domain that ports name."""
    names = {value(lines, "dot1x mandatory-domain") for _, lines in box.interfaces()}
    names |= {value(lines, "mac-authentication domain") for _, lines in box.interfaces()}
    domains = sorted(name[0].lower() for name in names if name)
    method = value(box.section("domain", domains[0]), "authentication lan-access") if domains else None
    words = " ".join(method or ()).split()
    if words[:1] != ["radius-scheme"]:
        return ()
    scheme = box.section("radius", "scheme", words[1].lower())
    shared = find(scheme, ("key", "authentication"))
    found = []
    for entry in [*starting(scheme, "primary authentication"), *starting(scheme, "secondary authentication")]:
        rest = [word for word in entry.words[2:] if word not in ("ipv6", "key")]
        port = next((int(word) for word in rest[1:] if word.isdigit()), 1812)
        key = entry.secret if entry.secret is not None else shared.secret if shared else None
        found.append(Server(rest[0], port, key))
    return tuple(found)
