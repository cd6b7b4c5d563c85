"""A plan's file is written and its digest taken switch by switch, and both are those of the whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from portseal.core.errors import PlanError
from portseal.core.one_by_one import OneByOne
from portseal.core.plan_file import Plan, digest_of, dump_plan, plan_text, read_plan
from portseal.core.planning import SwitchPlan
from portseal.core.steps import Step

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def plan_of(switches: int) -> Plan:
    made = tuple(
        SwitchPlan(
            switch=f"acc-{number:02}",
            platform="any",
            ports=("Port 1",),
            running_digest="a",
            rendered_digest="b",
            secrets={},
            steps=(Step(scope="Port 1", lines=('description "switches": []', "Zürich\n")),),
            undo=(),
        )
        for number in range(switches)
    )
    unread = {"acc-99": 'acc-99: said "switches":[], and "switches": []'}
    return Plan(portseal="1", site="s", created=NOW, expires=NOW, switches=made, unread=unread)


@pytest.mark.parametrize("switches", [0, 1, 3])
def test_a_plan_in_pieces_is_the_plan_in_one(switches: int) -> None:
    plan = plan_of(switches)
    content = plan.model_dump(mode="json")
    whole = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = sha256(whole.encode()).hexdigest()
    assert digest_of(plan) == digest
    assert dump_plan(plan) == json.dumps({**content, "digest": digest}, indent=1, ensure_ascii=False) + "\n"
    assert len(list(plan_text(plan))) == (switches + 2 if switches else 1)
    assert read_plan(dump_plan(plan), name="plan.json") == plan


def test_a_plan_whose_switches_change_places_is_another_one() -> None:
    plan = plan_of(2)
    text = dump_plan(plan)
    swapped = text.replace("acc-00", "acc-xx").replace("acc-01", "acc-00").replace("acc-xx", "acc-01")
    with pytest.raises(PlanError, match="changed after it was made"):
        read_plan(swapped, name="plan.json")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_plan_is_read_in_pieces_of_any_size_and_one_switch_of_it_at_a_time(size: int) -> None:
    plan = plan_of(3)
    text = dump_plan(plan)
    kept: dict[str, SwitchPlan] = {}
    found = read_plan((text[at : at + size] for at in range(0, len(text), size)), name="plan.json", kept=kept)
    assert isinstance(found.switches, OneByOne)
    assert tuple(found.switches) == plan.switches == tuple(kept.values())
    assert dump_plan(found) == text
    assert [switch.switch for switch in found.only({"acc-01"}).changing] == ["acc-01"]


def test_a_plan_that_somebody_laid_out_otherwise_is_the_same_plan() -> None:
    plan = plan_of(2)
    content = json.loads(dump_plan(plan))
    shuffled = {name: content[name] for name in ("switches", "digest", *sorted(content))}
    assert read_plan(json.dumps(shuffled), name="plan.json") == plan


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-3],
        lambda text: text + "{}",
        lambda text: text.replace('"acc-01"', '"acc-00"'),
        lambda text: text.replace('"site"', '"switches": [], "site"'),
        lambda text: text.replace('"switches"', '"switch"', 1),
        lambda text: text.replace('"digest"', '"digests"'),
        lambda text: "[]",
        lambda text: "",
    ],
)
def test_what_is_no_whole_plan_is_refused_in_whatever_pieces_it_comes(change: Callable[[str], str]) -> None:
    text = change(dump_plan(plan_of(2)))
    for pieces in ([text], list(text)):
        with pytest.raises(PlanError, match="not a plan of portseal, or damaged"):
            read_plan(pieces, name="plan.json", kept={})


def test_a_plan_with_a_default_left_out_was_changed() -> None:
    content = json.loads(dump_plan(plan_of(1)))
    del content["switches"][0]["refusals"]
    with pytest.raises(PlanError, match="changed after it was made"):
        read_plan(json.dumps(content), name="plan.json")
