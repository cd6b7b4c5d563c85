"""Playbooks that were killed: what had failed before counts, what was being taken back goes on being, and windows stay windows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.line import SETTINGS, Line, simulated

from portseal.change import again
from portseal.change.again import open_run, take_up
from portseal.change.run import open_journal
from portseal.estate import open_estate
from portseal.simulator.faults import RadiusAlive, RadiusDead

KILLED = """
import os, signal, sys
from portseal.change import journal
from portseal.cli.main import main
write, seen = journal.Journal.write, 0
event, switch, times = sys.argv.pop(1), sys.argv.pop(1), int(sys.argv.pop(1))
def watched(self, *place, **data):
    global seen
    row = write(self, *place, **data)
    seen += (row.event, row.switch) == (event, switch)
    if seen == times:
        os.kill(os.getpid(), signal.SIGKILL)
    return row
journal.Journal.write = watched
main()
"""
SEAL = """\
schema_version: 1
name: seal
action: seal
waves: {shares: ["100%"], canaries: [acc-01]}
"""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Line]:
    files = {"portseal.toml": SETTINGS.replace("[apply]", "[apply]\nworkers = 1")}
    with simulated(tmp_path, files=files) as running:
        yield running


def killed(line: Line, text: str, event: str, switch: str, times: int = 1) -> None:
    path = line.site / "book.yaml"
    path.write_text(text)
    call = [sys.executable, "-c", KILLED, event, switch, str(times), "run", str(path), "-y", "-s", str(line.site)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stdout + done.stderr


def endings(line: Line) -> dict[str, str]:
    (run,) = json.loads(line.run("history", "--format", "json").stdout)["runs"]
    assert run["ended"] is not None
    return dict(run["endings"])


@pytest.mark.parametrize("share", ["100%", "1"])
def test_what_failed_before_the_kill_counts_against_the_budget_after_it(two: Line, share: str) -> None:
    before = two["acc-02"].running_config()
    two["acc-01"].inject(RadiusDead())
    killed(two, SEAL.replace("100%", share), "switch-ended", "acc-01")
    two["acc-01"].inject(RadiusAlive())
    done = two.run("resume", "-y")
    assert done.returncode == 2, done.stdout + done.stderr
    assert two["acc-02"].running_config() == before
    assert endings(two) == {"acc-01": "rolled-back"}


@pytest.mark.parametrize(("event", "times"), [("wave-ended", 1), ("arming", 2), ("saving", 2)])
def test_a_wave_that_was_being_taken_back_when_killed_is_taken_back_by_resume(
    two: Line, event: str, times: int
) -> None:
    before = two["acc-01"].running_config()
    two["acc-02"].inject(RadiusDead())
    killed(two, SEAL, event, "" if event == "wave-ended" else "acc-01", times)
    two["acc-02"].inject(RadiusAlive())
    done = two.run("resume", "-y")
    assert two["acc-01"].running_config() == before, done.stdout + done.stderr
    assert endings(two) == {"acc-01": "taken-back", "acc-02": "rolled-back"}
    (run,) = json.loads(two.run("history", "--format", "json").stdout)["runs"]
    assert "Nothing to take back" in two.run("rollback", run["run"], "-y").stdout


def test_a_run_that_is_resumed_after_its_window_begins_no_further_switch(
    two: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = two["acc-02"].running_config()
    killed(two, SEAL, "switch-ended", "acc-01")
    monkeypatch.setattr(again, "may_begin", lambda *_, **__: "the window is over")
    estate = open_estate(two.site)
    with open_journal(estate) as journal:
        results = take_up(estate, journal, open_run(journal), abort=False, done=lambda switch: None)
    assert [(result.switch, result.ending) for result in results] == [("acc-02", "not-begun")]
    assert two["acc-02"].running_config() == before
