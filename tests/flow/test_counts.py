"""What work costs, in counts that do not depend on the machine, beside what bench/counts.toml holds."""

from __future__ import annotations

import pytest
from bench.counts import calls, counts, differences, held

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def found() -> dict[str, int]:
    return counts()


def test_nothing_costs_more_than_it_did(found: dict[str, int]) -> None:
    assert differences(found, held()) == []


def test_every_count_is_held(found: dict[str, int]) -> None:
    assert {name for name in found if not name.endswith((".calls", ".patterns"))} <= held().keys()


@pytest.mark.parametrize("verb", ["plan", "apply", "verify", "plan_again"])
def test_forty_eight_ports_take_the_round_trips_of_one(found: dict[str, int], verb: str) -> None:
    assert found[f"{verb}.48_ports.round_trips"] == found[f"{verb}.1_ports.round_trips"]


def test_an_apply_takes_twelve_round_trips_and_a_verify_six_at_most(found: dict[str, int]) -> None:
    assert found["apply.48_ports.round_trips"] <= 12
    assert found["verify.48_ports.round_trips"] <= 6


def test_a_rise_is_told_and_so_is_a_great_fall() -> None:
    kept = {
        "apply.1_ports.round_trips": 12,
        "parse.480_ports.calls": 1000,
        "render.48_ports.calls": 1000,
        "gone.calls": 1,
    }
    told = differences(
        {"apply.1_ports.round_trips": 13, "parse.480_ports.calls": 1040, "render.48_ports.calls": 499}, kept
    )
    assert [line.partition(":")[0] for line in told] == [
        "apply.1_ports.round_trips",
        "gone.calls",
        "render.48_ports.calls",
    ]
    assert "+8.3%" in told[0]
    assert differences({**kept, "parse.480_ports.calls": 1060}, kept)[0].startswith("parse.480_ports.calls: 1,060")


def test_calls_are_counted_one_by_one() -> None:
    def twice() -> None:
        str.upper("a")
        str.upper("b")

    few, none = calls(lambda: None)
    more, _ = calls(twice)
    assert (more - few, none) == (2, 0)
