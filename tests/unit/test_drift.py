"""What changed between two looks: everything that did, and nothing that comes and goes by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portseal.core.bundle import SwitchSummary
from portseal.core.drift import Change, What, drift
from portseal.core.evidence import Evidence
from portseal.core.inventory import Stage
from portseal.core.observation import LinkState, MkaStatus, Session, SessionMethod, SessionStatus
from portseal.core.profile import CakSource, HostMode, MacsecPolicy, Method, Mode
from portseal.core.reasons import Outcome, Reason
from portseal.core.record import Asked, Expected, PortRecord, Seen, SeenMka

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MAC, ROGUE = "ac:cc:8e:00:00:17", "02:00:00:00:00:66"
SESSION = Session(mac=MAC, method=SessionMethod.DOT1X, status=SessionStatus.AUTHORIZED, vlan=20)
MKA = SeenMka(
    status=MkaStatus.SECURED,
    ckn="‹hmac:1›",
    live_peers=1,
    key_server=True,
    cipher="GCM-AES-128",
    policy="P",
    fallback_key=False,
)
SEEN = Seen(
    at=NOON,
    link=LinkState.UP,
    err_disabled=None,
    macs=(MAC,),
    sessions=(SESSION,),
    mka=MKA,
    counters=None,
    kinds=(),
    unparsed=(),
)
EXPECTED = Expected(
    mode=Mode.CLOSED,
    host_mode=HostMode.SINGLE_HOST,
    methods=(Method.DOT1X,),
    vlan=20,
    macsec=MacsecPolicy.MUST_SECURE,
    cak=CakSource.DERIVED,
    ciphers=(),
    ckn=None,
    second_ckn=None,
    mac_limit=None,
)
RECORD = PortRecord(
    switch="acc-01",
    platform="some",
    port="Ethernet1/1",
    camera="cam-017",
    mac=MAC,
    location="",
    model="",
    profile="p",
    stage=Stage.SEALED,
    expected=EXPECTED,
    seen=SEEN,
    later=None,
    by_camera=None,
    outcome=Outcome.PASS,
    reason=Reason.AS_INTENDED,
    detail="",
    hint="",
    at=NOON,
    looks=1,
    earlier=None,
    asked=(Asked(command="show", evidence=Evidence.CAPTURED),),
)
STATIC = EXPECTED.model_copy(update={"cak": CakSource.STATIC, "ckn": "‹hmac:1›"})


def seen(**fields: object) -> PortRecord:
    return RECORD.model_copy(update={"seen": SEEN.model_copy(update=fields)})


def with_mka(record: PortRecord = RECORD, **fields: object) -> PortRecord:
    assert record.seen is not None
    mka = MKA.model_copy(update=fields)
    return record.model_copy(update={"seen": record.seen.model_copy(update={"mka": mka})})


def with_session(**fields: object) -> PortRecord:
    return seen(sessions=(SESSION.model_copy(update=fields),))


def changes(old: PortRecord | None, new: PortRecord | None, *, comparable: bool = True) -> list[tuple[What, str, str]]:
    found = drift([old] if old else [], [new] if new else [], was={}, now={}, comparable=comparable)
    return [(each.what, each.before, each.after) for each in found]


FAILED = RECORD.model_copy(update={"outcome": Outcome.FAIL, "reason": Reason.NOT_SECURED})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (RECORD, None, (What.REMOVED, "pass", "-")),
        (None, FAILED, (What.NEW, "-", "fail")),
        (RECORD, FAILED, (What.VERDICT, "pass: as-intended", "fail: not-secured")),
        (RECORD, seen(macs=(ROGUE, MAC)), (What.STATION, MAC, f"{ROGUE}, {MAC}")),
        (RECORD, with_session(vlan=30), (What.VLAN, "20", "30")),
        (RECORD, with_session(method=SessionMethod.MAB), (What.METHOD, "dot1x", "mab")),
        (RECORD, with_mka(cipher="GCM-AES-256"), (What.CIPHER, "GCM-AES-128", "GCM-AES-256")),
        (RECORD, with_mka(policy="Q"), (What.POLICY, "P", "Q")),
        (
            RECORD.model_copy(update={"expected": STATIC}),
            with_mka(RECORD.model_copy(update={"expected": STATIC}), ckn="‹hmac:2›"),
            (What.KEY, "‹hmac:1›", "‹hmac:2›"),
        ),
        (
            RECORD,
            RECORD.model_copy(update={"stage": Stage.MONITOR}),
            (What.EXPECTED, "stage: sealed", "stage: monitor"),
        ),
        (
            RECORD,
            RECORD.model_copy(update={"expected": EXPECTED.model_copy(update={"methods": ()})}),
            (What.EXPECTED, "methods: dot1x", "methods: none"),
        ),
    ],
)
def test_what_changed_is_told_with_what_it_was(
    old: PortRecord | None, new: PortRecord | None, expected: tuple[What, str, str]
) -> None:
    assert changes(old, new) == [expected]


@pytest.mark.parametrize(
    "new",
    [
        RECORD,
        seen(macs=(), at=NOON.replace(hour=13)),  # a camera that is silent for a while leaves the address table
        with_mka(ckn="‹hmac:2›"),  # a derived key has another name after each authentication
        with_session(vlan=None),
        with_mka(live_peers=2, key_server=False),
        RECORD.model_copy(update={"detail": "other words", "looks": 3, "at": NOON.replace(hour=14)}),
    ],
)
def test_what_comes_and_goes_by_itself_is_no_change(new: PortRecord) -> None:
    assert changes(RECORD, new) == []


def test_keys_are_compared_only_where_fingerprints_are_of_one_key() -> None:
    static = RECORD.model_copy(update={"expected": STATIC})
    expected = STATIC.model_copy(update={"ckn": "‹hmac:2›"})
    new = with_mka(RECORD.model_copy(update={"expected": expected}), ckn="‹hmac:2›")
    assert changes(static, new, comparable=False) == []
    assert [what for what, _, _ in changes(static, new)] == [What.EXPECTED, What.KEY]


def summary(configuration: dict[str, str] | None = None, unread: str = "") -> dict[str, SwitchSummary]:
    return {"acc-01": SwitchSummary(platform="some", configuration=configuration, unread=unread)}


def of_switch(was: dict[str, SwitchSummary], now: dict[str, SwitchSummary], **more: object) -> list[Change]:
    old, new = more.get("old", (RECORD,)), more.get("new", (RECORD,))
    assert isinstance(old, tuple)
    assert isinstance(new, tuple)
    return list(drift(old, new, was=was, now=now, comparable=bool(more.get("comparable", True))))


HEADS = {"interface Ethernet1/1": "a1", "interface Ethernet1/10": "b1", "radius server x": "c1"}


def test_a_changed_section_is_told_with_its_port_and_others_with_their_switch() -> None:
    now = {"interface Ethernet1/1": "a2", "interface Ethernet1/10": "b2", "aaa new": "d1"}
    found = of_switch(summary(HEADS), summary(now))
    assert [(each.port, each.camera, each.before, each.after) for each in found] == [
        ("", "", "interface Ethernet1/10 (b1)", "interface Ethernet1/10 (b2)"),
        ("", "", "radius server x (c1)", "-"),
        ("", "", "-", "aaa new (d1)"),
        ("Ethernet1/1", "cam-017", "interface Ethernet1/1 (a1)", "interface Ethernet1/1 (a2)"),
    ]
    assert {each.what for each in found} == {What.CONFIGURATION}
    assert of_switch(summary(HEADS), summary(now), comparable=False) == []


def test_a_section_is_no_change_of_the_switch_where_the_inventory_came_to_it_or_left_it() -> None:
    left = {head: digest for head, digest in HEADS.items() if not head.endswith("1/1")}
    assert [each.what for each in of_switch(summary(HEADS), summary(left), new=())] == [What.REMOVED]
    assert [each.what for each in of_switch(summary(left), summary(HEADS), old=())] == [What.NEW]


def test_a_configuration_that_cannot_be_read_any_more_is_told() -> None:
    (found,) = of_switch(summary(HEADS), summary())
    assert (found.what, found.after) == (What.CONFIGURATION, "not to be read")
    assert of_switch(summary(), summary(HEADS)) == []


def test_a_switch_that_cannot_be_read_is_told_once_and_its_ports_are_not_compared() -> None:
    unread = RECORD.model_copy(update={"outcome": Outcome.UNKNOWN, "reason": Reason.UNREACHABLE, "seen": None})
    (found,) = of_switch(summary(HEADS), summary(unread="no route"), new=(unread,))
    assert (found.what, found.before, found.after) == (What.READ, "read", "not read: no route")
    (back,) = of_switch(summary(unread="no route"), summary(HEADS), old=(unread,))
    assert (back.what, back.after) == (What.READ, "read")
    assert of_switch(summary(unread="x"), summary(unread="y"), old=(unread,), new=(unread,)) == []
