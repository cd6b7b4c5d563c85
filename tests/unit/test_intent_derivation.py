"""Site in, intents out."""

from __future__ import annotations

from pathlib import Path

import pytest

from portseal.core.errors import InputError
from portseal.core.intent import at_stage, derive, natural
from portseal.core.inventory import Camera, LinkKey, Site, Stage, Switch
from portseal.core.platforms import Pack, load_pack
from portseal.core.profile import CakSource, Dot1x, MacLimit, Macsec, MacsecPolicy, Mode, Profile

KEY = LinkKey(ckn="0a", cak="cak/cam-9")
PROFILES = {
    "plain": Profile(name="plain", mac_limit=MacLimit(maximum=1)),
    "sealed": Profile(name="sealed", macsec=Macsec(policy=MacsecPolicy.MUST_SECURE)),
    "soft": Profile(name="soft", macsec=Macsec(policy=MacsecPolicy.SHOULD_SECURE)),
    "static": Profile(
        name="static",
        dot1x=Dot1x(mode=Mode.OFF),
        macsec=Macsec(policy=MacsecPolicy.MUST_SECURE, cak=CakSource.STATIC),
    ),
}

PLATFORM = r"""
schema_version = 1
name = "acme_os"
title = "for tests"
port_section = '^interface (?P<port>\S+)$'
owned = []
[names]
netmiko = "generic"
[ports]
number = '\d+(/\d+)*'
[ports.types]
GigabitEthernet = ["Gi"]
TenGigabitEthernet = ["Te"]
[read]
command = "show"
[errors]
patterns = ['^%']
[commit]
strategy = "checkpoint-rollback"
arm = "a"
confirm = "c"
revert = "r"
"""


@pytest.fixture
def packs(tmp_path: Path) -> dict[str, Pack]:
    folder = tmp_path / "acme_os"
    folder.mkdir()
    (folder / "platform.toml").write_text(PLATFORM, encoding="utf-8")
    return {"acme_os": load_pack(folder)}


def camera(
    number: int, *, switch: str = "acc-1", port: str = "", profile: str = "plain", stage: Stage = Stage.SEALED
) -> Camera:
    return Camera(
        name=f"cam-{number}",
        mac=f"ac:cc:8e:00:00:{number:02x}",
        switch=switch,
        port=port or f"Gi1/0/{number}",
        profile=profile,
        stage=stage,
        row=number + 1,
    )


def site(*cameras: Camera, keys: dict[str, LinkKey] | None = None) -> Site:
    switches = {name: Switch(name=name, platform="acme_os") for name in ("acc-1", "acc-2", "acc-10")}
    return Site(name="test", cameras=cameras, profiles=PROFILES, switches=switches, keys=keys or {})


def test_switches_and_ports_come_in_natural_order_with_long_names(packs: dict[str, Pack]) -> None:
    cameras = (
        camera(1, switch="acc-10"),
        camera(2, switch="acc-2", port="te1/1/1"),
        camera(3, switch="acc-2", port="gig 1/0/10"),
        camera(4, switch="acc-2", port="GigabitEthernet1/0/9"),
    )
    intents = derive(site(*cameras), packs)
    assert [intent.switch for intent in intents] == ["acc-2", "acc-10"]
    assert [port.port for port in intents[0].ports] == [
        "GigabitEthernet1/0/9",
        "GigabitEthernet1/0/10",
        "TenGigabitEthernet1/1/1",
    ]
    assert [port.row for port in intents[0].ports] == [5, 4, 3]


def test_switches_without_cameras_come_where_they_are_asked_for(packs: dict[str, Pack]) -> None:
    one = site(camera(1))
    assert [intent.switch for intent in derive(one, packs)] == ["acc-1"]
    assert [(i.switch, len(i.ports)) for i in derive(one, packs, ["acc-10", "acc-1"])] == [("acc-1", 1), ("acc-10", 0)]
    assert derive(one, packs, []) == ()


