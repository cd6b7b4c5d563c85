"""Both ends of a link, by the verbs: what `verify` makes of a camera's own view, and what `camera` shows and sets."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from portseal.cli.main import main
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


Fixtures = tuple[pytest.CaptureFixture[str], pytest.MonkeyPatch]


class Done(NamedTuple):
    """What came of a verb."""

    returncode: int
    stdout: str
    stderr: str


class Line:
    """A site whose cameras have an API, not sealed yet, and the verbs, run in this process as the command runs them."""

    def __init__(self, site: Path, farm: Farm, secrets: dict[str, str], fixtures: Fixtures) -> None:
        self.site, self.farm, self.secrets = site, farm, secrets
        self.capture, self.patch = fixtures
        self.seen = ""
        self.patch.setenv("COLUMNS", "200")

    def run(self, *arguments: str) -> Done:
        self.patch.setattr(sys, "argv", ["portseal", *arguments, "-s", str(self.site)])
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capture.readouterr()
        self.seen += out + err
        return Done(int(ended.value.code or 0), out, err)

    def seal(self) -> None:
        assert self.run("plan", "-o", str(self.site / "plan.json")).returncode == 2
        assert self.run("apply", str(self.site / "plan.json"), "-y").returncode == 0, self.seen

    def verdicts(self) -> dict[str, tuple[str, str, str]]:
        found = json.loads(self.run("verify", "--format", "json").stdout)["verdicts"]
        return {each["camera"]: (each["outcome"], each["reason"], each["detail"]) for each in found}


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
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
        yield Line(tmp_path / "site", farm, {**secrets, "camera": CAMERA_PASSWORD}, (capsys, monkeypatch))


def test_both_ends_are_told_one_that_contradicts_its_switch_fails_and_one_that_is_silent_does_not(line: Line) -> None:
    line.seal()
    found = line.verdicts()
    assert {outcome for outcome, _, _ in found.values()} == {"pass"}
    assert found["cam-1"][2].endswith("the camera says secured (802.1X eap-tls)")
    assert found["cam-2"][2].endswith("the camera says secured (static key)")
    assert "the camera" not in found["cam-3"][2]  # it has no API
    assert line.run("camera", "show").returncode == 0
    line.farm.cameras["cam-1"].inject(ApiDown())
    line.farm.cameras["cam-2"].inject(SaysUnsecured())
    done = line.run("verify", "--format", "json")
    assert done.returncode == 2
    verdicts = {each["camera"]: each for each in json.loads(done.stdout)["verdicts"]}
    assert (verdicts["cam-2"]["outcome"], verdicts["cam-2"]["reason"]) == ("fail", "camera-says-unsecured")
    assert (verdicts["cam-1"]["outcome"], verdicts["cam-1"]["reason"]) == ("pass", "as-intended")
    assert "the camera's end was not read (hung up at 127.0.0.1" in verdicts["cam-1"]["detail"]
    done = line.run("camera", "show", "--format", "json")
    assert done.returncode == 2
    shown = {each["camera"]: each for each in json.loads(done.stdout)["cameras"]}
    assert (shown["cam-2"]["secured"], shown["cam-2"]["problem"]) == (False, "its link is not secured")
    assert (shown["cam-1"]["mode"], shown["cam-1"]["wanted"]) == ("unknown", "eap-tls")
    assert "hung up" in shown["cam-1"]["problem"]


def test_no_camera_is_talked_to_where_the_site_names_no_group(line: Line) -> None:
    settings = line.site / "portseal.toml"
    settings.write_text(
        settings.read_text().split("[cameras")[0] + "[secrets]" + settings.read_text().split("[secrets]")[1]
    )
    before = {name: len(camera.requests) for name, camera in line.farm.cameras.items()}
    line.run("verify")
    assert {name: len(camera.requests) for name, camera in line.farm.cameras.items()} == before


def test_a_camera_is_set_only_by_somebody_who_said_so(line: Line) -> None:
    done = line.run("camera", "set", "cam-2", "off")
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert "mind: its profile with-key wants static" in done.stdout
    device = line.farm.cameras["cam-2"].device
    assert device is not None
    assert device.macsec == "static"


def test_a_camera_with_a_wrong_key_is_given_the_right_one_before_its_port_is_closed(line: Line) -> None:
    device = line.farm.cameras["cam-2"].device
    assert device is not None
    line.farm["acc-01"].plug("GigabitEthernet1/0/2", device.model_copy(update={"cak": "00" * 16, "ckn": "ffff"}))
    assert "CKN ffff is not the one" in line.run("camera", "show", "cam-2").stdout
    done = line.run("camera", "set", "cam-2", "static", "--yes")
    assert done.returncode == 0, done.stderr
    assert "now MACsec with a static key, CKN ffff, not secured" in done.stdout
    assert "done; it says: MACsec with a static key, CKN a1b2" in done.stdout
    line.seal()
    assert line.verdicts()["cam-2"][:2] == ("pass", "as-intended")


def test_a_change_is_taken_back_where_the_camera_contradicts_the_switch(line: Line) -> None:
    before = line.farm["acc-01"].running_config()
    line.farm.cameras["cam-2"].inject(SaysUnsecured())
    line.run("plan", "-o", str(line.site / "plan.json"))
    done = line.run("apply", str(line.site / "plan.json"), "-y", "--wait", "1")
    assert done.returncode == 2
    assert "camera-says-unsecured" in done.stdout
    assert "acc-01: rolled-back" in done.stderr
    assert line.farm["acc-01"].running_config() == before


def test_a_camera_goes_to_eap_tls_with_a_certificate_that_it_holds(line: Line) -> None:
    done = line.run("camera", "set", "cam-1", "eap-tls", "--certificate", "other", "--authority", "site-ca", "-y")
    assert done.returncode == 0, done.stderr
    assert "it will be: EAP-TLS with its certificate 'other' as 'axis-1'" in done.stdout
    assert line.farm.cameras["cam-1"].requests.count("setWired8021XConfiguration") == 1


def test_a_rotation_gives_both_ends_their_new_key_over_the_camera_s_api(line: Line) -> None:
    line.seal()
    before = line.farm.cameras["cam-2"].device
    done = line.run("keys", "rotate", "cam-2", "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    after = line.farm.cameras["cam-2"].device
    assert before is not None
    assert after is not None
    assert after.ckn not in (None, before.ckn)
    assert after.cak not in (None, before.cak)
    verdict = line.verdicts()["cam-2"]
    assert verdict[:2] == ("pass", "as-intended")
    assert f"CKN {after.ckn}" in verdict[2]
    assert verdict[2].endswith("the camera says secured (static key)")
    assert after.cak is not None
    assert after.cak not in line.seen


def test_what_cannot_be_set_is_refused_with_the_reason(line: Line) -> None:
    for arguments, said in (
        (("cam-3", "static"), "cam-3: no group of portseal.toml has this camera"),
        (("cam-9", "off"), "no camera is called 'cam-9'; did you mean"),
        (("cam-1", "static"), "keys.toml has no key for it; make one with `portseal keys generate"),
        (("cam-2", "off", "--certificate", "x"), "are for eap-tls"),
    ):
        done = line.run("camera", "set", *arguments, "-y")
        assert done.returncode == 1
        assert said in done.stderr


def test_no_secret_of_a_camera_stands_in_any_output_or_file(line: Line) -> None:
    line.farm.cameras["cam-1"].inject(ApiError(message=f"bad {CAMERA_PASSWORD} {line.secrets['cak/cam-2']}"))
    for arguments in (
        ("camera", "show"),
        ("camera", "show", "--format", "json"),
        ("verify",),
        ("verify", "--format", "junit"),
    ):
        line.run(*arguments)
    line.run("camera", "set", "cam-2", "static", "-y")
    line.seal()  # and so the journal, and what is remembered
    line.farm.cameras["cam-2"].inject(
        ApiError(method="setWired8021XConfiguration", message=line.secrets["cak/cam-2"].upper())
    )
    assert line.run("camera", "set", "cam-2", "static", "-y").returncode == 1
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in line.site.rglob("*")
        if path.is_file() and path.name not in ("age-identity.txt", "secrets.age")
    )
    assert "‹secret›" in line.seen
    for secret in line.secrets.values():
        assert secret.lower() not in (line.seen + written).lower()
