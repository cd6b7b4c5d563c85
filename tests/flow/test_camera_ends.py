"""Both ends of a link, by the verbs: what `verify` makes of a camera's own view, and what `camera` shows and sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portseal.cli.sim import LOGIN, write_copy
from portseal.simulator.camera_specs import camera_specs
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm
from portseal.simulator.faults import ApiDown, ApiError, SaysUnsecured
from portseal.site import open_site

PASSWORD = "marked-secret-of-the-login"
CAMERA_PASSWORD = "marked-secret-of-the-camera"
FILES = {
    "hosts.yaml": "---\nacc-01:\n  hostname: 192.0.2.11\n  groups: [access]\n",
    "groups.yaml": """\
---
access:
  platform: cisco_iosxe
  data:
    login: {username: portseal, password: login/switches}
    radius: {servers: [{name: nac-1, address: 198.51.100.11, key: radius/nac-1}]}
""",
    "defaults.yaml": "---\n{}\n",
    "profiles.toml": """\
[secured]
[secured.dot1x]
eap = "eap-tls"
[secured.macsec]
policy = "must-secure"
[with-key]
[with-key.dot1x]
mode = "off"
[with-key.macsec]
policy = "must-secure"
cak = "static"
""",
    "cameras.csv": """\
name,mac,switch,port,profile,supplicant,macsec,model,identity,ip
cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,secured,eap-tls,derived,AXIS Q1,axis-1,192.0.2.101
cam-2,ac:cc:8e:00:00:02,acc-01,Gi1/0/2,with-key,,static,AXIS Q2,,192.0.2.102
cam-3,ac:cc:8e:00:00:03,acc-01,Gi1/0/3,with-key,,static,Other,,
""",
    "keys.toml": '[cam-2]\nckn = "a1b2"\ncak = "cak/cam-2"\n[cam-3]\nckn = "c3d4"\ncak = "cak/cam-3"\n',
    "portseal.toml": """\
[apply]
timer_minutes = 1
verify_seconds = 4
poll_seconds = 0.3
counter_pause_seconds = 0.3
[cameras]
workers = 2
[cameras.groups.axis]
api = "axis"
models = ["AXIS *"]
user = "root"
password = "login/cameras"
""",
}


class Line:
    """A sealed site whose cameras have an API, and the verbs."""

    def __init__(self, site: Path, farm: Farm, secrets: dict[str, str]) -> None:
        self.site, self.farm, self.secrets = site, farm, secrets
        self.seen = ""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-c", "from portseal.cli.main import main; main()", *arguments, "-s", str(self.site)]
        done = subprocess.run(
            call, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env={**os.environ}
        )
        self.seen += done.stdout + done.stderr
        return done

    def verdicts(self) -> dict[str, tuple[str, str, str]]:
        found = json.loads(self.run("verify", "--format", "json").stdout)["verdicts"]
        return {each["camera"]: (each["outcome"], each["reason"], each["detail"]) for each in found}


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    origin = tmp_path / "origin"
    origin.mkdir()
    for name, text in FILES.items():
        (origin / name).write_text(text, encoding="utf-8")
    opened = open_site(origin)
    secrets = {**demo_secrets(opened.site), LOGIN: PASSWORD}
    specs = site_specs(opened.site, secrets)
    cameras = camera_specs(opened.site, opened.settings.cameras.groups, specs, CAMERA_PASSWORD)
    assert [camera.name for camera in cameras] == ["cam-1", "cam-2"]
    with Farm(specs, username="admin", password=PASSWORD, cameras=cameras) as farm:
        write_copy(opened, tmp_path / "site", farm, secrets, "admin")
        line = Line(tmp_path / "site", farm, {**secrets, "camera": CAMERA_PASSWORD})
        assert line.run("plan", "-o", str(line.site / "plan.json")).returncode == 2
        assert line.run("apply", str(line.site / "plan.json"), "-y").returncode == 0, line.seen
        yield line


def test_both_ends_are_told_where_the_camera_has_an_api_and_the_switch_alone_where_it_has_none(line: Line) -> None:
    found = line.verdicts()
    assert {outcome for outcome, _, _ in found.values()} == {"pass"}
    assert found["cam-1"][2].endswith("the camera says secured (802.1X eap-tls)")
    assert found["cam-2"][2].endswith("the camera says secured (static key)")
    assert "the camera" not in found["cam-3"][2]


def test_a_camera_that_contradicts_its_switch_fails_and_one_that_is_silent_does_not(line: Line) -> None:
    line.farm.cameras["cam-1"].inject(ApiDown())
    line.farm.cameras["cam-2"].inject(SaysUnsecured())
    done = line.run("verify", "--format", "json")
    assert done.returncode == 2
    found = {each["camera"]: each for each in json.loads(done.stdout)["verdicts"]}
    assert (found["cam-2"]["outcome"], found["cam-2"]["reason"]) == ("fail", "camera-says-unsecured")
    assert (found["cam-1"]["outcome"], found["cam-1"]["reason"]) == ("pass", "as-intended")
    assert "the camera's end was not read (hung up at 127.0.0.1" in found["cam-1"]["detail"]
    line.farm.cameras["cam-1"].heal()
    line.farm.cameras["cam-1"].inject(ApiError())
    assert "refused getNetworkInfo: Internal error" in line.verdicts()["cam-1"][2]


def test_no_camera_is_talked_to_where_the_site_names_no_group(line: Line) -> None:
    settings = line.site / "portseal.toml"
    settings.write_text(
        settings.read_text().split("[cameras")[0] + "[secrets]" + settings.read_text().split("[secrets]")[1]
    )
    before = {name: len(camera.requests) for name, camera in line.farm.cameras.items()}
    assert line.run("verify").returncode == 0
    assert {name: len(camera.requests) for name, camera in line.farm.cameras.items()} == before
