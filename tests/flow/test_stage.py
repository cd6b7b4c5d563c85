"""Ports led from stage to stage by evidence, on simulated switches, by the verb an engineer types."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from portseal.cli.main import main
from portseal.cli.sim import LOGIN, write_copy
from portseal.core.cameras import read_cameras
from portseal.core.cameras_text import with_stages
from portseal.core.errors import InputError
from portseal.core.inventory import Stage
from portseal.simulator.camera_specs import camera_specs
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm
from portseal.simulator.world import Device, Trust
from portseal.site import open_site

PASSWORD = "marked-secret-of-the-login"
HOSTS = """\
---
acc-01:
  hostname: 192.0.2.11
  platform: cisco_iosxe
  data: {login: {username: portseal, password: login/switches}, radius: {servers: [{name: n, address: 198.51.100.11, key: radius/n}]}}
"""
PROFILES = """\
[secured]
[secured.dot1x]
eap = "eap-tls"
[secured.macsec]
policy = "must-secure"
[plain]
[plain.dot1x]
eap = "eap-tls"
[with-key]
[with-key.dot1x]
mode = "off"
[with-key.macsec]
policy = "must-secure"
cak = "static"
"""
CAMERAS = """\
# Who hangs where.
name,mac,switch,port,profile,supplicant,macsec,stage,ip
cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,secured,eap-tls,derived,monitor,
cam-2,ac:cc:8e:00:00:02,acc-01,Gi1/0/2,plain,eap-tls,,monitor,
cam-3,ac:cc:8e:00:00:03,acc-01,Gi1/0/3,with-key,,static,monitor,192.0.2.3
cam-4,ac:cc:8e:00:00:04,acc-01,Gi1/0/4,with-key,,static,monitor,
cam-5,ac:cc:8e:00:00:05,acc-01,Gi1/0/5,secured,eap-tls,derived,monitor,
"""
KEYS = '[cam-3]\nckn = "a1b2c3d4"\ncak = "cak/cam-3"\n[cam-4]\nckn = "a1b2c3d5"\ncak = "cak/cam-4"\n'
SETTINGS = """\
schema_version = 1
[apply]
timer_minutes = 1
verify_seconds = 4
poll_seconds = 0.2
counter_pause_seconds = 0.05
[cameras.groups.axis]
api = "axis"
names = ["cam-3"]
user = "root"
password = "login/cameras"
"""
EXPIRED = {"cam-5": lambda device: device.model_copy(update={"certificate": Trust.EXPIRED})}


class Bench:
    """A site, its simulated switch, and the verbs."""

    def __init__(self, site: Path, farm: Farm) -> None:
        self.site, self.farm = site, farm
        self.out = self.err = ""

    def run(self, *arguments: str) -> int:
        out, err = StringIO(), StringIO()
        before, sys.argv = sys.argv, ["portseal", *arguments, "-s", str(self.site)]
        try:
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = before
        self.out, self.err = out.getvalue(), err.getvalue()
        return int(ended.value.code or 0)

    def carried_out(self) -> bool:
        """Plan and apply what the site says now."""
        plan = self.site.parent / f"plan-{time.monotonic()}.json"
        if self.run("plan", "-o", str(plan)) == 0:
            return True
        return self.run("apply", str(plan), "-y", "--accept", "acc-01:Gi1/0/5") in (0, 2)

    def rows(self, *arguments: str) -> dict[str, tuple[str, str | None, bool, str]]:
        self.run("stage", "--format", "json", "--wait", "2", *arguments)
        found = json.loads(self.out)["ports"]
        return {each["camera"]: (each["stage"], each["next"], each["ready"], each["reason"]) for each in found}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("COLUMNS", "250")
    origin = tmp_path / "origin"
    origin.mkdir()
    for name, text in (
        ("hosts.yaml", HOSTS),
        ("profiles.toml", PROFILES),
        ("cameras.csv", CAMERAS),
        ("keys.toml", KEYS),
        ("portseal.toml", SETTINGS),
    ):
        (origin / name).write_text(text, encoding="utf-8")
    opened = open_site(origin)
    secrets = demo_secrets(opened.site)
    specs = site_specs(opened.site, secrets, EXPIRED)
    cameras = camera_specs(opened.site, opened.settings.cameras.groups, specs, PASSWORD)
    with Farm(specs, username="admin", password=PASSWORD, cameras=cameras) as farm:
        write_copy(opened, tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD}, "admin")
        yield Bench(tmp_path / "site", farm)


def test_ports_are_promoted_by_what_is_seen_of_them_and_blocked_by_it(bench: Bench) -> None:
    assert bench.carried_out()
    assert bench.rows() == {
        "cam-1": ("monitor", "should-secure", True, "as-intended"),
        "cam-2": ("monitor", "sealed", True, "as-intended"),
        "cam-3": ("monitor", "sealed", True, "monitor-only"),
        "cam-4": ("monitor", "sealed", False, "monitor-only"),
        "cam-5": ("monitor", "should-secure", False, "authentication-failed"),
    }
    assert bench.run("stage", "--promote") == 2
    assert "nobody can see whether it has its key" in bench.out
    stages = {row.camera.name: row.camera.stage for row in read_cameras((bench.site / "cameras.csv").read_text()).rows}
    assert [str(stages[f"cam-{number}"]) for number in range(1, 6)] == [
        "should-secure",
        "sealed",
        "sealed",
        "monitor",
        "monitor",
    ]
    assert bench.carried_out()
    assert bench.rows("cam-1", "cam-2", "cam-3") == {
        "cam-1": ("should-secure", "sealed", True, "as-intended"),
        "cam-2": ("sealed", None, True, "as-intended"),
        "cam-3": ("sealed", None, True, "as-intended"),
    }
    bench.run("stage", "cam-1", "--promote")
    assert bench.carried_out()
    assert bench.rows("cam-1") == {"cam-1": ("sealed", None, True, "as-intended")}
    assert bench.run("stage", "cam-1", "cam-2", "cam-3") == 0


def test_cleartext_at_should_secure_is_no_evidence(bench: Bench) -> None:
    text = (bench.site / "cameras.csv").read_text()
    (bench.site / "cameras.csv").write_text(with_stages(text, {"cam-1": Stage.SHOULD_SECURE}))
    bench.farm["acc-01"].plug(
        "GigabitEthernet1/0/1",
        Device(
            mac="ac:cc:8e:00:00:01",
            name="cam-1",
            identity="cam-1",
            eap="eap-tls",
            certificate=Trust.VALID,
            macsec="none",
        ),
    )
    assert bench.carried_out()
    stage, following, ready, reason = bench.rows("cam-1")["cam-1"]
    assert (stage, following, ready) == ("should-secure", "sealed", False)
    assert reason in ("no-mka-session", "not-secured")
    bench.run("stage", "cam-1", "--promote")
    assert "Nobody is ready" in bench.err
    assert bench.rows("cam-1")["cam-1"][0] == "should-secure"


def test_a_stage_can_be_written_back_and_forward_by_hand(bench: Bench) -> None:
    assert bench.run("stage", "cam-4", "--promote", "--without-evidence") == 2
    assert [line for line in lines(bench) if "cam-4" in line] == [
        "cam-4,ac:cc:8e:00:00:04,acc-01,Gi1/0/4,with-key,,static,sealed,"
    ]
    bench.run("stage", "cam-4", "--back")
    bench.run("stage", "cam-4", "--back")
    assert lines(bench) == CAMERAS.splitlines()
    for wrong, told in (
        (("--back",), "cameras that are named"),
        (("cam-1", "--back", "--promote"), "not both"),
        (("cam-9",), "no camera is called 'cam-9'"),
    ):
        assert bench.run("stage", *wrong) == 1
        assert told in bench.err


def lines(bench: Bench) -> list[str]:
    return (bench.site / "cameras.csv").read_text().splitlines()


# ---- the text of cameras.csv


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("name,mac,switch,port,profile\nc,00:00:00:00:00:01,s,1,p\n", "name,mac,switch,port,profile,stage\nc,00:00:00:00:00:01,s,1,p,monitor\n"),
        ("\ufeffName;MAC;Switch;Port;Profile;Stage\r\nc;00:00:00:00:00:01;s;1;p;sealed\r\n", "\ufeffName;MAC;Switch;Port;Profile;Stage\r\nc;00:00:00:00:00:01;s;1;p;monitor\r\n"),
        ('stage,name,mac,switch,port,profile,location\n,c,00:00:00:00:00:01,s,1,p,"gate, north"\n#,x\n', 'stage,name,mac,switch,port,profile,location\nmonitor,c,00:00:00:00:00:01,s,1,p,"gate, north"\n#,x\n'),
    ],
    ids=["no such column", "as a spreadsheet writes it", "quotes and comments"],
)  # fmt: skip
def test_one_cell_changes_and_nothing_else(text: str, changed: str) -> None:
    assert with_stages(text, {"c": Stage.MONITOR}) == changed


def test_a_camera_without_a_row_has_no_stage_to_set() -> None:
    with pytest.raises(InputError, match="no row of x"):
        with_stages("name,mac,switch,port,profile\nc,00:00:00:00:00:01,s,1,p\n", {"x": Stage.MONITOR})
