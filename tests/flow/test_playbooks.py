"""Playbooks as an engineer runs them: what they show beforehand, what stops them, and what they leave behind."""

from __future__ import annotations

import csv
import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rig.line import Line, simulated, until

from portseal.change.perform import perform_playbook
from portseal.change.playbook import load_playbook
from portseal.change.prepare import Call, prepare
from portseal.estate import open_estate
from portseal.simulator.faults import LoginRefused, RadiusDead, WrongOutput
from portseal.simulator.world import Device

FIVE = "name,mac,switch,port,profile,supplicant,macsec,location\n" + "".join(
    f"cam-{n},ac:cc:8e:00:00:0{n},acc-0{n},Gi1/0/1,secured,eap-tls,derived,{'North' if n % 2 else 'South'}/Gate {n}\n"
    for n in range(1, 6)
)
SEAL = """\
schema_version: 1
name: seal
action: seal
waves: {shares: ["1", "3"], canaries: [acc-02]}
"""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path, FIVE, more_switches=3) as running:
        yield running


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path) as running:
        yield running


def book(line: Line, text: str) -> str:
    path = line.site / "book.yaml"
    path.write_text(text)
    return str(path)


def sealed(line: Line) -> set[str]:
    names = [f"acc-0{n}" for n in range(1, 6)]
    return {name for name in names if "authentication port-control auto" in line[name].startup_config()}


def test_a_dry_run_shows_who_comes_when_and_sends_nothing(line: Line) -> None:
    before = [line[f"acc-0{n}"].running_config() for n in range(1, 6)]
    done = line.run("run", book(line, SEAL), "--dry-run")
    assert done.returncode == 2, done.stderr
    rows = [row.split() for row in done.stdout.splitlines() if "acc-0" in row]
    assert next((row[0], row[1]) for row in rows) == ("1", "acc-02")
    assert [row[0] for row in rows] == ["1", "2", "2", "3", "3"]
    assert all(row[-2:] == ["36", "s"] for row in rows)
    assert [line[f"acc-0{n}"].running_config() for n in range(1, 6)] == before
    assert "Nothing was done here yet" in line.run("history").stdout


