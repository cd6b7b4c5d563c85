"""The straight line on simulated switches, by the verbs an engineer types, and what happens when something goes wrong on the way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.line import Line, simulated, until

from portseal.simulator.faults import CutAtLine, LoginRefused, OtherEngineer, RadiusDead, RefuseNthLine, WrongOutput
from portseal.simulator.world import Device


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path) as running:
        yield running


def test_a_site_is_sealed_verified_and_then_nothing_is_left_to_do(line: Line) -> None:
    assert line.plan() == 2
    assert line.apply().returncode == 0
    assert set(line.verdicts().values()) == {("pass", "as-intended")}
    assert line.plan() == 0
    assert "authentication port-control auto" in line["acc-01"].startup_config()


def test_no_secret_stands_in_any_artefact_of_any_verb(line: Line) -> None:
    line["acc-02"].inject(RefuseNthLine(number=4))
    line.run("lint")
    line.run("render", "acc-01")
    line.plan()
    line.run("plan", "--format", "json")
    line.apply()
    for form in ("table", "json", "junit"):
        line.run("verify", "--format", form)
    line.plan()
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in line.site.rglob("*")
        if path.is_file() and path.name not in ("age-identity.txt", "secrets.age")
    )
    for secret in line.secrets.values():
        assert secret.lower() not in (line.seen + written).lower()
    assert "{{secret:cak/cam-3}}" in line.plan_file.read_text() or "{{secret:cak/cam-3}}" in line.seen


def test_a_line_that_is_refused_rolls_its_switch_back_and_leaves_the_others_alone(line: Line) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    line["acc-01"].inject(RefuseNthLine(number=20))
    done = line.apply()
    assert done.returncode == 2
    assert "acc-01: rolled-back" in done.stderr
    assert "refused line" in done.stderr
    assert line["acc-01"].running_config() == before
    assert "authentication port-control auto" in line["acc-02"].startup_config()


def test_a_camera_that_would_go_dark_rolls_its_switch_back(line: Line) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    line["acc-01"].inject(RadiusDead())
    done = line.apply("--wait", "2")
    assert done.returncode == 2
    assert "acc-01: rolled-back" in done.stderr
    assert line["acc-01"].running_config() == before


def test_what_somebody_else_changed_meanwhile_is_named_where_it_goes_back_too(line: Line) -> None:
    line.plan()
    line["acc-01"].inject(RadiusDead(), OtherEngineer(lines=("snmp-server location elsewhere",), pattern="^end$"))
    done = line.apply("--wait", "2")
    assert done.returncode == 2
    assert "somebody else had changed meanwhile went with it" in done.stderr
    assert "- snmp-server location elsewhere" in done.stderr
    assert "elsewhere" not in line["acc-01"].running_config()


def test_an_accepted_port_does_not_keep_its_switch_from_being_sealed(line: Line) -> None:
    line["acc-01"].plug(
        "GigabitEthernet1/0/3", Device(mac="ac:cc:8e:00:00:03", macsec="static", ckn="a1b2c3d4", cak="00" * 16)
    )
    line.plan()
    assert line.apply("--accept", "acc-01:Gi1/0/3").returncode == 2
    assert line.verdicts()["cam-3"] == ("fail", "not-secured")
    assert line.verdicts()["cam-1"] == ("pass", "as-intended")


def test_a_rogue_is_told_from_the_camera_and_does_not_open_the_port(line: Line) -> None:
    line["acc-02"].plug("GigabitEthernet1/0/1", Device(mac="02:00:00:00:00:66", traffic=True))
    line.plan()
    assert line.apply().returncode == 2
    assert line.verdicts()["cam-4"] == ("fail", "wrong-camera")


def test_a_session_cut_in_mid_push_leaves_no_switch_half_done(line: Line) -> None:
    before = line["acc-01"].running_config()
    line.plan()
    line["acc-01"].inject(CutAtLine(pattern="authentication order"))
    done = line.apply()
    assert done.returncode in (1, 2)
    assert "acc-01" in done.stderr
    until(lambda: line["acc-01"].running_config() == before)


def test_a_killed_process_leaves_a_switch_that_undoes_itself(line: Line) -> None:
    before = line["acc-01"].running_config()
    line["acc-01"].inject(RadiusDead())
    line.plan()
    call = [sys.executable, "-c", "from portseal.cli.main import main; main()", "apply", str(line.plan_file), "-y"]
    with subprocess.Popen(
        [*call, "-s", str(line.site)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until(lambda: "port-control auto" in line["acc-01"].running_config())
        process.kill()
    until(lambda: line["acc-01"].running_config() == before)


def test_a_change_that_is_confirmed_and_not_saved_is_told_as_that(line: Line) -> None:
    line.plan()
    line["acc-02"].inject(WrongOutput(pattern="write memory", text="% Error opening nvram:/startup-config\n"))
    done = line.apply("--limit", "acc-02")
    assert done.returncode == 1
    assert "acc-02: uncertain: confirmed, but not saved" in done.stderr
    assert "authentication port-control auto" in line["acc-02"].running_config()


def test_a_plan_is_refused_once_the_switch_moved(line: Line) -> None:
    line.plan()
    line["acc-01"].inject(
        OtherEngineer(lines=("interface GigabitEthernet1/0/1", "authentication host-mode multi-auth"))
    )
    until(lambda: "multi-auth" in line["acc-01"].running_config())
    before = line["acc-01"].running_config()
    done = line.apply()
    assert done.returncode == 1
    assert "acc-01: running configuration changed" in done.stderr or "changed since the plan was made" in done.stderr
    assert line["acc-01"].running_config() == before


def test_a_plan_is_refused_once_the_site_changed(line: Line) -> None:
    line.plan()
    profiles = line.site / "profiles.toml"
    profiles.write_text(profiles.read_text().replace('eap = "eap-tls"', 'eap = "eap-tls"\ntx_period = 9'))
    done = line.apply()
    assert done.returncode == 1
    assert "the site or a template changed" in done.stderr


def test_a_plan_that_was_edited_by_hand_is_refused(line: Line) -> None:
    line.plan()
    line.plan_file.write_text(
        line.plan_file.read_text().replace("single-host", "multi-host").replace("must-", "should-")
    )
    done = line.apply()
    assert done.returncode == 1
    assert "the plan was changed after it was made" in done.stderr


def test_a_camera_that_left_the_inventory_has_its_port_opened_and_the_plan_says_so(line: Line) -> None:
    line.plan()
    line.apply()
    cameras = line.site / "cameras.csv"
    cameras.write_text("".join(row for row in cameras.read_text().splitlines(keepends=True) if "cam-2" not in row))
    done = line.run("plan", "-o", str(line.plan_file))
    assert done.returncode == 2
    assert "opens-port" in done.stdout
    assert line.apply().returncode == 0
    assert line.plan() == 0
    section = re.search(r"interface GigabitEthernet1/0/2\n( .*\n)+", line["acc-01"].running_config())
    assert section is not None
    assert "mab" not in section[0]


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda line: (line.site / "known_hosts").write_text(""), "host key"),
        (lambda line: line["acc-01"].inject(LoginRefused()), "login"),
        (lambda line: line["acc-01"].inject(WrongOutput(pattern="show running", text="hostname acc-01\n")), "cut"),
    ],
    ids=["unknown host key", "wrong login", "cut output"],
)
def test_a_switch_that_cannot_be_read_is_named_with_the_cause(line: Line, break_it: object, said: str) -> None:
    assert callable(break_it)
    break_it(line)
    done = line.run("plan")
    assert done.returncode == 1
    assert re.search(rf"portseal: acc-01: .*{said}", done.stderr, re.IGNORECASE), done.stderr
    assert "Traceback" not in done.stderr


def test_a_switch_that_is_off_does_not_keep_the_others_from_being_planned(line: Line) -> None:
    hosts = line.site / "hosts.yaml"
    hosts.write_text(re.sub(r"(acc-01:(?:\n .*)*?\n +port: )\d+", r"\g<1>9", hosts.read_text()))
    done = line.run("plan", "-o", str(line.plan_file))
    assert done.returncode == 1
    assert "portseal: acc-01: " in done.stderr
    assert [plan["switch"] for plan in json.loads(line.plan_file.read_text())["switches"]] == ["acc-02"]
