"""A switch that runs the other style than its platform says is refused when it is planned, and nothing is sent to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from portseal.cli.main import app
from portseal.cli.sim import LOGIN, write_copy
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm
from portseal.simulator.faults import OtherEngineer
from portseal.site import open_site

PASSWORD = "simulated"
LEGACY, NEW = "cisco_iosxe", "cisco_iosxe_ibns2"
DATA = (
    "data: {login: {username: portseal, password: login/switches}, "
    "radius: {servers: [{name: nac-1, address: 198.51.100.11, key: radius/nac-1}]}}"
)
CAMERAS = """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,takes-new,Gi1/0/1,secured,eap-tls,derived
cam-2,ac:cc:8e:00:00:02,takes-new,Gi1/0/2,by-mac,,
cam-3,ac:cc:8e:00:00:03,is-legacy,Gi1/0/1,secured,eap-tls,derived
cam-4,ac:cc:8e:00:00:04,is-new,Gi1/0/1,secured,eap-tls,derived
"""
PROFILES = """\
[secured]
[secured.macsec]
policy = "must-secure"
[by-mac]
[by-mac.dot1x]
methods = ["mab"]
"""
SETTINGS = """\
schema_version = 1
[apply]
timer_minutes = 1
verify_seconds = 4
poll_seconds = 0.2
counter_pause_seconds = 0.2
"""


@pytest.fixture
def styles(tmp_path: Path) -> Iterator[tuple[Path, Farm]]:
    """A site of three switches: one that its platform fits, a legacy one taken for a new one, and the reverse."""
    origin = tmp_path / "origin"
    origin.mkdir()
    says = {"takes-new": NEW, "is-legacy": NEW, "is-new": LEGACY}
    hosts = "".join(f"{name}: {{hostname: 192.0.2.1, platform: {says[name]}, {DATA}}}\n" for name in says)
    for name, text in (
        ("hosts.yaml", hosts),
        ("groups.yaml", "{}\n"),
        ("defaults.yaml", "{}\n"),
        ("profiles.toml", PROFILES),
        ("cameras.csv", CAMERAS),
        ("portseal.toml", SETTINGS),
    ):
        (origin / name).write_text(text, encoding="utf-8")
    opened = open_site(origin)
    secrets = demo_secrets(opened.site)
    truth = {"takes-new": NEW, "is-legacy": LEGACY, "is-new": NEW}
    specs = [spec.model_copy(update={"platform": truth[spec.name]}) for spec in site_specs(opened.site, secrets)]
    with Farm(specs, username="portseal", password=PASSWORD) as farm:
        write_copy(opened, tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD}, "portseal")
        yield tmp_path / "site", farm


def run(site: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "-s", str(site)])
    return done.exit_code, done.output


def test_each_style_goes_to_its_own_platform_only(styles: tuple[Path, Farm]) -> None:
    site, farm = styles
    plan = site / "plan.json"
    _, shown = run(site, "plan", "-o", str(plan))
    plans = {each["switch"]: each for each in json.loads(plan.read_text())["switches"]}
    assert [r["code"] for r in plans["is-legacy"]["refusals"]] == ["legacy-style"]
    assert "convert the switch for good" in plans["is-legacy"]["refusals"][0]["reason"]
    assert "Current configuration mode is legacy" in shown
    assert "new-style" in [r["code"] for r in plans["is-new"]["refusals"]]
    assert plans["takes-new"]["refusals"] == []
    before = {name: farm[name].running_config() for name in ("is-legacy", "is-new")}
    run(site, "apply", str(plan), "-y")
    assert {name: farm[name].running_config() for name in before} == before
    assert not any("configure" in line.line for name in before for line in farm[name].log)
    code, verdicts = run(site, "verify", "--format", "json", "--limit", "takes-new")
    assert (code, {v["reason"] for v in json.loads(verdicts)["verdicts"]}) == (0, {"as-intended"})
    assert "service-policy type control subscriber PS-secured-" in farm["takes-new"].running_config()
    assert run(site, "plan", "--limit", "takes-new")[0] == 0


def test_a_switch_that_was_converted_since_the_plan_is_not_touched(styles: tuple[Path, Farm]) -> None:
    site, farm = styles
    hosts = site / "hosts.yaml"
    hosts.write_text(hosts.read_text().replace(NEW, LEGACY), encoding="utf-8")
    plan = site / "plan.json"
    run(site, "plan", "-o", str(plan), "--limit", "is-legacy")
    assert json.loads(plan.read_text())["switches"][0]["steps"]
    farm["is-legacy"].inject(OtherEngineer(lines=("authentication convert-to new-style", "yes")))
    before = farm["is-legacy"].running_config()
    code, said = run(site, "apply", str(plan), "-y")
    assert code == 1
    assert "not known to run the legacy style" in said
    assert farm["is-legacy"].running_config() == before
