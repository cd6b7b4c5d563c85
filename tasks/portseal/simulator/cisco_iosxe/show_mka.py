"""`show mka ...`: what MKA says of itself, which is no proof of encryption."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.lines import short_name
from portseal.simulator.cisco_iosxe.show_sessions import dotted, ports_in_order, session_id
from portseal.simulator.config import starting, value
from portseal.simulator.grammar import Match
from portseal.simulator.policy import Mka
from portseal.simulator.port_state import MkaState, PortState, idle_participants

_STATUS = {"secured": "Secured", "lonely": "Secured, no peer", "pending": "Init"}
_RULE = "=" * 100
_CIPHER_IDS = {
    "GCM-AES-128": "0080C20001000001",
    "GCM-AES-256": "0080C20001000002",
    "GCM-AES-XPN-128": "0080C20001000003",
    "GCM-AES-XPN-256": "0080C20001000004",
}
_LINE = "  " + "-" * 87
_PEERS = (
    "  MI                        MN          Rx-SCI (Peer)        KS        RxSA          SSCI\n"
    "                                                             Priority  Installed\n" + _LINE + "\n"
)


def _identifier(*parts: str) -> str:
    """A member identifier: 96 bits in hex, the same for the same parts."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:24].upper()


def _participants(box: Box, match: Match) -> Iterator[tuple[str, PortState, MkaState]]:
    wanted = match.words[match.words.index("interface") + 1] if "interface" in match.words else None
    for name, state in ports_in_order(box):
        if state.mka is not None and wanted in (None, name):
            for mka in sorted((state.mka, *idle_participants(state)), key=lambda each: each.fallback):
                yield name, state, mka


def port_id_of(name: str) -> int:
    """The MKA port identifier, from the port's number."""
    return 7 + int("".join(c for c in name.rsplit("/", 1)[-1] if c.isdigit()) or "1")


def _sessions(box: Box, match: Match, _user: str) -> str:
    rows = list(_participants(box, match))
    if "interface" in match.words:
        wanted = match.words[-1]
        if not rows:
            return f"\n% No MKA Sessions found on interface {wanted}\n\n"
        text = f"\nSummary of All Currently Active MKA Sessions on Interface {wanted}...\n\n"
    else:
        secured = sum(1 for _, _, mka in rows if mka.status != "pending")
        text = (
            f"\nTotal MKA Sessions....... {len(rows)}\n      Secured Sessions... {secured}\n"
            f"      Pending Sessions... {len(rows) - secured}\n\n"
        )
    text += (
        f"{_RULE}\nInterface      Local-TxSCI         Policy-Name      Inherited         Key-Server\n"
        f"Port-ID        Peer-RxSCI          MACsec-Peers     Status            CKN\n{_RULE}\n"
    )
    for name, state, mka in rows:
        port_id = port_id_of(name)
        local = f"{dotted(box.ports.mac_of(name))}/{port_id:04x}"
        peer = f"{dotted(mka.peer.mac)}/0001" if mka.status != "pending" else "0000.0000.0000/0000"
        text += (
            f"{short_name(name):<14} {local:<19} {state.policy.mka.name:<16} {'NO':<17} YES\n"
            f"{port_id:<14} {peer:<19} {mka.peers:<16} {_STATUS[mka.status]:<17} {mka.ckn}\n\n"
        )
    return text


def _detail(box: Box, match: Match, _user: str) -> str:
    blocks = [_detail_of(box, *row) for row in _participants(box, match)]
    return "".join(blocks) if blocks else "\n% No MKA Sessions found\n\n"


