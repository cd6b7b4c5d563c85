"""What a port's lines ask for, and which servers are asked."""

from __future__ import annotations

from portseal.simulator.config import Entry, find, starting, value
from portseal.simulator.line_box import LineBox
from portseal.simulator.policy import Mka, Policy, Server


def _word(lines: list[Entry], setting: str, default: str) -> str:
    found = value(lines, setting)
    return found[-1] if found else default


def _on(lines: list[Entry], line: str) -> bool:
    entry = find(lines, tuple(line.split()))
    return entry is not None and not entry.negative


def policy_of(box: LineBox, lines: list[Entry]) -> Policy:
    """What the lines of a port ask for."""
    able = box.has("feature dot1x") and _word(lines, "dot1x pae", "") == "authenticator"
    bypass = _on(lines, "dot1x mac-auth-bypass")
    first = _word(lines, "dot1x authentication order", "dot1x")
    methods = (("mab",) if first == "mab" else ("dot1x", "mab")) if bypass else ("dot1x",)
    control = _word(lines, "dot1x port-control", "force-authorized") if able else "force-authorized"
    period = int(_word(lines, "dot1x timeout re-authperiod", "3600"))
    return Policy(
        shutdown=_on(lines, "shutdown"),
        control=control,
        host_mode=_word(lines, "dot1x host-mode", "single-host"),
        methods=methods,
        dot1x_first=first == "dot1x",
        open=False,
        violation="shutdown",
        on_failure="",
        on_no_response="",
        on_server_dead="",
        vlan=int(_word(lines, "switchport access vlan", "1")),
        reauthentication=period if _on(lines, "dot1x re-authentication") else 0,
        cak="",
        unsecured="pass",
        mka=Mka("", 16, "GCM-AES-XPN-256", 0),
        keys=(),
        fallback_keys=(),
        replay_window=0,
        mac_limit=0,
        mac_violation="shutdown",
    )


def servers_of(box: LineBox) -> tuple[Server, ...]:
    """The servers that 802.1X asks, in their order; none where AAA does not say."""
    group = _word(box.running, "aaa authentication dot1x default", "")
    hosts = {entry.slot[2]: entry.secret for entry in starting(box.running, "radius-server host")}
    names = [entry.slot[1] for entry in starting(box.section("aaa", "group", "server", "radius", group), "server")]
    if group == "radius":
        names = list(hosts)
    return tuple(Server(name, 1812, hosts[name]) for name in names if name in hosts)


def recovers_after(_box: LineBox, _cause: str) -> float | None:
    """Never: recovery is off unless somebody turns it on, and nobody can here."""
    return None
