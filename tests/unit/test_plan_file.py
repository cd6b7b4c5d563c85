"""A plan's file is written and its digest taken switch by switch, and both are those of the whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from portseal.core.errors import PlanError
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
