"""`show mac security ...`: SecYs, participants of key agreement, counters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from portseal.simulator.arista_eos.box import Box
from portseal.simulator.arista_eos.show_ports import wanted
from portseal.simulator.grammar import Match
from portseal.simulator.port_state import MkaState, PortState

Answer = tuple[str, Mapping[str, object] | None]


def _identifier(*parts: str) -> str:
    """24 digits that stay the same for what they identify."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:24]


def _mac_security(box: Box, match: Match, _user: str) -> Answer:
    text = f"{'Interface':<15} {'SCI':<25} {'Controlled Port':<20} {'Key in Use':<20}\n"
    data: dict[str, object] = {}
    for number, (name, state) in enumerate(wanted(box, match), start=1):
        if not state.policy.cak:
            continue
        mac, member = box.ports.mac_of(name), _identifier(box.spec.name, name)
        address = ":".join(mac[i : i + 2] for i in range(0, 12, 2))
        in_use = f"{member}:1" if state.secured else "None"
        text += f"{name:<15} {f'{address}::{number}':<25} {state.secured!s:<20} {in_use:<20}\n"
        data[name] = {
            "address": address,
            "portId": number,
            "controlledPort": state.secured,
            "keyMsgId": member if state.secured else "",
            "keyNum": int(state.secured),
            "details": {"traffic": "Protected" if state.secured else "Unprotected"},
        }
    return text, {"interfaces": data}


def _participants(box: Box, match: Match, _user: str) -> Answer:
    text, data = "", {}
    for name, state in wanted(box, match):
        if not state.policy.cak or state.mka is None:
            continue
        text += f"Interface: {name}\n"
        found: dict[str, object] = {}
        for ckn, default in _keys(state, state.mka):
            used = ckn.lower() == state.mka.ckn.lower()
            active = used and state.mka.status != "pending"
            peers = [_identifier(state.mka.peer.mac, ckn)] if used and state.mka.peers else []
            member, key_server = _identifier(box.spec.name, name, ckn), box.ports.mac_of(name)
            text += (
                f"    CKN: {ckn}\n      Message ID: {member}\n      Elected self: True\n      Success: {active}\n"
                f"      Principal: {active}\n      Default: {default}\n      KeyServer SCI: {key_server}::1\n"
                f"      SAK transmit: {active}\n      LLPN exhaustion: 0\n"
                f"      Distributed key identifier: {f'{member}:1' if active else 'None'}\n"
                f"      Live peer list: {peers}\n      Potential peer list: []\n\n"
            )
            details = {
                "sakTransmit": active,
                "livePeerList": peers,
                "potentialPeerList": [],
                "keyServerAddr": key_server,
            }
            found[ckn] = {
                "success": active,
                "principalActor": active,
                "defaultActor": default,
                "electedSelf": True,
                "msgId": member,
                "details": details if "detail" in match.words else {},
            }
        data[name] = {"participants": found}
    return text, {"interfaces": data}


def _keys(state: PortState, mka: MkaState) -> list[tuple[str, bool]]:
    """(CKN, whether it is the fallback key's) of each participant."""
    if mka.derived:
        return [(mka.ckn.lower(), False)]
    return [(key.ckn, False) for key in state.policy.keys] + [(key.ckn, True) for key in state.policy.fallback_keys]


def _counters(box: Box, match: Match, _user: str) -> Answer:
    data: dict[str, object] = {}
    for name, state in wanted(box, match):
        if state.policy.cak and state.mka is not None:
            frames = state.frames()
            data[name] = {
                "outPktsEncrypted": frames // 10,
                "outOctetsEncrypted": frames // 10 * 120,
                "inPktsDecrypted": frames,
                "inOctetsDecrypted": frames * 1200,
                "countersDetail": {
                    "inPktsOK": frames,
                    "inPktsNotValid": 0,
                    "inPktsNoTag": 0,
                    "inPktsNoSCI": 0,
                    "inPktsUnchecked": 0,
                    "inPktsNotUsingSA": 0,
                    "inPktsBadTag": 0,
                    "inPktsLate": 0,
                    "outPktsUntagged": 0,
                },
            }
    text = "".join(f"{name}\n" for name in data)
    return text, {"interfaces": data}


MACSEC: dict[str, Callable[[Box, Match, str], Answer]] = {
    "mac_security": _mac_security,
    "participants": _participants,
    "counters": _counters,
}
