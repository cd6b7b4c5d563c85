"""`show macsec ...`: what the SecY of a port does with frames."""

from __future__ import annotations

from collections.abc import Callable

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.lines import short_name
from portseal.simulator.cisco_iosxe.show_mka import port_id_of
from portseal.simulator.cisco_iosxe.show_sessions import ports_in_order
from portseal.simulator.grammar import Match
from portseal.simulator.port_state import MkaState, PortState


def _sci(mac: str, port_id: int) -> str:
    return f"{mac.replace(':', '')}{port_id:04X}".upper()


def _state(box: Box, match: Match) -> tuple[str, PortState | None]:
    name = match.words[-1]
    return name, box.ports.now().get(name)


def _interface(box: Box, match: Match, _user: str) -> str:
    name, state = _state(box, match)
    enabled = state is not None and bool(state.policy.cak)
    secured = state is not None and state.secured
    ways = 16 if enabled else 32
    head = " MACsec is disabled\n"
    if state is not None and enabled:
        cipher = state.policy.mka.cipher if secured else "Invalid"
        head = (
            " MACsec is enabled\n  Replay protect : enabled\n"
            f"  Replay window : {state.policy.replay_window}\n  Include SCI : yes\n  Use ES Enable : no\n"
            "  Use SCB Enable : no\n  Admin Pt2Pt MAC : forceTrue(1)\n  Pt2Pt MAC Operational : no\n"
            f"  Cipher : {cipher}\n  Confidentiality Offset : {state.policy.mka.offset}\n"
        )
    text = head + (
        "\n Capabilities\n  ICV length : 16\n  Data length change supported: yes\n"
        f"  Max. Rx SA : {ways}\n  Max. Tx SA : {ways}\n  Max. Rx SC : {ways // 2}\n  Max. Tx SC : {ways // 2}\n"
        f"  Validate Frames : {'strict' if enabled else 'disabled'}\n  PN threshold notification support : Yes\n"
        "  Ciphers supported : GCM-AES-128\n                      GCM-AES-256\n"
        "                      GCM-AES-XPN-128\n                      GCM-AES-XPN-256\n\n"
    )
    should = state is not None and bool(state.policy.cak) and state.unsecured == "pass"
    text += f" Access control : {'should secure' if should else 'must secure'}\n\n"
    if state is None or state.mka is None or not secured:
        return text + " No Transmit Secure Channels\n No Receive Secure Channels\n"
    return text + _channels(box, name, state, state.mka)


def _channels(box: Box, name: str, state: PortState, mka: MkaState) -> str:
    frames = state.frames()
    received = frames * 9 // 10
    return (
        f" Transmit Secure Channels\n  SCI : {_sci(box.ports.mac_of(name), port_id_of(name))}\n  SC state : inUse(1)\n"
        f"   Elapsed time : 00:01:00\n   Start time : 7w0d\n   Current AN: 0\n   Previous AN: -\n   Next PN: {frames + 1}\n"
        "   SA State: inUse(1)\n   Confidentiality : yes\n   SAK Unchanged : yes\n   SA Create time : 1d18h\n"
        "   SA Start time : 7w0d\n   SC Statistics\n    Auth-only Pkts : 0\n    Auth-only Bytes : 0\n"
        "    Encrypted Pkts : 0\n    Encrypted Bytes : 0\n   SA Statistics\n    Auth-only Pkts : 0\n"
        f"    Auth-only Bytes : 0\n    Encrypted Pkts : {frames}\n    Encrypted Bytes : {frames * 512}\n\n"
        "  Port Statistics\n   Egress untag pkts  0\n   Egress long pkts  0\n\n"
        f" Receive Secure Channels\n  SCI : {_sci(mka.peer.mac, 1)}\n  SC state : inUse(1)\n"
        f"   Elapsed time : 00:01:00\n   Start time : 7w0d\n   Current AN: 0\n   Previous AN: -\n   Next PN: {received + 1}\n"
        "   RX SA Count: 0\n   SA State: inUse(1)\n   SAK Unchanged : yes\n   SA Create time : 1d18h\n"
        "   SA Start time : 7w0d\n   SC Statistics\n    Notvalid pkts 0\n    Invalid pkts 0\n    Valid pkts 0\n"
        "    Late pkts 0\n    Uncheck pkts 0\n    Delay pkts 0\n    UnusedSA pkts 0\n    NousingSA pkts 0\n"
        "    Validated Bytes 0\n    Decrypted Bytes 0\n"
        f"   SA Statistics\n    Notvalid pkts 0\n    Invalid pkts 0\n    Valid pkts {received}\n"
        "    UnusedSA pkts 0\n    NousingSA pkts 0\n    Validated Bytes 0\n"
        f"    Decrypted Bytes {received * 512}\n\n  Port Statistics\n   Ingress untag pkts  0\n"
        "   Ingress notag pkts  0\n   Ingress badtag pkts  0\n   Ingress unknownSCI pkts  0\n"
        "   Ingress noSCI pkts  0\n   Ingress overrun pkts  0\n"
    )


