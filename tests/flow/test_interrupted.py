"""Ctrl-C, a kill or a lost terminal in the middle of a run: what is under way is taken back, the rest waits, and all is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.line import Line, simulated, until

from portseal.change.journal import Journal
from portseal.simulator.faults import RadiusAlive, RadiusDead, Slow

SEAL = """\
schema_version: 1
name: seal
action: seal
waves: {shares: ["1"], canaries: [acc-01]}
"""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path) as running:
        yield running


def begun(line: Line, text: str) -> subprocess.Popen[str]:
    path = line.site / "book.yaml"
    path.write_text(text)
    call = [sys.executable, "-c", "from portseal.cli.main import main; main()", "run", str(path), "-y"]
    return subprocess.Popen(
        [*call, "-s", str(line.site)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


def noted(line: Line, event: str, switch: str = "") -> bool:
    path = line.site / ".portseal" / "journal.db"
    if not path.exists():
        return False
    with Journal(path) as journal:
        return any(row.event == event and row.switch == switch for row in journal.entries())


def runs(line: Line) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(line.run("history", "--format", "json").stdout)["runs"]
    return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_is_under_way_is_taken_back_and_resumed_later(two: Line, how: signal.Signals) -> None:
    before = two["acc-01"].running_config()
    two["acc-01"].inject(RadiusDead())
    process = begun(two, SEAL)
    until(lambda: noted(two, "verifying", "acc-01"))
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1, out + err
    assert "no further switch is begun" in err
    assert "acc-01: interrupted: the run was interrupted, with 2 ports not as intended" in err
    assert "acc-02: interrupted: the run was interrupted before its turn came; nothing was sent" in err
    assert "`portseal resume` goes on with it" in err
    assert two["acc-01"].running_config() == before
    assert [run["ended"] for run in runs(two)] == [None]
    two["acc-01"].inject(RadiusAlive())
    done = two.run("resume", "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    assert two.plan() == 0
    assert [run["endings"] for run in runs(two)] == [{"acc-01": "applied", "acc-02": "applied"}]


def test_a_pause_between_waves_is_cut_short_and_what_was_finished_stays(two: Line) -> None:
    before = two["acc-02"].running_config()
    process = begun(two, SEAL.replace("waves: {", "waves: {pause: 1h, "))
    until(lambda: noted(two, "wave-ended"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1, out + err
    assert "acc-02: interrupted" in err
    assert two.run("abort", "-y").returncode == 2
    assert "authentication port-control auto" in two["acc-01"].running_config()
    assert two["acc-02"].running_config() == before
    assert [run["endings"] for run in runs(two)] == [{"acc-01": "applied", "acc-02": "not-begun"}]


def test_asked_twice_it_ends_at_once_and_the_switch_goes_back_by_itself(two: Line) -> None:
    before = two["acc-01"].running_config()
    two["acc-01"].inject(RadiusDead())
    process = begun(two, SEAL)
    until(lambda: noted(two, "verifying", "acc-01"))
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode in (-signal.SIGTERM, -signal.SIGINT), err
    assert "ended at once" in err
    until(lambda: two["acc-01"].running_config() == before)
    assert two.run("abort", "-y").returncode == 2


def test_a_plan_that_is_interrupted_finishes_what_is_under_way_and_tells_what_it_knows(two: Line) -> None:
    settings = two.site / "portseal.toml"
    settings.write_text(settings.read_text().replace("[apply]", "[read]\nworkers = 1\n[apply]"))
    two["acc-01"].inject(Slow(seconds=0.4))
    call = [sys.executable, "-c", "from portseal.cli.main import main; main()", "plan", "-o", str(two.plan_file)]
    process = subprocess.Popen(
        [*call, "-s", str(two.site)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: any("show running-config" in logged.line for logged in two["acc-01"].log), 30)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "no further switch is read, those under way are finished" in told
    assert "acc-02: interrupted before its turn came" in told
    assert "Traceback" not in told
    plan = json.loads(two.plan_file.read_text())
    assert [switch["switch"] for switch in plan["switches"]] == ["acc-01"]
    assert list(plan["unread"]) == ["acc-02"]
    assert two["acc-02"].sessions == 0


def test_a_reading_that_is_killed_leaves_the_records_that_came_and_nothing_half(two: Line, tmp_path: Path) -> None:
    assert two.plan() == 2
    plan = two.plan_file.read_bytes()
    kept = {path.name for path in (two.site / ".portseal").iterdir()}
    two["acc-02"].inject(Slow(seconds=3.0))
    out, archive = tmp_path / "records.jsonl", tmp_path / "evidence"
    call = [sys.executable, "-c", "from portseal.cli.main import main; main()"]
    with out.open("w") as file:
        verifying = subprocess.Popen(
            [*call, "verify", "-s", str(two.site), "--format", "jsonl", "--evidence", str(archive)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.PIPE,
        )
    planning = subprocess.Popen(
        [*call, "plan", "-s", str(two.site), "-o", str(two.plan_file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    until(lambda: out.read_text().count("\n") == 3, 30)
    until(lambda: sum("show running-config" in logged.line for logged in two["acc-01"].log) >= 3, 30)
    for process in (verifying, planning):
        assert process.poll() is None  # acc-02 is late
        process.kill()
        process.communicate(timeout=30)
    assert [json.loads(line)["switch"] for line in out.read_text().splitlines()] == ["acc-01"] * 3
    assert not archive.exists()
    assert two.plan_file.read_bytes() == plan
    assert {path.name for path in (two.site / ".portseal").iterdir()} - kept <= {"fingerprint.key"}
    assert [path.name for path in two.site.glob(".plan.json*")] == []
