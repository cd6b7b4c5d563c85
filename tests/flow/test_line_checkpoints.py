"""Switches that take checkpoints: what is verified stays, what is not goes back, and what nobody can judge is never taken for good."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from portseal.cli.main import app
from portseal.cli.sim import LOGIN, write_copy
from portseal.simulator.campus import Misfit, demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle
from portseal.simulator.faults import OtherEngineer
from portseal.simulator.world import Device, Trust
from portseal.site import open_site

PASSWORD = "simulated"
CX, NX = "aruba_aoscx", "cisco_nxos"
NX_CAMERA = "cam-1,ac:cc:8e:00:00:01,edge-1,Eth1/1,closed,eap-tls,\n"
EXPIRED = {"certificate": Trust.EXPIRED}
ROGUE = Device(mac="02:00:00:00:00:66", name="rogue")
HOST = """\
edge-1:
  hostname: 192.0.2.1
  platform: {platform}
  data:
    login: {{username: portseal, password: login/switches}}
    radius: {{servers: [{{name: nac-1, address: 198.51.100.11, key: radius/nac-1}}]}}
"""
CAMERAS = "name,mac,switch,port,profile,supplicant,macsec\n"
PROFILES = """\
[closed.dot1x]
violation = "{violation}"
[secured.dot1x]
violation = "{violation}"
[secured.macsec]
policy = "must-secure"
"""
SETTINGS = """\
schema_version = 1
[apply]
timer_minutes = 1
verify_seconds = 1
poll_seconds = 0.2
counter_pause_seconds = 0.1
"""
Make = Callable[..., tuple[Path, Handle]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A site of one switch of a platform, with cameras `row`; what is behind their ports instead is `misfits`."""
    farms: list[Farm] = []

    def made(platform: str, rows: str, misfits: dict[str, Misfit] | None = None, **profile: str) -> tuple[Path, Handle]:
        origin = tmp_path / "origin"
        origin.mkdir()
        for name, text in (
            ("hosts.yaml", HOST.format(platform=platform)),
            ("groups.yaml", "{}\n"),
            ("defaults.yaml", "{}\n"),
            ("profiles.toml", PROFILES.format(**profile)),
            ("cameras.csv", CAMERAS + rows),
            ("portseal.toml", SETTINGS),
        ):
            (origin / name).write_text(text, encoding="utf-8")
        opened = open_site(origin)
        secrets = demo_secrets(opened.site)
        farm = Farm(site_specs(opened.site, secrets, misfits, minute=4.0), username="portseal", password=PASSWORD)
        farms.append(farm)
        farm.__enter__()
        write_copy(opened, tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD}, "portseal")
        return tmp_path / "site", farm["edge-1"]

    yield made
    for farm in farms:
        farm.__exit__(None, None, None)


def run(site: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "-s", str(site)])
    return done.exit_code, done.output


def plan(site: Path) -> str:
    code, said = run(site, "plan", "-o", str(site / "plan.json"))
    assert code == 2, said
    shown = run(site, "show", str(site / "plan.json"), "--full")[1]
    return " ".join(f"{said}\n{shown}".split())  # wherever a line ends


def reasons(site: Path) -> dict[str, str]:
    _, said = run(site, "verify", "--format", "json")
    return {each["camera"]: each["reason"] for each in json.loads(said)["verdicts"]}


def test_a_verified_change_outlives_the_timer(make: Make) -> None:
    site, switch = make(CX, "cam-1,ac:cc:8e:00:00:01,edge-1,1/1/1,closed,eap-tls,\n", violation="shutdown")
    assert "taken back when the switch's timer ends" in plan(site)
    code, said = run(site, "apply", str(site / "plan.json"), "-y")
    assert code == 0, said
    sealed = switch.running_config()
    assert switch.startup_config() == sealed
    time.sleep(4.5)
    assert switch.running_config() == sealed
    assert run(site, "plan")[0] == 0
    switch.plug("1/1/1", ROGUE)
    assert reasons(site) == {"cam-1": "wrong-camera"}


