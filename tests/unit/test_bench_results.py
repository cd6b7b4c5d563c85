"""Results of the bench are kept table by table, and what is shown of them says when each was measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bench import results
from bench.__main__ import measure
from bench.measure import measured
from bench.results import Run
from bench.table import Table
from bench.targets import of_tables, shown


def table(name: str, **row: object) -> Table:
    return Table(name, f"Table of {name}", "Counted so.", (("what", "what", 0), ("seconds", "s", 1)), [row])


def trips(apply: int) -> Table:
    rows = [
        {"verb": verb, "ports": ports, "round_trips": count, "typed": 1, "printed": 1, "logins": 1}
        for verb, count in (("plan", 1), ("apply", apply), ("verify", 2))
        for ports in (1, 48)
    ]
    return Table("trips", "Round trips", "Counted so.", (("verb", "verb", 0), ("round_trips", "trips", 0)), rows)


def test_a_table_that_fails_takes_nothing_from_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.json"
    seen: list[list[str]] = []

    def fine(runs: int, *, quick: bool) -> Table:
        return table("render", what=f"{runs} runs", seconds=1.5)

    def fails(runs: int, *, quick: bool) -> Table:
        seen.append(list(json.loads(file.read_text())["tables"]))
        raise SystemExit("the switch does not have what was pushed")

    failed = measure(
        {"render": fine, "push": fails, "inventory": lambda runs, quick: table("inventory", what="x", seconds=2.0)},
        5,
        quick=True,
        file=file,
        page=None,
        watch=0.01,
    )
    assert failed == ["push"]
    assert seen == [["render"]], "what was measured before is on the disk already"
    assert list(json.loads(file.read_text())["tables"]) == ["inventory", "render"]
    printed = capsys.readouterr()
    assert "the switch does not have what was pushed" in printed.err
    assert "5 runs" in printed.out


def test_one_table_is_measured_again_and_put_beside_the_others(tmp_path: Path) -> None:
    file, page = tmp_path / "results.json", tmp_path / "page.md"
    page.write_text(
        "# Title\n<!-- measured: begin; written by `python -m bench`, do not edit -->\nold\n<!-- measured: end -->\nA person's.\n"
    )
    document = results.empty()
    for name, date in (("render", "2026-01-01 10:00 UTC"), ("inventory", "2026-01-01 10:05 UTC")):
        document = results.put(document, name, table(name, what=f"old {name}", seconds=1.0), Run(date, 7, 2, 3))
    results.write(file, document)
    again = {"render": lambda runs, quick: table("render", what="new", seconds=2.0)}
    assert measure(again, 1, quick=False, file=file, page=page, watch=0.01) == []
    text = page.read_text()
    assert text.startswith("# Title\n")
    assert text.endswith("A person's.\n")
    assert "old inventory" in text
    assert "old render" not in text
    assert "| new | 2.0 |" in text
    assert (
        "Measured 2026-01-01 10:05 UTC in 7 s; everything else took 2 % of the processor right before, 3 % right after."
        in text
    )
    assert text.index("Table of inventory") < text.index("Table of render"), "in the order in which they are shown"


def test_tables_of_another_machine_are_not_kept_beside_this_ones(tmp_path: Path) -> None:
    file, told = tmp_path / "results.json", list[str]()
    other = {**results.empty(), "tables": {"inventory": {"measured": {}}}}
    other["machine"] = {**other["machine"], "cores": 128}
    file.write_text(json.dumps(other))
    assert results.kept(file, tell=told.append)["tables"] == {}
    assert told == [f"{file}: begun anew, for it was measured with cores 128"]


def test_files_are_merged_and_the_last_one_counts(tmp_path: Path) -> None:
    def file(name: str, *tables: str) -> Path:
        document: dict[str, Any] = results.empty()
        for each in tables:
            document = results.put(document, each, table(each, what=f"{each} of {name}", seconds=1.0), Run("", 1, 0, 0))
        results.write(tmp_path / name, document)
        return tmp_path / name

    merged = results.read(file("first", "inventory", "render"), file("second", "inventory"))
    assert {name: kept["rows"][0]["what"] for name, kept in merged["tables"].items()} == {
        "render": "render of first",
        "inventory": "inventory of second",
    }


def test_targets_are_told_by_what_was_measured_and_ansible_with_other_timers_is_none() -> None:
    names = ("portseal", "netmiko, one raw write", "Ansible ios_config", "Ansible ios_config, timers tuned")
    rows = [
        {"client": name, "delay_ms": 50, "seconds": seconds, "work_seconds": seconds}
        for name, seconds in zip(names, (0.5, 0.4, 90.0, 10.0), strict=True)
    ]
    told = [shown(one) for one in of_tables({"trips": trips(13)._asdict(), "push": {"rows": rows}})]
    assert [line.split()[0] for line in told if "apply" in line] == ["MISSED"]
    assert [line.split()[0] for line in told if "Ansible ios_config /" in line] == ["reached"]
    assert [line.split()[0] for line in told if "timers tuned" in line] == ["told"]


def test_what_is_measured_is_the_processor_time_of_processes_below_as_well() -> None:
    burn = "import time; began = time.process_time()\nwhile time.process_time() - began < 0.2: pass\nprint(flush=True); input()"
    with measured() as cost:
        child = subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
    child.communicate(b"\n")
    assert 0.15 < cost.cpu_seconds < 1
