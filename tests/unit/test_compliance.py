"""What a record shows of a requirement: never more than was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rig.intents import port_intent

from portseal.core.compliance import (
    CheckName,
    ControlTally,
    Shown,
    compliance_page,
    control_ports,
    controls,
    shown,
)
from portseal.core.inventory import Camera, LinkKey, Supplicant
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
from portseal.core.profile import CakSource, Dot1x, Macsec, MacsecPolicy, Method, Mode
from portseal.core.reasons import Outcome
from portseal.core.record import Look, PortRecord, port_record
from portseal.core.verdict import judge, unreachable

PASS = Shown(Outcome.PASS)
MAC, ROGUE = "ac:cc:8e:00:00:17", "02:00:00:00:00:66"
KINDS = frozenset({"link", "errdisable", "session", "mka", "counters", "mac"})
MUST = Macsec(policy=MacsecPolicy.MUST_SECURE)
STATIC = Macsec(policy=MacsecPolicy.MUST_SECURE, cak=CakSource.STATIC)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def record(
    dot1x: Dot1x | None = None,
    macsec: Macsec | None = None,
    *,
    method: SessionMethod = SessionMethod.DOT1X,
    mac: str = MAC,
    peers: int | None = 1,
    rise: int = 1,
    vlan: int | None = None,
    shown_vlan: int | None = None,
    read: bool = True,
    fallback: str | None = None,
) -> PortRecord:
    """The record of a port, judged as any is."""
    macsec, dot1x = macsec or Macsec(), dot1x or Dot1x()
    key = LinkKey(ckn="a1b2c3d4", cak="cak/x") if macsec.cak is CakSource.STATIC else None
    intent = port_intent(
        port="p1",
        camera="cam-017",
        mac=MAC,
        vlan=vlan,
        dot1x=dot1x,
        macsec=macsec,
        key=key,
        supplicant=Supplicant.NONE if method is SessionMethod.MAB else Supplicant.EAP_TLS,
    )
    session = Session(mac=mac, status=SessionStatus.AUTHORIZED, method=method, vlan=shown_vlan, fallback=fallback)
    on = macsec.policy is not MacsecPolicy.OFF
    state = PortState(
        port="p1",
        link=LinkState.UP,
        macs=(mac,),
        sessions=() if dot1x.mode is Mode.OFF else (session,),
        mka=Mka(status=MkaStatus.SECURED, ckn="a1b2c3d4", live_peers=peers) if on else None,
        counters=Counters(sent=1, received=1) if on else None,
        observed=KINDS,
    )
    later = state.model_copy(update={"counters": Counters(sent=1 + rise, received=1 + rise)})
    look = Look(verdict=judge(intent, state, later), at=NOON, state=state, later=later, later_at=NOON)
    if not read:
        look = Look(verdict=unreachable(intent, "no answer"), at=NOON)
    camera = Camera(name="cam-017", mac=MAC, switch="acc-01", port="p1", profile="p")
    return port_record(look, intent, camera, platform="some", asked=(), mark=lambda ckn: f"‹{ckn[:2]}›")


MAB = Dot1x(methods=(Method.DOT1X, Method.MAB))
CASES: dict[str, tuple[PortRecord, str, str, str]] = {
    "eap, encrypted": (record(macsec=MUST), "pass", "pass", "pass"),
    "eap, no macsec": (record(), "pass", "fail: the port is to have no MACsec", "pass"),
    "mab": (
        record(MAB, method=SessionMethod.MAB),
        "fail: by its MAC address only",
        "fail: the port is to have no MACsec",
        "pass",
    ),
    "static key alone": (record(Dot1x(mode=Mode.OFF), STATIC), "pass", "pass", "pass"),
    "static key, nobody there": (
        record(Dot1x(mode=Mode.OFF), STATIC, peers=0),
        "fail: secured-without-peer",
        "fail: secured-without-peer",
        "fail: secured-without-peer",
    ),
    "monitored": (
        record(Dot1x(mode=Mode.MONITOR)),
        "fail: the port keeps nobody out",
        "fail: the port is to have no MACsec",
        "fail: the port keeps nobody out",
    ),
    "another device": (
        record(macsec=MUST, mac=ROGUE),
        "fail: wrong-camera",
        "fail: wrong-camera",
        "fail: wrong-camera",
    ),
    "let in and not encrypted": (
        record(macsec=MUST, rise=0),
        "pass",
        "fail: not-encrypting",
        "fail: not-encrypting",
    ),
    "should-secure in clear": (
        record(macsec=Macsec(policy=MacsecPolicy.SHOULD_SECURE), peers=0),
        "pass",
        "fail: cleartext-allowed",
        "pass",
    ),
    "peers not shown": (
        record(macsec=MUST, peers=None),
        "unknown: secured-without-peer",
        "unknown: secured-without-peer",
        "unknown: secured-without-peer",
    ),
    "let in because no server answers": (
        record(fallback="server-dead"),
        "fail: server-dead-vlan",
        "fail: the port is to have no MACsec",
        "fail: server-dead-vlan",
    ),
    "not read": (record(read=False), "unknown: unreachable", "unknown: unreachable", "unknown: unreachable"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_port_shows_of_each_check_what_was_seen_of_it(case: str) -> None:
    made, *expected = CASES[case]
    checks = (CheckName.AUTHENTICATED, CheckName.ENCRYPTED, CheckName.ENFORCED)
    found = [shown(made, check) for check in checks]
    assert [f"{each.outcome}: {each.why}" if each.why else str(each.outcome) for each in found] == expected


@pytest.mark.parametrize(
    ("vlan", "seen", "expected"),
    [
        (20, 20, PASS),
        (20, 30, Shown(Outcome.FAIL, "wrong-vlan")),
        (20, None, Shown(Outcome.UNKNOWN, "the switch shows no VLAN")),
        (None, 20, Shown(Outcome.FAIL, "the inventory names no VLAN")),
    ],
)
def test_a_vlan_counts_where_it_is_named_and_shown(vlan: int | None, seen: int | None, expected: Shown) -> None:
    assert shown(record(vlan=vlan, shown_vlan=seen), CheckName.SEGMENTED) == expected


def test_a_control_counts_every_port_once_and_says_why_not() -> None:
    records = [made for made, *_ in CASES.values()]
    ports = control_ports(records)
    tally = ControlTally()
    for made in records:
        tally.add(made)
    for row in tally.summaries():
        assert row.passing + row.failing + row.unknown == len(records)
        assert sum(row.why.values()) == row.failing + row.unknown
        assert [len(ports[row.id][outcome]) for outcome in Outcome] == [row.passing, row.failing, row.unknown]
    by_id = {row.id: row for row in tally.summaries()}
    assert (by_id["IA-3"].passing, by_id["SC-8(1)"].passing, by_id["AC-4"].passing) == (5, 2, 5)


def test_every_control_has_a_standard_with_its_version_and_source() -> None:
    known = controls()
    assert set(known.checks) == set(CheckName)
    assert {each.standard for each in known.control} == set(known.standards)
    assert all(standard.version and "http" in standard.source for standard in known.standards.values())
    ids = [each.id for each in known.control]
    assert len(ids) == len(set(ids))
    assert {"AC-4", "IA-3", "SC-8", "SC-8(1)", "SR 1.2", "SR 3.1", "SR 4.1", "SR 5.1", "CR 1.2"} <= set(ids)


@pytest.mark.source_tree
def test_the_page_is_what_the_data_says(repository: Path) -> None:
    assert (repository / "docs" / "compliance.md").read_text(encoding="utf-8") == compliance_page()