def _status(box: Box, match: Match, _user: str) -> str:
    name, state = _state(box, match)
    if state is None or not state.policy.cak:
        return f"MACsec is not enabled on {name}\n"
    frames, mka = state.frames(), state.mka
    should = state.unsecured == "pass"
    text = (
        " Capabilities:\n  Ciphers Supported:        GCM-AES-128 GCM-AES-256\n"
        f"  Cipher:                   {state.policy.mka.cipher if state.secured else 'Invalid'}\n"
        f"  Confidentiality Offset:   {state.policy.mka.offset}\n"
        f"  Replay Window:            {state.policy.replay_window}\n  Delay Protect Enable:     FALSE\n"
        f"  Access Control:           {'should-secure' if should else 'must-secure'}\n"
        "  Include-SCI:              TRUE\n\n"
    )
    if mka is None or not state.secured:
        return text + " No Transmit Secure Channels\n No Receive Secure Channels\n"
    return text + (
        f" Transmit SC:\n  SCI:                      {_sci(box.ports.mac_of(name), port_id_of(name))}\n"
        f"  Transmitting:             TRUE\n Transmit SA:\n  Next PN:                  {frames + 1}\n"
        f"  Delay Protect AN/nextPN:  NA/0\n\n Receive SC:\n  SCI:                      {_sci(mka.peer.mac, 1)}\n"
        f"  Receiving:                TRUE\n Receive SA:\n  Next PN:                  {frames * 9 // 10 + 1}\n"
        "  AN:                       0\n  Delay Protect AN/LPN:     0/0\n"
    )


def _statistics(box: Box, match: Match, _user: str) -> str:
    name, state = _state(box, match)
    if state is None or not state.policy.cak:
        return f"MACsec is not enabled on {name}\n"
    sent = state.frames()
    got = sent * 9 // 10
    text = (
        f"MACsec Statistics for {name}\n SecY Counters\n  Ingress Untag Pkts:       0\n  Ingress No Tag Pkts:      0\n"
        "  Ingress Bad Tag Pkts:     0\n  Ingress Unknown SCI Pkts: 0\n  Ingress No SCI Pkts:      0\n"
        "  Ingress Overrun Pkts:     0\n  Ingress Validated Octets: 0\n"
        f"  Ingress Decrypted Octets: {got * 512}\n  Egress Untag Pkts:        0\n  Egress Too Long Pkts:     0\n"
        f"  Egress Protected Octets:  0\n  Egress Encrypted Octets:  {sent * 512}\n\n Controlled Port Counters\n"
        f"  IF In Octets:             {got * 536}\n  IF In Packets:            {got}\n"
        "  IF In Discard:            0\n  IF In Errors:             0\n"
        f"  IF Out Octets:            {sent * 536}\n  IF Out Packets:           {sent}\n  IF Out Errors:            0\n"
    )
    if state.mka is None or not state.secured:
        return text
    return text + (
        f"\n Transmit SC Counters (SCI: {_sci(box.ports.mac_of(name), port_id_of(name))})\n"
        f"  Out Pkts Protected:       0\n  Out Pkts Encrypted:       {sent}\n\n"
        f" Receive SA Counters (SCI: {_sci(state.mka.peer.mac, 1)}  AN 0)\n  In Pkts Unchecked:        0\n"
        f"  In Pkts Delayed:          0\n  In Pkts OK:               {got}\n  In Pkts Invalid:          0\n"
        "  In Pkts Not Valid:        0\n  In Pkts Not using SA:     0\n  In Pkts Unused SA:        0\n"
        "  In Pkts Late:             0\n"
    )


def _summary(box: Box, _match: Match, _user: str) -> str:
    rows = [name for name, state in ports_in_order(box) if state.secured]
    if not rows:
        return "%No Secure Channels\n"
    text = "Interface                     Transmit SC         Receive SC\n"
    return text + "".join(f"{short_name(name):<35}{1:<20}{1:<4}\n" for name in rows)


MACSEC: dict[str, Callable[[Box, Match, str], str]] = {
    "macsec_interface": _interface,
    "macsec_status": _status,
    "macsec_statistics": _statistics,
    "macsec_summary": _summary,
}