def test_monitor_enforces_nothing() -> None:
    weak = at_stage(PROFILES["sealed"], Stage.MONITOR)
    assert weak.dot1x.mode is Mode.MONITOR
    assert weak.macsec.policy is MacsecPolicy.OFF
    assert at_stage(PROFILES["plain"], Stage.MONITOR).mac_limit is None
    assert at_stage(PROFILES["static"], Stage.MONITOR).dot1x.mode is Mode.OFF


def test_should_secure_weakens_must_secure_and_nothing_else() -> None:
    weak = at_stage(PROFILES["sealed"], Stage.SHOULD_SECURE)
    assert weak.macsec.policy is MacsecPolicy.SHOULD_SECURE
    assert weak.dot1x == PROFILES["sealed"].dot1x
    for name in ("plain", "soft"):
        assert at_stage(PROFILES[name], Stage.SHOULD_SECURE) == PROFILES[name]


@pytest.mark.parametrize("name", PROFILES)
def test_sealed_is_the_profile_itself(name: str) -> None:
    assert at_stage(PROFILES[name], Stage.SEALED) == PROFILES[name]


@pytest.mark.parametrize(
    ("profile", "stage", "has_key"),
    [
        ("static", Stage.SEALED, True),
        ("static", Stage.SHOULD_SECURE, True),
        ("static", Stage.MONITOR, False),
        ("sealed", Stage.SEALED, False),
        ("plain", Stage.SEALED, False),
    ],
)
def test_a_port_has_a_key_exactly_where_macsec_is_on_with_a_static_cak(
    packs: dict[str, Pack], profile: str, stage: Stage, has_key: bool
) -> None:
    [intent] = derive(site(camera(9, profile=profile, stage=stage), keys={"cam-9": KEY}), packs)
    assert intent.ports[0].key == (KEY if has_key else None)


def test_each_macsec_policy_of_a_switch_stands_once_by_its_profile(packs: dict[str, Pack]) -> None:
    cameras = (camera(1, profile="sealed"), camera(2, profile="sealed"), camera(3), camera(4, profile="soft"))
    [intent] = derive(site(*cameras), packs)
    assert intent.macsec_policies == {"sealed": PROFILES["sealed"].macsec, "soft": PROFILES["soft"].macsec}
    assert [port.macsec_policy for port in intent.ports] == ["sealed", "sealed", None, "soft"]


def test_a_profile_at_two_stages_of_one_switch_has_two_policies(packs: dict[str, Pack]) -> None:
    should = camera(2, profile="sealed", stage=Stage.SHOULD_SECURE)
    [alone] = derive(site(should), packs)
    assert {name: macsec.policy for name, macsec in alone.macsec_policies.items()} == {
        "sealed": MacsecPolicy.SHOULD_SECURE
    }
    [both] = derive(site(camera(1, profile="sealed"), should), packs)
    assert {name: macsec.policy for name, macsec in both.macsec_policies.items()} == {
        "sealed": MacsecPolicy.MUST_SECURE,
        "sealed-should-secure": MacsecPolicy.SHOULD_SECURE,
    }
    assert [port.macsec_policy for port in both.ports] == ["sealed", "sealed-should-secure"]


def test_a_site_that_was_not_linted_is_refused_with_its_place(packs: dict[str, Pack]) -> None:
    with pytest.raises(InputError, match=r"acc-1: camera cam-1: .*Eth1"):
        derive(site(camera(1, port="Eth1")), packs)
    with pytest.raises(InputError, match="cam-9 needs a static key"):
        derive(site(camera(9, profile="static")), packs)
    with pytest.raises(InputError, match="core-1: no such switch"):
        derive(site(camera(1)), packs, ["core-1"])
    with pytest.raises(InputError, match="no platform 'acme_os'"):
        derive(site(camera(1)), {})


def test_names_are_ordered_by_their_numbers() -> None:
    names = ["acc-10", "acc-9", "1/1/10", "1/1/9", "acc", "Gi1/0/2.5", "Gi1/0/2"]
    assert sorted(names, key=natural) == ["1/1/9", "1/1/10", "Gi1/0/2", "Gi1/0/2.5", "acc", "acc-9", "acc-10"]
