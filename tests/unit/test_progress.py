"""What is told while switches are worked on: counts now and then, failures at once, and what was left over at the end."""

from __future__ import annotations

import pytest

from portseal.cli.progress import progress


def told(captured: pytest.CaptureFixture[str]) -> list[str]:
    out, err = captured.readouterr()
    assert out == ""
    return err.splitlines()


def test_a_log_has_a_line_now_and_then_with_what_came_out_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("reading", 3, every=0.0) as shown:
        shown.count(**{"pass": 4, "fail": 0})
        shown("sw-1")
        shown.count(fail=2)
        shown("sw-2")
    assert told(capsys) == ["portseal: reading: 1 of 3: 4 pass", "portseal: reading: 2 of 3: 4 pass, 2 fail"]


def test_what_is_over_soon_has_no_such_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("reading", 2) as shown:
        shown.count(fail=1)
        shown("sw-1")
    assert told(capsys) == []


def test_a_failure_is_told_at_once_without_what_would_drive_a_terminal_and_not_again_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("reading", 3) as shown:
        shown.failed("sw-1", "sw-1: said \x1b[2J[bold]no")
        assert told(capsys) == ["portseal: sw-1: said [2J[bold]no"]
    shown.left({"sw-1": "sw-1: said no"})
    assert told(capsys) == []
    shown.left({"sw-1": "sw-1: said no", "sw-3": "sw-3: interrupted before its turn came"})
    assert told(capsys) == [
        "portseal: sw-3: interrupted before its turn came",
        "portseal: interrupted: 2 of 3 switches had their turn; nothing was read of the others",
    ]


def test_many_that_were_not_begun_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("reading", 500) as shown:
        shown("sw-0")
    shown.left({f"sw-{number}": f"sw-{number}: interrupted before its turn came" for number in range(1, 400)})
    lines = told(capsys)
    assert len(lines) == 22
    assert lines[-2:] == [
        "portseal: and 379 more switches: interrupted before their turn came",
        "portseal: interrupted: 101 of 500 switches had their turn; nothing was read of the others",
    ]
