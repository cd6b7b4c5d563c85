"""What is seen of many switches comes in their order while others are still read, and is on disk instead of in memory."""

from __future__ import annotations

import json
import shutil
import threading
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from io import StringIO
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from bench.sites import write_site
from nornir.core.inventory import Host
from rich.console import Console

from portseal.cli.tables import verdict_table
from portseal.core.bundle import JUNIT, PORTS, RECORDS, SUMMARY
from portseal.core.commands import recognise
from portseal.core.errors import ConnectError
from portseal.core.record import Look
from portseal.core.record_text import as_csv, as_jsonl
from portseal.core.report import as_json, junit_pieces
from portseal.core.verdict import Outcome, Reason, Verdict
from portseal.estate import Estate, open_estate
from portseal.evidence import Circumstances, evidence_of, write_evidence
from portseal.in_turn import InTurn
from portseal.looks import look_at_all, records_of
from portseal.observe import commands
from portseal.transport.fake import FakeSession
from portseal.transport.session import Session


@dataclass(frozen=True)
class Canned(Estate):
    """An estate whose switches say nothing, once they are let."""

    let: Callable[[str], None] = field(default=lambda switch: None)

    def session(self, host: Host, *, again: bool = False) -> Session:
        self.let(host.name)
        pack = self.pack(host.name)
        asked = commands(pack, self.intent(host.name).ports)
        whole = (
            recognise(pack, command).whole for command in asked
        )  # of what was asked for in part, once that is not understood
        return FakeSession(host.name, dict.fromkeys((*asked, *whole, pack.read.command), ""))


@pytest.fixture
def opened(repository: Path, tmp_path: Path) -> Estate:
    shutil.copytree(repository / "inventory" / "example-campus", tmp_path / "site")
    settings = tmp_path / "site" / "portseal.toml"
    settings.write_text(settings.read_text().replace("[apply]\n", "[apply]\ncounter_pause_seconds = 0.01\n"))
    return open_estate(tmp_path / "site")


def canned(estate: Estate, let: Callable[[str], None] = lambda switch: None) -> Canned:
    return Canned(**{each.name: getattr(estate, each.name) for each in fields(Estate)}, let=let)


def test_a_switch_that_is_late_holds_back_those_behind_it_and_a_failure_is_told_at_once(opened: Estate) -> None:
    others = threading.Semaphore(0)
    told: list[str] = []
    first = opened.site.intents[0].switch

    def let(switch: str) -> None:
        if switch == first:
            assert others.acquire(timeout=10)
            assert others.acquire(timeout=10)
            assert sorted(told) == ["done acc-02", "done acc-03", "failed acc-02"]
        if switch == "acc-02":
            raise ConnectError("acc-02", "does not answer")

    def done(switch: str) -> None:
        told.append(f"done {switch}")
        others.release()

    def came(looks: Sequence[Look]) -> None:
        told.append(f"came {looks[0].verdict.switch}")

    looks = look_at_all(
        canned(opened, let), done=done, in_turn=came, failed=lambda switch, why: told.append(f"failed {switch}")
    )
    assert [each for each in told if each.startswith("came")] == ["came acc-01", "came acc-02", "came acc-03"]
    assert told[-1] == "done acc-01"
    assert looks.failures == {"acc-02": "acc-02: does not answer"}
    every = [(port.switch, port.port) for intent in opened.site.intents for port in intent.ports]
    assert [(each.switch, each.port) for each in looks.verdicts] == every
    assert [look.verdict for look in looks.ports] == list(looks.verdicts)
    assert {each.reason for each in looks.verdicts if each.switch == "acc-02"} == {Reason.UNREACHABLE}
    assert [record.at for record in records_of(opened, looks)] == [look.at for look in looks.ports]


def test_what_was_read_before_a_stop_is_told_and_the_rest_is_unknown(opened: Estate) -> None:
    stopped: list[str] = []

    def let(switch: str) -> None:
        stopped.append(switch)
        opened.stop.set()

    settings = opened.site.path / "portseal.toml"
    settings.write_text(settings.read_text() + "\n[read]\nworkers = 1\nsessions = 1\n")
    opened = open_estate(opened.site.path)
    came: list[str] = []
    looks = look_at_all(canned(opened, let), in_turn=lambda looks: came.append(looks[0].verdict.switch))
    assert stopped == ["acc-01"]
    assert came == ["acc-01", "acc-02", "acc-03"]
    assert looks.failures == {name: f"{name}: interrupted before its turn came" for name in ("acc-02", "acc-03")}
    assert all(each.outcome is Outcome.UNKNOWN for each in looks.verdicts)


