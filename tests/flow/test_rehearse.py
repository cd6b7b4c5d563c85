"""A plan rehearsed on simulated switches: nothing real is connected to, and faults are what they would be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.line import Line, simulated


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path) as running:
        running.plan()
        running["acc-01"].reset()
        yield running


def test_a_rehearsal_says_what_would_happen_and_connects_to_no_switch(line: Line) -> None:
    done = line.run("rehearse", str(line.plan_file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("applied") == 2
    assert "4 ports: 4 pass" in done.stdout
    assert line["acc-01"].sessions == 0
    assert "Nothing was done here yet" in line.run("history").stdout


def test_a_change_of_what_is_sealed_already_is_rehearsed_from_where_it_begins(line: Line) -> None:
    assert line.apply().returncode == 0
    profiles = line.site / "profiles.toml"
    profiles.write_text(profiles.read_text().replace('eap = "eap-tls"', 'eap = "eap-tls"\ntx_period = 9'))
    cameras = line.site / "cameras.csv"
    cameras.write_text(cameras.read_text() + "cam-5,ac:cc:8e:00:00:05,acc-01,Gi1/0/9,by-mac,,\n")
    assert line.plan() == 2
    done = line.run("rehearse", str(line.plan_file))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["radius-dead", "refuse-line", "cut", "reboot"])
def test_a_fault_on_request_rolls_its_switch_back_and_leaves_the_other(line: Line, kind: str) -> None:
    done = line.run("rehearse", str(line.plan_file), "--fault", f"{kind}:acc-01")
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "acc-01: rolled-back" in done.stderr or "acc-01: armed" in done.stderr
    assert "acc-02   applied" in done.stdout


def test_a_playbook_s_waves_are_rehearsed(line: Line, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    book.write_text("schema_version: 1\nname: seal\naction: seal\nwaves: {shares: ['1'], canaries: [acc-01]}\n")
    done = line.run("rehearse", str(line.plan_file), "--playbook", str(book), "--fault", "refuse-line:acc-01")
    assert done.returncode == 2
    assert "acc-02: not-begun" in done.stderr
    book.write_text("schema_version: 1\nname: seal\naction: seal\nwaves: {shares: ['100%']}\n")
    done = line.run("rehearse", str(line.plan_file), "--playbook", str(book), "--fault", "refuse-line:acc-01")
    assert done.returncode == 2, done.stdout + done.stderr
    finished, taken_back = done.stdout.split("Confirmed, and taken back because its wave failed:")
    assert ("acc-02   applied" in finished, "acc-02   taken-back" in taken_back) == (True, True)


def test_a_playbook_s_terms_are_rehearsed(line: Line, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    text = "schema_version: 1\nname: seal\naction: seal\nterms: {{accept: [{}]}}\n"
    book.write_text(text.format("'acc-09:Gi1/0/1'"))
    done = line.run("rehearse", str(line.plan_file), "--playbook", str(book))
    assert "terms.accept names acc-09" in done.stderr
    book.write_text(text.format("'acc-01:Gi1/0/1', 'acc-01:Gi1/0/2', 'acc-01:Gi1/0/3'"))
    done = line.run("rehearse", str(line.plan_file), "--playbook", str(book), "--fault", "radius-dead:acc-01")
    assert "acc-01   applied" in done.stdout, done.stdout + done.stderr


def test_a_plan_of_a_site_that_changed_since_is_not_rehearsed_as_if_it_had_not(line: Line) -> None:
    profiles = line.site / "profiles.toml"
    profiles.write_text(profiles.read_text().replace('eap = "eap-tls"', 'eap = "eap-tls"\ntx_period = 9'))
    done = line.run("rehearse", str(line.plan_file))
    assert done.returncode == 1
    assert "the site or a template changed since the plan was made" in done.stderr


def test_a_fault_that_is_none_is_refused(line: Line) -> None:
    assert "KIND:SWITCH" in line.run("rehearse", str(line.plan_file), "--fault", "rain:acc-01").stderr
