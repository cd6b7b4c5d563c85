"""Marked secrets in, every verb run, and everything that came out searched for them: output, files, journal, tracebacks."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path

import pyrage
import pytest
from pydantic import SecretStr
from rig.line import PROFILES, Line, simulated

from portseal.change.rotation_run import Rotations, readiness, rotate
from portseal.cli.main import app, main
from portseal.estate import open_estate
from portseal.fleet import on_all
from portseal.key_book import open_book
from portseal.simulator.faults import RefuseNthLine
from portseal.transport.age_file import read_age_file
from portseal.transport.camera_end import FakeCameraEnd

MARK = "5ec2e7"
PASSPHRASE = "marked passphrase of the bundle"
ENCRYPTED = (".age", ".pem")
COVERED = {
    "lint", "render", "plan", "show", "apply", "verify", "history", "parse", "platforms", "sim", "demo", "stage", "resume", "abort",
    "rollback", "keys list", "keys generate", "keys import", "keys export", "keys rotate", "keys expire", "keys platforms", "keys identity", "rehearse",
    "evidence check", "evidence list", "evidence new-key", "evidence report", "evidence diff", "drift", "init",
}  # fmt: skip
ELSEWHERE = {"run", "approve", "camera show", "camera set", "certs", "certs init-ca", "certs revoke", "certs crl"}
"""Verbs with a search of their own, beside what else is tested of them."""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with simulated(tmp_path) as running:
        yield running


def verbs() -> set[str]:
    """Every verb there is, as one types it."""
    found = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    for group in app.registered_groups:
        inner = group.typer_instance
        assert inner is not None
        found |= {
            f"{inner.info.name} {command.name or command.callback.__name__}"
            for command in inner.registered_commands
            if command.callback
        }
    return {name.replace("_keys", "").replace("_", "-") for name in found}


def say(line: Line, *arguments: str) -> int:
    """Run a verb in this process, which is quicker; its exit code."""
    out, before = StringIO(), sys.argv
    sys.argv = ["portseal", *arguments, "-s", str(line.site)]
    try:
        with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
    line.seen += out.getvalue()
    return int(ended.value.code or 0)


def test_every_verb_is_searched() -> None:
    assert verbs() - ELSEWHERE <= COVERED, "run it in one of these tests, and name it here"
    assert verbs() >= COVERED


def clear(line: Line) -> str:
    """Everything that the verbs printed, and that lies in the clear around the site, one case."""
    files = [path for path in line.site.parent.rglob("*") if path.is_file() and path.suffix not in ENCRYPTED]
    own = ("age-identity.txt", "keys.csv", "fingerprint.key")
    raw = [path.read_bytes().decode("utf-8", errors="replace") for path in files if path.name not in own]
    return (line.seen + "".join(raw)).lower()


def secrets_of(line: Line) -> set[str]:
    """Every secret of the site, those that verbs have made and forgotten included."""
    identity = pyrage.x25519.Identity.from_str((line.site / "age-identity.txt").read_text().strip())
    store = line.site / "keys.age"
    made = read_age_file(store, [identity]) if store.exists() else {}
    return {*line.secrets.values(), *(secret.get_secret_value() for secret in made.values())}


def keep_evidence(line: Line) -> None:
    """Every verb that writes or reads evidence; what they write lies around the site and is searched with the rest."""
    say(line, "evidence", "new-key")
    settings = line.site / "portseal.toml"
    settings.write_text(settings.read_text() + line.seen[line.seen.rindex("[evidence]\n") :])
    archive = str(line.site / "evidence")
    assert say(line, "verify", "--evidence", archive, "--format", "jsonl") == 0
    assert say(line, "evidence", "check") == 0
    say(line, "evidence", "list")
    assert say(line, "evidence", "report") == 2
    assert say(line, "drift", "--format", "json") == 0
    (bundle,) = (str(path.parent) for path in line.site.glob("evidence/*/bundle.json"))
    assert say(line, "evidence", "diff", bundle, bundle) == 0


def test_no_secret_stands_in_any_artefact_of_the_life_of_a_key(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORDS", PASSPHRASE)
    monkeypatch.setenv("COLUMNS", "200")
    plan = str(line.plan_file)
    assert say(line, "plan", "-o", plan, "--html", str(line.site / "review.html")) == 2
    for view in ([], ["--full"], ["acc-01"], ["acc-01", "gi1/0/3"], ["cam-3"], ["--pattern", "A"]):
        assert say(line, "show", plan, *view) == 0
    assert say(line, "rehearse", plan) in (0, 2)
    assert say(line, "apply", plan, "-y") == 0
    say(line, "verify", "--html", str(line.site / "report.html"))
    assert (line.site / "report.html").exists()
    known = secrets_of(line)
    keep_evidence(line)
    say(line, "keys", "list")
    say(line, "keys", "list", "--live", "--format", "json")
    say(line, "keys", "rotate", "cam-3", "-y", "--dry-run")
    assert say(line, "keys", "rotate", "cam-3", "-y") == 2  # waits for an installer
    known |= secrets_of(line)
    say(line, "keys", "rotate", "--resume")
    say(
        line,
        "keys",
        "export",
        "-o",
        str(line.site / "a.age"),
        "--to",
        str(pyrage.x25519.Identity.generate().to_public()),
    )
    say(line, "keys", "export", "cam-3", "-o", str(line.site / "b.age"), "--passphrase", "env:WORDS")
    assert (line.site / "b.age").exists()
    line["acc-01"].inject(RefuseNthLine(number=2))
    say(line, "keys", "rotate", "--give-up")
    say(line, "keys", "rotate", "--give-up")
    say(line, "keys", "generate", "cam-3")
    say(line, "keys", "platforms")
    line.run_with({}, "init", str(line.site.parent / "another"))
    assert (line.site.parent / "another" / "keys.toml").exists()
    own = line.site.parent / "own.pem"
    line.run_with({}, "keys", "identity", str(own))
    known.add(own.read_text().splitlines()[1])
    say(line, "stage")
    say(line, "stage", "--format", "json")
    say(line, "resume")
    say(line, "abort")
    say(line, "history")
    run = re.search(r"^(\S+-\S+-\S+) .* apply ", line.seen, re.MULTILINE)
    assert run is not None
    say(line, "history", run[1])
    say(line, "rollback", run[1], "-y")
    keys = line.site / "keys.csv"
    keys.write_text(f"camera,ckn,cak\ncam-3,a9,{MARK}{'0' * 26}\ncam-9,a9,{MARK}0f1e2d3c4b5a69788796a5b4c3\n")
    assert say(line, "keys", "import", str(keys)) == 1
    (line.site / "profiles.toml").write_text(
        PROFILES.replace('cak = "static"', 'cak = "derived"').replace('"off"', '"closed"')
    )
    say(line, "keys", "expire")
    assert len(known) > len(line.secrets)
    text = clear(line)
    for secret in (*known, PASSPHRASE, MARK):
        assert secret.lower() not in text, "a secret stands in the clear"


def test_no_secret_stands_in_what_becomes_of_an_error_that_nobody_planned(line: Line) -> None:
    line.plan()
    assert line.apply().returncode == 0
    estate = open_estate(line.site)
    cak = estate.secret("cak/cam-3").get_secret_value()

    def breaks(ckn: str, new: SecretStr) -> None:
        raise RuntimeError(f"could not send {new.get_secret_value()} ({cak.upper()})")

    end = FakeCameraEnd("cam-3", breaks)
    work = Rotations(estate=estate, book=open_book(line.site), ends=lambda _: end, today=date(2026, 11, 25))
    (result,) = rotate(work, readiness(work, ["cam-3"], by_hand=False))
    outcomes = on_all(estate, lambda task: 1 / len(cak[:0]) if task else None, int)  # type: ignore[arg-type, return-value]
    estate.close()
    new = end.given[-1][1].get_secret_value()
    assert "RuntimeError" in result.message
    assert set(outcomes.failures) == {"acc-01", "acc-02"}
    line.seen += result.message + "".join(outcomes.failures.values())
    for secret in (cak, new):
        assert secret not in clear(line)


def test_no_key_stands_in_what_parse_prints(line: Line) -> None:
    shown = line.site / "shown.txt"
    good = f'Key-chain K:\n  MacSEC key chain\n    key 01 -- text "{MARK}{MARK}"\n        cryptographic-algorithm: aes-128-cmac\n'
    for text in (good, good.replace("        crypt", f'    key-string 7 {MARK}{MARK}\n        odd "{MARK}" crypt')):
        shown.write_text(text)
        line.run("parse", "cisco_iosxe", "show key chain", str(shown))
    assert "KEY_ID" in line.seen or "key_id" in line.seen
    assert MARK not in line.seen


WITH_MARKS = f"""
import secrets, sys
real = secrets.token_hex
secrets.token_hex = lambda size=32: ("{MARK}" + real(size))[: 2 * size]
from portseal.cli.main import main
main()
"""


def test_no_secret_stands_in_what_demo_and_sim_print_and_write(line: Line, tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    for call in (["demo", "-s", str(origin)], ["sim", "-s", str(origin), "--write", str(tmp_path / "copy")]):
        with subprocess.Popen(
            [sys.executable, "-c", WITH_MARKS, *call], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            if call[0] == "sim":
                until = time.monotonic() + 30
                while not (tmp_path / "copy" / "secrets.age").exists() and time.monotonic() < until:
                    time.sleep(0.05)
                time.sleep(0.3)
                process.terminate()
            line.seen += process.stdout.read()
    assert "what would change" in line.seen
    assert "acc-02" in line.seen
    assert MARK not in clear(line)
