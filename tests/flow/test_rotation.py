"""Keys replaced on both ends of simulated links, by the verb an engineer types, and what is left when it goes wrong on the way."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from portseal.change.journal import Journal
from portseal.change.rotation_run import open_rotations
from portseal.cli.main import main
from portseal.cli.sim import LOGIN, write_copy
from portseal.core.journal_entry import Event
from portseal.core.keys_file import read_keys
from portseal.core.toml_source import read_toml
from portseal.estate import open_estate
from portseal.simulator.camera_specs import camera_specs
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle
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
[with-key]
[with-key.dot1x]
mode = "off"
[with-key.macsec]
policy = "must-secure"
cak = "static"
"""
CAMERAS = """\
name,mac,switch,port,profile,supplicant,macsec,ip
cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,with-key,,static,192.0.2.1
cam-2,ac:cc:8e:00:00:02,acc-01,Gi1/0/2,with-key,,static,192.0.2.2
"""
KEYS = """\
# Ours.
[cam-1]
ckn = "a1b2c3d4"
cak = "cak/cam-1"

[cam-2]
ckn = "a1b2c3d5"
cak = "cak/cam-2"
"""
SETTINGS = """\
schema_version = 1
[keys]
camera_seconds = 5
[apply]
timer_minutes = 1
verify_seconds = 5
poll_seconds = 0.1
counter_pause_seconds = 0.05
[cameras.groups.axis]
api = "axis"
names = ["cam-1"]
user = "root"
password = "login/cameras"
"""
OLD = "a1b2c3d4"


class Bench:
    """A sealed site, its simulated switch and cameras, and the verbs."""

    def __init__(self, site: Path, farm: Farm, secrets: dict[str, str]) -> None:
        self.site, self.farm, self.secrets = site, farm, secrets
        self.out = self.err = ""
        self.seen = ""

    @property
    def switch(self) -> Handle:
        return self.farm["acc-01"]

    def run(self, *arguments: str) -> int:
        out, err = StringIO(), StringIO()
        before, sys.argv = sys.argv, ["portseal", *arguments, "-s", str(self.site)]
        try:
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = before
        self.out, self.err = out.getvalue(), err.getvalue()
        self.seen += self.out + self.err
        return int(ended.value.code or 0)

    def rotate(self, *arguments: str) -> int:
        return self.run("keys", "rotate", "-y", *arguments)

    def ckn(self, camera: str = "cam-1") -> str:
        source, _ = read_toml("keys.toml", (self.site / "keys.toml").read_text())
        assert source is not None
        return read_keys(source).keys[camera].ckn

    def stands(self) -> dict[str, str]:
        """Cameras whose rotation is not over, and the step at which they stand."""
        return {camera: str(each.next) for camera, each in open_rotations(open_estate(self.site)).items()}

    def verdicts(self) -> dict[str, str]:
        self.run("verify", "--format", "json")
        return {each["camera"]: each["reason"] for each in json.loads(self.out)["verdicts"]}

    def becomes(self, *reasons: str, camera: str = "cam-1") -> bool:
        """Whether the verdict on a camera is one of `reasons` within three seconds."""
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if self.verdicts()[camera] in reasons:
                return True
        return False

    def works(self, camera: str = "cam-1") -> bool:
        """Whether the link is encrypted within two seconds, whichever of its keys it uses: by what is so, not what is said."""
        end = time.monotonic() + 2
        while time.monotonic() < end:
            if self.farm.cameras[camera].secured:
                return True
            time.sleep(0.02)
        return False


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
    specs = tuple(spec.model_copy(update={"minute": 120.0}) for spec in site_specs(opened.site, secrets))
    cameras = camera_specs(opened.site, opened.settings.cameras.groups, specs, PASSWORD)
    with Farm(specs, username="admin", password=PASSWORD, cameras=cameras) as farm:
        write_copy(opened, tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD}, "admin")
        bench = Bench(tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD})
        assert bench.run("plan", "-o", str(tmp_path / "plan.json")) == 2, bench.err
        assert bench.run("apply", str(tmp_path / "plan.json"), "-y") == 0, bench.err
        yield bench


