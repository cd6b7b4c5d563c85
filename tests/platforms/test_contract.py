"""One contract, every platform: planned, applied, nothing left to do, changed in every way there is, and taken back.

Which profiles a platform is tried with comes from its capabilities; a platform that nobody simulates is tried on a model that
carries lines out by the folder's own rules.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from contract.bench import MINUTES, Bench
from contract.changes import CHANGES, Change
from contract.profiles import packs, possible, possible_bases, refused, wishes
from contract.said import said, seen
from contract.text import outside, owned_lines

from portseal.core.capability import check

PLATFORMS = sorted(packs())


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bench(platform: str) -> Bench:
    return Bench(platform, possible(platform).choices)


def test_every_value_that_is_claimed_is_in_a_profile_that_is_possible(platform: str) -> None:
    assert wishes(packs()[platform][0])
    assert [str(wish) for wish in possible(platform).never] == []


def test_a_value_that_is_not_claimed_is_refused(platform: str) -> None:
    pack = packs()[platform][0]
    plain = possible(platform).choices["plain"]
    for feature in ("dot1x.host_mode", "dot1x.violation", "dot1x.methods"):
        bare = pack.model_copy(update={"capability": tuple(c for c in pack.capability if c.feature != feature)})
        assert refused(bare, plain), feature


def test_an_empty_switch_gets_every_profile_and_then_nothing_is_left_to_do(bench: Bench) -> None:
    plan = bench.apply()
    assert set(plan.changed_ports) == {port.port for port in bench.intent.ports}
    again = bench.plan()
    assert again.diff == ""
    assert again.steps == ()


def test_every_profile_lets_its_camera_in(bench: Bench) -> None:
    if not bench.simulated:
        pytest.skip("nobody simulates this platform; the lab or the vendor's own switch shows it")
    bench.apply()
    assert bench.surprises() == {}


def test_a_plan_touches_owned_lines_only(bench: Bench) -> None:
    before = outside(bench)
    bench.apply()
    assert outside(bench) == before


def test_what_is_taken_back_is_as_it_was_to_the_byte(bench: Bench) -> None:
    if not bench.simulated:
        pytest.skip("nobody simulates this platform")
    before = bench.clear()
    bench.push(bench.plan())
    assert bench.clear() != before
    bench.take_back()
    assert bench.clear() == before


def test_what_nobody_confirms_is_taken_back_by_the_switch(bench: Bench) -> None:
    if not bench.simulated:
        pytest.skip("nobody simulates this platform")
    if any(risk.code == "no-self-undo" for risk in bench.plan().risks):
        pytest.skip("the platform has no timer; the plan says so")
    before = bench.clear()
    bench.push(bench.plan())
    bench.clock.run(MINUTES * 60 + 60)
    assert bench.clear() == before


def test_what_is_confirmed_stays(bench: Bench) -> None:
    if not bench.simulated:
        pytest.skip("nobody simulates this platform")
    bench.apply()
    after = bench.clear()
    bench.clock.run(MINUTES * 120)
    assert bench.clear() == after


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_every_kind_of_change_is_carried_out_and_taken_back(platform: str, change: Change) -> None:
    profiles = change.profiles(platform)
    if not profiles or not change.possible(bench := Bench(platform, profiles)):
        pytest.skip("the platform cannot have this change")
    change.start(bench)
    bench.apply()
    before, owned, others = bench.clear(), owned_lines(bench), outside(bench)
    change.make(bench)
    if any(found.severity == "error" for found in check(bench.intent, bench.pack)):
        pytest.skip("lint refuses the change on this platform")
    plan = bench.plan()
    assert plan.changes, "the change makes no difference"
    if bench.simulated:
        bench.push(plan)
        bench.take_back()
        assert bench.clear() == before
    bench.apply()
    assert bench.plan().diff == ""
    assert outside(bench) == others
    if bench.simulated:
        bench.rearrange()
        assert bench.surprises() == {}
    if not any(risk.code == "undo-incomplete" for risk in plan.risks):
        bench.type(plan.undo)
        assert owned_lines(bench) == owned
        assert outside(bench) == others


@pytest.fixture
def watched(platform: str) -> tuple[Bench, Callable[[], list[str]]]:
    bench = Bench(platform, {f"base-{number}": base for number, base in enumerate(possible_bases(platform))})
    rules = said(platform).never
    found: list[str] = []

    def look(line: str) -> None:
        found.extend(f"after `{line.strip()}`: {what}" for what in seen(bench.clear(), rules))

    if bench.simulated:
        bench.session.after_line = look
    return bench, lambda: found or seen(bench.clear(), rules)


def test_no_moment_shows_what_must_never_be_seen(watched: tuple[Bench, Callable[[], list[str]]], platform: str) -> None:
    bench, found = watched
    assert said(platform).never, f"say in tests/golden/{platform}/contract.toml what no moment may show"
    plan = bench.apply()
    assert found() == []
    bench.type(plan.undo)
    assert found() == []