def test_a_change_that_is_not_as_intended_is_taken_back_by_the_timer(make: Make) -> None:
    rows = "cam-1,ac:cc:8e:00:00:01,edge-1,1/1/1,closed,eap-tls,\n"
    site, switch = make(CX, rows, {"cam-1": lambda camera: camera.model_copy(update=EXPIRED)}, violation="shutdown")
    before = switch.running_config()
    plan(site)
    code, said = run(site, "apply", str(site / "plan.json"), "-y")
    assert code == 2, said
    assert "rolled back, the configuration is as before" in said
    assert switch.running_config() == before
    assert "checkpoint auto confirm" not in [each.line for each in switch.log]


def test_a_port_whose_encryption_nobody_can_read_is_never_confirmed(make: Make) -> None:
    rows = "cam-1,ac:cc:8e:00:00:01,edge-1,1/1/1,secured,eap-tls,derived\n"
    site, switch = make(CX, rows, violation="shutdown")
    before = switch.running_config()
    assert "never published" in plan(site)
    code, said = run(site, "apply", str(site / "plan.json"), "-y")
    assert code == 2, said
    assert "unparsed" in said
    assert switch.running_config() == before


def test_a_switch_without_a_timer_is_changed_only_where_that_is_accepted(make: Make) -> None:
    site, switch = make(NX, NX_CAMERA, violation="shutdown")
    before = switch.running_config()
    assert "cannot undo the change by itself" in plan(site)
    code, said = run(site, "apply", str(site / "plan.json"), "-y")
    assert code == 1, said
    assert "--accept-no-timer" in said
    assert switch.running_config() == before
    assert "checkpoint PORTSEAL" not in [each.line for each in switch.log]
    code, said = run(site, "apply", str(site / "plan.json"), "-y", "--accept-no-timer")
    assert code == 0, said
    assert reasons(site) == {"cam-1": "as-intended"}
    assert run(site, "plan")[0] == 0
    assert switch.startup_config() == switch.running_config()
    assert [line for _, line in switch.log if "checkpoint" in line] == ["checkpoint PORTSEAL", "no checkpoint PORTSEAL"]


def test_without_a_timer_portseal_goes_back_to_the_checkpoint_itself(make: Make) -> None:
    misfits: dict[str, Misfit] = {"cam-1": lambda camera: camera.model_copy(update=EXPIRED)}
    site, switch = make(NX, NX_CAMERA, misfits, violation="shutdown")
    before = switch.running_config()
    plan(site)
    code, said = run(site, "apply", str(site / "plan.json"), "-y", "--accept-no-timer")
    assert code == 2, said
    assert "rolled back, the configuration is as before" in said
    assert switch.running_config() == before
    assert [line for _, line in switch.log if "checkpoint" in line][-2:] == [
        "rollback running-config checkpoint PORTSEAL",
        "no checkpoint PORTSEAL",
    ]


def test_what_links_between_switches_have_is_refused_for_a_camera(make: Make) -> None:
    site, switch = make(NX, NX_CAMERA, violation="shutdown")
    (site / "cameras.csv").write_text(CAMERAS + NX_CAMERA.replace("closed", "secured").replace(",\n", ",derived\n"))
    (site / "profiles.toml").write_text(PROFILES.format(violation="restrict"))
    code, said = run(site, "lint")
    assert code == 1, said
    told = " ".join(said.split())
    assert "NX-OS has MACsec between switches" in told
    assert 'write violation = "shutdown"' in told
    assert switch.log == ()


def test_a_switch_without_the_feature_is_left_alone(make: Make) -> None:
    site, switch = make(NX, NX_CAMERA, violation="shutdown")
    switch.inject(OtherEngineer(lines=("no feature dot1x",), seconds=0.0))
    time.sleep(0.1)
    code, said = run(site, "plan", "-o", str(site / "plan.json"))
    assert "no-feature-dot1x" in said
    assert code == 2, said
    assert not any("dot1x" in line for _, line in switch.log)
