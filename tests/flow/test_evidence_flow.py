"""A night of a site: what is seen is kept, and what changed is told."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from rig.line import SETTINGS, Line, simulated
from typer.testing import CliRunner

from portseal.cli.main import app
from portseal.core.errors import InputError
from portseal.core.record import PortRecord
from portseal.simulator.faults import LoginRefused
from portseal.simulator.world import Device

pytestmark = pytest.mark.xdist_group("evidence")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A site whose switches are as intended, with a key to sign with, and one night's evidence."""
    patient = {"portseal.toml": SETTINGS.replace("verify_seconds = 4", "verify_seconds = 30")}
    with simulated(tmp_path_factory.mktemp("site"), files=patient, minute=60.0) as running:
        assert run(running, "plan", "-o", str(running.plan_file))[0] == 2
        code, told = run(running, "apply", str(running.plan_file), "-y")
        assert code == 0, told
        code, told = run(running, "evidence", "new-key")
        assert code == 0
        settings = running.site / "portseal.toml"
        settings.write_text(settings.read_text() + told[told.index("[evidence]") :])
        assert run(running, "drift", "--write")[0] == 0
        yield running


def run(line: Line, *arguments: str) -> tuple[int, str]:
    """A verb in this process: its exit code and what it printed. Errors of ours become 1, as at the edge."""
    done = CliRunner(env={"COLUMNS": "220"}).invoke(app, [*arguments, "-s", str(line.site)])
    if isinstance(done.exception, InputError):
        return 1, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def archive(line: Line) -> Path:
    return line.site / "evidence"


def test_verify_keeps_what_it_saw_in_no_more_round_trips(line: Line) -> None:
    trips = []
    for options in ([], ["--evidence", str(archive(line))]):
        line["acc-01"].reset()
        assert run(line, "verify", *options)[0] == 0
        trips.append(line["acc-01"].round_trips)
    assert trips[0] == trips[1]
    last = sorted(path for path in archive(line).iterdir() if path.is_dir())[-1]
    records = [PortRecord.model_validate_json(text) for text in (last / "records.jsonl").read_text().splitlines()]
    assert [record.camera for record in records] == ["cam-1", "cam-2", "cam-3", "cam-4"]
    first = records[0]
    assert first.later is not None
    assert first.seen is not None
    assert first.seen.counters is not None
    assert first.later.counters is not None
    assert (first.later.counters.sent or 0) > (first.seen.counters.sent or 0)
    assert first.later.at > first.seen.at
    summary = json.loads((last / "summary.json").read_text())
    assert summary["switches"]["acc-01"]["configuration"]["interface GigabitEthernet1/0/1"]
    bundle = json.loads((last / "bundle.json").read_text())
    assert bundle["plan"] == json.loads(line.plan_file.read_text())["digest"]
    assert run(line, "evidence", "check")[0] == 0


def test_a_night_without_a_change_is_quiet(line: Line) -> None:
    assert run(line, "drift", "--quiet") == (0, "")
    code, told = run(line, "drift", "--limit", "acc-02")
    assert code == 0
    assert told.startswith("nothing changed since ")


def test_changes_are_told_to_people_programs_and_a_webhook(line: Line) -> None:
    heard: list[dict[str, object]] = []

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    line["acc-02"].plug("GigabitEthernet1/0/1", Device(mac="02:00:00:00:00:66", traffic=True))
    code, told = run(line, "verify", "--limit", "acc-02", "--wait", "0.7", "--format", "jsonl")
    again = PortRecord.model_validate_json(told)
    assert (code, again.looks > 1) == (2, True)
    assert again.earlier is not None
    assert again.earlier.at < again.at
    line["acc-01"].engineer(("interface GigabitEthernet1/0/2", "authentication timer reauthenticate 77"))
    with HTTPServer(("127.0.0.1", 0), Hears) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/drift"
        code, told = run(line, "drift", "--format", "json", "--webhook", address)
        server.shutdown()
    assert code == 2
    found = {(each["camera"], each["what"]): each["after"] for each in json.loads(told)["changes"]}
    assert found["cam-4", "verdict"] == "fail: wrong-camera"
    assert found["cam-4", "MAC address"] == "02:00:00:00:00:66"
    assert found["cam-2", "configuration"].startswith("interface GigabitEthernet1/0/2 (")
    assert {camera for camera, _ in found} == {"cam-2", "cam-4"}
    (sent,) = heard
    assert sent["event"] == "drift"
    assert sent["changes"] == json.loads(told)["changes"]
    code, told = run(line, "drift", "--quiet", "--limit", "acc-02")
    assert code == 2
    assert "wrong-camera" in told
    assert "cam-2" not in told


def test_a_switch_that_cannot_be_read_is_an_error_and_one_line(line: Line) -> None:
    line["acc-02"].inject(LoginRefused())
    try:
        code, told = run(line, "drift", "--limit", "acc-02", "--quiet")
    finally:
        line["acc-02"].heal()
    assert code == 1
    assert told.count("not read") == 1
    assert "cam-4" not in told


def test_evidence_that_does_not_hold_is_not_compared_with(line: Line) -> None:
    code, told = run(line, "drift", "--key", "A" * 43 + "=")
    assert code == 1
    assert "unknown key" in told
    code, told = run(line, "drift", "--webhook", "http://elsewhere.example/")
    assert code == 1
    assert "https://" in told
    last = sorted(path for path in archive(line).iterdir() if path.is_dir())[-1]
    report = last / "report.junit.xml"
    before = report.read_bytes()
    report.write_bytes(before + b" ")
    code, told = run(line, "drift", "--unsigned")
    assert code == 1
    assert "changed: report.junit.xml" in told
    report.write_bytes(before)
    (last / "bundle.sig").rename(last.parent / "aside")
    assert run(line, "drift", "--quiet")[0] == 1
    assert run(line, "drift", "--quiet", "--unsigned", "--limit", "acc-02")[0] in (0, 2)
    (last.parent / "aside").rename(last / "bundle.sig")
    code, told = run(line, "drift", str(last), "--write")
    assert code == 1
    assert "one bundle" in told


def test_a_key_that_is_not_there_is_told_before_any_switch_is_read(line: Line) -> None:
    key = line.site / "evidence-key.pem"
    key.rename(line.site / "away")
    line["acc-01"].reset()
    code, told = run(line, "verify", "--evidence", str(archive(line)))
    os.rename(line.site / "away", key)
    assert code == 1
    assert "portseal evidence new-key" in told
    assert line["acc-01"].round_trips == 0
