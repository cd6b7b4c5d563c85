"""The order of a rotation's steps, and where one stands by what the journal says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portseal.core.inventory import LinkKey, RetiredKey, Stage
from portseal.core.key_rules import Rotation
from portseal.core.rotation import ON_SWITCH, Progress, Rotating, Step, after, read_rotations, steps

OLD = LinkKey(ckn="aa", cak="cak/old", retired=(RetiredKey(ckn="99", fingerprint="f", retired=date(2025, 1, 1)),))
NEW = LinkKey(ckn="bb", cak="cak/new", created=date(2026, 1, 1))


def rotating(method: Rotation = Rotation.FALLBACK, **update: Any) -> Rotating:
    first = Rotating(camera="cam-1", switch="sw", method=method, by_hand=False, old=OLD, new=NEW, stage=Stage.SEALED)
    return first.model_copy(update=update)


def walked(first: Rotating) -> Iterator[tuple[Step, set[str], str]]:
    """Each step with the keys that the switch holds and the one the camera holds once it was taken."""
    at, switch, camera = first, {"aa"}, "aa"
    while (step := at.next) is not None:
        key = at.key_at(step, date(2026, 1, 2), "fp")
        if step in ON_SWITCH:
            two = first.method is Rotation.FALLBACK and key.fallback
            switch = {key.ckn, *([key.fallback.ckn] if two and key.fallback else [])}
        if step is Step.MOVE:
            camera = "bb"
        at = after(at, step, Progress.DONE)
        yield step, switch, camera


def test_with_room_for_two_the_camera_always_has_a_key_that_the_switch_takes() -> None:
    for step, switch, camera in walked(rotating()):
        assert camera in switch, step
    assert (switch, camera) == ({"bb"}, "bb")


@pytest.mark.parametrize("by_hand", [False, True])
def test_with_room_for_one_cleartext_may_pass_while_the_ends_differ(by_hand: bool) -> None:
    first = rotating(Rotation.SWAP, by_hand=by_hand)
    for step, switch, camera in walked(first):
        if camera not in switch:
            assert first.stage_at(step) is Stage.SHOULD_SECURE, step
    assert (switch, camera) == ({"bb"}, "bb")
    assert first.stage_at(Step.STRENGTHEN) is Stage.SEALED


@pytest.mark.parametrize("method", [Rotation.FALLBACK, Rotation.SWAP])
@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_a_new_name_comes_with_a_new_key_and_the_old_one_is_remembered(
    method: Rotation, by_hand: bool, dark: bool
) -> None:
    first = rotating(method, by_hand=by_hand, dark=dark)
    order = steps(method, by_hand=by_hand, dark=dark)
    assert order[0] is Step.MAKE
    assert order[-1] is Step.RETIRE
    last = first.key_at(Step.RETIRE, date(2026, 1, 2), "fp")
    assert (last.ckn, last.cak, last.fallback) == ("bb", "cak/new", None)
    assert [each.ckn for each in last.retired] == ["99", "aa"]
    assert all(first.key_at(step).retired for step in order)


def test_a_rotation_can_be_given_up_until_the_switch_prefers_the_new_key() -> None:
    at = rotating()
    can = []
    while (step := at.next) is not None:
        can.append((step, at.can_go_back))
        at = after(at, step, Progress.DONE)
    assert [step for step, able in can if able] == [Step.MAKE, Step.ADD, Step.MOVE, Step.PROMOTE]
    back = rotating(done=(Step.MAKE, Step.ADD), begun=Step.MOVE, backwards=True)
    assert [step for step, _, _ in walked(back)] == [Step.RESTORE, Step.RELEASE, Step.FORGET]
    assert back.key_at(Step.RELEASE) == OLD
    assert back.camera_may_have_moved


@given(st.lists(st.sampled_from(list(Progress)), max_size=12), st.sampled_from([Rotation.FALLBACK, Rotation.SWAP]))
def test_what_the_journal_says_leads_to_where_it_stands(said: list[Progress], method: Rotation) -> None:
    at: Rotating | None = rotating(method)
    rows: list[dict[str, Any]] = []
    for progress in said:
        if at is None or at.next is None:
            break
        row: dict[str, Any] = {"camera": "cam-1", "step": at.next.value, "progress": progress.value}
        if not rows or progress is Progress.FAILED:
            row["rotation"] = at.model_dump(mode="json")
        rows.append(row)
        at = after(at, at.next, progress)
    found = read_rotations(rows)
    if rows and at is not None and not at.over:
        assert found == {"cam-1": at}
    else:
        assert found == {}


def test_rows_of_other_things_and_of_unknown_rotations_do_not_matter() -> None:
    assert read_rotations([{"digest": "x"}, {"camera": "c", "step": "add", "progress": "done"}]) == {}
