"""Verdicts, whatever the state: unknown is never a pass, and nobody but the authorized camera is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rig.intents import port_intent

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
from portseal.core.profile import CakSource, Dot1x, HostMode, Macsec, MacsecPolicy, Method, Mode
from portseal.core.verdict import Outcome, judge
from portseal.verify import counters_decide

CAMERA = "ac:cc:8e:00:00:17"
MACS = st.sampled_from([CAMERA, "02:00:00:00:00:66"])
KINDS = ("link", "errdisable", "session", "mka", "counters", "mac")
CKN = st.sampled_from(["a1b2", "ff", "a1b2".ljust(64, "0")])


@st.composite
def intents(draw: st.DrawFn) -> PortIntent:
    macsec = draw(
        st.builds(
            Macsec,
            policy=st.sampled_from(MacsecPolicy),
            cak=st.sampled_from(CakSource),
            ciphers=st.just(("gcm-aes-128",)),
        )
    )
    static = macsec.policy is not MacsecPolicy.OFF and macsec.cak is CakSource.STATIC
    return port_intent(
        port="p1",
        camera="cam-017",
        mac=CAMERA,
        vlan=draw(st.sampled_from([None, 20])),
        dot1x=draw(
            st.builds(
                Dot1x,
                mode=st.sampled_from(Mode),
                host_mode=st.sampled_from(HostMode),
                methods=st.sampled_from([(Method.DOT1X,), (Method.MAB,), (Method.DOT1X, Method.MAB)]),
            )
        ),
        macsec=macsec,
        key=LinkKey(ckn="a1b2", cak="cak/x") if static else None,
        supplicant=draw(st.sampled_from(Supplicant)),
    )


sessions = st.builds(
    Session,
    mac=MACS | st.none(),
    method=st.sampled_from(SessionMethod),
    status=st.sampled_from(SessionStatus),
    vlan=st.sampled_from([None, 20, 30]),
    method_states=st.lists(st.tuples(st.sampled_from(["dot1x", "mab"]), st.text(max_size=12)), max_size=2).map(tuple),
    fallback=st.sampled_from([None, None, None, "server-dead", "guest", "auth-fail", "odd"]),
)
mkas = st.builds(
    Mka,
    status=st.sampled_from(MkaStatus),
    ckn=CKN | st.none(),
    live_peers=st.sampled_from([None, 0, 1, 2]),
    cipher=st.sampled_from([None, "GCM-AES-128", "GCM-AES-256", "???"]),
    fallback_key=st.booleans(),
)
counts = st.sampled_from([None, 0, 5, 9])
good_session = Session(mac=CAMERA, method=SessionMethod.DOT1X, status=SessionStatus.AUTHORIZED)
good_mka = Mka(status=MkaStatus.SECURED, ckn="a1b2", live_peers=1, cipher="GCM-AES-128")


@st.composite
def states(draw: st.DrawFn) -> PortState:
    """Anything a port can show, drawn so that a good part of it would pass."""
    return PortState(
        port="p1",
        link=draw(st.just(LinkState.UP) | st.sampled_from(LinkState)),
        err_disabled=draw(st.sampled_from([None, None, "bpduguard"])),
        macs=tuple(draw(st.lists(MACS, max_size=2))),
        sessions=tuple(draw(st.lists(st.just(good_session) | sessions, max_size=3))),
        mka=draw(st.just(good_mka) | mkas | st.none()),
        counters=draw(st.builds(Counters, sent=counts, received=counts) | st.none()),
        observed=frozenset(draw(st.sets(st.sampled_from(KINDS)) | st.just(set(KINDS)))),
        unparsed=(),
    )


def without(state: PortState, kind: str) -> PortState:
    """`state` as it is where one kind was not read."""
    nothing: dict[str, dict[str, object]] = {
        "link": {"link": LinkState.UNKNOWN},
        "errdisable": {"err_disabled": None},
        "session": {"sessions": ()},
        "mka": {"mka": None},
        "counters": {"counters": None},
        "mac": {"macs": ()},
    }
    return state.model_copy(update={**nothing[kind], "observed": state.observed - {kind}})


@given(intents(), states(), states(), st.sampled_from(KINDS))
def test_not_reading_something_never_turns_into_a_pass(
    intent: PortIntent, state: PortState, later: PortState, kind: str
) -> None:
    if judge(intent, state, later).outcome is not Outcome.PASS:
        assert judge(intent, without(state, kind), later).outcome is not Outcome.PASS
        assert judge(intent, state, without(later, kind)).outcome is not Outcome.PASS
        assert judge(intent, state, None).outcome is not Outcome.PASS


@given(intents(), states(), states())
def test_a_closed_port_passes_only_with_the_camera_authorized(
    intent: PortIntent, state: PortState, later: PortState
) -> None:
    if intent.dot1x.mode is Mode.CLOSED and judge(intent, state, later).outcome is Outcome.PASS:
        assert any(s.mac == CAMERA and s.status is SessionStatus.AUTHORIZED and not s.fallback for s in state.sessions)
        assert not any(s.mac is None and s.status is SessionStatus.AUTHORIZED for s in state.sessions)


@given(intents(), states(), states())
def test_a_word_we_do_not_know_never_passes(intent: PortIntent, state: PortState, later: PortState) -> None:
    strange = state.link is LinkState.UNKNOWN
    if intent.dot1x.mode is not Mode.OFF:
        strange |= any(
            s.status is SessionStatus.UNKNOWN
            or (s.mac == CAMERA and s.status is SessionStatus.AUTHORIZED and s.method is SessionMethod.UNKNOWN)
            for s in state.sessions
        )
    if intent.macsec.policy is not MacsecPolicy.OFF:
        strange |= state.mka is not None and state.mka.status is MkaStatus.UNKNOWN
    if strange:
        assert judge(intent, state, later).outcome is not Outcome.PASS


@given(intents(), states(), states())
def test_a_single_host_port_passes_with_no_station_but_the_camera(
    intent: PortIntent, state: PortState, later: PortState
) -> None:
    closed = intent.dot1x.mode is Mode.CLOSED and intent.dot1x.host_mode is HostMode.SINGLE_HOST
    if closed and judge(intent, state, later).outcome is Outcome.PASS:
        assert {s.mac for s in state.sessions} <= {CAMERA, None}
        assert set(state.macs) <= {CAMERA}


@given(intents(), states(), states())
def test_must_secure_passes_only_with_a_live_peer_and_rising_counters(
    intent: PortIntent, state: PortState, later: PortState
) -> None:
    if intent.macsec.policy is MacsecPolicy.MUST_SECURE and judge(intent, state, later).outcome is Outcome.PASS:
        assert state.mka is not None
        assert state.mka.status is MkaStatus.SECURED
        assert (state.mka.live_peers or 0) >= 1
        assert not state.mka.fallback_key
        assert state.counters != later.counters
        if intent.key:
            assert state.mka.ckn is not None
            assert state.mka.ckn.startswith("a1b2")


@given(intents(), states())
def test_a_port_without_a_link_never_passes(intent: PortIntent, state: PortState) -> None:
    down = state.model_copy(update={"link": LinkState.DOWN})
    assert judge(intent, down, None).outcome is not Outcome.PASS


@given(intents(), states(), states())
def test_a_port_that_fails_at_the_first_read_fails_the_same_whatever_its_counters_say_later(
    intent: PortIntent, state: PortState, later: PortState
) -> None:
    if not counters_decide(intent, state):
        assert judge(intent, state, later) == judge(intent, state, state) == judge(intent, state)


@given(intents(), states(), states())
def test_the_properties_are_about_something(intent: PortIntent, state: PortState, later: PortState) -> None:
    """What passes exists: a state made good in every needed respect passes under every closed intent with EAP."""
    good = PortState(
        port="p1",
        link=LinkState.UP,
        macs=(CAMERA,),
        sessions=(good_session,),
        mka=good_mka,
        counters=Counters(sent=1, received=1),
        observed=frozenset(KINDS),
    )
    after = good.model_copy(update={"counters": Counters(sent=2, received=2)})
    assert judge(intent, good, after).outcome is Outcome.PASS
