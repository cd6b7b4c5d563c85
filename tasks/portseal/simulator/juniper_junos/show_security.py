"""What is shown of MKA and MACsec."""

from __future__ import annotations

import hashlib
import time

from portseal.simulator.juniper_junos.box import Box
from portseal.simulator.juniper_junos.show_ports import states
from portseal.simulator.port_state import MkaState, PortState


def mka(box: Box, *, detail: bool = False) -> str:
    """`show security mka sessions [detail]`: ports that have a key to agree on."""
    return "\n".join(
        _session(box, name, state, state.mka, detail=detail) for name, state in states(box) if state.mka is not None
    )


def _identifier(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24].upper()


def _sci(mac: str) -> str:
    return f"{':'.join(mac.replace(':', '')[i : i + 2] for i in range(0, 12, 2)).upper()}/1"


def _session(box: Box, name: str, state: PortState, participant: MkaState, *, detail: bool) -> str:
    policy, own = state.policy, _identifier(f"{box.spec.name} {name}")
    kind = "fallback" if participant.fallback else "primary"
    word = "Not Secured" if participant.status == "pending" else f"Secured - {kind.capitalize()}"
    interval = box.running.text_at(f"security macsec connectivity-association {policy.mka.name} mka sak-rekey-interval")
    lines = [
        f"  Interface name: {name}",
        f"     Interface {'state' if detail else 'State'}: {word}",
        *(["     Ether-type profile: default - 0x888e"] if detail else []),
        f"     Member identifier: {own}",
        f"     CAK name: {participant.ckn.upper()}",
        *([] if detail else [f"     CAK type: {kind}"]),
        f"     Security mode: {'dynamic' if participant.derived else 'static'}",
        "     MKA suspended: 0(s)",
        "     Transmit interval: 2000(ms)",
        f"     SAK rekey interval: {interval or 0}(s)",
        "     Preceding Key: enabled",
        "     Bounded Delay: disabled",
        f"     Outbound SCI: {_sci(box.ports.mac_of(name))}",
        "     Message number: 17         Key number: 1",
        "     MKA ICV Indicator: enabled",
        f"     Key server: yes            Key server priority: {policy.mka.priority}",
        f"     Latest SAK AN: 0           Latest SAK KI: {own}/1",
        "     Previous SAK AN: 0         Previous SAK KI: 000000000000000000000000/0",
        "     MKA Suspend For: disabled  MKA Suspend On Request: disabled",
    ]
    return "".join(
        f"{line}\n" for line in [*lines, *(_keys(participant, own, kind) if detail else _peers(participant))]
    )


def _peers(participant: MkaState) -> list[str]:
    if participant.status == "pending":
        return []
    return ["     Peer list", *(_peer(participant, 10) if participant.peers else [])]


def _peer(participant: MkaState, indent: int) -> list[str]:
    pad = " " * indent
    return [
        f"{pad}1. Member identifier: {_identifier(participant.peer.mac)} (live)",
        f"{pad}   Message number: 15          Hold time: 6000 (ms)",
        f"{pad}   SCI: {_sci(participant.peer.mac)}    Uptime: 00:00:{int(time.monotonic() - participant.since) % 60:02}",
        f"{pad}   Lowest acceptable PN: 1",
    ]


def _keys(participant: MkaState, own: str, kind: str) -> list[str]:
    return [
        "     CAK list: (1)",
        f"        1. CAK name: {participant.ckn.upper()}",
        f"           CAK type: {kind:<36}Status: live",
        f"           Member identifier: {own}   Message number: 17",
        f"           Peer list: ({participant.peers})",
        *(_peer(participant, 14) if participant.peers else []),
    ]


def connections_xml(box: Box) -> list[str]:
    """`show security macsec connections | display xml`: ports with a connectivity association; channels where it is secured."""
    lines = ["<macsec-connection-information>"]
    for name, state in states(box):
        if not state.policy.cak:
            continue
        lines += _common(box, name, state)
        if state.mka is not None and state.mka.status != "pending":
            lines += _channel("outbound", box.ports.mac_of(name), "outgoing-packet-number", state.frames() + 1)
            lines += _channel("inbound", state.mka.peer.mac, "", 0)
    return [*lines, "</macsec-connection-information>"]


def _common(box: Box, name: str, state: PortState) -> list[str]:
    policy = state.policy
    association = box.running.at(f"security macsec connectivity-association {policy.mka.name}")
    sci = association is not None and association.at("include-sci") is not None
    clear = association is not None and association.at("no-encryption") is not None
    protect = association is not None and association.at("replay-protect") is not None
    return [
        "    <macsec-interface-common-information>",
        f"        <interface-name>{name}</interface-name>",
        f"        <connectivity-association-name>{policy.mka.name}</connectivity-association-name>",
        f"        <cipher-suite>{policy.mka.cipher}</cipher-suite>",
        f"        <encryption>{'off' if clear else 'on'}</encryption>",
        f"        <offset>{policy.mka.offset}</offset>",
        f"        <include-sci>{'yes' if sci else 'no'}</include-sci>",
        f"        <replay-protect>{'on' if protect else 'off'}</replay-protect>",
        f"        <replay-protect-window>{policy.replay_window}</replay-protect-window>",
        "    </macsec-interface-common-information>",
        '    <create-time junos:seconds="26">00:00:26</create-time>',
    ]


def _channel(which: str, mac: str, counter: str, count: int) -> list[str]:
    created = '<create-time junos:seconds="26">00:00:26</create-time>'
    return [
        f"    <{which}-secure-channel>",
        f"        <sci>{_sci(mac)}</sci>",
        *([f"        <{counter}>{count}</{counter}>"] if counter else []),
        f"        <{which}-secure-association>",
        "            <association-number>0</association-number>",
        "            <association-number-status>inuse</association-number-status>",
        f"            {created}",
        f"        </{which}-secure-association>",
        f"    </{which}-secure-channel>",
    ]


def statistics_xml(box: Box) -> list[str]:
    """`show security macsec statistics | display xml`."""
    lines = ["<macsec-statistics>"]
    for name, state in states(box):
        if not state.policy.cak:
            continue
        count = state.frames()
        lines.append(f"    <interface-name>{name}</interface-name>")
        for part, counters in (
            ("secure-channel-sent", {"encrypted-packets": count, "encrypted-bytes": count * 900}),
            ("secure-association-sent", {"encrypted-packets": count}),
            ("secure-channel-received", {"ok-packets": count, "validated-bytes": 0, "decrypted-bytes": count * 900}),
            ("secure-association-received", {"ok-packets": count, "validated-bytes": 0}),
        ):
            spare = {"protected-packets": 0} if part.endswith("sent") else {}
            body = [f"        <{k}>{v}</{k}>" for k, v in {**counters, **spare}.items()]
            lines += [f"    <{part}>", *body, f"    </{part}>"]
    return [*lines, "</macsec-statistics>"]