def _dotted_rows(rows: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{label:.<25} {content}".rstrip() + "\n" for label, content in rows)


def _detail_of(box: Box, name: str, state: PortState, mka: MkaState) -> str:
    policy, port_id = state.policy.mka, port_id_of(name)
    mac = dotted(box.ports.mac_of(name))
    member = _identifier(box.spec.name, name)
    secured = mka.status != "pending"
    status = (
        "SECURED - Secured MKA Session with MACsec"
        if secured
        else "INITIALIZING - Searching for Peer (Waiting to receive first Peer MKPDU)"
    )
    audit = next((session_id(box, s.number) for s in state.sessions), "") if mka.derived else ""
    numbers = 2 + state.frames() // 2000
    return (
        f"\nMKA Detailed Status for MKA Session\n{'=' * 35}\nStatus: {status}\n\n"
        + _dotted_rows(
            (
                ("Local Tx-SCI", f"{mac}/{port_id:04x}"),
                ("Interface MAC Address", mac),
                ("MKA Port Identifier", str(port_id)),
                ("Interface Name", name),
                ("Audit Session ID", audit),
                ("CAK Name (CKN)", mka.ckn),
                ("Member Identifier (MI)", member),
                ("Message Number (MN)", str(numbers)),
                ("EAP Role", "Authenticator" if mka.derived else "NA"),
                ("Key Server", "YES"),
                ("MKA Cipher Suite", _cmac(state, mka)),
            )
        )
        + "\n"
        + _sak_rows(member, secured)
        + "\n"
        + _policy_rows(policy, secured)
        + f"\n# of MACsec Capable Live Peers............ {mka.peers}\n"
        + f"# of MACsec Capable Live Peers Responded.. {mka.peers}\n\nLive Peers List:\n{_PEERS}"
        + (_peer_row(mka, numbers) if mka.peers else "")
        + f"\nPotential Peers List:\n{_PEERS}\n"
    )


def _cmac(state: PortState, mka: MkaState) -> str:
    static = next((key for key in (*state.policy.keys, *state.policy.fallback_keys) if key.ckn == mka.ckn), None)
    return "AES-256-CMAC" if static is not None and len(static.cak) == 64 else "AES-128-CMAC"


def _sak_rows(member: str, secured: bool) -> str:
    return (
        _dotted_rows(
            (
                ("Latest SAK Status", "Rx & Tx" if secured else "No Rx, No Tx"),
                ("Latest SAK AN", "0"),
                ("Latest SAK KI (KN)", f"{member}00000001 (1)" if secured else "FIRST-SAK (0)"),
                ("Old SAK Status", "FIRST-SAK"),
                ("Old SAK AN", "0"),
                ("Old SAK KI (KN)", "FIRST-SAK (0)"),
            )
        )
        + "\n"
        + _dotted_rows(
            (
                ("SAK Transmit Wait Time", "0s (Not waiting for any peers to respond)"),
                ("SAK Retire Time", "0s (No Old SAK to retire)"),
                ("SAK Rekey Time", "0s (SAK Rekey interval not applicable)"),
            )
        )
    )


def _policy_rows(policy: Mka, secured: bool) -> str:
    cipher = policy.cipher
    return _dotted_rows(
        (
            ("MKA Policy Name", policy.name),
            ("Key Server Priority", str(policy.priority)),
            ("Delay Protection", "NO"),
        )
    ) + (
        "Delay Protection Timer.......... 0s (Not enabled)\n\n"
        f"Confidentiality Offset... {policy.offset}\nAlgorithm Agility........ 80C201\n"
        "SAK Rekey On Live Peer Loss........ NO\nSend Secure Announcement.. DISABLED\n"
        "SCI Based SSCI Computation.... NO\n"
        f"SAK Cipher Suite......... {_CIPHER_IDS[cipher]} ({cipher})\n"
        "MACsec Capability........ 3 (MACsec Integrity, Confidentiality, & Offset)\nMACsec Desired........... YES\n"
    )


def _peer_row(mka: MkaState, numbers: int) -> str:
    return f"  {_identifier(mka.peer.mac)}  {numbers:<11} {dotted(mka.peer.mac)}/0001  {16:<9} {'YES':<13}  0\n"


def _policies(box: Box, _match: Match, _user: str) -> str:
    text = (
        "\nMKA Policy Summary...\n\nCodes : CO - Confidentiality Offset, ICVIND - Include ICV-Indicator,\n"
        "        SAKR OLPL - SAK-Rekey On-Live-Peer-Loss,\n        DP - Delay Protect, KS Prio - Key Server Priority\n\n"
        "Policy            KS   DP    CO SAKR  ICVIND Cipher          Interfaces        \n"
        "Name              Prio          OLPL         Suite(s)        Applied           \n" + "=" * 79 + "\n"
        "*DEFAULT POLICY*  0    FALSE 0  FALSE TRUE   GCM-AES-128     \n"
        "                                             GCM-AES-256     \n\n"
    )
    for entry in starting(box.running, "mka policy"):
        name = entry.slot[2]
        users = [short_name(port) for port, lines in box.interfaces() if value(lines, "mka policy") == (name,)]
        priority = (value(entry.children, "key-server priority") or ("0",))[0]
        offset = (value(entry.children, "confidentiality-offset") or ("0",))[0]
        ciphers = value(entry.children, "macsec-cipher-suite") or ("gcm-aes-128",)
        where = "".join(f"{user:<11}" for user in users)
        text += f"{name:<17} {priority:<4} FALSE {offset:<2} FALSE TRUE   {ciphers[0].upper():<15} {where}\n"
        text += "".join(f"{'':45}{cipher.upper()}\n" for cipher in ciphers[1:])
    return text + "\n"


MKA: dict[str, Callable[[Box, Match, str], str]] = {
    "mka": _sessions,
    "mka_detail": _detail,
    "mka_policy": _policies,
}