def test_a_key_is_replaced_on_both_ends_and_the_old_one_is_gone(bench: Bench) -> None:
    assert bench.rotate("cam-1") == 0, bench.out + bench.err
    new = bench.ckn()
    assert new != OLD
    device = bench.farm.cameras["cam-1"].device
    assert device is not None
    assert device.ckn == new
    config = bench.switch.startup_config()
    assert new in config
    assert OLD not in re.findall(r"^ key (\S+)", config, re.MULTILINE)
    assert "fallback" not in config
    assert bench.verdicts() == {"cam-1": "as-intended", "cam-2": "as-intended"}
    assert bench.run("plan") == 0
    assert bench.stands() == {}
    assert f'ckn = "{OLD}"' in (bench.site / "keys.toml").read_text().partition("retired")[2]
    assert (bench.site / "keys.toml").read_text().startswith("# Ours.\n[cam-1]\n")


# ---- killed at every step

KILLED = multiprocessing.get_context("forkserver")
KILLED.set_forkserver_preload(["portseal.cli.main", "portseal.change.rotation_run", "portseal.transport.axis"])


def killed_at(point: int, before: bool, arguments: list[str], report: str) -> None:
    """Run a verb in this process and kill it with SIGKILL at a row of the journal, before or after it is written."""
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for the life of this process
    write, count = Journal.write, 0

    def counted(self: Journal, run: str, event: Event, switch: str = "", **data: object) -> object:
        nonlocal count
        count += 1
        with open(report, "a") as file:
            file.write(f"{event} {data.get('step', '')} {data.get('progress', '')}\n")
        if before and count == point:
            os.kill(os.getpid(), signal.SIGKILL)
        entry = write(self, run, event, switch, **data)  # type: ignore[arg-type]
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return entry

    Journal.write = counted  # type: ignore[method-assign, assignment]
    sys.argv = ["portseal", *arguments]
    main()


def kill(bench: Bench, point: int, *, before: bool, arguments: tuple[str, ...] = ("cam-1",)) -> list[str]:
    """Rotate in a process that dies at `point`; the rows it came to. Fewer than `point`: it came to its end."""
    report = bench.site.parent / "rows"
    report.write_text("")
    call = ["keys", "rotate", "-y", *arguments, "-s", str(bench.site)]
    process = KILLED.Process(target=killed_at, args=(point, before, call, str(report)))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    rows = report.read_text().splitlines()
    assert (process.exitcode == -signal.SIGKILL) is (len(rows) == point)
    return rows


EVERY = bool(os.environ.get("PORTSEAL_EVERY_KILL"))
"""Kill at every row of the journal, both before it is written and after, which takes minutes."""


def points(rows: list[str]) -> list[tuple[int, bool]]:
    """(row, whether before it is written) at which to kill: at every row about a step, and at each kind of row of a push.

    Of the rows of the three pushes, which are alike, each kind is taken once, by turns from one push and the next.
    """
    if EVERY:
        return [(row, before) for row in range(1, len(rows) + 1) for before in (True, False)]
    chosen: list[tuple[int, bool]] = []
    push = within = 0
    for number, row in enumerate(rows, 1):
        if row.startswith("note"):
            push, within = push + 1, 0
        if row.startswith("step") or number in (1, len(rows)) or within % 3 == push % 3:
            chosen.append((number, bool(number % 2)))
        within += 1
    return chosen


def test_a_rotation_that_is_killed_at_any_step_leaves_a_link_that_works_and_goes_on(bench: Bench) -> None:
    whole = kill(bench, 1000, before=False)
    used = {OLD, bench.ckn()}
    seen: set[str] = set()
    for point, before in points(whole):
        rows = kill(bench, point, before=before)
        where = f"killed {'before' if before else 'at'} row {point}: {rows[-1]}"
        assert len(rows) == point, where
        seen.update(row.split()[0] for row in rows[-1:])
        assert bench.works(), where
        code = bench.rotate("--resume")
        assert code == 0, f"{where}: {bench.out}{bench.err}"
        if bench.ckn() in used:  # it died before anything was begun
            assert "No rotation is under way" in bench.out, where
            continue
        used.add(bench.ckn())
        device = bench.farm.cameras["cam-1"].device
        assert device is not None
        assert device.ckn == bench.ckn(), where
        assert bench.works(), where
        assert bench.run("plan") == 0, where
    assert bench.stands() == {}
    assert bench.becomes("as-intended")
    assert {"step", "arming", "pushed", "verifying", "confirming", "saving", "switch-ended"} <= seen
    assert not any(secret in bench.seen for secret in bench.secrets.values())
