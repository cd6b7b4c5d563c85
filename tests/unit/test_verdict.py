"""Verdicts: each reason from the state that gives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rig.intents import port_intent

from portseal.core.encryption import same_ckn
from portseal.core.intent import PortIntent
from portseal.core.inventory import LinkKey, Supplicant
from portseal.core.observation import (
    Counters,
    LinkState,
    Mka,
    MkaStatus,
    PortState,
    Session,
    SessionMethod,
    SessionStatus,
)
from portseal.core.profile import (
    CakSource,
    Cipher,
    Dot1x,
    HostMode,
    Macsec,
    MacsecPolicy,
    Method,
    Mode,
)
from portseal.core.reasons import HINTS, MEANINGS, reason_codes_page
from portseal.core.verdict import Outcome, Reason, Verdict, judge

PORT = "GigabitEthernet1/0/5"
CAMERA, ROGUE = "ac:cc:8e:00:00:17", "02:00:00:00:00:66"
OWNERS = {CAMERA: "cam-017", ROGUE: "cam-066"}
KINDS = frozenset({"link", "errdisable", "session", "mka", "counters", "mac"})
KEY = LinkKey(ckn="a1b2", cak="cak/cam-017")
MUST = Macsec(policy=MacsecPolicy.MUST_SECURE)
STATIC = Macsec(policy=MacsecPolicy.MUST_SECURE, cak=CakSource.STATIC)
SHOULD = Macsec(policy=MacsecPolicy.SHOULD_SECURE)
MAB_TOO = Dot1x(methods=(Method.DOT1X, Method.MAB))
MONITOR = Dot1x(mode=Mode.MONITOR)
OFF = Dot1x(mode=Mode.OFF)


def intent(
    dot1x: Dot1x | None = None,
    macsec: Macsec | None = None,
    *,
    vlan: int | None = None,
    supplicant: Supplicant = Supplicant.EAP_TLS,
) -> PortIntent:
    macsec = macsec or Macsec()
    return port_intent(
        port=PORT,
        camera="cam-017",
        mac=CAMERA,
        vlan=vlan,
        dot1x=dot1x or Dot1x(),
        macsec=macsec,
        key=KEY if macsec.cak is CakSource.STATIC else None,
        supplicant=supplicant,
    )


def session(
    mac: str | None = CAMERA,
    status: SessionStatus = SessionStatus.AUTHORIZED,
    method: SessionMethod = SessionMethod.DOT1X,
    *,
    vlan: int | None = None,
    words: dict[str, str] | None = None,
    fallback: str | None = None,
) -> Session:
    states = tuple((words or {}).items())
    return Session(mac=mac, status=status, method=method, vlan=vlan, method_states=states, fallback=fallback)


def refused(words: dict[str, str] | None = None, *, mac: str | None = CAMERA, fallback: str | None = None) -> Session:
    return session(mac, SessionStatus.UNAUTHORIZED, SessionMethod.NONE, words=words, fallback=fallback)


def state(
    *sessions: Session,
    link: LinkState = LinkState.UP,
    macs: tuple[str, ...] = (),
    mka: Mka | None = None,
    counters: tuple[int | None, int | None] | None = None,
    err_disabled: str | None = None,
    observed: frozenset[str] = KINDS,
    unparsed: tuple[str, ...] = (),
) -> PortState:
    return PortState(
        port=PORT,
        link=link,
        err_disabled=err_disabled,
        macs=macs,
        sessions=sessions,
        mka=mka,
        counters=Counters(sent=counters[0], received=counters[1]) if counters else None,
        observed=observed,
        unparsed=unparsed,
    )


def secured(**changed: object) -> Mka:
    return Mka(status=MkaStatus.SECURED, ckn="a1b2", live_peers=1, cipher="GCM-AES-128").model_copy(update=changed)


def of_mka(mka: Mka | None, macsec: Macsec = STATIC, counters: tuple[int, int] = (20, 20)) -> Verdict:
    """The verdict on a port whose camera is let in and whose MKA is as given."""
    first, later = (state(session(), mka=mka, counters=each) for each in ((10, 10), counters))
    return judge(intent(macsec=macsec), first, later)


IN = session()
BY_MAB = session(method=SessionMethod.MAB)
CASES: dict[str, tuple[Reason, Outcome, Verdict]] = {
    name: (reason, outcome, verdict)
    for name, reason, outcome, verdict in [
        ("camera by EAP", Reason.AS_INTENDED, Outcome.PASS, judge(intent(), state(IN, macs=(CAMERA,)))),
        ("camera in its VLAN", Reason.AS_INTENDED, Outcome.PASS, judge(intent(vlan=20), state(session(vlan=20)))),
        ("VLAN not shown", Reason.AS_INTENDED, Outcome.PASS, judge(intent(vlan=20), state(IN))),
        (
            "camera without supplicant by MAB",
            Reason.AS_INTENDED,
            Outcome.PASS,
            judge(intent(MAB_TOO, supplicant=Supplicant.NONE), state(BY_MAB)),
        ),
        (
            "a second station where two are allowed",
            Reason.AS_INTENDED,
            Outcome.PASS,
            judge(intent(Dot1x(host_mode=HostMode.MULTI_AUTH)), state(IN, session(ROGUE))),
        ),
        (
            "learned stations behind a port that one station opens for all",
            Reason.AS_INTENDED,
            Outcome.PASS,
            judge(intent(Dot1x(host_mode=HostMode.MULTI_HOST)), state(IN, macs=(CAMERA, ROGUE))),
        ),
        (
            "a refused trace of the camera itself",
            Reason.AS_INTENDED,
            Outcome.PASS,
            judge(intent(), state(IN, refused())),
        ),
        ("encrypted", Reason.AS_INTENDED, Outcome.PASS, of_mka(secured())),
        ("encrypted, derived", Reason.AS_INTENDED, Outcome.PASS, of_mka(secured(ckn="feed" * 8), MUST)),
        ("encrypted, optional", Reason.AS_INTENDED, Outcome.PASS, of_mka(secured(), SHOULD)),
        ("stream one way for a while", Reason.AS_INTENDED, Outcome.PASS, of_mka(secured(), counters=(10, 20))),
        ("counters began anew and rise", Reason.AS_INTENDED, Outcome.PASS, of_mka(secured(), counters=(3, 4))),
        ("CKN filled up", Reason.AS_INTENDED, Outcome.PASS, of_mka(secured(ckn="A1B2".ljust(64, "0")))),
        (
            "static CAK without 802.1X",
            Reason.AS_INTENDED,
            Outcome.PASS,
            judge(intent(OFF, STATIC), state(mka=secured(), counters=(1, 1)), state(mka=secured(), counters=(2, 2))),
        ),
        ("monitored, camera in", Reason.MONITOR_ONLY, Outcome.PASS, judge(intent(MONITOR), state(IN))),
        ("monitored, rogue in", Reason.WRONG_CAMERA, Outcome.FAIL, judge(intent(MONITOR), state(session(ROGUE)))),
        ("nothing enforced", Reason.MONITOR_ONLY, Outcome.PASS, judge(intent(OFF), state())),
        ("monitored, no link", Reason.NO_LINK, Outcome.FAIL, judge(intent(MONITOR), state(link=LinkState.DOWN))),
        (
            "monitored, strange word",
            Reason.UNKNOWN_WORD,
            Outcome.UNKNOWN,
            judge(intent(MONITOR), state(session(status=SessionStatus.UNKNOWN))),
        ),
        (
            "monitored, somebody else with a strange word",
            Reason.UNKNOWN_WORD,
            Outcome.UNKNOWN,
            judge(intent(MONITOR), state(IN, session(ROGUE, SessionStatus.UNKNOWN))),
        ),
        (
            "several allowed, one with a strange word",
            Reason.UNKNOWN_WORD,
            Outcome.UNKNOWN,
            judge(intent(Dot1x(host_mode=HostMode.MULTI_AUTH)), state(IN, session(ROGUE, SessionStatus.UNKNOWN))),
        ),
        ("should-secure in clear", Reason.CLEARTEXT_ALLOWED, Outcome.PASS, of_mka(None, SHOULD)),
        (
            "should-secure alone",
            Reason.CLEARTEXT_ALLOWED,
            Outcome.PASS,
            of_mka(Mka(status=MkaStatus.NOT_SECURED), SHOULD),
        ),
        ("should-secure, not encrypting", Reason.NOT_ENCRYPTING, Outcome.FAIL, of_mka(secured(), SHOULD, (10, 10))),
        (
            "err-disabled",
            Reason.ERR_DISABLED,
            Outcome.FAIL,
            judge(intent(), state(link=LinkState.DOWN, err_disabled="security-violation")),
        ),
        ("no link", Reason.NO_LINK, Outcome.FAIL, judge(intent(), state(link=LinkState.DOWN))),
        (
            "a session left over without a carrier",
            Reason.NO_LINK,
            Outcome.FAIL,
            judge(intent(), state(IN, link=LinkState.DOWN)),
        ),
        ("nobody", Reason.NO_SESSION, Outcome.FAIL, judge(intent(), state())),
        ("camera in unauthenticated", Reason.NOT_ENFORCED, Outcome.FAIL, judge(intent(), state(macs=(CAMERA,)))),
        (
            "forced open",
            Reason.NOT_ENFORCED,
            Outcome.FAIL,
            judge(intent(), state(session(method=SessionMethod.NONE))),
        ),
        (
            "web authentication",
            Reason.NOT_ENFORCED,
            Outcome.FAIL,
            judge(intent(), state(session(method=SessionMethod.OTHER))),
        ),
        ("rogue in", Reason.WRONG_CAMERA, Outcome.FAIL, judge(intent(), state(session(ROGUE)), owners=OWNERS)),
        ("rogue refused", Reason.WRONG_CAMERA, Outcome.FAIL, judge(intent(), state(refused(mac=ROGUE)))),
        (
            "rogue on a static link",
            Reason.WRONG_CAMERA,
            Outcome.FAIL,
            judge(intent(OFF, STATIC), state(macs=(ROGUE,), mka=secured(), counters=(1, 1))),
        ),
        ("second station in", Reason.SECOND_STATION, Outcome.FAIL, judge(intent(), state(IN, session(ROGUE)))),
        ("second station refused", Reason.SECOND_STATION, Outcome.FAIL, judge(intent(), state(IN, refused(mac=ROGUE)))),
        (
            "second station learned before the lock",
            Reason.SECOND_STATION,
            Outcome.FAIL,
            judge(intent(), state(IN, macs=(CAMERA, ROGUE))),
        ),
        ("refused", Reason.AUTHENTICATION_FAILED, Outcome.FAIL, judge(intent(), state(refused()))),
        (
            "refused without address",
            Reason.AUTHENTICATION_FAILED,
            Outcome.FAIL,
            judge(intent(), state(refused({"dot1x": "Authc Failed"}, mac=None))),
        ),
        ("held", Reason.AUTHENTICATION_FAILED, Outcome.FAIL, judge(intent(), state(refused({"dot1x": "HELD"})))),
        (
            "running",
            Reason.AUTHENTICATION_RUNNING,
            Outcome.FAIL,
            judge(intent(), state(session(status=SessionStatus.RUNNING))),
        ),
        (
            "failed over, MAB running",
            Reason.AUTHENTICATION_RUNNING,
            Outcome.FAIL,
            judge(intent(), state(refused({"dot1x": "Failed over", "mab": "Running"}))),
        ),
        (
            "silent, then unknown to MAB",
            Reason.SUPPLICANT_SILENT,
            Outcome.FAIL,
            judge(intent(), state(refused({"dot1x": "No Response", "mab": "Authc Failed"}))),
        ),
        ("stopped", Reason.SUPPLICANT_SILENT, Outcome.FAIL, judge(intent(), state(refused({"dot1x": "Stopped"})))),
        (
            "without supplicant, unknown to MAB",
            Reason.AUTHENTICATION_FAILED,
            Outcome.FAIL,
            judge(
                intent(MAB_TOO, supplicant=Supplicant.NONE),
                state(refused({"dot1x": "Stopped", "mab": "Authc Failed"})),
            ),
        ),
        (
            "no answer from RADIUS",
            Reason.SERVER_DEAD,
            Outcome.FAIL,
            judge(intent(), state(refused({"dot1x": "radius-no-response"}))),
        ),
        (
            "server dead by word",
            Reason.SERVER_DEAD,
            Outcome.FAIL,
            judge(intent(), state(refused({"dot1x": "Server-Timeout"}))),
        ),
        (
            "server dead by fallback",
            Reason.SERVER_DEAD,
            Outcome.FAIL,
            judge(intent(), state(refused({"dot1x": "Authc Failed"}, fallback="server-dead"))),
        ),
        ("by MAB though it has EAP", Reason.MAB_INSTEAD_OF_EAP, Outcome.FAIL, judge(intent(MAB_TOO), state(BY_MAB))),
        (
            "by MAB where that is no method",
            Reason.MAB_INSTEAD_OF_EAP,
            Outcome.FAIL,
            judge(intent(supplicant=Supplicant.NONE), state(BY_MAB)),
        ),
        (
            "server-dead VLAN",
            Reason.SERVER_DEAD_VLAN,
            Outcome.FAIL,
            judge(intent(), state(session(fallback="server-dead", vlan=997))),
        ),
        ("guest VLAN", Reason.GUEST_VLAN, Outcome.FAIL, judge(intent(), state(session(fallback="guest")))),
        ("auth-fail VLAN", Reason.AUTH_FAIL_VLAN, Outcome.FAIL, judge(intent(), state(session(fallback="auth-fail")))),
        ("another VLAN", Reason.WRONG_VLAN, Outcome.FAIL, judge(intent(vlan=20), state(session(vlan=30)))),
        ("no MKA", Reason.NO_MKA_SESSION, Outcome.FAIL, of_mka(None)),
        ("MKA alone", Reason.NOT_SECURED, Outcome.FAIL, of_mka(secured(status=MkaStatus.NOT_SECURED, live_peers=0))),
        ("secured, no peer", Reason.SECURED_WITHOUT_PEER, Outcome.FAIL, of_mka(secured(live_peers=0))),
        ("secured, peers not shown", Reason.SECURED_WITHOUT_PEER, Outcome.UNKNOWN, of_mka(secured(live_peers=None))),
        ("another CKN", Reason.CKN_MISMATCH, Outcome.FAIL, of_mka(secured(ckn="a1b3"))),
        ("CKN not shown", Reason.NOT_OBSERVED, Outcome.UNKNOWN, of_mka(secured(ckn=None))),
        ("fallback key", Reason.FALLBACK_KEY_IN_USE, Outcome.FAIL, of_mka(secured(fallback_key=True, ckn="ff"))),
        (
            "fallback key, unnamed",
            Reason.FALLBACK_KEY_IN_USE,
            Outcome.FAIL,
            of_mka(secured(fallback_key=True, ckn=None)),
        ),
        ("meant key in the second place", Reason.AS_INTENDED, Outcome.PASS, of_mka(secured(fallback_key=True))),
        ("another cipher", Reason.WRONG_CIPHER, Outcome.FAIL, of_mka(secured(cipher="GCM-AES-XPN-256"))),
        ("strange cipher", Reason.UNKNOWN_WORD, Outcome.UNKNOWN, of_mka(secured(cipher="GCM-SM4-128"))),
        ("nothing encrypted", Reason.NOT_ENCRYPTING, Outcome.FAIL, of_mka(secured(), counters=(10, 10))),
        ("camera's frames not validated", Reason.NOT_ENCRYPTING, Outcome.FAIL, of_mka(secured(), counters=(20, 10))),
        ("counters began anew at zero", Reason.NOT_OBSERVED, Outcome.UNKNOWN, of_mka(secured(), counters=(0, 0))),
        (
            "nothing ever sent encrypted",
            Reason.NOT_ENCRYPTING,
            Outcome.FAIL,
            judge(
                intent(macsec=MUST),
                state(IN, mka=secured(), counters=(0, 10)),
                state(IN, mka=secured(), counters=(0, 20)),
            ),
        ),
        (
            "counters read once",
            Reason.NOT_OBSERVED,
            Outcome.UNKNOWN,
            judge(intent(macsec=MUST), state(IN, mka=secured(), counters=(1, 1))),
        ),
        (
            "counters not shown",
            Reason.NOT_OBSERVED,
            Outcome.UNKNOWN,
            judge(intent(macsec=MUST), state(IN, mka=secured()), state(IN, mka=secured())),
        ),
        ("strange MKA status", Reason.UNKNOWN_WORD, Outcome.UNKNOWN, of_mka(secured(status=MkaStatus.UNKNOWN))),
        (
            "strange session status",
            Reason.UNKNOWN_WORD,
            Outcome.UNKNOWN,
            judge(intent(), state(session(status=SessionStatus.UNKNOWN))),
        ),
        (
            "strange method",
            Reason.UNKNOWN_WORD,
            Outcome.UNKNOWN,
            judge(intent(), state(session(method=SessionMethod.UNKNOWN))),
        ),
        (
            "strange fallback",
            Reason.UNKNOWN_WORD,
            Outcome.UNKNOWN,
            judge(intent(), state(session(fallback="odd"))),
        ),
        ("strange link", Reason.UNKNOWN_WORD, Outcome.UNKNOWN, judge(intent(), state(IN, link=LinkState.UNKNOWN))),
        (
            "somebody in, not shown who",
            Reason.NOT_OBSERVED,
            Outcome.UNKNOWN,
            judge(intent(), state(session(mac=None))),
        ),
        (
            "sessions not understood",
            Reason.UNPARSED,
            Outcome.UNKNOWN,
            judge(intent(), state(observed=KINDS - {"session"}, unparsed=("show x: 'y'",))),
        ),
        (
            "sessions not read",
            Reason.NOT_OBSERVED,
            Outcome.UNKNOWN,
            judge(intent(), state(observed=KINDS - {"session"})),
        ),
        ("no answer", Reason.UNREACHABLE, Outcome.UNKNOWN, judge(intent(), None)),
    ]
}


@pytest.mark.parametrize("name", CASES)
def test_a_state_gives_its_reason(name: str) -> None:
    reason, outcome, verdict = CASES[name]
    assert (verdict.reason, verdict.outcome) == (reason, outcome), verdict.detail
    assert verdict.detail
    assert verdict.hint == HINTS[reason]
    assert (verdict.switch, verdict.port, verdict.camera) == ("acc-01", PORT, "cam-017")


def test_every_reason_is_given_by_some_state() -> None:
    by_the_camera = {Reason.CAMERA_SAYS_UNSECURED}  # see test_both_ends.py
    assert {verdict.reason for _, _, verdict in CASES.values()} == set(Reason) - by_the_camera


def test_every_reason_has_a_meaning_and_a_hint() -> None:
    assert set(MEANINGS) == set(HINTS) == set(Reason)


def test_the_page_of_reason_codes_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "reason-codes.md"
    assert page.read_text(encoding="utf-8") == reason_codes_page()


def test_a_rogue_that_was_let_in_is_told_apart_from_one_that_was_refused() -> None:
    let_in = CASES["rogue in"][2].detail
    assert ROGUE in let_in
    assert "(cam-066)" in let_in
    assert "AUTHORIZED by dot1x" in let_in
    kept_out = CASES["rogue refused"][2].detail
    assert ROGUE in kept_out
    assert "not let in" in kept_out


def test_a_rogue_that_was_let_in_is_told_before_one_that_was_not() -> None:
    third = "02:00:00:00:00:67"
    assert third in judge(intent(), state(refused(mac=ROGUE), session(third))).detail


def test_a_monitored_port_tells_what_a_closed_one_would_have_done() -> None:
    assert "would be as intended: authorized by dot1x" in CASES["monitored, camera in"][2].detail
    assert "the port is monitored, so nothing keeps it out" in CASES["monitored, rogue in"][2].detail


def test_cleartext_that_is_allowed_still_tells_of_a_wrong_key() -> None:
    macsec = STATIC.model_copy(update={"policy": MacsecPolicy.SHOULD_SECURE})
    verdict = of_mka(secured(status=MkaStatus.NOT_SECURED, ckn="ff"), macsec)
    assert (verdict.outcome, verdict.reason) == (Outcome.PASS, Reason.CLEARTEXT_ALLOWED)
    assert "CKN ff" in verdict.detail


def test_the_second_key_of_a_link_is_told_from_a_stranger() -> None:
    spare = LinkKey(ckn="c3d4", cak="cak/cam-017/next")
    port = intent(OFF, STATIC).model_copy(update={"fallback_key": spare})

    def verdict(ckn: str) -> Verdict:
        mka = secured(ckn=ckn)
        return judge(port, state(mka=mka, counters=(1, 1)), state(mka=mka, counters=(2, 2)), owners=OWNERS)

    assert verdict("c3d4").reason is Reason.FALLBACK_KEY_IN_USE
    assert verdict("C3D4".ljust(64, "0")).reason is Reason.FALLBACK_KEY_IN_USE
    assert verdict("ffff").reason is Reason.CKN_MISMATCH
    assert verdict("a1b2").outcome is Outcome.PASS


def test_the_switchs_own_words_stand_in_the_detail() -> None:
    verdict = judge(intent(), state(refused({"dot1x": "Authc Failed", "mab": "Not run"})))
    assert "dot1x: Authc Failed, mab: Not run" in verdict.detail


def test_counters_of_the_same_reading_are_no_second_read() -> None:
    once = state(IN, mka=secured(), counters=(5, 5))
    assert judge(intent(macsec=MUST), once, once).reason is Reason.NOT_OBSERVED


@pytest.mark.parametrize("cipher", ["GCM-AES-128", "gcm-aes-128", "GCM_AES_128", "GCM AES 128"])
def test_a_cipher_suite_is_known_in_any_usual_spelling(cipher: str) -> None:
    assert of_mka(secured(cipher=cipher)).outcome is Outcome.PASS
    assert set(Cipher) == {"gcm-aes-128", "gcm-aes-256", "gcm-aes-xpn-128", "gcm-aes-xpn-256"}


def test_zeros_make_another_ckn_unless_they_fill_it_up() -> None:
    assert same_ckn("01", "01" + "0" * 62)
    assert same_ckn("01" + "0" * 62, "01")
    assert not same_ckn("01", "0100")
    assert not same_ckn("01", "0001")
    assert not same_ckn("01", "01" + "0" * 61 + "1")
