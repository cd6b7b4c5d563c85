"""The camera's own view of a link, beside the switch's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig.intents import port_intent

from portseal.core.both_ends import CameraView, is_asked, with_camera
from portseal.core.camera_state import CameraMode, CameraState
from portseal.core.inventory import LinkKey
from portseal.core.profile import CakSource, Dot1x, Macsec, MacsecPolicy, Mode
from portseal.core.reasons import HINTS, Outcome, Reason
from portseal.core.verdict import Verdict

INTENT = port_intent(
    port="p1",
    camera="cam-1",
    mac="ac:cc:8e:00:00:01",
    dot1x=Dot1x(mode=Mode.OFF),
    macsec=Macsec(policy=MacsecPolicy.MUST_SECURE, cak=CakSource.STATIC, ciphers=("gcm-aes-128",)),
    key=LinkKey(ckn="a1b2", cak="cak/x", fallback=LinkKey(ckn="c3d4", cak="cak/y")),
)


def verdict(outcome: Outcome = Outcome.PASS, reason: Reason = Reason.AS_INTENDED) -> Verdict:
    return Verdict(
        switch="acc-01",
        port="p1",
        camera="cam-1",
        outcome=outcome,
        reason=reason,
        detail="encrypted",
        hint=HINTS[reason],
    )


def says(**fields: object) -> CameraView:
    return CameraView(state=CameraState.model_validate(fields))


UNSECURED = says(mode=CameraMode.STATIC, secured=False, ckn="a1b2")


def test_a_camera_that_agrees_is_told_and_changes_nothing() -> None:
    seen = with_camera(verdict(), INTENT, says(mode=CameraMode.STATIC, secured=True, ckn="a1b2"))
    assert (seen.outcome, seen.reason) == (Outcome.PASS, Reason.AS_INTENDED)
    assert seen.detail == "encrypted; the camera says secured (static key)"


def test_a_camera_that_calls_its_link_unsecured_fails_a_port_that_passes() -> None:
    seen = with_camera(verdict(), INTENT, UNSECURED)
    assert (seen.outcome, seen.reason) == (Outcome.FAIL, Reason.CAMERA_SAYS_UNSECURED)
    assert seen.hint == HINTS[Reason.CAMERA_SAYS_UNSECURED]
    assert "the camera says not secured" in seen.detail
    assert "the switch says: encrypted" in seen.detail


def test_a_camera_whose_802_1x_is_off_cannot_be_the_one_that_the_switch_encrypts_with() -> None:
    seen = with_camera(verdict(), INTENT, says(mode=CameraMode.OFF, secured=False))
    assert seen.reason is Reason.CAMERA_SAYS_UNSECURED
    assert "802.1X off" in seen.detail


@pytest.mark.parametrize("reason", [Reason.CLEARTEXT_ALLOWED, Reason.MONITOR_ONLY])
def test_an_unsecured_camera_contradicts_nothing_where_no_encryption_is_claimed(reason: Reason) -> None:
    assert with_camera(verdict(reason=reason), INTENT, UNSECURED).outcome is Outcome.PASS


def test_a_silent_camera_changes_no_outcome_and_its_silence_is_told() -> None:
    seen = with_camera(verdict(), INTENT, CameraView(silence="does not answer at 192.0.2.1 port 443"))
    assert (seen.outcome, seen.reason) == (Outcome.PASS, Reason.AS_INTENDED)
    assert seen.detail == "encrypted; the camera's end was not read (does not answer at 192.0.2.1 port 443)"


def test_a_camera_that_does_not_say_changes_no_outcome() -> None:
    seen = with_camera(verdict(), INTENT, says(mode=CameraMode.EAP_TLS, secured=None, authorized=False))
    assert seen.outcome is Outcome.PASS
    assert seen.detail.endswith("the camera says nothing of MACsec (802.1X eap-tls, not authorized)")


def test_a_key_that_neither_end_should_have_is_named() -> None:
    failing = verdict(Outcome.FAIL, Reason.NOT_SECURED)
    other = with_camera(failing, INTENT, says(mode=CameraMode.STATIC, secured=False, ckn="ffff"))
    assert "CKN ffff, which is not the one of keys.toml" in other.detail
    assert other.reason is Reason.NOT_SECURED
    for ckn in ("a1b2", "c3d4"):
        assert "not the one" not in with_camera(failing, INTENT, says(mode=CameraMode.STATIC, ckn=ckn)).detail


def test_only_links_that_are_meant_to_be_encrypted_are_asked_about() -> None:
    assert is_asked(INTENT)
    assert not is_asked(INTENT.model_copy(update={"macsec": Macsec(policy=MacsecPolicy.OFF)}))


states = st.builds(
    CameraState,
    mode=st.sampled_from(CameraMode),
    authorized=st.sampled_from([True, False, None]),
    secured=st.sampled_from([True, False, None]),
    ckn=st.sampled_from([None, "a1b2", "ff"]),
)
views = st.builds(CameraView, state=states | st.none(), silence=st.text(max_size=5))


@given(st.sampled_from(Outcome), st.sampled_from(Reason), views)
def test_no_camera_ever_turns_anything_into_a_pass(outcome: Outcome, reason: Reason, view: CameraView) -> None:
    before = verdict(outcome, reason)
    after = with_camera(before, INTENT, view)
    if outcome is not Outcome.PASS:
        assert (after.outcome, after.reason) == (outcome, reason)
    elif after.outcome is not Outcome.PASS:
        assert view.state is not None
        assert view.state.secured is False
