"""A verdict from the switch and the camera's own view in, one verdict on both ends of the link out.

The switch's proof (a live peer, the right key, counters that rise) stands by itself: a camera that says nothing changes no
outcome, and its silence is told. A camera that contradicts it does: two ends that disagree are not one secured link.
"""

from __future__ import annotations

from portseal.core.camera_state import CameraMode, CameraState
from portseal.core.encryption import same_ckn
from portseal.core.intent import PortIntent
from portseal.core.model import Value
from portseal.core.profile import MacsecPolicy
from portseal.core.reasons import HINTS, Outcome, Reason
from portseal.core.verdict import Verdict

_CLAIMS_NO_ENCRYPTION = {Reason.CLEARTEXT_ALLOWED, Reason.MONITOR_ONLY}


class CameraView(Value):
    """What a camera was found to say of its end."""

    state: CameraState | None = None
    """None: it said nothing that can be used."""
    silence: str = ""
    """Why it did not."""


def is_asked(intent: PortIntent) -> bool:
    """Whether the camera's view matters: only of a link that is meant to be encrypted."""
    return intent.macsec.policy is not MacsecPolicy.OFF


def with_camera(verdict: Verdict, intent: PortIntent, view: CameraView) -> Verdict:
    """`verdict` with the camera's view told in its detail; a failure where the camera contradicts a pass."""
    if view.state is None:
        return _told(verdict, f"the camera's end was not read ({view.silence or 'no reason given'})")
    told = _says(view.state, intent)
    claims = verdict.outcome is Outcome.PASS and verdict.reason not in _CLAIMS_NO_ENCRYPTION
    if claims and view.state.secured is False:
        contradicted = {
            "outcome": Outcome.FAIL,
            "reason": Reason.CAMERA_SAYS_UNSECURED,
            "detail": f"{told}; the switch says: {verdict.detail}",
            "hint": HINTS[Reason.CAMERA_SAYS_UNSECURED],
        }
        return verdict.model_copy(update=contradicted)
    return _told(verdict, told)


def _told(verdict: Verdict, more: str) -> Verdict:
    return verdict.model_copy(update={"detail": f"{verdict.detail}; {more}"})


def _says(state: CameraState, intent: PortIntent) -> str:
    """The camera's view in words."""
    secured = {True: "secured", False: "not secured", None: "nothing of MACsec"}[state.secured]
    more: list[str] = []
    if state.mode is CameraMode.STATIC:
        more.append("static key")
        expected = [key.ckn for key in (intent.key, intent.key.fallback if intent.key else None) if key]
        if state.ckn and expected and not any(same_ckn(ckn, state.ckn) for ckn in expected):
            more.append(f"CKN {state.ckn}, which is not the one of keys.toml")
    elif state.mode is not CameraMode.UNKNOWN:
        more.append(f"802.1X {state.mode}")
    if state.authorized is False:
        more.append("not authorized")
    return f"the camera says {secured}" + (f" ({', '.join(more)})" if more else "")
