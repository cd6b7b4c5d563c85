"""Keys replaced on both ends of simulated links, by the verb an engineer types, and what is left when it goes wrong on the way."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr

from portseal.change.journal import Journal
from portseal.change.rotation_run import Rotations, open_rotations, readiness, resume, rotate
from portseal.cli.main import main
from portseal.cli.sim import LOGIN, write_copy
from portseal.core.cameras import read_cameras
from portseal.core.journal_entry import Event
from portseal.core.keys_file import read_keys
from portseal.core.toml_source import read_toml
from portseal.estate import open_estate
from portseal.key_book import open_book
from portseal.simulator.camera_specs import camera_specs
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle
from portseal.simulator.faults import ApiDown, ApiError, RefuseNthLine
from portseal.simulator.world import Device
from portseal.site import open_site
from portseal.transport.age_file import age_identities, read_age_file
from portseal.transport.camera_end import FakeCameraEnd

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

    def identities(self) -> list[object]:
        return age_identities("age-identity.txt", site=self.site, environ={})

    def rotate(self, *arguments: str) -> int:
        return self.run("keys", "rotate", "-y", *arguments)

    def ckn(self, camera: str = "cam-1") -> str:
        source, _ = read_toml("keys.toml", (self.site / "keys.toml").read_text())
        assert source is not None
        return read_keys(source).keys[camera].ckn

    def stands(self) -> dict[str, str]:
        """Cameras whose rotation is not over, and the step at which they stand."""
        return {camera: str(each.next) for camera, each in open_rotations(open_estate(self.site)).items()}

    def stages(self) -> dict[str, str]:
        rows = read_cameras((self.site / "cameras.csv").read_text()).rows
        return {row.camera.name: str(row.camera.stage) for row in rows}

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


def test_a_camera_without_an_api_waits_for_its_installer_and_then_goes_on(bench: Bench) -> None:
    old = bench.switch.running_config()
    assert bench.rotate("cam-2") == 2
    assert bench.stands() == {"cam-2": "move"}
    assert "type CKN" in bench.err
    assert bench.verdicts()["cam-2"] == "as-intended"
    assert bench.run("plan") == 0  # the site knows of both keys
    assert bench.rotate("--resume") == 2  # he has not been there yet
    assert bench.rotate("cam-2") == 2
    assert "its rotation stands at move" in bench.out
    link, cak = typed(bench, "cam-2")
    bench.switch.plug(
        "GigabitEthernet1/0/2", Device(mac="ac:cc:8e:00:00:02", name="cam-2", macsec="static", ckn=link, cak=cak)
    )
    assert bench.becomes("fallback-key-in-use", camera="cam-2")
    assert bench.rotate("--resume", "--wait", "5") == 0, bench.err
    assert bench.ckn("cam-2") == link
    assert bench.becomes("as-intended", camera="cam-2")
    assert bench.switch.running_config() != old
    assert bench.run("history", "--check") == 0
    assert cak not in bench.seen


def typed(bench: Bench, camera: str) -> tuple[str, str]:
    """CKN and CAK that an installer reads as the next ones in his bundle."""
    installer = pyrage.x25519.Identity.generate()
    bundle = bench.site.parent / "bundle.age"
    assert bench.run("keys", "export", camera, "-o", str(bundle), "--to", str(installer.to_public())) == 0
    rows = csv.DictReader(pyrage.decrypt(bundle.read_bytes(), [installer]).decode().splitlines())
    (row,) = [row for row in rows if row["key"] == "next"]
    return row["ckn"], row["cak"]


def test_a_rotation_that_waits_can_be_given_up_and_leaves_all_as_before(bench: Bench) -> None:
    config, keys = bench.switch.running_config(), (bench.site / "keys.toml").read_text()
    assert bench.rotate("cam-2") == 2
    assert bench.rotate("--give-up") == 0, bench.err
    assert bench.switch.running_config() == config
    assert (bench.site / "keys.toml").read_text() == keys
    assert read_age_file(bench.site / "keys.age", bench.identities()) == {}
    assert bench.stands() == {}
    assert bench.rotate("--give-up") == 0
    assert "No rotation is under way" in bench.out


def test_a_rotation_is_not_given_up_once_the_switch_prefers_the_new_key(bench: Bench) -> None:
    rows = kill(bench, 1000, before=False)
    promoted = rows.index("step promote done") + 1
    kill(bench, promoted, before=False)
    assert bench.rotate("--give-up") == 1
    assert "going on is the safe way" in bench.err
    for verb in ("resume", "abort"):
        assert bench.run(verb, "-y") == 1
        assert "`portseal keys rotate --resume` goes on with it" in bench.err
    assert bench.rotate("--resume") == 0


def test_a_line_that_the_switch_refuses_leaves_the_link_on_its_old_key(bench: Bench) -> None:
    config = bench.switch.running_config()
    bench.switch.inject(RefuseNthLine(number=3))
    assert bench.rotate("cam-1") == 1
    assert "rolled-back" in bench.err
    assert bench.switch.running_config() == config
    assert bench.verdicts()["cam-1"] == "as-intended"
    assert bench.stands() == {"cam-1": "add"}
    assert bench.rotate("--resume") == 0, bench.err
    assert bench.ckn() != OLD


def test_a_camera_that_refuses_its_key_keeps_the_old_one_and_the_rotation_goes_on_later(bench: Bench) -> None:
    bench.farm.cameras["cam-1"].inject(
        ApiError(method="setWired8021XConfiguration", code=1000, message="Internal error")
    )
    assert bench.rotate("cam-1") == 1
    assert "the camera has the key that it had" in bench.err
    assert bench.verdicts()["cam-1"] == "as-intended"
    bench.farm.cameras["cam-1"].heal()
    assert bench.rotate("--resume") == 0, bench.err
    assert bench.ckn() != OLD


def test_a_camera_that_does_not_come_up_with_its_new_key_gets_the_old_one_back(bench: Bench) -> None:
    settings = bench.site / "portseal.toml"
    settings.write_text(settings.read_text().replace("camera_seconds = 5", "camera_seconds = 2"))
    wrong = True

    def moved(ckn: str, cak: SecretStr) -> None:
        key = "0" * 32 if wrong and ckn != OLD else cak.get_secret_value()
        device = Device(mac="ac:cc:8e:00:00:01", name="cam-1", macsec="static", ckn=ckn, cak=key)
        bench.switch.plug("GigabitEthernet1/0/1", device)

    estate = open_estate(bench.site)
    end = FakeCameraEnd("cam-1", moved)
    work = Rotations(estate=estate, book=open_book(bench.site), ends=lambda _: end, today=date(2026, 11, 25))
    (result,) = rotate(work, readiness(work, ["cam-1"], by_hand=False))
    assert (result.came, result.step) == ("failed", "move")
    assert "has its old key again, and the link works" in result.message
    assert bench.works()
    wrong = False
    (result,) = resume(work, [])
    estate.close()
    assert result.came == "rotated", result.message


def test_no_rotation_is_begun_that_the_window_leaves_no_time_for(bench: Bench) -> None:
    asked: list[float] = []

    def fits(seconds: float) -> bool:
        asked.append(seconds)
        return False

    before = (bench.site / "keys.toml").read_text()
    estate = open_estate(bench.site)
    end = FakeCameraEnd("cam-1", lambda ckn, cak: None)
    work = Rotations(
        estate=estate,
        book=open_book(bench.site),
        ends=lambda _: end,
        today=date(2026, 11, 25),
        fits=fits,
    )
    results = rotate(work, readiness(work, ["cam-1"], by_hand=False))
    assert [(each.camera, each.came) for each in results] == [("cam-1", "not-begun")]
    assert "its key is as it was" in results[0].message
    assert asked[0] >= 3 * 120
    assert open_rotations(estate) == {}
    assert (bench.site / "keys.toml").read_text() == before
    estate.close()


STRANGER = Device(mac="ac:cc:8e:00:00:01", name="cam-1", macsec="static", ckn=OLD, cak="00" * 16)


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda bench: bench.switch.unplug("GigabitEthernet1/0/1"), "no live peer uses its key now"),
        (lambda bench: bench.switch.plug("GigabitEthernet1/0/1", STRANGER), "no live peer uses its key now"),
        (lambda bench: bench.farm.cameras["cam-1"].inject(ApiDown()), "cam-1: .*answer"),
        (lambda bench: edit(bench, "profiles.toml", "static", 'static"\nsak_rekey = 600'), "is not as the site says"),
        (lambda bench: edit(bench, "keys.toml", "cak/cam-1", 'cak/cam-1"\n[cam-1.fallback]\nckn = "ee"\ncak = "cak/ee'), "second key"),
        (lambda bench: platform(bench, 'rotation = "none"\n'), "no source says how"),
        (lambda bench: platform(bench, 'rotation = "swap"\nmax_keys = 1\n'), "not without a gap: the link is down for up to"),
    ],
    ids=["nobody there", "wrong key", "camera silent", "switch differs", "second key", "no method", "gap"],
)  # fmt: skip
def test_a_link_that_cannot_be_rotated_is_refused_with_the_reason_and_nothing_is_begun(
    bench: Bench, break_it: Callable[[Bench], None], told: str
) -> None:
    break_it(bench)
    before = bench.switch.running_config()
    assert bench.rotate("cam-1") == 2, bench.err
    assert re.search(rf"refused: .*{told}", bench.out), bench.out
    assert bench.stands() == {}
    assert bench.switch.running_config() == before


def edit(bench: Bench, file: str, old: str, new: str) -> None:
    path = bench.site / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1) if file != "profiles.toml" else text.replace(f'"{old}"', f'"{new}', 1))


def platform(bench: Bench, keys: str, more: str = "") -> None:
    """Let the site say otherwise of keys on this platform than the shipped folder."""
    folder = bench.site / "platforms" / "cisco_iosxe"
    folder.mkdir(parents=True)
    text = f'{more}[keys]\n{keys}evidence = "documented"\nsource = "a test"\n'
    (folder / "site.toml").write_text(text, encoding="utf-8")


def test_a_platform_with_room_for_one_key_is_rotated_with_a_gap_where_that_is_accepted(bench: Bench) -> None:
    platform(bench, 'rotation = "swap"\nmax_keys = 1\ngap_seconds = 6\n')
    assert bench.rotate("cam-1", "--dry-run", "--accept-gap") == 0
    assert "the platform holds one key" in bench.out
    assert bench.rotate("cam-1", "--accept-gap") == 0, bench.err
    assert bench.ckn() != OLD
    assert bench.works()
    assert "fallback" not in "".join(line.line for line in bench.switch.log)


def test_cleartext_may_pass_while_the_ends_of_a_link_differ_and_not_after(bench: Bench) -> None:
    platform(bench, 'rotation = "swap"\nmax_keys = 1\n', more="conflict = []\n")  # as if should-secure were known here
    assert bench.rotate("cam-1", "--dry-run") == 2
    assert "should-secure, so that cleartext may pass, for up to" in bench.out
    how = ("cam-1", "--accept-gap")
    rows = kill(bench, 1000, before=False, arguments=how)
    kill(bench, rows.index("step move begun") + 1, before=False, arguments=how)
    assert bench.stands() == {"cam-1": "move"}
    assert bench.stages() == {"cam-1": "should-secure", "cam-2": "sealed"}
    assert bench.run("plan") == 0
    assert bench.rotate("--resume") == 0, bench.err
    assert bench.stages() == {"cam-1": "sealed", "cam-2": "sealed"}
    assert bench.works()
    assert bench.run("plan") == 0


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
    """(row, whether before it is written) at which to kill.

    Each step once when it is begun and nothing was done, and once when all was done and that is not noted yet; and of the
    three pushes, which are alike, each at another moment.
    """
    if EVERY:
        return [(row, before) for row in range(1, len(rows) + 1) for before in (True, False)]
    chosen = [(at, row.endswith("done")) for at, row in enumerate(rows, 1) if row.startswith("step")]
    for push, moment in enumerate(("pushed", "confirming", "saving")):
        chosen.append(([at for at, row in enumerate(rows, 1) if row.startswith(moment)][push], False))
    return sorted(chosen)


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
    assert {"step", "pushed", "confirming", "saving"} <= seen
    assert not any(secret in bench.seen for secret in bench.secrets.values())


# ---- killed where an installer types the key on a port that holds one


HOW = ("cam-2", "--accept-gap")


def by_hand(bench: Bench, used: set[str]) -> None:
    """The installer types the key of his bundle that was not there before."""
    installer, bundle = pyrage.x25519.Identity.generate(), bench.site.parent / "bundle.age"
    bundle.unlink(missing_ok=True)
    assert bench.run("keys", "export", "cam-2", "-o", str(bundle), "--to", str(installer.to_public())) == 0
    rows = csv.DictReader(pyrage.decrypt(bundle.read_bytes(), [installer]).decode().splitlines())
    ((ckn, cak),) = [(row["ckn"], row["cak"]) for row in rows if row["ckn"] not in used]
    device = Device(mac="ac:cc:8e:00:00:02", name="cam-2", macsec="static", ckn=ckn, cak=cak)
    bench.switch.plug("GigabitEthernet1/0/2", device)


def some(rows: list[str], *moments: tuple[str, bool]) -> list[tuple[int, bool]]:
    """Every row of the journal before it is written and after, or a few named ones."""
    if EVERY:
        return [(row, before) for row in range(1, len(rows) + 1) for before in (True, False)]
    return [(rows.index(moment) + 1, before) for moment, before in moments]


def test_a_rotation_by_hand_on_a_port_with_one_key_is_killed_at_any_row_and_ends_as_planned(bench: Bench) -> None:
    platform(bench, 'rotation = "swap"\nmax_keys = 1\n', more="conflict = []\n")  # as if should-secure were known here
    used = {bench.ckn("cam-2")}

    def ends(where: str) -> None:
        """What a rotation comes to that an installer has nothing more to do for."""
        used.add(bench.ckn("cam-2"))
        assert bench.becomes("as-intended", camera="cam-2"), where
        assert bench.stages()["cam-2"] == "sealed", where
        assert bench.stands() == {}, where
        assert bench.run("plan") == 0, where

    first = kill(bench, 1000, before=False, arguments=HOW)
    by_hand(bench, used)
    second = kill(bench, 1000, before=False, arguments=("--resume", "--wait", "5"))
    ends("not killed")
    before_him = some(first, ("step weaken begun", False), ("step exchange begun", False), ("step exchange done", True))
    for point, before in before_him:
        where = f"killed {'before' if before else 'at'} row {point} of {len(first)}: {first[point - 1]}"
        assert len(kill(bench, point, before=before, arguments=HOW)) == point, where
        weak = bench.stages()["cam-2"] == "should-secure"
        assert weak or bench.becomes("as-intended", camera="cam-2"), (
            where
        )  # it works with its old key, or may be in clear
        code = bench.rotate("--resume")
        if code == 0:  # it died before anything was begun
            assert "No rotation is under way" in bench.out, where
            continue
        assert code == 2, f"{where}: {bench.out}{bench.err}"
        assert bench.stands() == {"cam-2": "move"}, where
        by_hand(bench, used)
        assert bench.rotate("--resume", "--wait", "5") == 0, f"{where}: {bench.out}{bench.err}"
        ends(where)
    after_him = some(
        second, ("step strengthen begun", False), ("step strengthen done", True), ("step retire done", True)
    )
    for point, before in after_him:
        where = f"killed {'before' if before else 'at'} row {point} of {len(second)}: {second[point - 1]}"
        assert bench.rotate(*HOW) == 2, where
        by_hand(bench, used)
        again = ("--resume", "--wait", "5")
        assert len(kill(bench, point, before=before, arguments=again)) == point, where
        assert bench.becomes("as-intended", camera="cam-2"), where
        assert bench.rotate(*again) == 0, f"{where}: {bench.out}{bench.err}"
        ends(where)
    assert not any(secret in bench.seen for secret in bench.secrets.values())
