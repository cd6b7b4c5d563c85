"""The straight line on switches with a candidate and a confirmed commit, and who else may be at work there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import paramiko
import pytest
from rig.line import GROUPS, PASSWORD, PROFILES, Line, simulated, until

from portseal.change import resume
from portseal.change.again import open_run, take_up
from portseal.change.run import Orders, begin_run, open_journal
from portseal.change.terms import Terms
from portseal.core.journal_entry import Event
from portseal.core.plan_file import digest_of, read_plan
from portseal.estate import Estate, open_estate
from portseal.simulator.farm import Handle
from portseal.simulator.faults import CutAtLine, RadiusDead, RefuseNthLine
from portseal.simulator.world import Device

CAMERAS = """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,acc-01,ge-0/0/1,secured,eap-tls,derived
cam-2,ac:cc:8e:00:00:02,acc-01,GE-0/0/2.0,by-mac,,
cam-3,ac:cc:8e:00:00:03,acc-01,ge-0/0/3,with-key,,static
cam-4,ac:cc:8e:00:00:04,acc-02,ge-0/0/1,secured,eap-tls,derived
"""
FILES = {
    "groups.yaml": GROUPS.replace("cisco_iosxe", "juniper_junos"),
    "profiles.toml": PROFILES.replace(".dot1x]\n", '.dot1x]\nviolation = "protect"\n'),
}


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path, CAMERAS, files=FILES) as running:
        yield running


@contextmanager
def somebody_else(switch: Handle, *lines: str) -> Iterator[None]:
    """Another engineer, logged in as long as this lasts, who has typed `lines`."""
    before = switch.open_sessions
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(switch.host, switch.port, "admin", PASSWORD, allow_agent=False, look_for_keys=False)
    try:
        shell = client.invoke_shell()
        for typed in lines:
            shell.send(f"{typed}\n".encode())
        until(lambda: [entry.line for entry in switch.log][-len(lines) :] == list(lines))
        yield
    finally:
        client.close()
        until(lambda: switch.open_sessions <= before)  # a lock is held until the switch has noticed


def test_a_site_is_sealed_verified_and_then_nothing_is_left_to_do(line: Line) -> None:
    assert line.plan() == 2
    assert line.apply().returncode == 0, line.seen
    assert set(line.verdicts().values()) == {("pass", "as-intended")}
    assert line.plan() == 0
    assert (
        "set protocols dot1x authenticator interface ge-0/0/2.0 mac-radius restrict" in line["acc-01"].startup_config()
    )
    for secret in line.secrets.values():
        assert secret.lower() not in line.seen.lower() + line.plan_file.read_text(encoding="utf-8").lower()


def test_who_holds_the_candidate_keeps_the_change_from_being_begun(line: Line) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    with somebody_else(line["acc-01"], "configure exclusive"):
        done = line.apply("--limit", "acc-01")
    assert done.returncode == 1
    assert "acc-01: refused: nothing was sent" in done.stderr
    assert "locked by" in done.stderr
    assert line["acc-01"].running_config() == before
    with somebody_else(line["acc-01"], "configure", 'set interfaces ge-0/0/9 description "half done"'):
        done = line.apply("--limit", "acc-01")
    assert "configuration database modified" in done.stderr
    assert line["acc-01"].running_config() == before


def test_a_line_or_a_commit_that_is_refused_leaves_the_configuration_alone(line: Line) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    line["acc-01"].inject(RefuseNthLine(number=9, text="error: could not add statement"))
    line["acc-02"].inject(CutAtLine(pattern="commit confirmed"))
    done = line.apply()
    assert "acc-01: rolled-back" in done.stderr
    assert "acc-02" in done.stderr
    assert line["acc-01"].running_config() == before
    assert "dot1x" not in line["acc-02"].running_config()


def test_a_camera_with_another_key_or_a_rogue_takes_the_change_back(line: Line) -> None:
    before = line["acc-01"].running_config(), line["acc-02"].running_config()
    line.plan()
    line["acc-01"].plug("ge-0/0/3", Device(mac="ac:cc:8e:00:00:03", macsec="static", ckn="a1b2c3d4", cak="00" * 16))
    line["acc-02"].inject(RadiusDead())
    done = line.apply("--wait", "1")
    assert done.returncode == 2
    assert "acc-01: rolled-back" in done.stderr
    assert "cam-3: not-secured" in done.stderr
    assert "acc-02: rolled-back" in done.stderr
    assert (line["acc-01"].running_config(), line["acc-02"].running_config()) == before


def test_a_killed_process_leaves_a_commit_that_the_switch_takes_back(line: Line) -> None:
    before = line["acc-01"].running_config()
    line["acc-01"].inject(RadiusDead())
    line.plan()
    call = [sys.executable, "-c", "from portseal.cli.main import main; main()", "apply", str(line.plan_file), "-y"]
    with subprocess.Popen(
        [*call, "-s", str(line.site)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until(lambda: "dot1x" in line["acc-01"].running_config())
        process.kill()
    until(lambda: line["acc-01"].running_config() == before)


def test_a_switch_whose_commit_waits_to_be_confirmed_is_left_alone(line: Line) -> None:
    """Such a switch prints a line above every prompt that begins with the sign of a prompt."""
    line.plan()
    typed = ("configure", "set interfaces ge-0/0/9 description x", "commit confirmed 60", "exit")
    with somebody_else(line["acc-01"], *typed):
        done = line.apply("--limit", "acc-01")
    assert "acc-01: refused" in done.stderr
    assert "an unconfirmed change is pending there" in done.stderr
    assert "dot1x" not in line["acc-01"].running_config()


def left_armed(estate: Estate, text: str) -> None:
    """A run that ended after a switch's timer was armed."""
    orders, plan = Orders(terms=Terms(minutes=1, verify_seconds=1.0)), read_plan(text, name="plan")
    with begin_run(estate, "apply", plan=digest_of(plan), text=[text], orders=orders) as run:
        run.note(Event.ARMING, "acc-01", {"minutes": 1})
        raise KeyboardInterrupt


def test_somebody_else_s_unconfirmed_change_is_not_undone_by_a_resume(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.plan()
    text = line.plan_file.read_text()
    estate = open_estate(line.site)
    with pytest.raises(KeyboardInterrupt):
        left_armed(estate, text)
    monkeypatch.setattr(resume, "_SLACK", timedelta(minutes=-1))
    typed = ("configure", "set interfaces ge-0/0/9 description x", "commit confirmed 60", "exit")
    with somebody_else(line["acc-01"], *typed), open_journal(estate) as journal:
        results = take_up(estate, journal, open_run(journal), abort=True, done=lambda switch: None)
        assert "description x" in line["acc-01"].running_config()
    assert [(each.switch, each.ending) for each in results] == [("acc-01", "uncertain"), ("acc-02", "not-begun")]
    assert "not this run's" in results[0].message
