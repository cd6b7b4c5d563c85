"""One switch's part of a run in, what became of the switch out: the task that carries it out, in this process or at a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nornir.core.task import Result, Task

from portseal.change.desk import Desk
from portseal.change.ending import Ending, SwitchResult
from portseal.change.terms import Change, Terms
from portseal.core.model import Value
from portseal.core.planning import SwitchPlan
from portseal.estate import Estate, message
from portseal.home import Each, Home, HomeLost


class Back(Value):
    """Where a rollback takes a switch back to."""

    digest: str
    """Of its owned configuration."""
    sealed: tuple[str, ...]
    """Long names of the ports that were sealed then."""


_BEFORE_RETRY = 5.0
"""Seconds."""

Perform = Callable[[Change], SwitchResult]
"""What is done to one switch."""


@dataclass(frozen=True)
class Part:
    """What is to be done to one switch: pure data, but for the function that does it."""

    run: str
    plan: SwitchPlan
    terms: Terms
    perform: Perform
    retries: int = 0
    back: Back | None = None


def perform(task: Task, estate: Estate, parts: Each[Part], home: Home) -> Result:
    """`result` is a `SwitchResult`, `diff` the plan's; `changed` where the switch was confirmed."""
    part, desk, switch = parts[task.host.name], Desk(home), task.host.name
    if (held := desk.begin(switch)) is not None:
        return Result(host=task.host, result=held)
    change = Change(
        plan=part.plan,
        estate=estate,
        terms=part.terms,
        connect=lambda: estate.session(task.host),
        reconnect=lambda: estate.session(task.host, again=True),
        say=desk.say,
        log_in=lambda: estate.log_in(task.host),
        note=desk.note,
        stopping=desk.stopping,
        back_to=part.back.digest if part.back else "",
        sealed_before=frozenset(part.back.sealed if part.back else ()),
    )
    result = _performed(part, change)
    for _ in range(part.retries):
        if result.ending is not Ending.UNREACHABLE or desk.stopped_within(_BEFORE_RETRY) or desk.begin(switch):
            break
        result = _performed(part, change)
    changed = result.ending in (Ending.APPLIED, Ending.TAKEN_BACK)
    return Result(host=task.host, result=result, changed=changed, diff=part.plan.diff)


def _performed(part: Part, change: Change) -> SwitchResult:
    """What is done to one switch; an error that nobody planned is a failed switch like any other, so that it stops the run too.

    Raises:
        HomeLost: nobody leads the run any more, so that nothing further is done.
    """
    try:
        return part.perform(change)
    except HomeLost:
        raise
    except Exception as error:
        told = f"{change.switch}: {message(error, change.estate)}"
        text = (
            f"{told}; if its timer runs, it undoes the change by itself; `portseal resume {part.run}` looks what it has"
        )
        return SwitchResult(switch=change.switch, ending=Ending.UNCERTAIN, message=text)
