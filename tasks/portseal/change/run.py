"""A plan of many switches in, what became of each out: switches in parallel, each confirmed on its own."""

from __future__ import annotations

from collections.abc import Callable

from nornir.core.task import Result, Task

from portseal.change.apply import Change, Say, Terms, apply_switch
from portseal.change.ending import Ending, SwitchResult
from portseal.core.planning import SwitchPlan
from portseal.estate import Estate
from portseal.fleet import on_all


def carry_out(
    estate: Estate,
    plans: tuple[SwitchPlan, ...],
    terms: Terms,
    *,
    done: Callable[[str], None] = lambda _: None,
    say: Say = lambda switch, what: None,
) -> tuple[SwitchResult, ...]:
    """Carry `plans` out; the results are in their order."""
    by_switch = {plan.switch: plan for plan in plans}
    outcomes = on_all(
        estate.only(by_switch), apply_plan, SwitchResult, done=done, plans=by_switch, terms=terms, say=say
    )
    return tuple(
        outcomes.results.get(plan.switch)
        or SwitchResult(switch=plan.switch, ending=Ending.UNCERTAIN, message=outcomes.failures[plan.switch])
        for plan in plans
    )


def apply_plan(task: Task, estate: Estate, plans: dict[str, SwitchPlan], terms: Terms, say: Say) -> Result:
    """`result` is a `SwitchResult`, `diff` the plan's; `changed` where the switch was confirmed."""
    plan = plans[task.host.name]
    result = apply_switch(
        Change(
            plan=plan,
            estate=estate,
            terms=terms,
            connect=lambda: estate.session(task.host),
            reconnect=lambda: estate.session(task.host, again=True),
            say=say,
        )
    )
    return Result(host=task.host, result=result, changed=result.ending is Ending.APPLIED, diff=plan.diff)
