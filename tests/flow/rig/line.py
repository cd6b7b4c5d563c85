"""A small site of two switches, simulated, and the verbs an engineer types at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portseal.cli.sim import LOGIN, write_copy
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle
from portseal.site import open_site

PASSWORD = "marked-secret-of-the-login"
HOSTS = """\
---
acc-01:
  hostname: 192.0.2.11
  groups: [access]
acc-02:
  hostname: 192.0.2.12
  groups: [access]
"""
_HOST = """\
acc-{number:02}:
  hostname: 192.0.2.{number}
  groups: [access]
"""
GROUPS = """\
---
access:
  platform: cisco_iosxe
  data:
    login: {username: portseal, password: login/switches}
    radius: {servers: [{name: nac-1, address: 198.51.100.11, key: radius/nac-1}]}
"""
PROFILES = """\
[secured]
[secured.dot1x]
eap = "eap-tls"
[secured.macsec]
policy = "must-secure"
[by-mac]
[by-mac.dot1x]
methods = ["mab"]
[with-key]
[with-key.dot1x]
mode = "off"
[with-key.macsec]
policy = "must-secure"
cak = "static"
"""
CAMERAS = """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,secured,eap-tls,derived
cam-2,ac:cc:8e:00:00:02,acc-01,Gi1/0/2,by-mac,,
cam-3,ac:cc:8e:00:00:03,acc-01,Gi1/0/3,with-key,,static
cam-4,ac:cc:8e:00:00:04,acc-02,Gi1/0/1,secured,eap-tls,derived
"""
SETTINGS = """\
schema_version = 1
name = "line"
[apply]
timer_minutes = 1
verify_seconds = 4
poll_seconds = 0.3
counter_pause_seconds = 0.3
"""


class Line:
    """A site, its simulated switches, and the verbs."""

    def __init__(self, site: Path, farm: Farm, secrets: dict[str, str]) -> None:
        self.site, self.farm, self.secrets = site, farm, secrets
        self.plan_file = site / "plan.json"
        self.seen = ""

    def __getitem__(self, name: str) -> Handle:
        return self.farm[name]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run_with({}, *arguments, "-s", str(self.site))

    def run_with(self, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-c", "from portseal.cli.main import main; main()", *arguments]
        variables = {**os.environ, "COLUMNS": "200", **environment}
        done = subprocess.run(
            call, capture_output=True, text=True, check=False, env=variables, stdin=subprocess.DEVNULL
        )
        self.seen += done.stdout + done.stderr
        return done

    def plan(self) -> int:
        return self.run("plan", "-o", str(self.plan_file)).returncode

    def apply(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("apply", str(self.plan_file), "-y", *options)

    def verdicts(self) -> dict[str, tuple[str, str]]:
        found = json.loads(self.run("verify", "--format", "json").stdout)["verdicts"]
        return {verdict["camera"]: (verdict["outcome"], verdict["reason"]) for verdict in found}


@contextmanager
def simulated(
    tmp_path: Path,
    cameras: str = CAMERAS,
    *,
    more_switches: int = 0,
    files: Mapping[str, str] | None = None,
    minute: float = 3.0,
) -> Iterator[Line]:
    """The site under `tmp_path`, its switches running; a minute of their timers lasts `minute` seconds. `files` replace its own."""
    origin = tmp_path / "origin"
    origin.mkdir()
    keys = '[cam-3]\nckn = "a1b2c3d4"\ncak = "cak/cam-3"\n'
    for name, text in (
        ("hosts.yaml", HOSTS + "".join(_HOST.format(number=n) for n in range(3, 3 + more_switches))),
        ("groups.yaml", GROUPS),
        ("defaults.yaml", "---\n{}\n"),
        ("profiles.toml", PROFILES),
        ("cameras.csv", cameras),
        ("keys.toml", keys),
        ("portseal.toml", SETTINGS),
    ):
        (origin / name).write_text((files or {}).get(name, text), encoding="utf-8")
    opened = open_site(origin)
    secrets = demo_secrets(opened.site)
    specs = tuple(spec.model_copy(update={"minute": minute}) for spec in site_specs(opened.site, secrets))
    with Farm(specs, username="admin", password=PASSWORD) as farm:
        write_copy(opened, tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD}, "admin")
        yield Line(tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD})


def until(claim: object, seconds: float = 15.0) -> None:
    """Wait until `claim()` holds."""
    assert callable(claim)
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.1)
