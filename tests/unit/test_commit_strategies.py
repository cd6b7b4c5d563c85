"""How each kind of commit strategy is armed, activated, and let go, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from portseal.confirm import confirm, revert, undo_refused
from portseal.core.errors import NotRevertable, PushRejected, SwitchError
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Commit, Pack, load_pack, platform_folders
from portseal.core.steps import Step
from portseal.push import push
from portseal.transport.fake import FakeSession

CANDIDATE: dict[str, Any] = {
    "strategy": "commit-confirmed",
    "pending": "show pending",
    "pending_none": "^idle$",
    "arm": ["open", "take lock"],
    "activate": ["commit in {minutes} or {hhmmss}", "out"],
    "confirm": ["open", "commit", "out"],
    "revert": ["go back"],
    "discard": ["drop", "out"],
    "abandon": ["drop from outside"],
}
LINE_BY_LINE: dict[str, Any] = {
    "strategy": "checkpoint-auto",
    "arm": ["timer {seconds}", "configure"],
    "leave": "end",
    "confirm": "keep",
    "revert": "back",
}
PLAN = SwitchPlan(
    switch="acc-01",
    platform="any",
    ports=("1",),
    running_digest="",
    rendered_digest="",
    secrets={},
    steps=(Step(scope="1", lines=("one", "two")),),
    undo=(),
)


@pytest.fixture(scope="module")
def anyone() -> Pack:
    folder: Path = next(folder for folder in platform_folders().values() if not load_pack(folder).files)
    return load_pack(folder)


def with_commit(pack: Pack, commit: dict[str, Any], **other: Any) -> Pack:
    return pack.model_copy(update={"commit": Commit.model_validate(commit | other)})


def sent(session: FakeSession) -> list[str]:
    return [line.shown for line in session.configured]


def pushed(session: FakeSession, pack: Pack, **options: Any) -> None:
    push(session, PLAN, pack, SecretStr, minutes=5, **options)


def test_a_candidate_is_activated_after_all_its_lines(anyone: Pack) -> None:
    session = FakeSession("acc-01")
    pushed(session, with_commit(anyone, CANDIDATE))
    assert sent(session) == ["open", "take lock", "one", "two", "commit in 5 or 00:05:00", "out"]


def test_a_candidate_with_a_refused_line_is_never_activated_but_thrown_away(anyone: Pack) -> None:
    pack, session = with_commit(anyone, CANDIDATE), FakeSession("acc-01", refuses={"two": "no"})
    with pytest.raises(PushRejected, match="`two`: no"):
        pushed(session, pack)
    undo_refused(session, pack)
    assert sent(session) == ["open", "take lock", "one", "two", "drop", "out"]


def test_a_candidate_that_took_effect_is_reverted_and_one_that_did_not_is_abandoned(anyone: Pack) -> None:
    pack = with_commit(anyone, CANDIDATE)
    running, idle = (FakeSession("acc-01", {"show pending": text}) for text in ("3 minutes left", "idle"))
    revert(running, pack)
    revert(idle, pack)
    assert sent(running) == ["go back"]
    assert sent(idle) == ["drop from outside"]


def test_lines_that_take_effect_at_once_go_between_the_timer_and_the_way_out(anyone: Pack) -> None:
    session = FakeSession("acc-01")
    pushed(session, with_commit(anyone, LINE_BY_LINE))
    assert sent(session) == ["timer 300", "configure", "one", "two", "end"]


def test_a_refused_line_leads_out_of_configuration_mode_before_it_is_reverted(anyone: Pack) -> None:
    pack, session = (
        with_commit(anyone, LINE_BY_LINE),
        FakeSession("acc-01", refuses={"one": "no", "end": "out already"}),
    )
    with pytest.raises(PushRejected):
        pushed(session, pack)
    undo_refused(session, pack)
    assert sent(session) == ["timer 300", "configure", "one", "end", "back"]


def test_a_confirmation_stops_at_what_is_refused(anyone: Pack) -> None:
    pack = with_commit(anyone, CANDIDATE)
    session = FakeSession("acc-01", refuses={"commit": "error: locked"})
    with pytest.raises(SwitchError, match="`commit` was refused"):
        confirm(session, pack)
    assert sent(session) == ["open", "commit"]


def test_a_switch_without_a_timer_is_not_begun_unless_that_was_accepted(anyone: Pack) -> None:
    pack = with_commit(anyone, LINE_BY_LINE, strategy="checkpoint-rollback", arm=["save a checkpoint", "configure"])
    session = FakeSession("acc-01")
    with pytest.raises(NotRevertable, match="--accept-no-timer"):
        pushed(session, pack)
    assert sent(session) == []
    pushed(session, pack, without_timer=True)
    assert sent(session)[0] == "save a checkpoint"


@pytest.mark.parametrize("lacking", ["activate", "discard", "pending", "pending_none"])
def test_a_candidate_strategy_that_could_not_be_let_go_is_refused(lacking: str) -> None:
    with pytest.raises(ValidationError, match="needs activate, discard, pending and pending_none"):
        Commit.model_validate({key: value for key, value in CANDIDATE.items() if key != lacking})
