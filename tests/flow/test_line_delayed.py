"""A switch whose timer cannot be seen and is taken back only by letting it end: Comware's delayed commit, by the verbs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.line import GROUPS, PROFILES, SETTINGS, Line, simulated

from portseal.simulator.faults import RadiusDead

CKN = "a1b2c3d4" * 4
CAMERAS = """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,acc-01,GE1/0/1,secured,eap-tls,derived
cam-2,ac:cc:8e:00:00:02,acc-01,GE1/0/2,by-mac,,
cam-3,ac:cc:8e:00:00:03,acc-01,GE1/0/3,with-key,,static
cam-4,ac:cc:8e:00:00:04,acc-02,GE1/0/1,secured,eap-tls,derived
"""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    profiles = PROFILES.replace(
        'eap = "eap-tls"\n', 'eap = "eap-tls"\nhost_mode = "multi-host"\nviolation = "protect"\n'
    )
    profiles = profiles.replace('methods = ["mab"]\n', 'methods = ["mab"]\nviolation = "protect"\n')
    files = {
        "groups.yaml": GROUPS.replace("cisco_iosxe", "hpe_comware"),
        "profiles.toml": profiles,
        "keys.toml": f'[cam-3]\nckn = "{CKN}"\ncak = "cak/cam-3"\n',
        "portseal.toml": SETTINGS,
    }
    with simulated(tmp_path, CAMERAS, files=files) as made:
        yield made


def test_ports_are_sealed_verified_and_kept(line: Line) -> None:
    assert line.plan() == 2, line.seen
    told = json.loads(line.run("plan", "--format", "json").stdout)
    assert "UNVERIFIED" in json.dumps(told), "nobody is told that the unit of the timer is not known"
    done = line.apply()
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(line.verdicts().values()) == {("pass", "as-intended")}
    running = line["acc-01"].running_config()
    assert f"mka psk ckn {CKN} cak " in running
    assert line.secrets["cak/cam-3"] not in line.seen
    time.sleep(4.0)  # more than the minute that the timer was set to
    assert line["acc-01"].running_config() == running
    assert line.plan() == 0, "a second plan has something to do"


def test_what_fails_is_taken_back_once_the_timer_ends(line: Line) -> None:
    before = {name: line[name].running_config() for name in ("acc-01", "acc-02")}
    assert line.plan() == 2, line.seen
    line["acc-01"].inject(RadiusDead())
    done = line.apply()
    assert done.returncode != 0
    assert "rolled back" in done.stdout, done.stdout
    assert line["acc-01"].running_config() == before["acc-01"]
