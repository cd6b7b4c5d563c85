"""`display mka session` and `display macsec`: what MKA says of itself, and how many frames the SecY has numbered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from portseal.simulator.grammar import Match
from portseal.simulator.hpe_comware.box import Box
from portseal.simulator.hpe_comware.display_ports import ports_in_order
from portseal.simulator.hpe_comware.policy import CIPHER, has
from portseal.simulator.port_state import MkaState, PortState

_STATUS = {"secured": "Secured", "lonely": "Secured", "pending": "Pending"}


def _wanted(box: Box, match: Match) -> Iterator[tuple[str, PortState]]:
    """Ports with MKA switched on."""
    one = match.words[match.words.index("interface") + 1] if "interface" in match.words else None
    for name, state in ports_in_order(box):
        if one in (None, name) and has(box.section("interface", name), "mka enable"):
            yield name, state


def _sci(mac: str, port: int) -> str:
    return f"{mac.replace(':', '')}{port:04X}".upper()


def _own_sci(box: Box, name: str) -> str:
    return _sci(box.ports.mac_of(name), int(name.rsplit("/", 1)[-1]))


def _identifier(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:24].upper()


def _session(box: Box, match: Match) -> str:
    verbose = "verbose" in match.words
    return "".join(
        _participant(box, name, state, state.mka, verbose) for name, state in _wanted(box, match) if state.mka
    )


def _participant(box: Box, name: str, state: PortState, mka: MkaState, verbose: bool) -> str:
    member, number = _identifier(box.spec.name, name), 7 + state.frames() // 2000
    text = (
        f"Interface {name}\nTx-SCI    : {_own_sci(box, name)}\nPriority  : {state.policy.mka.priority}\nCapability: 3\n"
        f"  CKN for participant: {mka.ckn.upper()}\n    Key server            : Yes\n"
        f"    MI (MN)               : {member} ({number})\n    Live peers            : {mka.peers}\n"
        f"    Potential peers       : 0\n    Principal actor       : {'Yes' if mka.status != 'pending' else 'No'}\n"
        f"    MKA session status    : {_STATUS[mka.status]}\n"
        f"    Confidentiality offset: {state.policy.mka.offset} bytes\n"
    )
    if not verbose:
        return text
    secured = mka.status != "pending"
    text += (
        f"    Current SAK status    : {'Rx & Tx' if secured else 'N/A'}\n"
        f"    Current SAK AN        : {'0' if secured else 'N/A'}\n"
        f"    Current SAK KI (KN)   : {f'{member}00000001 (1)' if secured else 'N/A'}\n"
        "    Previous SAK status   : N/A\n    Previous SAK AN       : N/A\n    Previous SAK KI (KN)  : N/A\n"
        "    Live peer list:\n    MI                        MN         Priority  Capability  Rx-SCI\n"
    )
    if mka.peers:
        peer = f"    {_identifier(mka.peer.mac)}  {number:<10} {16:<9} {3:<11} {_sci(mka.peer.mac, 1)}\n"
        text += peer
    return text


def _macsec(box: Box, match: Match) -> str:
    return "".join(_secy(box, name, state, "verbose" in match.words) for name, state in _wanted(box, match))


def _secy(box: Box, name: str, state: PortState, verbose: bool) -> str:
    protects = state.mka is not None and state.mka.status != "pending"
    if not protects:
        text = f"Interface {name}\n  Protect frames         : {'No' if state.mka else 'N/A'}\n"
        text += "".join(
            f"  {label:<23}: N/A\n"
            for label in ("Active MKA policy", "Replay protection", "Replay window size", "Confidentiality offset")
        )
        text += "  Validation mode        : N/A\n"
        return text + (
            "  Included SCI           : N/A\n  SCI conflict           : No\n  Cipher suite           : N/A\n"
            "  MKA life time          : 6 seconds\n"
            if verbose
            else ""
        )
    policy = state.policy
    text = f"Interface {name}\n  Protect frames         : Yes\n"
    text += f"  Active MKA policy      : {policy.mka.name}\n" if policy.mka.name else ""
    text += (
        "  Replay protection      : Enabled\n"
        f"  Replay window size     : {policy.replay_window} frames\n"
        f"  Confidentiality offset : {policy.mka.offset} bytes\n"
        f"  Validation mode        : {'Strict' if policy.unsecured == 'drop' else 'Check'}\n"
    )
    if not verbose:
        return text
    sent = state.frames()
    received = sent * 9 // 10
    return text + (
        f"  Included SCI           : Yes\n  SCI conflict           : No\n  Cipher suite           : {CIPHER}\n"
        "  MKA life time          : 6 seconds\n  Transmit secure channel:\n"
        f"    SCI           : {_own_sci(box, name)}\n      Elapsed time: 00h:02m:07s\n"
        f"      Current SA  : AN 0        PN {sent + 1}\n  Receive secure channels:\n"
        f"    SCI           : {_sci(state.mka.peer.mac if state.mka else '', 1)}\n      Elapsed time: 00h:02m:03s\n"
        f"      Current SA  : AN 0        LPN {received + 1}\n      Previous SA : AN N/A      LPN N/A\n"
    )


MACSEC: dict[str, Callable[[Box, Match], str]] = {"mka_session": _session, "macsec": _macsec}
