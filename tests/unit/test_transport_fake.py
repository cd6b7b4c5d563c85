"""The session without a switch behaves as one that has one."""

from __future__ import annotations

import pytest

from portseal.core.errors import SessionCut
from portseal.transport.fake import FakeSession
from portseal.transport.session import ConfigureLine, Session


def lines(*texts: str) -> list[ConfigureLine]:
    return [ConfigureLine(text=text, shown=text) for text in texts]


def test_it_is_a_session() -> None:
    session: Session = FakeSession("acc-01")
    assert session.switch == "acc-01"


def test_commands_are_answered_from_the_script_each_time_the_next() -> None:
    session = FakeSession("acc-01", {"show a": "one", "show b": ["first", "then"]})
    assert session.run(["show a", "show b"]) == ("one", "first")
    assert session.run(["show b", "show b", "show a"]) == ("then", "then", "one")
    assert session.commands == ["show a", "show b", "show b", "show b", "show a"]


def test_a_command_outside_the_script_is_an_error() -> None:
    with pytest.raises(LookupError, match="acc-01: the script has no output for 'show c'"):
        FakeSession("acc-01", {"show a": "one"}).run(["show c"])


def test_lines_are_kept_up_to_the_one_that_is_refused() -> None:
    session = FakeSession("acc-01", refuses={"macsec": "% Invalid input"})
    result = session.configure(lines("configure terminal", " macsec", "end"))
    assert [(error.index, error.output) for error in result.errors] == [(1, "% Invalid input")]
    assert [line.text for line in session.configured] == ["configure terminal", " macsec"]


def test_a_cut_ends_the_session_for_good() -> None:
    session = FakeSession("acc-01", {"show a": "one"}, cut_at="macsec")
    with pytest.raises(SessionCut, match="macsec"):
        session.configure(lines("configure terminal", " macsec", "end"))
    with pytest.raises(SessionCut):
        session.run(["show a"])
    assert len(session.configured) == 1
