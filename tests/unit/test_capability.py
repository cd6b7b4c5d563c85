"""What a platform cannot do is refused with its source; what nobody claims is not supported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rig.intents import port_intent

from portseal.core.capability import check
from portseal.core.evidence import Evidence
from portseal.core.findings import LintCode
from portseal.core.intent import PortIntent, SwitchIntent
from portseal.core.inventory import Radius, Stage
from portseal.core.model import Severity
from portseal.core.platforms import Capability, Conflict, Pack, Refused, load_pack, platform_folders
from portseal.core.profile import (
    CakSource,
    Cipher,
    Dot1x,
    Event,
    Fallback,
    HostMode,
    MacLimit,
    Macsec,
    MacsecPolicy,
    Method,
    Mode,
    Violation,
)

MUST = Macsec(policy=MacsecPolicy.MUST_SECURE)
EVERYTHING = {
    "dot1x.mode": ("closed", "monitor"),
    "dot1x.host_mode": ("single-host", "multi-auth"),
    "dot1x.methods": ("dot1x", "mab"),
    "dot1x.violation": ("shutdown",),
    "macsec.policy": ("must-secure",),
    "macsec.cak": ("derived",),
    "macsec.ciphers": ("gcm-aes-128",),
}


def pack(
    claims: Mapping[str, tuple[str, ...]] = EVERYTHING, *more: Capability, conflicts: tuple[Conflict, ...] = ()
) -> Pack:
    capability = tuple(
        Capability(feature=feature, values=values, evidence=Evidence.DOCUMENTED, source=f"manual on {feature}")
        for feature, values in claims.items()
    )
    return Pack.model_validate(
        {
            "schema_version": 1,
            "name": "acme_os",
            "title": "for tests",
            "port_section": "^interface (?P<port>.+)$",
            "owned": (),
            "names": {"netmiko": "generic"},
            "ports": {"types": {"Port": ()}, "number": r"\d+"},
            "read": {"command": "show"},
            "errors": {"patterns": ("^error",)},
            "commit": {"strategy": "checkpoint-rollback", "arm": "a", "confirm": "c", "revert": "r"},
            "capability": (*capability, *more),
            "conflict": conflicts,
        }
    )


WITH_SERVER = Radius.model_validate({"servers": [{"name": "nac-1", "address": "192.0.2.10", "key": "radius/nac-1"}]})


def port(number: int = 1, **fields: Any) -> PortIntent:
    given = {
        "switch": "acc-1",
        "port": f"Port{number}",
        "camera": f"cam-{number}",
        "mac": f"ac:cc:8e:00:00:{number:02x}",
        "row": number + 1,
    }
    return port_intent(**(given | fields))


def switch(*ports: PortIntent, radius: Radius | None = None) -> SwitchIntent:
    return SwitchIntent(switch="acc-1", platform="acme_os", radius=radius, options={}, ports=ports, macsec_policies={})


def told(intent: SwitchIntent, platform: Pack) -> list[tuple[str, str | None, str]]:
    return [(found.file, found.column, found.code) for found in check(intent, platform)]


def test_what_is_claimed_passes() -> None:
    assert check(switch(port(), port(2, profile="q", macsec=MUST)), pack()) == ()


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"dot1x": Dot1x(host_mode=HostMode.MULTI_HOST)}, "p.dot1x.host_mode"),
        ({"dot1x": Dot1x(violation=Violation.RESTRICT)}, "p.dot1x.violation"),
        ({"dot1x": Dot1x(on_server_dead=Event(action=Fallback.VLAN, vlan=9))}, "p.dot1x.on_server_dead.action"),
        ({"macsec": MUST.model_copy(update={"policy": MacsecPolicy.SHOULD_SECURE})}, "p.macsec.policy"),
        ({"macsec": MUST.model_copy(update={"cak": CakSource.STATIC})}, "p.macsec.cak"),
        ({"macsec": MUST.model_copy(update={"ciphers": (Cipher.GCM_AES_128, Cipher.GCM_AES_256)})}, "p.macsec.ciphers"),
        ({"macsec": MUST.model_copy(update={"confidentiality_offset": 30})}, "p.macsec.confidentiality_offset"),
        ({"mac_limit": MacLimit(maximum=1)}, "p.mac_limit.violation"),
    ],
)
def test_a_value_that_no_claim_lists_is_refused(fields: dict[str, Any], column: str) -> None:
    assert told(switch(port(**fields)), pack()) == [("profiles.toml", column, "not-possible")]


def test_the_refusal_says_what_is_known_and_from_where() -> None:
    [found] = check(switch(port(dot1x=Dot1x(host_mode=HostMode.MULTI_HOST))), pack())
    assert found.message == (
        "dot1x.host_mode = multi-host is not known to be possible on acme_os; "
        "known: single-host, multi-auth (manual on dot1x.host_mode)"
    )
    assert found.severity is Severity.ERROR


def test_a_platform_that_claims_nothing_can_do_nothing() -> None:
    found = check(switch(port(macsec=MUST)), pack({}))
    assert {told.column for told in found} == {f"p.{feature}" for feature in EVERYTHING}
    assert all("no source claims any value" in told.message for told in found)


def test_macsec_that_is_off_asks_nothing_of_a_platform() -> None:
    odd = Macsec(cak=CakSource.STATIC, ciphers=(Cipher.GCM_AES_XPN_256,), confidentiality_offset=50)
    assert check(switch(port(macsec=odd)), pack()) == ()


def test_dot1x_that_is_off_asks_nothing_of_a_platform() -> None:
    odd = Dot1x(mode=Mode.OFF, host_mode=HostMode.MULTI_HOST, methods=(Method.MAB,))
    assert check(switch(port(dot1x=odd)), pack()) == ()


def test_what_is_experimental_is_a_warning_with_its_note() -> None:
    static = Capability(
        feature="macsec.cak",
        values=("static",),
        support="experimental",
        evidence=Evidence.DOCUMENTED,
        source="page 7",
        note="between switches",
    )
    [found] = check(switch(port(macsec=MUST.model_copy(update={"cak": CakSource.STATIC}))), pack(EVERYTHING, static))
    assert (found.code, found.severity) == ("experimental", Severity.WARNING)
    assert "page 7; between switches" in found.message


def test_a_finding_stands_once_however_many_ports_have_it() -> None:
    ports = [port(n, dot1x=Dot1x(host_mode=HostMode.MULTI_HOST)) for n in range(1, 49)]
    assert len(check(switch(*ports), pack())) == 1


def test_a_profile_is_checked_at_every_stage_it_has() -> None:
    closed_only = pack(EVERYTHING | {"dot1x.mode": ("closed",)})
    ports = (port(1), port(2, stage=Stage.MONITOR, dot1x=Dot1x(mode=Mode.MONITOR)))
    [found] = check(switch(*ports), closed_only)
    assert "dot1x.mode = monitor (at stage monitor)" in found.message


CONFLICT = Conflict(
    when={"dot1x.host_mode": ("multi-auth",), "macsec.policy": ("should-secure", "must-secure")},
    reason="one station only",
    source="page 3",
)


def test_a_combination_is_refused_with_reason_and_source() -> None:
    both = port(dot1x=Dot1x(host_mode=HostMode.MULTI_AUTH), macsec=MUST)
    [found] = check(switch(both), pack(conflicts=(CONFLICT,)))
    assert (found.file, found.column, found.code) == ("profiles.toml", "p.dot1x.host_mode", "conflict")
    assert "one station only (page 3)" in found.message


@pytest.mark.parametrize("fields", [{"dot1x": Dot1x(host_mode=HostMode.MULTI_AUTH)}, {"macsec": MUST}, {}])
def test_half_of_a_combination_is_not_refused(fields: dict[str, Any]) -> None:
    assert check(switch(port(**fields)), pack(conflicts=(CONFLICT,))) == ()


def test_what_a_row_gives_is_checked_and_told_row_by_row() -> None:
    ports = (port(1, vlan=10), port(2, vlan=20), port(3, vlan=30), port(4))
    found = check(switch(*ports), pack(EVERYTHING | {"vlan": ("10",)}))
    assert [(one.file, one.row, one.column) for one in found] == [
        ("cameras.csv", 3, "vlan"),
        ("cameras.csv", 4, "vlan"),
    ]


def test_a_conflict_over_what_rows_give_looks_at_every_port() -> None:
    conflict = Conflict(when={"vlan": ("20",), "dot1x.mode": ("closed",)}, reason="r", source="s")
    assert len(check(switch(port(1, vlan=10), port(2, vlan=20)), pack(conflicts=(conflict,)))) == 1


def test_what_is_switch_wide_is_told_of_the_switch() -> None:
    asks = Radius(servers=(), dynamic_author=True)
    platform = pack(EVERYTHING | {"radius.dynamic_author": ("False",)})
    assert told(switch(port(), radius=asks), platform) == [
        ("hosts.yaml", "acc-1.data.radius.dynamic_author", "not-possible")
    ]
    assert check(switch(port(), radius=Radius(servers=())), platform) == ()
    assert check(switch(port()), platform) == ()


@pytest.mark.parametrize("folder", platform_folders().values(), ids=lambda folder: folder.name)
def test_every_shipped_claim_is_about_a_field_there_is(folder: Path) -> None:
    """A claim about a misspelt field would never be asked, and the platform would seem to do nothing."""
    whole = port(vlan=1, identity="x", mac_limit=MacLimit(maximum=1), macsec=MUST)
    platform = load_pack(folder)
    features = {claim.feature for claim in platform.capability} | {f for c in platform.conflict for f in c.when}
    for feature in features:
        found: list[object] = [
            whole if feature.split(".")[0] in PortIntent.model_fields else switch(radius=WITH_SERVER)
        ]
        for part in feature.split("."):
            if part != "*" and not part.isdecimal():
                assert all(hasattr(here, part) for here in found), f"{folder.name}: {feature}"
                found = [getattr(here, part) for here in found]
            found = [each for here in found for each in (here if isinstance(here, tuple) else (here,))]


def test_a_range_of_numbers_is_claimed_by_its_ends() -> None:
    platform = pack({**EVERYTHING, "dot1x.reauthentication": ("0..65535",)})
    assert check(switch(port(dot1x=Dot1x(reauthentication=65535))), platform) == ()
    for outside in (65536, "server"):
        intent = switch(port(dot1x=Dot1x.model_validate({"reauthentication": outside})))
        assert told(intent, platform) == [("profiles.toml", "p.dot1x.reauthentication", "not-possible")]


def test_what_is_claimed_with_an_option_needs_the_option() -> None:
    more = Capability(
        feature="macsec.ciphers",
        values=("gcm-aes-256",),
        option="suites",
        evidence=Evidence.DOCUMENTED,
        source="manual",
    )
    intent = switch(port(macsec=MUST.model_copy(update={"ciphers": (Cipher.GCM_AES_256,)})))
    assert told(intent, pack(EVERYTHING, more)) == [("profiles.toml", "p.macsec.ciphers", "not-possible")]
    assert check(intent.model_copy(update={"options": {"suites": True}}), pack(EVERYTHING, more)) == ()


def test_a_value_that_is_refused_says_why() -> None:
    why = Refused(feature="dot1x.violation", values=("protect",), reason="it has no such action", source="manual, p. 7")
    (found,) = check(
        switch(port(dot1x=Dot1x(violation=Violation.PROTECT))), pack().model_copy(update={"refused": (why,)})
    )
    assert "it has no such action (manual, p. 7); known: shutdown" in found.message


def test_fields_that_have_to_be_the_same_conflict_while_they_differ() -> None:
    rule = Conflict(
        when={"dot1x.on_failure.action": ("vlan",), "dot1x.on_no_response.action": ("vlan",)},
        differ=("dot1x.on_failure.vlan", "dot1x.on_no_response.vlan"),
        reason="one VLAN for both",
        source="manual",
    )
    claims = {**EVERYTHING, "dot1x.on_failure.action": ("vlan",), "dot1x.on_no_response.action": ("vlan",)}

    def found(one: int, other: int) -> list[str]:
        events = [Event(action=Fallback.VLAN, vlan=vlan) for vlan in (one, other)]
        dot1x = Dot1x(on_failure=events[0], on_no_response=events[1])
        return [each.code for each in check(switch(port(dot1x=dot1x)), pack(claims, conflicts=(rule,)))]

    assert found(10, 10) == []
    assert found(10, 11) == [LintCode.CONFLICT]


def test_a_claim_about_each_of_several_servers_is_held_to_all() -> None:
    servers = [
        {"name": f"r{number}", "address": f"192.0.2.{at}", "auth_port": number, "key": "k"}
        for at, number in enumerate((1812, 1645), start=1)
    ]
    claims = {**EVERYTHING, "radius.servers.*.auth_port": ("1812",)}
    found = check(switch(port(), radius=Radius.model_validate({"servers": servers})), pack(claims))
    assert [(each.file, each.column) for each in found] == [("hosts.yaml", "acc-1.data.radius.servers.*.auth_port")]
    assert "= 1645 " in found[0].message


def test_the_option_that_is_lacking_is_named() -> None:
    more = Capability(
        feature="macsec.ciphers",
        values=("gcm-aes-256",),
        option="suites",
        evidence=Evidence.DOCUMENTED,
        source="manual",
    )
    intent = switch(port(macsec=MUST.model_copy(update={"ciphers": (Cipher.GCM_AES_256,)})))
    (found,) = check(intent, pack(EVERYTHING, more))
    assert "it needs the host option suites = true" in found.message