def test_all_waves_are_carried_out_and_a_second_run_has_nothing_to_do(line: Line) -> None:
    archive, page = line.site / "evidence", str(line.site / "pages" / "{run}.html")
    done = line.run(
        "run", book(line, f"{SEAL}reports: {{evidence: {archive}, html: '{page}'}}\n"), "-y", "--ticket", "CHG-1"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert sealed(line) == {f"acc-0{n}" for n in range(1, 6)}
    (bundle,) = archive.glob("*/bundle.json")
    kept = json.loads(bundle.read_text())
    assert kept["run"] in done.stdout
    shown = Path(page.replace("{run}", kept["run"])).read_text(encoding="utf-8")
    assert "All 5 camera ports are as intended" in shown
    assert (len(kept["plan"]), kept["limit"], "records.jsonl" in kept["files"]) == (64, "", True)
    again = line.run("run", book(line, SEAL), "-y")
    assert again.returncode == 0
    assert "Nothing to do" in again.stdout


def test_a_canary_that_fails_is_rolled_back_and_nobody_follows(line: Line) -> None:
    before = line["acc-02"].running_config()
    line["acc-02"].inject(RadiusDead())
    done = line.run("run", book(line, SEAL), "-y")
    assert done.returncode == 2, done.stdout + done.stderr
    assert line["acc-02"].running_config() == before
    assert sealed(line) == set()
    assert done.stderr.count("not-begun") == 4


@pytest.mark.parametrize(("keep", "left"), [("true", {"acc-02"}), ("false", set())])
def test_a_wave_that_fails_is_taken_back_whole_and_finished_ones_as_the_playbook_says(
    line: Line, keep: str, left: set[str]
) -> None:
    text = SEAL.replace("canaries: [acc-02]", f'canaries: [acc-02], failures: "2", keep_finished: {keep}')
    text = text.replace('["1", "3"]', '["1", "4"]')
    line["acc-01"].inject(RadiusDead())
    line["acc-03"].inject(RadiusDead())
    done = line.run("run", book(line, text), "-y")
    assert done.returncode == 2, done.stdout + done.stderr
    assert sealed(line) == left
    assert "taken back because its wave failed" in done.stdout or left == {"acc-02"}
    assert line.run("history", "--check").returncode == 0


def test_a_closed_window_is_not_entered_without_a_reason(two: Line) -> None:
    begins = datetime.now(UTC) + timedelta(hours=4)
    window = f'window: {{timezone: UTC, recurrence: FREQ=DAILY, start: "{begins:%H:%M}", duration: 2h}}\n'
    path = book(two, SEAL.replace(", canaries: [acc-02]", "") + window)
    closed = two.run("run", path, "-y")
    assert closed.returncode == 1
    assert "the window is closed; it opens" in closed.stderr
    assert "--reason" in two.run("run", path, "-y", "--now").stderr
    done = two.run("run", path, "-y", "--now", "--reason", "burglary last night")
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(two.run("history", "--format", "json").stdout)["runs"]
    assert run["reason"] == "burglary last night"


def test_no_switch_is_begun_that_could_not_be_back_before_the_window_ends(two: Line) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    window = f'window: {{timezone: UTC, recurrence: FREQ=DAILY, start: "{now:%H:%M}", duration: 10min, margin: 5min}}\n'
    path = Path(book(two, SEAL.replace('["1", "3"], canaries: [acc-02]', '["1"]') + window))
    estate = open_estate(two.site)
    prepared = prepare(load_playbook(path), estate, Call(folder=path.parent, now=datetime.now(UTC)))
    moments = iter([now + timedelta(minutes=1), now + timedelta(minutes=4)])
    done = perform_playbook(prepared, reason="", ticket="", clock=lambda: next(moments))
    assert [(result.switch, result.ending) for result in done.results] == [
        ("acc-02", "applied"),
        ("acc-01", "not-begun"),
    ] or [result.ending for result in sorted(done.results, key=lambda r: r.ending)] == ["applied", "not-begun"]


def test_a_window_too_short_for_its_timers_is_refused_beforehand(two: Line) -> None:
    window = 'window: {timezone: UTC, recurrence: FREQ=DAILY, start: "01:00", duration: 6min}\n'
    done = two.run("run", book(two, SEAL.replace(", canaries: [acc-02]", "") + window), "--dry-run")
    assert done.returncode == 1
    assert "too short for a timer" in done.stdout


def test_only_a_plan_with_the_right_signature_is_carried_out(two: Line) -> None:
    text = SEAL.replace(", canaries: [acc-02]", "") + "plan: given\napproval: {required: 1, by: [ann]}\n"
    path, key = book(two, text), two.site / "ann.pem"
    assert "carries out a reviewed plan only" in two.run("run", path, "-y").stderr
    two.plan()
    made = two.run_with({}, "approve", "--new-key", str(key), "--name", "ann")
    assert made.returncode == 1  # asks for a passphrase, and nobody answers
    made = two.run_with(
        {"PORTSEAL_APPROVER_PASSPHRASE": "marked-passphrase"}, "approve", "--new-key", str(key), "--name", "ann"
    )
    assert made.returncode == 0, made.stderr
    with (two.site / "portseal.toml").open("a") as file:
        file.write("\n" + made.stdout.partition("\n\n")[2])
    assert "approved by nobody" in two.run("run", path, "-y", "--plan", str(two.plan_file)).stderr
    signing = ("approve", str(two.plan_file), "--name", "ann", "--key", str(key))
    assert two.run_with({"PORTSEAL_APPROVER_PASSPHRASE": "wrong"}, *signing).returncode == 1
    signed = two.run_with({"PORTSEAL_APPROVER_PASSPHRASE": "marked-passphrase"}, *signing)
    assert signed.returncode == 0, signed.stderr
    signature = Path(f"{two.plan_file}.sig")
    right = signature.read_text()
    signature.write_text(right.replace('"at":"2', '"at":"3'))
    assert "is not theirs" in two.run("run", path, "-y", "--plan", str(two.plan_file)).stderr
    signature.write_text(right)
    done = two.run("run", path, "-y", "--plan", str(two.plan_file))
    assert done.returncode == 0, done.stderr
    (run, *_) = json.loads(two.run("history", "--format", "json").stdout)["runs"]
    begun = json.loads(two.run("history", run["run"], "--format", "json").stdout)["rows"][0]["data"]
    assert begun["approved_by"] == "ann"
    assert begun["signed_plan"] == json.loads(right)["digest"]
    assert "marked-passphrase" not in two.seen + key.read_text()


def test_an_opened_port_is_closed_again_by_the_switch_alone(two: Line) -> None:
    two.plan()
    two.apply()
    closed = two["acc-01"].running_config()
    text = "schema_version: 1\nname: open-port\naction: open-port\nopen_for: 2min\nterms: {verify_seconds: 30}\n"
    done = two.run("run", book(two, text), "-y", "--port", "cam-2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "opened" in done.stdout
    assert two["acc-01"].running_config() != closed
    until(lambda: two["acc-01"].running_config() == closed)
    assert two.plan() == 0


def test_a_swapped_camera_is_waited_for_and_its_row_alone_is_changed(two: Line) -> None:
    two.plan()
    two.apply()
    rows = (two.site / "cameras.csv").read_text().splitlines()
    two["acc-01"].plug("GigabitEthernet1/0/2", Device(mac="ac:cc:8e:00:00:99", traffic=True))
    two["acc-01"].set_radius(
        *(spec.model_copy(update={"mab": {**spec.mab, "ac:cc:8e:00:00:99": None}}) for spec in two["acc-01"].radius())
    )
    text = "schema_version: 1\nname: swap\naction: swap-camera\nterms: {timer_minutes: 1, verify_seconds: 5}\n"
    path = book(two, text)
    taken = two.run("run", path, "-y", "--port", "cam-2", "--mac", "ac:cc:8e:00:00:01")
    assert taken.returncode == 1
    assert "duplicate-mac" in taken.stderr
    assert (two.site / "cameras.csv").read_text().splitlines() == rows
    dry = two.run("run", path, "--dry-run", "--port", "cam-2", "--mac", "ac:cc:8e:00:00:99")
    assert dry.returncode == 2, dry.stdout + dry.stderr
    assert "cameras.csv: cam-2 would get ac:cc:8e:00:00:99" in dry.stdout
    assert (two.site / "cameras.csv").read_text().splitlines() == rows
    done = two.run("run", path, "-y", "--port", "cam-2", "--mac", "ac:cc:8e:00:00:99")
    assert done.returncode == 0, done.stdout + done.stderr
    now = (two.site / "cameras.csv").read_text().splitlines()
    assert [a for a, b in zip(rows, now, strict=True) if a != b] == [rows[2]]
    assert two.verdicts()["cam-2"] == ("pass", "as-intended")


def test_everything_is_opened_by_unseal(two: Line) -> None:
    before = two["acc-01"].running_config()
    two.plan()
    two.apply()
    text = "schema_version: 1\nname: unseal\naction: unseal\n"
    done = two.run("run", book(two, text), "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("acc-01", "acc-02"):
        assert "authentication port-control" not in two[name].running_config()
    assert before.count("interface ") == two["acc-01"].running_config().count("interface ")


def test_ports_come_no_further_than_the_playbook_s_stage(two: Line) -> None:
    done = two.run("run", book(two, SEAL.replace(", canaries: [acc-02]", "") + "stage: monitor\n"), "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "authentication open" in two["acc-01"].running_config()
    assert two.plan() == 2


def test_it_is_told_how_a_run_goes(two: Line) -> None:
    told: list[dict[str, object]] = []

    class Sink(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sink = f"notify: [{{webhook: 'http://127.0.0.1:{server.server_port}/hook', on: [begun, wave, ended]}}]\n"
        done = two.run("run", book(two, SEAL.replace(", canaries: [acc-02]", "") + sink), "-y")
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert [each["event"] for each in told] == ["begun", "wave", "wave", "ended"]
    assert told[-1]["switches"] == {"acc-01": "applied", "acc-02": "applied"}


def test_a_sink_that_does_not_answer_stops_nothing(two: Line) -> None:
    sink = "notify: [{webhook: 'http://127.0.0.1:9/hook'}]\n"
    done = two.run("run", book(two, SEAL.replace(", canaries: [acc-02]", "") + sink), "-y")
    assert done.returncode == 0
    assert "warning: http://127.0.0.1:9/hook" in done.stderr


LLDP = """\
------------------------------------------------
Local Intf: Gi1/0/1
Chassis id: 0200.0000.0001
System Name: core-1

System Capabilities: B,R
Enabled Capabilities: B,R

Total entries displayed: 1
"""


def test_a_switch_whose_clock_is_wrong_is_not_begun_and_the_others_are(two: Line) -> None:
    two["acc-01"].inject(WrongOutput(pattern="show clock", text="*01:00:00.000 UTC Wed Jan 1 2020\n"))
    text = SEAL.replace(", canaries: [acc-02]", "")
    done = two.run("run", book(two, text), "-y")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "acc-01: refused: clock-off" in done.stderr
    assert "authentication port-control auto" in two["acc-02"].startup_config()
    warned = two.run("run", book(two, text + "gates: {preflight: {clock-off: warn}}\n"), "-y")
    assert warned.returncode == 0, warned.stderr
    assert "clock-off" in warned.stdout


def test_a_port_with_a_switch_or_a_stranger_behind_it_is_left_out_and_the_others_are_sealed(two: Line) -> None:
    two["acc-01"].inject(WrongOutput(pattern="show lldp", text=LLDP))
    two["acc-01"].plug("GigabitEthernet1/0/2", Device(mac="02:00:00:00:00:66", traffic=True))
    done = two.run("run", book(two, SEAL.replace(", canaries: [acc-02]", "")), "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "acc-01 GigabitEthernet1/0/1: neighbour-is-switch" in done.stdout
    assert "acc-01 GigabitEthernet1/0/2: other-mac: 02:00:00:00:00:66 is here" in done.stdout
    running = two["acc-01"].running_config()
    assert "authentication port-control" not in running
    assert "macsec network-link" in running


def test_a_change_after_which_nobody_can_log_in_is_not_confirmed(two: Line) -> None:
    path = Path(book(two, SEAL.replace(", canaries: [acc-02]", "") + "targets: {switches: [acc-02]}\n"))
    before = two["acc-02"].running_config()
    prepared = prepare(load_playbook(path), open_estate(two.site), Call(folder=path.parent, now=datetime.now(UTC)))

    def lock_out(switch: str, what: str) -> None:
        if what == "verifying":
            two[switch].inject(LoginRefused(times=1))

    (result,) = perform_playbook(prepared, reason="", ticket="", say=lock_out).results
    assert result.ending == "rolled-back"
    assert "could not be verified" in result.message
    assert two["acc-02"].running_config() == before


def test_keys_are_replaced_in_their_window_only_and_only_where_they_are_due(two: Line) -> None:
    text = "schema_version: 1\nname: rotate\naction: rotate-keys\n"
    done = two.run("run", book(two, text), "-y")
    assert done.returncode == 0, done.stderr
    assert "No key of the targets is due" in done.stdout
    later = datetime.now(UTC) + timedelta(hours=4)
    window = f'window: {{timezone: UTC, recurrence: FREQ=DAILY, start: "{later:%H:%M}", duration: 2h}}\n'
    closed = two.run("run", book(two, text + window), "-y")
    assert closed.returncode == 1
    assert "the window is closed" in closed.stderr


def test_the_playbook_in_python_lists_the_ports_that_do_not_pass(two: Line, repository: Path) -> None:
    two.plan()
    two.apply()
    two["acc-01"].plug("GigabitEthernet1/0/1", Device(mac="02:00:00:00:00:66", traffic=True))
    script = repository / "playbooks" / "failing_ports.py"
    call = [sys.executable, str(script), str(two.site), "--group", "access"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    rows = csv.DictReader(done.stdout.splitlines())
    assert [(row["camera"], row["reason"]) for row in rows] == [("cam-1", "wrong-camera")]


def test_ports_go_out_in_batches_under_one_timer_and_a_bad_batch_takes_the_switch_back(two: Line) -> None:
    text = SEAL.replace(", canaries: [acc-02]", "") + (
        "targets: {switches: [acc-01]}\nterms: {ports_at_once: 1, verify_seconds: 5, timer_minutes: 5}\n"
    )
    before = two["acc-01"].running_config()
    two["acc-01"].plug(
        "GigabitEthernet1/0/3", Device(mac="ac:cc:8e:00:00:03", macsec="static", ckn="a1b2c3d4", cak="00" * 16)
    )
    done = two.run("run", book(two, text), "-y")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "rolled-back" in done.stderr
    assert two["acc-01"].running_config() == before
    (run,) = json.loads(two.run("history", "--format", "json").stdout)["runs"]
    rows = json.loads(two.run("history", run["run"], "--format", "json").stdout)["rows"]
    assert [row["data"]["batch_done"] for row in rows if row["event"] == "step"] == [
        ["GigabitEthernet1/0/1"],
        ["GigabitEthernet1/0/2"],
    ]
    two["acc-01"].unplug("GigabitEthernet1/0/3")
    good = two.run("run", book(two, text), "-y")
    assert good.returncode == 2, good.stdout + good.stderr
    assert "acc-01" in good.stdout
    assert "applied" in good.stdout
    assert [typed.line for typed in two["acc-01"].log if typed.line.startswith("configure terminal")][-3:] == [
        "configure terminal revert timer 5",
        "configure terminal",
        "configure terminal",
    ]


def test_a_switch_that_cannot_be_reached_is_tried_again_as_often_as_the_playbook_says(
    two: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portseal.change.part._BEFORE_RETRY", 0.1)
    text = SEAL.replace(", canaries: [acc-02]", "") + "targets: {switches: [acc-02]}\nterms: {retries: 2}\n"
    path = Path(book(two, text))
    prepared = prepare(load_playbook(path), open_estate(two.site), Call(folder=path.parent, now=datetime.now(UTC)))
    two["acc-02"].inject(LoginRefused(times=2))
    (result,) = perform_playbook(prepared, reason="", ticket="").results
    assert result.ending == "applied"


def test_unsaved_configuration_and_a_server_that_the_switch_cannot_reach_are_told(two: Line) -> None:
    path = book(two, SEAL.replace(", canaries: [acc-02]", "") + "targets: {switches: [acc-01]}\n")
    quiet = two.run("run", path, "--dry-run")
    assert "unsaved" not in quiet.stdout
    assert "radius-unreachable" not in quiet.stdout
    two["acc-01"].engineer(("hostname somebody-was-here",))
    two["acc-01"].inject(RadiusDead())
    two["acc-02"].inject(WrongOutput(pattern="show lldp", text="% Invalid input detected at '^' marker.\n"))
    told = two.run("run", path, "--dry-run").stdout
    assert "unsaved: the running configuration is not saved" in told
    assert "radius-unreachable: 198.51.100.11" in told
    other = two.run(
        "run", book(two, SEAL.replace(", canaries: [acc-02]", "") + "targets: {switches: [acc-02]}\n"), "--dry-run"
    )
    assert "neighbour-is-switch: could not be asked" in other.stdout


def test_a_meaning_for_a_finding_that_there_is_not_is_refused(two: Line) -> None:
    done = two.run(
        "run",
        book(two, SEAL.replace(", canaries: [acc-02]", "") + "gates: {preflight: {clock-of: warn}}\n"),
        "--dry-run",
    )
    assert done.returncode == 1
    assert "gates.preflight names clock-of; the findings are clock-off" in done.stderr
