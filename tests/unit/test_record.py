"""The record of a port: all that was seen, no key by its name, and the weakest of what it rests on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from rig.intents import port_intent

from portseal.core.both_ends import CameraView, with_camera
from portseal.core.camera_state import CameraMode, CameraState
from portseal.core.claims import readings
from portseal.core.commands import as_sent
from portseal.core.evidence import Evidence
from portseal.core.inventory import Camera, LinkKey
from portseal.core.observation import Counters, LinkState, Mka, MkaStatus, PortState, Session
from portseal.core.platforms import load_pack, platform_folders
from portseal.core.profile import CakSource, Dot1x, Macsec, MacsecPolicy, Mode
from portseal.core.reasons import Outcome, Reason
from portseal.core.record import Asked, Check, Look, PortRecord, asked_of, port_record
from portseal.core.secrets import fingerprint
from portseal.core.verdict import judge, unreachable

CKN, SECOND, FOREIGN = "a1b2c3d4e5f60718", "0918273645a1b2c3", "ffeeddccbbaa9988"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
KINDS = frozenset({"link", "errdisable", "session", "mka", "counters", "mac"})
INTENT = port_intent(
    port="GigabitEthernet1/0/5",
    camera="cam-017",
    mac="ac:cc:8e:00:00:17",
    profile="static",
    dot1x=Dot1x(mode=Mode.OFF),
    macsec=Macsec(policy=MacsecPolicy.MUST_SECURE, cak=CakSource.STATIC),
    key=LinkKey(ckn=CKN, cak="cak/cam-017"),
    fallback_key=LinkKey(ckn=SECOND, cak="cak/cam-017/next"),
)
CAMERA = Camera(name="cam-017", mac=INTENT.mac, switch="acc-01", port="Gi1/0/5", profile="static", location="Gate")
ASKED = (
    Asked(command="show link", evidence=Evidence.CAPTURED),
    Asked(command="show mka", evidence=Evidence.DOCUMENTED),
)


def mark(ckn: str) -> str:
    return fingerprint(SecretStr(ckn), SecretStr("key of the site"), hex=True)


def looked(ckn: str = CKN, *, rise: int = 1, fallback: bool = False, camera: CameraView | None = None) -> Look:
    state = PortState(
        port=INTENT.port,
        link=LinkState.UP,
        macs=(INTENT.mac,),
        mka=Mka(status=MkaStatus.SECURED, ckn=ckn, live_peers=1, cipher="GCM-AES-128", fallback_key=fallback),
        counters=Counters(sent=10, received=10),
        observed=KINDS,
    )
    later = state.model_copy(update={"counters": Counters(sent=10 + rise, received=10 + rise)})
    verdict = judge(INTENT, state, later)
    return Look(
        verdict=with_camera(verdict, INTENT, camera) if camera else verdict,
        at=NOON,
        state=state,
        later=later,
        later_at=NOON + timedelta(seconds=2),
        camera=camera,
    )


def record(look: Look, clean: str = "nothing") -> PortRecord:
    return port_record(
        look,
        INTENT,
        CAMERA,
        platform="some",
        asked=ASKED,
        mark=mark,
        clean=lambda text: text.replace(clean, "‹secret›"),
    )


def test_a_record_tells_what_was_expected_what_was_seen_and_what_it_is_worth() -> None:
    made = record(looked())
    assert (made.outcome, made.reason) == (Outcome.PASS, Reason.AS_INTENDED)
    assert (made.location, made.profile, made.platform) == ("Gate", "static", "some")
    assert made.expected.ckn == mark(CKN)
    assert made.seen is not None
    assert made.seen.mka is not None
    assert made.seen.mka.ckn == made.expected.ckn
    assert made.later is not None
    assert (made.seen.counters, made.later.counters) == (Counters(sent=10, received=10), Counters(sent=11, received=11))
    assert made.later.at - made.seen.at == timedelta(seconds=2)
    assert made.expected.methods == ()
    assert made.evidence is Evidence.DOCUMENTED, "the weakest of what it rests on"
    assert PortRecord.model_validate_json(made.model_dump_json()) == made
    assert made.verdict.detail == made.detail


SILENT = CameraView(silence="not reached")
AGREES = CameraView(state=CameraState(mode=CameraMode.STATIC, secured=True, ckn=CKN))
OTHER_KEY = CameraView(state=CameraState(mode=CameraMode.STATIC, secured=False, ckn=FOREIGN))


@pytest.mark.parametrize("camera", [None, SILENT, AGREES, OTHER_KEY])
@pytest.mark.parametrize("ckn", [CKN, SECOND, FOREIGN, CKN.ljust(64, "0")])
def test_no_record_names_a_key(ckn: str, camera: CameraView | None) -> None:
    look = looked(ckn, camera=camera)
    earlier = Check(at=NOON, outcome=Outcome.FAIL, reason=Reason.CKN_MISMATCH, detail=looked(FOREIGN).verdict.detail)
    text = (
        record(look.model_copy(update={"earlier": earlier, "state": looked(FOREIGN).state})).model_dump_json().lower()
    )
    assert [name for name in (CKN, SECOND, FOREIGN) if name in text] == []
    assert "ckn ‹hmac:" in text
    assert [name for name in (CKN, SECOND, FOREIGN) if name in record(look).model_dump_json().lower()] == []


def test_a_short_name_of_a_key_is_masked_where_it_is_one_and_nowhere_else() -> None:
    intent = INTENT.model_copy(update={"key": LinkKey(ckn="10", cak="cak/cam-017"), "fallback_key": None})
    look = looked("11")
    verdict = look.verdict.model_copy(update={"detail": "MKA uses CKN 11; keys.toml says 10; VLAN 10, 11 peers"})
    made = port_record(
        look.model_copy(update={"verdict": verdict}), intent, CAMERA, platform="some", asked=ASKED, mark=mark
    )
    assert made.detail == f"MKA uses CKN {mark('11')}; keys.toml says {mark('10')}; VLAN 10, 11 peers"


def test_a_name_that_the_switch_fills_up_with_zeros_has_the_same_fingerprint() -> None:
    seen = record(looked(CKN.ljust(64, "0"))).seen
    assert seen is not None
    assert seen.mka is not None
    assert seen.mka.ckn == mark(CKN)


def test_a_switch_that_was_not_read_leaves_a_record_that_rests_on_nothing() -> None:
    made = record(Look(verdict=unreachable(INTENT, "acc-01: no route, password hunter2"), at=NOON), clean="hunter2")
    assert (made.outcome, made.seen, made.later, made.asked) == (Outcome.UNKNOWN, None, None, ())
    assert made.evidence is Evidence.NONE
    assert made.detail == "acc-01: no route, password ‹secret›"


def test_the_commands_of_every_platform_are_told_with_what_their_reading_rests_on() -> None:
    folders = platform_folders()
    assert folders
    for folder in folders.values():
        pack = load_pack(folder)
        plain, secured = asked_of(pack)
        assert {each.command for each in plain} <= {each.command for each in secured}
        claimed = {reading.command: reading.evidence for reading in readings(pack)}
        sent = {as_sent(pack, each): claimed[each.command] for each in pack.observe}
        assert {each.command: each.evidence for each in secured} == sent


def test_a_session_keeps_the_words_of_the_switch() -> None:
    look = looked()
    assert look.state is not None
    session = Session(mac=INTENT.mac, vlan=20, user="cam-017", method_states=(("dot1x", "Authc Success"),))
    shown = record(look.model_copy(update={"state": look.state.model_copy(update={"sessions": (session,)})}))
    (told,) = json.loads(shown.model_dump_json())["seen"]["sessions"]
    assert (told["vlan"], told["method_states"]) == (20, [["dot1x", "Authc Success"]])
