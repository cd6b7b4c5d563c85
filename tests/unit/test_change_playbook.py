"""Playbooks are checked as a whole before anything connects, and editors know what may stand in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portseal.change.playbook import Action, load_playbook, playbook_schema
from portseal.core.errors import InputError
from portseal.core.waves import Placed, waves

WRONG = """\
schema_version: 1
name: seal cameras!
action: sael
targets: {switch: acc-01}
window: {timezone: Berlin, recurrence: often, start: "1:00", duration: soon}
waves: {shares: ["0%"], failures: none}
approval: {required: 9}
"""


def test_every_shipped_playbook_is_right_and_every_action_has_one(repository: Path) -> None:
    books = [load_playbook(path) for path in sorted((repository / "playbooks").glob("*.yaml"))]
    assert {book.action for book in books} == set(Action)


def test_the_published_schema_is_current(repository: Path) -> None:
    assert json.loads((repository / "playbooks" / "playbook.schema.json").read_text()) == playbook_schema()


def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(WRONG)
    with pytest.raises(InputError) as raised:
        load_playbook(path)
    said = str(raised.value)
    for place in (
        "name", "action", "targets.switch", "window.timezone", "window.recurrence", "window.start", "window.duration",
        "waves.shares.0", "waves.failures", "approval.required",
    ):  # fmt: skip
        assert f"  {place}: " in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("- a\n- b\n", "no table"),
        ("a: [", "no YAML"),
        ("schema_version: 1\nname: a\naction: seal\napproval: {required: 1}\n", "plan: given"),
        ("schema_version: 1\nname: a\naction: open-port\nopen_for: 3h\n", "at most 2h"),
        ("schema_version: 1\nname: a\naction: seal\ngates: {risks: [open-port]}\n", "gates.risks.0"),
        ("schema_version: 1\nname: a\naction: seal\nnotify: [{webhook: 'http://example.com/x'}]\n", "notify.0.webhook"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        load_playbook(path)


PLACED = st.lists(
    st.builds(
        Placed,
        switch=st.integers(1, 40).map(lambda n: f"acc-{n:02}"),
        cameras=st.integers(1, 48),
        groups=st.frozensets(st.sampled_from(["area:a", "area:b", "area:c", "recorder:1"]), max_size=2),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda placed: placed.switch,
)


@given(PLACED, st.lists(st.sampled_from(["1", "2", "10%", "50%", "100%"]), max_size=4))
def test_every_switch_is_in_one_wave_and_shares_are_kept(switches: list[Placed], shares: list[str]) -> None:
    found = waves(switches, shares)
    listed = [name for wave in found for name in wave.switches]
    assert sorted(listed) == sorted(switch.switch for switch in switches)
    if shares and shares[0] == "1":
        assert len(found[0].switches) == 1


@given(PLACED)
def test_a_wave_takes_all_of_a_place_only_where_it_says_so(switches: list[Placed]) -> None:
    for wave in waves(switches, ["1", "50%"]):
        for group in {group for switch in switches for group in switch.groups}:
            of = {switch.switch for switch in switches if group in switch.groups}
            assert (group in wave.takes_all_of) == (len(of) > 1 and of <= set(wave.switches))


def test_a_place_is_spread_over_the_waves() -> None:
    switches = [Placed(switch=f"n{n}", cameras=1, groups=frozenset({"area:north"})) for n in range(3)]
    switches += [Placed(switch=f"s{n}", cameras=9, groups=frozenset({"area:south"})) for n in range(3)]
    first, second = waves(switches, ["50%"])
    assert {name[0] for name in first.switches} == {"n", "s"} == {name[0] for name in second.switches}
    assert first.takes_all_of == second.takes_all_of == ()


def test_canaries_come_first_in_their_order() -> None:
    switches = [Placed(switch=f"acc-{n}", cameras=n) for n in range(1, 6)]
    first, *_ = waves(switches, ["2"], canaries=["acc-5", "acc-3"])
    assert first.switches == ("acc-5", "acc-3")
