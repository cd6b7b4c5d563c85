"""Reports: what tools rely on, whatever a switch printed."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Collection
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import RenderableType

from portseal.change.ending import Ending, SwitchResult
from portseal.cli.console import console
from portseal.cli.tables import result_table, verdict_table
from portseal.core.reasons import HINTS
from portseal.core.report import as_json, exit_code, junit_pieces, summary
from portseal.core.verdict import Outcome, Reason, Verdict

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


def junit(verdicts: Collection[Verdict]) -> str:
    return "".join(junit_pieces(verdicts))


def verdict(
    outcome: Outcome = PASS,
    reason: Reason = Reason.AS_INTENDED,
    detail: str = "authorized by dot1x",
    *,
    switch: str = "acc-01",
    port: str = "GigabitEthernet1/0/5",
) -> Verdict:
    return Verdict(
        switch=switch, port=port, camera="cam-017", outcome=outcome, reason=reason, detail=detail, hint=HINTS[reason]
    )


THREE = (
    verdict(),
    verdict(FAIL, Reason.WRONG_CAMERA, "02:00:00:00:00:66 is on the port, AUTHORIZED", switch="acc-02"),
    verdict(UNKNOWN, Reason.UNPARSED, "`show x`: not understood: 'y'"),
)


def test_json_has_the_fields_that_tools_rely_on() -> None:
    told = json.loads(as_json(THREE))
    assert told["schema_version"] == 1
    assert set(told) == {"schema_version", "verdicts"}
    assert told["verdicts"][1] == {
        "switch": "acc-02",
        "port": "GigabitEthernet1/0/5",
        "camera": "cam-017",
        "outcome": "fail",
        "reason": "wrong-camera",
        "detail": "02:00:00:00:00:66 is on the port, AUTHORIZED",
        "hint": HINTS[Reason.WRONG_CAMERA],
    }
    assert json.loads(as_json(())) == {"schema_version": 1, "verdicts": []}


@given(st.text())
def test_json_keeps_any_text_in_ascii(detail: str) -> None:
    text = as_json([verdict(detail=detail)])
    assert text.isascii()
    assert json.loads(text)["verdicts"][0]["detail"] == detail


def test_junit_has_a_suite_a_switch_and_a_case_a_port() -> None:
    root = Xml.fromstring(junit(THREE))
    assert root.tag == "testsuites"
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [("acc-01", "2"), ("acc-02", "1")]
    passed, unknown, failed = root.iter("testcase")
    assert passed.get("name") == "GigabitEthernet1/0/5 cam-017"
    assert passed.get("classname") == "acc-01"
    assert [child.tag for child in passed] == ["system-out"]
    assert [(child.tag, child.get("type")) for child in unknown] == [("error", "unparsed")]
    assert [(child.tag, child.get("type")) for child in failed] == [("failure", "wrong-camera")]
    assert "AUTHORIZED" in (failed[0].get("message") or "")
    assert failed[0].text == HINTS[Reason.WRONG_CAMERA]


@given(st.text(), st.sampled_from(Outcome))
def test_junit_is_well_formed_whatever_the_text(text: str, outcome: Outcome) -> None:
    made = junit([verdict(outcome, Reason.UNPARSED, text, switch=f"s{text}", port=text)])
    assert made.isascii()
    (case,) = Xml.fromstring(made).iter("testcase")
    assert case.get("name", "").endswith(" cam-017")


def test_junit_keeps_what_xml_can_hold() -> None:
    made = junit([verdict(FAIL, Reason.UNPARSED, "a\x00b\x1b[31m <&\"'> grün \ud800 🎥")])
    (failure,) = Xml.fromstring(made).iter("failure")
    assert failure.get("message") == "unparsed: ab[31m <&\"'> grün  🎥"


def test_the_summary_counts_outcomes_and_reasons() -> None:
    assert summary(THREE) == "3 ports: 1 pass, 1 fail (wrong-camera 1), 1 unknown (unparsed 1)"
    assert summary([verdict()]) == "1 port: 1 pass"
    assert summary([verdict(PASS, Reason.MONITOR_ONLY)]) == "1 port: 1 pass (monitor-only 1)"
    assert summary([THREE[1], THREE[1], verdict(FAIL, Reason.NO_LINK)]) == (
        "3 ports: 0 pass, 3 fail (wrong-camera 2, no-link 1)"
    )
    assert summary([]) == "no ports"


@pytest.mark.parametrize(("verdicts", "code"), [((), 0), (THREE[:1], 0), (THREE, 2), (THREE[2:], 2), (THREE[1:2], 2)])
def test_only_passes_give_exit_code_0(verdicts: tuple[Verdict, ...], code: int) -> None:
    assert exit_code(verdicts) == code


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


Printed = Callable[[io.StringIO, RenderableType], str]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Printed:
    """What `console()` writes to a stream that stands in the place of standard output."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)

    def to(stream: io.StringIO, shown: RenderableType) -> str:
        with contextlib.redirect_stdout(stream):
            console().print(shown)
        return stream.getvalue()

    return to


def test_a_piped_table_has_every_port_in_one_line_without_colour(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    text = printed(io.StringIO(), verdict_table([verdict(FAIL, Reason.NOT_SECURED, "long " * 60)]))
    assert "\x1b" not in text
    (row,) = [line for line in text.splitlines() if "cam-017" in line]
    assert row.split()[:6] == ["✗", "fail", "acc-01", "GigabitEthernet1/0/5", "cam-017", "not-secured"]
    assert row.count("long") == 60


def test_a_piped_table_keeps_to_a_width_that_is_asked_for(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    text = printed(io.StringIO(), verdict_table([verdict(FAIL, Reason.NOT_SECURED, "long " * 60)]))
    assert max(map(len, text.splitlines())) <= 90


def test_a_terminal_has_colour_unless_no_color_says_otherwise(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[32m" in printed(Terminal(), verdict_table(THREE))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in printed(Terminal(), verdict_table(THREE))


def test_what_a_switch_prints_is_no_markup_and_moves_no_cursor(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = printed(Terminal(), verdict_table([verdict(FAIL, Reason.UNPARSED, "[red]\x1b[2J\x9b2J:warning:\x07")]))
    assert "[red][2J2J:warning:" in text
    assert "\x1b[2J" not in text
    assert "\x9b" not in text
    assert "\x07" not in text


def test_hints_stand_once_below_the_ports_that_need_them(printed: Printed) -> None:
    text = printed(io.StringIO(), verdict_table([THREE[1], THREE[1], THREE[0]]))
    assert text.count(HINTS[Reason.WRONG_CAMERA]) == 1
    assert HINTS[Reason.AS_INTENDED] not in text


def test_results_show_how_many_ports_pass(printed: Printed) -> None:
    results = [
        SwitchResult(switch="acc-01", ending=Ending.ROLLED_BACK, message="[x] not verified", verdicts=THREE, seconds=7),
        SwitchResult(switch="acc-02", ending=Ending.REFUSED, message="moved"),
    ]
    text = printed(io.StringIO(), result_table(results))
    rows = [line.split() for line in text.splitlines() if line.startswith("acc-")]
    assert rows == [
        ["acc-01", "rolled-back", "1/3", "7.0", "[x]", "not", "verified"],
        ["acc-02", "refused", "-", "0.0", "moved"],
    ]


def test_a_stream_that_is_not_utf_8_gets_question_marks_and_no_crash() -> None:
    script = (
        "from portseal.cli.console import console\nfrom rich.text import Text\nconsole().print(Text('✓ pass ‹secret›'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    assert done.stdout == b"? pass ?secret?\n"
