"""Configuration in, what one port is asked to do out."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from portseal.simulator.cisco_iosxe.control import control_policy
from portseal.simulator.config import Entry, find, starting, value
from portseal.simulator.policy import Key, Mka, Policy, Server

if TYPE_CHECKING:
    from portseal.simulator.cisco_iosxe.box import Box


_DEFAULT_MKA = Mka("*DEFAULT POLICY*", 0, "GCM-AES-128", 0)


def _word(lines: list[Entry], setting: str, default: str) -> str:
    found = value(lines, setting)
    return found[-1] if found else default


def _event(lines: list[Entry], setting: str) -> str:
    words = value(lines, setting)
    return words[-1] if words else ""


def policy_of(box: Box, lines: list[Entry]) -> Policy:
    """What the lines of an interface, with those they refer to, ask for."""
    return _new_style(box, lines) if box.new_style else _legacy(box, lines)


def _new_style(box: Box, lines: list[Entry]) -> Policy:
    """The same in the new style, where a control policy says what happens."""
    name = value(lines, "service-policy type control subscriber")
    control = control_policy(box, name[0] if name else "")
    able = frozenset(_methods(box, lines))
    return _legacy(box, lines)._replace(
        control=_word(lines, "access-session port-control", "force-authorized"),
        host_mode=_word(lines, "access-session host-mode", "multi-auth"),
        methods=tuple(method for method in ("dot1x", "mab") if method in able),
        open=find(lines, ("access-session", "closed")) is None,
        violation=control.violation,
        on_failure="",
        on_no_response="",
        on_server_dead="",
        rules=control,
    )


def _legacy(box: Box, lines: list[Entry]) -> Policy:
    methods = _methods(box, lines)
    control = _word(lines, "authentication port-control", "force-authorized")
    if control == "auto" and not methods:
        control = "force-authorized"
    order = value(lines, "authentication priority") or value(lines, "authentication order") or ("dot1x",)
    periodic = find(lines, ("authentication", "periodic")) is not None
    timer = _word(lines, "authentication timer reauthenticate", "3600")
    linksec = _word(lines, "authentication linksec policy", "should-secure")
    network = find(lines, ("macsec", "network-link")) is not None
    host = find(lines, ("macsec",)) is not None and linksec != "must-not-secure"
    keys, fallback = _key_chains(box, lines)
    return Policy(
        shutdown=find(lines, ("shutdown",)) is not None,
        control=control,
        host_mode=_word(lines, "authentication host-mode", "single-host"),
        methods=methods,
        dot1x_first=order[0] == "dot1x",
        open=find(lines, ("authentication", "open")) is not None,
        violation=_word(lines, "authentication violation", "shutdown"),
        on_failure=_event(lines, "authentication event fail"),
        on_no_response=_event(lines, "authentication event no-response action"),
        on_server_dead=_event(lines, "authentication event server dead action"),
        vlan=int(_word(lines, "switchport access vlan", "1")),
        reauthentication=int(timer) if periodic and timer.isdigit() else 0,
        cak="static" if network else "derived" if host else "",
        unsecured="drop" if network else "unauthorize" if linksec == "must-secure" else "pass",
        mka=_mka(box, lines),
        keys=keys,
        fallback_keys=fallback,
        replay_window=int(_word(lines, "macsec replay-protection window-size", "0")),
        mac_limit=int(_word(lines, "switchport port-security maximum", "1"))
        if find(lines, ("switchport", "port-security"))
        else 0,
        mac_violation=_word(lines, "switchport port-security violation", "shutdown"),
    )


def _methods(box: Box, lines: list[Entry]) -> tuple[str, ...]:
    able = set()
    if value(lines, "dot1x pae") in (("authenticator",), ("both",)) and box.has("dot1x system-auth-control"):
        able.add("dot1x")
    if value(lines, "mab") is not None:
        able.add("mab")
    order = value(lines, "authentication order") or ("dot1x", "mab")
    return tuple(method for method in order if method in able)


def _mka(box: Box, lines: list[Entry]) -> Mka:
    name = value(lines, "mka policy")
    if not name:
        return _DEFAULT_MKA
    policy = box.section("mka", "policy", name[0])
    ciphers = value(policy, "macsec-cipher-suite")
    return Mka(
        name[0],
        int(_word(policy, "key-server priority", "0")),
        (ciphers[0] if ciphers else "gcm-aes-128").upper(),
        int(_word(policy, "confidentiality-offset", "0")),
    )


def _key_chains(box: Box, lines: list[Entry]) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    words = value(lines, "mka pre-shared-key")
    if not words:
        return (), ()
    fallback = chain_keys(box, words[3]) if len(words) > 3 else ()
    return chain_keys(box, words[1]), fallback


def chain_keys(box: Box, name: str) -> tuple[Key, ...]:
    """The keys of a chain that are complete and within their lifetime, the one that began last first."""
    found = []
    for entry in starting(box.section("key", "chain", name, "macsec"), "key"):
        string = find(entry.children, ("key-string",))
        begins = lifetime_begin(value(entry.children, "lifetime"), box.now())
        if string is not None and string.secret is not None and begins is not None:
            size = 64 if value(entry.children, "cryptographic-algorithm") == ("aes-256-cmac",) else 32
            if len(string.secret) == size:
                found.append((begins, Key(entry.slot[1], string.secret)))
    return tuple(key for _, key in sorted(found, key=lambda item: item[0], reverse=True))


def lifetime_begin(words: tuple[str, ...] | None, now: datetime.datetime) -> datetime.datetime | None:
    """When a key's lifetime began; None where `now` is outside it. No lifetime is always."""
    if words is None:
        return datetime.datetime.min.replace(tzinfo=datetime.UTC)
    rest = [word for text in words for word in text.split() if word != "local"]
    begin = _moment(rest[:4])
    if begin is None or begin > now:
        return None
    if rest[4:5] == ["infinite"]:
        return begin
    if rest[4:5] == ["duration"] and rest[5:6] and rest[5].isdigit():
        end: datetime.datetime | None = begin + datetime.timedelta(seconds=int(rest[5]))
    else:
        end = _moment(rest[4:8])
    return begin if end is not None and now < end else None


def _moment(words: list[str]) -> datetime.datetime | None:
    for shape in ("%H:%M:%S %b %d %Y", "%H:%M:%S %d %b %Y", "%H:%M:%S %B %d %Y"):
        try:
            return datetime.datetime.strptime(" ".join(words), shape).replace(tzinfo=datetime.UTC)
        except ValueError:
            continue
    return None


def servers_of(box: Box) -> tuple[Server, ...]:
    """The servers that 802.1X asks, in their order; none where AAA does not say."""
    group = value(box.running, "aaa authentication dot1x default")
    if not group or group[0] != "group":
        return ()
    names = [entry.slot[2] for entry in starting(box.running, "radius server")]
    if group[1] != "radius":
        names = [
            entry.slot[2]
            for entry in starting(box.section("aaa", "group", "server", "radius", group[1]), "server name")
        ]
    found = []
    for name in names:
        lines = box.section("radius", "server", name)
        address, key = value(lines, "address ipv4"), find(lines, ("key",))
        if address:
            found.append(Server(address[0], int(address[2]), key.secret if key else None))
    return tuple(found)
