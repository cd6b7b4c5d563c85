"""Intent and observed state in, verdict out: pass, fail or unknown, with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from portseal.core.admission import admission
from portseal.core.encryption import encryption
from portseal.core.intent import PortIntent
from portseal.core.model import Value
from portseal.core.observation import LinkState, PortState
from portseal.core.profile import HostMode, MacsecPolicy, Mode
from portseal.core.reasons import HINTS, MEANINGS, Conclusion, Outcome, Reason, fails, passes, unknown

__all__ = ["HINTS", "MEANINGS", "Outcome", "Reason", "Verdict", "judge", "unreachable"]


class Verdict(Value):
    """What is true of one camera port."""

    switch: str
    port: str
    camera: str
    outcome: Outcome
    reason: Reason
    detail: str
    hint: str


def judge(
    intent: PortIntent,
    state: PortState | None,
    later: PortState | None = None,
    *,
    owners: Mapping[str, str] | None = None,
) -> Verdict:
    """What is true of the port that `intent` is about.

    `state` is None where nothing could be read; `later` is the state after a pause, of which only the counters count (the
    same object as `state`, or None, where nothing was read twice). `owners` (MAC address → camera of the whole inventory)
    lets the detail say whose camera stands where another should.

    The first failure decides, or the first thing that cannot be told, or the pass.
    """
    if state is None:
        return unreachable(intent, "nothing was read from the switch")
    found = _conclude(intent, state, later, owners or {})
    decisive = next((each for wanted in ("fail", "unknown") for each in found if each.outcome == wanted), None)
    if decisive is None:
        qualified = next((each.reason for each in found if each.reason is not Reason.AS_INTENDED), Reason.AS_INTENDED)
        decisive = passes("; ".join(dict.fromkeys(each.detail for each in found)), qualified)
    return _verdict(intent, decisive)


def unreachable(intent: PortIntent, detail: str) -> Verdict:
    """The verdict on a port of a switch from which nothing could be read; `detail` says why."""
    return _verdict(intent, unknown(Reason.UNREACHABLE, detail))


def _verdict(intent: PortIntent, decisive: Conclusion) -> Verdict:
    return Verdict(
        switch=intent.switch,
        port=intent.port,
        camera=intent.camera,
        outcome=decisive.outcome,
        reason=decisive.reason,
        detail=decisive.detail,
        hint=HINTS[decisive.reason],
    )


def _conclude(
    intent: PortIntent, state: PortState, later: PortState | None, owners: Mapping[str, str]
) -> list[Conclusion]:
    let_in = list(admission(intent, state, owners))
    if _is_monitored(intent):
        let_in = _as_monitored(let_in)
    return [
        *_link(state),
        *let_in,
        *encryption(intent, state, later),
        *_not_read(intent, state),
    ]


def _link(state: PortState) -> Iterator[Conclusion]:
    """What is concluded of the carrier. A port that has one is not disabled now, whatever another table still lists."""
    if state.link is LinkState.UP:
        return
    if state.err_disabled is not None:
        yield fails(Reason.ERR_DISABLED, f"the switch disabled the port: {state.err_disabled}")
    elif state.link is LinkState.DOWN:
        yield fails(Reason.NO_LINK, "the port has no carrier")
    elif "link" in state.observed:
        yield unknown(Reason.UNKNOWN_WORD, "the state of the link is no word we know")


def _is_monitored(intent: PortIntent) -> bool:
    """Whether nothing is enforced on the port: neither access control nor encryption that stands in for it."""
    off = intent.dot1x.mode is Mode.OFF and intent.macsec.policy is MacsecPolicy.OFF
    return off or intent.dot1x.mode is Mode.MONITOR


def _as_monitored(found: list[Conclusion]) -> list[Conclusion]:
    """The conclusions of a closed port as those of a monitored one, which passes unless another station is in the camera's place.

    What cannot be told remains so.
    """
    refusal = next((each for each in found if each.outcome == "fail"), None)
    let_in = "; ".join(each.detail for each in found if each.outcome == "pass")
    if refusal:
        told = f"a closed port would not be as intended ({refusal.reason}): {refusal.detail}"
    else:
        told = f"a closed port would be as intended: {let_in}" if let_in else "nothing is enforced on the port"
    strange = [
        fails(each.reason, f"{each.detail}; the port is monitored, so nothing keeps it out")
        for each in found
        if each.reason is Reason.WRONG_CAMERA
    ]
    return [*strange, passes(told, Reason.MONITOR_ONLY), *(each for each in found if each.outcome == "unknown")]


def _not_read(intent: PortIntent, state: PortState) -> Iterator[Conclusion]:
    """What a pass needs and the switch did not show, or not in a way that was understood."""
    missing = sorted(_needed(intent) - state.observed)
    if not missing:
        return
    if state.unparsed:
        yield unknown(Reason.UNPARSED, "; ".join(state.unparsed))
    yield unknown(Reason.NOT_OBSERVED, f"not read: {', '.join(missing)}")


def _needed(intent: PortIntent) -> frozenset[str]:
    """The kinds without which nothing passes: each can show something that is not as intended."""
    needed = {"link"}
    if intent.dot1x.mode is not Mode.OFF:
        needed.add("session")
    shared = intent.dot1x.mode is Mode.CLOSED and intent.dot1x.host_mode is HostMode.MULTI_HOST
    if not shared:
        needed.add("mac")
    if intent.macsec.policy is not MacsecPolicy.OFF:
        needed |= {"mka", "counters"}
    return frozenset(needed)
