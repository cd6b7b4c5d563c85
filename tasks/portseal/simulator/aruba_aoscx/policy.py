"""What a port's lines, with the roles and policies they name, ask for; and what becomes of a station that no server admits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portseal.simulator.admission import Decision, Reply
from portseal.simulator.config import Entry, find, starting, value
from portseal.simulator.line_box import LineBox
from portseal.simulator.policy import Key, Mka, Policy, Server
from portseal.simulator.world import Device

DOT1X = "aaa authentication port-access dot1x authenticator"
MAC_AUTH = "aaa authentication port-access mac-auth"


@dataclass(frozen=True)
class Roles:
    """Role and VLAN (of the role, or of the port) for each thing that can happen to a station; None where there is no role."""

    reject: tuple[str, int] | None
    critical: tuple[str, int] | None
    fallback: tuple[str, int] | None
    auth: str

    def decide(self, policy: Policy, device: Device, ask: Callable[[str], Reply]) -> Decision:
        """Each method in its turn until one succeeds; then the role for why none did."""
        states = dict.fromkeys(policy.methods, "not run")
        dead = rejected = False
        last = policy.methods[0]
        for method in policy.methods:
            last = method
            if method == "dot1x" and device.eap is None:
                states[method] = "silent"
                continue
            reply = ask(method)
            if reply.word == "accept":
                states[method] = "success"
                return Decision(
                    True,
                    method,
                    tuple(states.items()),
                    policy.vlan if reply.vlan is None else reply.vlan,
                    device.identity if method == "dot1x" else device.mac.replace(":", ""),
                    assigned=reply.vlan is not None,
                    derives=method == "dot1x" and device.eap == "eap-tls" and reply.key_name,
                    templates=(self.auth,) if self.auth else (),
                )
            states[method] = "unanswered" if reply.word == "dead" else "rejected"
            dead, rejected = dead or reply.word == "dead", rejected or reply.word == "reject"
        kind, role = ("Critical", self.critical) if dead else ("Reject", self.reject) if rejected else ("", None)
        if role is None and not rejected:
            kind, role = "Fallback", self.fallback
        if role is None:
            return Decision(False, last, tuple(states.items()), policy.vlan)
        name, vlan = role
        return Decision(True, last, tuple(states.items()), vlan, fallback=kind, templates=(name,))

    def lets_go(self, decision: Decision) -> bool:
        """Who got a role without having authenticated is asked again."""
        return True


def _word(lines: list[Entry], setting: str, default: str) -> str:
    found = value(lines, setting)
    return found[-1] if found else default


def _inner(lines: list[Entry], section: str) -> list[Entry]:
    entry = find(lines, tuple(section.split()))
    return entry.children if entry else []


def _on(lines: list[Entry], line: str) -> bool:
    return find(lines, tuple(line.split())) is not None


def policy_of(box: LineBox, lines: list[Entry]) -> Policy:
    """What the lines of a port ask for."""
    dot1x, mac_auth = _inner(lines, DOT1X), _inner(lines, MAC_AUTH)
    able = {
        "dot1x": _on(dot1x, "enable") and _on(box.section(*DOT1X.split()), "enable"),
        "mab": _on(mac_auth, "enable") and _on(box.section(*MAC_AUTH.split()), "enable"),
    }
    order = value(lines, "aaa authentication port-access auth-precedence") or ("dot1x", "mac-auth")
    methods = tuple(m for m in (word.replace("mac-auth", "mab") for word in order) if able[m])
    vlan = int(_word(lines, "vlan access", "1"))
    limit = int(_word(lines, "aaa authentication port-access client-limit", "1"))
    device_mode = _word(lines, "aaa authentication port-access auth-mode", "client-mode") == "device-mode"
    auth = _word(lines, "aaa authentication port-access auth-role", "")
    secured = _secured(box, lines, dot1x, auth)
    policy, mka = secured or ("", [])
    security = _inner(lines, "port-access port-security")
    timers = [inner for inner, method in ((dot1x, "dot1x"), (mac_auth, "mab")) if method in methods]
    periods = [int(_word(inner, "reauth-period", "3600")) for inner in timers if _on(inner, "reauth")]
    return Policy(
        shutdown=_on(lines, "shutdown"),
        control="auto" if methods else "force-authorized",
        host_mode="multi-host" if device_mode else "single-host" if limit == 1 else "multi-auth",
        methods=methods,
        dot1x_first=False,
        open=False,
        violation=_word(lines, "port-access security violation action", "notify").replace("notify", "restrict"),
        on_failure="",
        on_no_response="",
        on_server_dead="",
        vlan=vlan,
        reauthentication=min(periods, default=0),
        cak="" if secured is None else "static" if mka else "derived",
        unsecured="drop" if _mode(box, policy) == "must-secure" else "pass",
        mka=_mka(box, policy, mka),
        keys=tuple(_keys(mka)),
        fallback_keys=(),
        replay_window=0,
        mac_limit=int(_word(security, "client-limit", "1"))
        if _on(security, "enable") and box.has("port-access port-security enable")
        else 0,
        mac_violation=_word(lines, "port-access security violation action", "notify"),
        rules=Roles(
            _role(box, lines, "aaa authentication port-access reject-role", vlan),
            _role(box, lines, "aaa authentication port-access critical-role", vlan),
            _role(box, lines, "port-access fallback-role", vlan),
            auth,
        )
        if methods
        else None,
    )


def _role(box: LineBox, lines: list[Entry], setting: str, vlan: int) -> tuple[str, int] | None:
    name = _word(lines, setting, "")
    if not name or find(box.running, ("port-access", "role", name)) is None:
        return None
    return name, int(_word(box.section("port-access", "role", name), "vlan access", str(vlan)))


def _secured(box: LineBox, lines: list[Entry], dot1x: list[Entry], auth: str) -> tuple[str, list[Entry]] | None:
    """The MACsec policy of a port and the MKA policy of a static key (empty with a derived one); None without MACsec."""
    name, mka = _word(lines, "apply macsec policy", ""), _word(lines, "apply mka policy", "")
    if name:
        return name, box.section("mka", "policy", mka)
    role = box.section("port-access", "role", auth) if auth else []
    by_role = _word(role, "associate macsec-policy", "")
    return (by_role, []) if by_role and _on(dot1x, "macsec") else None


def _mode(box: LineBox, policy: str) -> str:
    return _word(box.section("macsec", "policy", policy), "secure-mode", "must-secure") if policy else ""


def _mka(box: LineBox, policy: str, mka: list[Entry]) -> Mka:
    macsec = box.section("macsec", "policy", policy)
    ciphers = value(macsec, "cipher-suite") or ("gcm-aes-128",)
    return Mka(
        policy,
        int(_word(mka, "key-server-priority", "16")),
        ciphers[0].upper(),
        int(_word(macsec, "confidentiality", "0")),
    )


def _keys(mka: list[Entry]) -> list[Key]:
    entry = find(mka, ("pre-shared-key",))
    if entry is None or entry.secret is None or entry.words[1:2] != ("ckn",):
        return []
    return [Key(entry.words[2], entry.secret)]


def servers_of(box: LineBox) -> tuple[Server, ...]:
    """The servers that 802.1X asks, in their order; MAC authentication is taken to ask the same."""
    group = next(
        (
            word
            for section in (DOT1X, MAC_AUTH)
            if (word := _word(box.section(*section.split()), "radius server-group", ""))
        ),
        "radius",
    )
    hosts = {entry.slot[2]: entry.secret for entry in starting(box.running, "radius-server host")}
    names = list(hosts)
    if group != "radius":
        names = [entry.slot[1] for entry in starting(box.section("aaa", "group", "server", "radius", group), "server")]
    return tuple(Server(name, 1812, hosts[name]) for name in names if name in hosts)


def recovers_after(box: LineBox, _cause: str) -> float | None:
    """A port that was shut down comes back where its lines say so; one timer for all is enough here."""
    for _, lines in box.interfaces():
        if _word(lines, "port-access security violation action shutdown auto-recovery", "disable") == "enable":
            return int(_word(lines, "port-access security violation action shutdown recovery-timer", "10"))
    return None
