"""What stops a run, and what must never be taken for success: errors nobody planned, late confirmations, questions without answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue
from rig.line import GROUPS, PROFILES, Line, simulated, until

from portseal.change import apply
from portseal.change.again import kept_by
from portseal.change.journal import Journal
from portseal.change.perform import perform_playbook
from portseal.change.playbook import load_playbook
from portseal.change.prepare import Call, Prepared, prepare
from portseal.change.run import open_journal
from portseal.change.swap import swap_of
from portseal.change.terms import Change
from portseal.core.errors import InputError
from portseal.core.journal_entry import Entry, Event
from portseal.estate import open_estate
from portseal.simulator.faults import LoginRefused, RadiusDead
from portseal.site import open_site

SEAL = """\
schema_version: 1
name: seal
action: seal
waves: {shares: ["1"], canaries: [acc-01]}
"""
JUNOS_CAMERAS = """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,acc-01,ge-0/0/1,secured,eap-tls,derived
"""
JUNOS = {
    "groups.yaml": GROUPS.replace("cisco_iosxe", "juniper_junos"),
    "profiles.toml": PROFILES.replace(".dot1x]\n", '.dot1x]\nviolation = "protect"\n'),
}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path) as running:
        yield running


def prepared(line: Line, text: str) -> Prepared:
    path = line.site / "book.yaml"
    path.write_text(text)
    return prepare(load_playbook(path), open_estate(line.site), Call(folder=line.site, now=datetime.now(UTC)))


def test_an_error_that_nobody_planned_stops_the_run_like_any_failure(
    two: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(change: Change, *_: object) -> None:
        raise RuntimeError("nobody planned this")

    ready = prepared(two, SEAL)
    monkeypatch.setattr(apply, "verify_and_keep", broken)
    results = {result.switch: result for result in perform_playbook(ready, reason="", ticket="").results}
    assert results["acc-01"].ending == "uncertain"
    assert "nobody planned this" in results["acc-01"].message
    assert results["acc-02"].ending == "not-begun"


def test_a_confirmation_that_comes_after_the_timer_is_no_success(tmp_path: Path) -> None:
    def late(switch: str, what: str) -> None:
        if what == "confirming":
            time.sleep(4)  # a minute of the timer lasts three seconds here

    with simulated(tmp_path, JUNOS_CAMERAS, files=JUNOS) as line:
        before = line["acc-01"].running_config()
        ready = prepared(line, SEAL)
        (result,) = perform_playbook(ready, reason="", ticket="", say=late).results
        assert line["acc-01"].running_config() == before
    assert not result.good


def test_a_switch_that_could_not_be_asked_beforehand_is_not_begun(two: Line) -> None:
    two.plan()
    two["acc-01"].inject(LoginRefused(times=1))
    path = two.site / "book.yaml"
    path.write_text(SEAL)
    done = two.run("run", str(path), "-y", "--plan", str(two.plan_file))
    assert "acc-01: refused: not-asked: " in done.stderr
    assert done.returncode == 1
    assert "authentication port-control auto" not in two["acc-01"].running_config()


def test_a_closed_window_leaves_the_inventory_as_it_was(two: Line) -> None:
    begins = datetime.now(UTC) + timedelta(hours=4)
    path = two.site / "book.yaml"
    path.write_text(
        "schema_version: 1\nname: swap\naction: swap-camera\n"
        f'window: {{timezone: UTC, recurrence: FREQ=DAILY, start: "{begins:%H:%M}", duration: 2h}}\n'
    )
    before = (two.site / "cameras.csv").read_bytes()
    done = two.run("run", str(path), "-y", "--port", "cam-4", "--mac", "ac:cc:8e:00:00:99")
    assert done.returncode == 1
    assert "the window is closed, cameras.csv is as it was" in done.stderr
    assert (two.site / "cameras.csv").read_bytes() == before


def test_a_swap_that_is_forbidden_or_not_agreed_to_leaves_the_inventory_as_it_was(two: Line) -> None:
    path, cameras = two.site / "book.yaml", two.site / "cameras.csv"
    path.write_text("schema_version: 1\nname: swap\naction: swap-camera\n")
    before = cameras.read_bytes()
    forbidden = two.run("run", str(path), "-y", "--port", "cam-1", "--mac", "ac:cc:8e:00:00:99")
    assert forbidden.returncode == 1
    assert "more than GigabitEthernet1/0/1 would change" in forbidden.stderr
    assert cameras.read_bytes() == before
    two.plan()
    two.apply()
    two["acc-02"].engineer(("interface GigabitEthernet1/0/1", "dot1x timeout tx-period 44"))
    asked = two.run("run", str(path), "--port", "cam-4", "--mac", "ac:cc:8e:00:00:99")
    assert "Go on?" in asked.stdout, asked.stdout + asked.stderr
    assert asked.returncode == 1
    assert cameras.read_bytes() == before


def test_a_row_that_somebody_changed_meanwhile_is_not_written_over(two: Line) -> None:
    swap = swap_of(two.site, "cam-1", mac="AC-CC-8E-00-00-99")
    assert "ac:cc:8e:00:00:99" in swap.files["cameras.csv"]
    (camera,) = [c for c in open_site(two.site, instead=swap.files).site.cameras if c.name == "cam-1"]
    assert camera.mac == "ac:cc:8e:00:00:99"
    with (two.site / "cameras.csv").open("a") as file:
        file.write("# somebody was here\n")
    with pytest.raises(InputError, match="changed meanwhile"):
        swap.write()


def test_finished_waves_are_told_where_the_journal_takes_no_more(two: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Journal.write

    def full(self: Journal, run: str, event: Event, switch: str = "", **data: JsonValue) -> Entry:
        if event is Event.WAVE_ENDED:
            raise InputError("journal.db: the journal cannot be written (database or disk is full)")
        return written(self, run, event, switch, **data)

    ready = prepared(two, SEAL)
    monkeypatch.setattr(Journal, "write", full)
    done = perform_playbook(ready, reason="", ticket="")
    endings = {result.switch: result.ending for result in done.results}
    assert endings == {"acc-01": "applied", "acc-02": "not-begun"}
    assert "disk is full" in done.results[-1].message
    monkeypatch.undo()
    with open_journal(open_estate(two.site)) as journal:
        assert journal.run(done.run).open
    assert two.run("resume", "-y").returncode == 0
    assert two.plan() == 0


def test_a_taking_back_that_fails_says_that_the_change_stands(two: Line) -> None:
    text = SEAL.replace('{shares: ["1"], canaries: [acc-01]}', '{shares: ["100%"]}')
    text += "terms: {timer_minutes: 1, verify_seconds: 5}\n"
    two["acc-02"].inject(RadiusDead())

    def meddle(switch: str, what: str) -> None:
        if (switch, what) == ("acc-02", "rolling back"):
            until(lambda: "port-control auto" in two["acc-01"].startup_config())
            two["acc-01"].engineer(("interface GigabitEthernet1/0/1", "dot1x timeout tx-period 44"))

    done = perform_playbook(prepared(two, text), reason="", ticket="", say=meddle)
    (back,) = done.taken_back
    assert (back.switch, back.ending) == ("acc-01", "not-taken-back")
    assert "stands, though it was to be taken back" in back.message
    with open_journal(open_estate(two.site)) as journal:
        summary = journal.run(done.run)
        assert summary.endings == {"acc-01": "not-taken-back", "acc-02": "rolled-back"}
        assert kept_by(journal, summary) == ("acc-01",)
    assert "not-taken-back" in two.run("history").stdout


def test_a_key_file_that_is_not_there_is_told_without_asking_for_its_passphrase(two: Line) -> None:
    two.plan()
    done = two.run_with({}, "approve", str(two.plan_file), "--name", "ann", "--key", str(two.site / "none.pem"))
    assert done.returncode == 1
    assert "none.pem: No such file" in done.stderr