def test_a_bundle_that_is_written_port_by_port_is_what_it_would_be_as_a_whole(opened: Estate, tmp_path: Path) -> None:
    estate = canned(opened)
    looks = look_at_all(estate, configurations=True)
    found = evidence_of(estate, looks)
    records = tuple(found.records)
    about = Circumstances(now=records[0].at, by="cron@host", version="1")
    bundle = write_evidence(tmp_path / "evidence", estate, found, about, None)
    assert (bundle / RECORDS).read_text() == as_jsonl(records) == as_jsonl(records_of(estate, looks))
    assert (bundle / PORTS).read_bytes().decode() == as_csv(records)
    assert (bundle / JUNIT).read_text() == whole_junit([each.verdict for each in records]) + "\n"
    assert json.loads((bundle / SUMMARY).read_text())["ports"] == len(records) == len(found.records)
    assert sorted(path.name for path in estate.memory.folder.iterdir()) == ["fingerprint.key"]


def verdicts(number: int, outcome: Outcome = Outcome.PASS) -> list[Verdict]:
    reason = Reason.AS_INTENDED if outcome is Outcome.PASS else Reason.NOT_SECURED
    return [
        Verdict(
            switch=f"acc-{at // 48}",
            port=f"Gi1/0/{at % 48}",
            camera=f"cam-{at}",
            outcome=outcome,
            reason=reason,
            detail="ü <&>\n",
            hint="look",
        )
        for at in range(number)
    ]


def whole_junit(given: Sequence[Verdict]) -> str:
    """The same document, put together in memory."""

    def counts(some: Sequence[Verdict]) -> dict[str, str]:
        number = {outcome: str(sum(each.outcome is outcome for each in some)) for outcome in Outcome}
        numbers = {"failures": number[Outcome.FAIL], "errors": number[Outcome.UNKNOWN], "skipped": "0"}
        return {"tests": str(len(some)), **numbers}

    root = Xml.Element("testsuites", {"name": "portseal", **counts(given)})
    for switch, group in groupby(sorted(given, key=lambda each: each.switch), key=lambda each: each.switch):
        some = list(group)
        suite = Xml.SubElement(root, "testsuite", {"name": switch, **counts(some)})
        for each in some:
            case = Xml.SubElement(suite, "testcase", {"classname": switch, "name": f"{each.port} {each.camera}"})
            text = f"{each.reason}: {each.detail}"
            if each.outcome is Outcome.PASS:
                Xml.SubElement(case, "system-out").text = text
            else:
                name = "failure" if each.outcome is Outcome.FAIL else "error"
                Xml.SubElement(case, name, {"type": str(each.reason), "message": text}).text = each.hint
    Xml.indent(root)
    made: bytes = Xml.tostring(root, encoding="us-ascii", xml_declaration=True)
    return made.decode()


@pytest.mark.parametrize("number", [0, 1, 60])
def test_reports_in_pieces_are_the_reports_in_one(number: int) -> None:
    given = [*verdicts(number), *verdicts(number // 2, Outcome.FAIL), *verdicts(number // 3, Outcome.UNKNOWN)]
    assert "".join(junit_pieces(given)) == whole_junit(given)
    shown = {"schema_version": 1, "verdicts": [each.model_dump(mode="json") for each in given]}
    assert as_json(given) == json.dumps(shown, indent=2)
    assert as_json(given, ()) == json.dumps({**shown, "certificates": []}, indent=2)


def test_a_table_of_very_many_ports_has_those_that_do_not_pass_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portseal.cli.tables.AT_MOST", 60)

    def printed(given: Sequence[Verdict]) -> list[str]:
        out = StringIO()
        Console(file=out, width=120).print(verdict_table(given))
        return out.getvalue().splitlines()

    few = printed(verdicts(60))
    assert sum("cam-" in line for line in few) == 60
    assert "Not listed" not in "".join(few)
    many = printed([*verdicts(60), *verdicts(2, Outcome.FAIL)])
    assert sum("cam-" in line for line in many) == 2
    assert "Not listed: 60 that pass." in "".join(many)
    assert any("not-secured" in line and "✗" not in line for line in many)
    assert "Not listed: 1 that fail." in "".join(printed(verdicts(61, Outcome.FAIL)))


def test_names_are_told_in_their_order_and_those_that_never_come_at_the_end() -> None:
    told: list[str] = []
    turns = InTurn("abcd", told.append)
    turns.come("b")
    turns.come("x")
    assert told == []
    turns.come("a")
    assert told == ["a", "b"]
    turns.come("d")
    turns.end()
    assert told == ["a", "b", "c", "d"]


def test_what_is_seen_takes_the_same_memory_for_many_switches(tmp_path: Path) -> None:
    def peak(switches: int) -> tuple[int, int]:
        """Octets at most while so many switches are read; and while all that was seen is in memory as well."""
        site = tmp_path / str(switches)
        write_site(site, switches=switches, ports=12, settings="counter_pause_seconds = 0.001")
        with (site / "portseal.toml").open("a") as settings:
            settings.write("\n[read]\nworkers = 2\nsessions = 4\n")
        estate = canned(open_estate(site))
        tracemalloc.start()
        looks = look_at_all(estate)
        assert len(looks.verdicts) == switches * 12
        read = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        every = list(looks.switches)
        whole = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(every) == switches
        return read, whole

    peak(2)
    (few, few_whole), (many, many_whole) = peak(20), peak(100)
    assert many - few < (many_whole - few_whole) / 5
