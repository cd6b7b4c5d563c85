"""Killed at every step that the journal knows: the site ends as planned or as before, and the journal says which."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.line import Line, simulated, until

from portseal.confirm import confirm
from portseal.estate import open_estate
from portseal.simulator.faults import RadiusDead

ONE = """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,secured,eap-tls,derived
cam-3,ac:cc:8e:00:00:03,acc-01,Gi1/0/3,with-key,,static
"""
KILLED = """
import os, signal, sys
from portseal.change import journal
from portseal.cli.main import main
write, count = journal.Journal.write, 0
at, after = int(sys.argv.pop(1)), sys.argv.pop(1) == "after"
def counted(*arguments, **data):
    global count
    count += 1
    if count == at and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    row = write(*arguments, **data)
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return row
journal.Journal.write = counted
main()
"""
STEPS = (
    "run-begun", "wave-begun", "switch-begun", "arming", "pushed", "verifying", "confirming", "saving", "switch-ended",
    "wave-ended", "run-ended",
)  # fmt: skip


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path, ONE) as running:
        yield running


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Line]:
    """A switch whose timer does not fire while a busy machine takes its time."""
    with simulated(tmp_path, ONE, minute=20.0) as running:
        yield running


def apply_killed(line: Line, at: int, when: str) -> None:
    call = [sys.executable, "-c", KILLED, str(at), when, "apply", str(line.plan_file), "-y", "-s", str(line.site)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


def state(line: Line) -> str:
    """The one run of the journal: how it ended for the switch."""
    found = json.loads(line.run("history", "--format", "json").stdout)["runs"]
    (run,) = found
    assert run["ended"] is not None
    return str(run["endings"].get("acc-01", ""))


def test_the_steps_that_are_tried_are_those_of_a_run(line: Line) -> None:
    line.plan()
    line.apply()
    (run,) = json.loads(line.run("history", "--format", "json").stdout)["runs"]
    rows = json.loads(line.run("history", run["run"], "--format", "json").stdout)["rows"]
    assert tuple(row["event"] for row in rows) == STEPS
    assert line.run("history", "--check").returncode == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, len(STEPS) + 1), ids=STEPS)
def test_killed_at_a_step_and_resumed_the_switch_is_as_planned(patient: Line, at: int, when: str) -> None:
    patient.plan()
    apply_killed(patient, at, when)
    done = patient.run("resume", "-y")
    if (at, when) in ((1, "before"), (len(STEPS), "after")):
        assert "no run was interrupted" in done.stderr
        assert at > 1 or patient.apply().returncode == 0
    else:
        assert done.returncode == 0, done.stdout + done.stderr
    assert state(patient) == "applied"
    assert patient.plan() == 0
    assert "authentication port-control auto" in patient["acc-01"].startup_config()
    assert patient.run("history", "--check").returncode == 0


@pytest.mark.parametrize("step", ["switch-begun", "arming", "pushed", "confirming", "saving"])
def test_killed_at_a_step_and_aborted_the_switch_is_as_before_or_as_it_was_confirmed(line: Line, step: str) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    apply_killed(line, STEPS.index(step) + 1, "after")
    done = line.run("abort", "-y")
    if step == "saving":
        assert done.returncode == 0, done.stderr
        assert "authentication port-control auto" in line["acc-01"].startup_config()
    else:
        assert done.returncode == 2, done.stderr
        assert line["acc-01"].running_config() == before
    assert line.run("resume", "-y").returncode == 1


@pytest.mark.parametrize("step", ["arming", "pushed", "verifying", "confirming"])
def test_killed_at_a_step_and_left_alone_the_switch_goes_back_and_a_later_resume_begins_again(
    line: Line, step: str
) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    apply_killed(line, STEPS.index(step) + 1, "after")
    until(lambda: line["acc-01"].running_config() == before)
    assert line.run("resume", "-y").returncode == 0
    assert state(line) == "applied"


def test_a_change_that_somebody_confirmed_while_it_was_going_back_is_taken_back_by_its_lines(patient: Line) -> None:
    before = patient["acc-01"].running_config()
    patient["acc-01"].inject(RadiusDead())
    patient.plan()
    apply_killed(patient, STEPS.index("verifying") + 2, "after")
    (run,) = json.loads(patient.run("history", "--format", "json").stdout)["runs"]
    assert run["endings"] == {"acc-01": "open: reverting"}
    confirm_as_other(patient)
    done = patient.run("resume", "-y")
    assert done.returncode == 2, done.stdout + done.stderr
    told = "it was interrupted while going back; somebody else confirmed it there; its lines were taken back one by one"
    assert f"acc-01: rolled-back: {told}, it is as before" in done.stderr
    assert patient["acc-01"].running_config() == before
    assert state(patient) == "rolled-back"


def confirm_as_other(line: Line) -> None:
    """Somebody at the switch confirms whatever waits there."""
    estate = open_estate(line.site)
    try:
        host = estate.nornir.inventory.hosts["acc-01"]
        confirm(estate.session(host), estate.pack("acc-01"))
    finally:
        estate.close()


def test_a_second_run_is_refused_until_the_first_is_resumed_or_aborted(line: Line) -> None:
    line.plan()
    apply_killed(line, STEPS.index("pushed") + 1, "after")
    done = line.apply()
    assert done.returncode == 1
    assert "was interrupted; `portseal resume`" in done.stderr
    line.run("abort", "-y")
    assert line.apply().returncode == 0


def test_a_run_is_taken_back_and_the_site_can_be_sealed_again(line: Line) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    line.apply("--reason", "first night", "--ticket", "CHG-7")
    (run,) = json.loads(line.run("history", "--format", "json").stdout)["runs"]
    assert (run["ticket"], run["reason"]) == ("CHG-7", "first night")
    done = line.run("rollback", run["run"], "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    assert line["acc-01"].running_config() == before
    assert line.plan() == 2
    assert line.apply().returncode == 0


def test_a_switch_that_changed_since_is_not_taken_back(line: Line) -> None:
    line.plan()
    line.apply()
    (run,) = json.loads(line.run("history", "--format", "json").stdout)["runs"]
    profiles = line.site / "profiles.toml"
    profiles.write_text(profiles.read_text().replace('eap = "eap-tls"', 'eap = "eap-tls"\ntx_period = 9'))
    line.plan()
    assert line.apply().returncode == 0
    before = line["acc-01"].running_config()
    done = line.run("rollback", run["run"], "-y")
    assert done.returncode == 1
    assert "changed since" in done.stderr
    assert line["acc-01"].running_config() == before
