"""A switch's steps in, batches out: which ports are changed and verified before the next ones, under one timer."""

from __future__ import annotations

from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Pack
from portseal.core.steps import SWITCH_WIDE, Step


def batches(plan: SwitchPlan, pack: Pack, ports_at_once: int) -> tuple[SwitchPlan, ...]:
    """`plan` in parts of so many ports each; what is switch-wide stays before and behind the ports it stands around.

    One part where `ports_at_once` is 0, or where the platform cannot go on under a running timer (`commit.again`).
    """
    if not ports_at_once or pack.commit.again is None or pack.commit.strategy.candidate:
        return (plan,)
    parts: list[list[Step]] = [[]]
    ports = 0
    for step in plan.steps:
        if step.scope != SWITCH_WIDE:
            if ports == ports_at_once:
                parts.append([])
                ports = 0
            ports += 1
        parts[-1].append(step)
    return tuple(plan.model_copy(update={"steps": tuple(part)}) for part in parts)
