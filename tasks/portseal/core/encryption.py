"""Intent and observed state of a port in, what is to be concluded of its encryption out (IEEE 802.1AE, MKA of 802.1X)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portseal.core.intent import PortIntent
from portseal.core.observation import Counters, Mka, MkaStatus, PortState
from portseal.core.profile import Cipher, MacsecPolicy
from portseal.core.reasons import Conclusion, Reason, fails, passes, unknown

_IN_CLEAR = {Reason.NO_MKA_SESSION, Reason.NOT_SECURED, Reason.SECURED_WITHOUT_PEER}
"""Failures to encrypt after which the link is in clear, as should-secure allows."""

_CKN_DIGITS = 64
_SUITES = frozenset(Cipher)


def encryption(intent: PortIntent, state: PortState, later: PortState | None) -> Iterator[Conclusion]:
    """What is concluded of MACsec on a port, the most telling first; none where the profile has none.

    `later` is the same port after a pause, for counters that must rise.
    """
    if intent.macsec.policy is MacsecPolicy.OFF or "mka" not in state.observed:
        return  # what has to be observed and was not is told for all kinds in one place
    found = list(_must_be_secure(intent, state, later))
    if intent.macsec.policy is MacsecPolicy.SHOULD_SECURE:
        cause = next((each for each in found if each.reason in _IN_CLEAR and each.outcome != "unknown"), None)
        if cause:
            told = "; ".join(each.detail for each in found if each.outcome != "pass")
            found = [passes(f"not encrypted: {told}", Reason.CLEARTEXT_ALLOWED)]
    yield from found


def _must_be_secure(intent: PortIntent, state: PortState, later: PortState | None) -> Iterator[Conclusion]:
    mka = state.mka
    if mka is None:
        yield fails(Reason.NO_MKA_SESSION, "the port has no MKA session")
        return
    if _is_spare(intent, mka):
        yield fails(Reason.FALLBACK_KEY_IN_USE, f"MKA uses the fallback key{f' {mka.ckn}' if mka.ckn else ''}")
    elif intent.key is not None:
        yield from _key(intent.key.ckn, mka)
    if mka.status is MkaStatus.UNKNOWN:
        yield unknown(Reason.UNKNOWN_WORD, "the status of the MKA session is no word we know")
        return
    if mka.status is MkaStatus.NOT_SECURED:
        peers = "" if mka.live_peers is None else f", {mka.live_peers} live peers"
        yield fails(Reason.NOT_SECURED, f"MKA has not secured the link{peers}")
        return
    if mka.live_peers is None:
        yield unknown(
            Reason.SECURED_WITHOUT_PEER, "MKA says secured, and the switch does not show whether a peer is alive"
        )
        return
    if mka.live_peers < 1:
        yield fails(Reason.SECURED_WITHOUT_PEER, "MKA says secured and has no live peer")
        return
    yield from _cipher(intent, mka)
    yield from _rising(state, later)
    named = ", ".join(filter(None, [mka.cipher, f"CKN {mka.ckn}" if mka.ckn else None]))
    yield passes(
        f"encrypted{f' ({named})' if named else ''} with {mka.live_peers} live peer{'s' * (mka.live_peers > 1)}"
    )


def _is_spare(intent: PortIntent, mka: Mka) -> bool:
    """Whether another key than the one that is meant holds the link: by its name, or where that is not shown by the switch's word.

    In the midst of a rotation the key that is meant is the port's second one, and a switch that tells them apart calls it so.
    """
    if intent.fallback_key and mka.ckn and same_ckn(intent.fallback_key.ckn, mka.ckn):
        return True
    meant = intent.key is not None and mka.ckn is not None and same_ckn(intent.key.ckn, mka.ckn)
    return mka.fallback_key and not meant


def _key(expected: str, mka: Mka) -> Iterator[Conclusion]:
    if mka.ckn is None:
        yield unknown(Reason.NOT_OBSERVED, "the switch does not show the CKN of the MKA session")
    elif not same_ckn(expected, mka.ckn):
        yield fails(Reason.CKN_MISMATCH, f"MKA uses CKN {mka.ckn}; keys.toml says {expected}")


def same_ckn(one: str, other: str) -> bool:
    """Whether two CKNs are the same octets; one that is shown filled up with zeros to 32 octets is the same.

    >>> same_ckn("A1b2", "a1B2"), same_ckn("01", "01".ljust(64, "0")), same_ckn("01", "0100")
    (True, True, False)
    """
    one, other = sorted((one.lower(), other.lower()), key=len)
    return one == other or (len(other) == _CKN_DIGITS and one.ljust(_CKN_DIGITS, "0") == other)


def _cipher(intent: PortIntent, mka: Mka) -> Iterator[Conclusion]:
    """What is concluded of the cipher suite, where the switch shows one."""
    if mka.cipher is None:
        return
    spelt = re.sub(r"[^a-z0-9]+", "-", mka.cipher.lower())
    if spelt not in _SUITES:
        yield unknown(Reason.UNKNOWN_WORD, f"the cipher suite {mka.cipher!r} is no word we know")
    elif spelt not in intent.macsec.ciphers:
        wanted = ", ".join(intent.macsec.ciphers)
        yield fails(Reason.WRONG_CIPHER, f"the link uses {spelt}; the profile has {wanted}")


def _rising(state: PortState, later: PortState | None) -> Iterator[Conclusion]:
    """What is concluded of two reads of the counters: frames from the camera must be validated, frames to it protected.

    A camera that only streams may get nothing for a while, so `sent` need not rise where it is above zero already.
    """
    if "counters" not in state.observed:
        return
    before = state.counters or Counters()
    if later is None or later is state or "counters" not in later.observed:
        yield unknown(Reason.NOT_OBSERVED, "the counters of protected frames were read only once")
        return
    after = later.counters or Counters()
    received = _more(before.received, after.received)
    sent = _more(before.sent, after.sent)
    shown = f"received {before.received} then {after.received}, sent {before.sent} then {after.sent}"
    if received is None and sent is None:
        yield unknown(Reason.NOT_OBSERVED, f"the switch does not count protected frames, or began anew: {shown}")
    elif received is False or (received is None and sent is False):
        yield fails(Reason.NOT_ENCRYPTING, f"protected frames do not rise: {shown}")
    elif sent is False and not after.sent:
        yield fails(Reason.NOT_ENCRYPTING, f"nothing was sent encrypted: {shown}")


def _more(before: int | None, after: int | None) -> bool | None:
    """Whether a counter has risen; None where it is not shown, or began anew at zero between the reads."""
    if before is None or after is None or (after == 0 and before > 0):
        return None
    return after != before
