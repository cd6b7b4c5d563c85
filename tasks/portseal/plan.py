"""Intent and running configuration in, plan out: the task that reads a switch once, and the plans of a whole estate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nornir.core.task import Result, Task
from pydantic import TypeAdapter

from portseal.core import planning
from portseal.core.errors import ParseError
from portseal.core.one_by_one import OneByOne
from portseal.core.planning import SwitchPlan
from portseal.core.probes import probe_commands, unmet
from portseal.estate import Estate
from portseal.fleet import on_all
from portseal.spool import Spool


def plan_switch(task: Task, estate: Estate) -> Result:
    """`result` is the `SwitchPlan`, `diff` its diff; `changed` stays False, since nothing is written."""
    pack = estate.pack(task.host.name)
    running, *probed = estate.session(task.host).run([pack.read.command, *probe_commands(pack)])
    plan = plan_from(running, task.host.name, estate, against=unmet(pack, probed))
    return Result(host=task.host, result=plan, diff=plan.diff)


def plan_from(
    running: str,
    switch: str,
    estate: Estate,
    *,
    stored: dict[str, str] | None = None,
    against: Sequence[tuple[str, str]] = (),
) -> planning.SwitchPlan:
    """The plan for `switch` against the running configuration `running`; `against`: (code, reason) of what its probes said
    against it.

    Raises:
        ParseError: `running` is not a whole configuration; the message names the switch.
    """
    try:
        return planning.plan_switch(
            estate.intent(switch),
            running,
            estate.pack(switch),
            (estate.folder(switch),),
            marks=estate.marks(switch, stored=stored),
            managed=estate.managed(switch),
            unmet=against,
            compare=estate.processes.difference,
        )
    except ParseError as error:
        raise ParseError(f"{switch}: {error}") from error


def plan_all(
    estate: Estate,
    *,
    done: Callable[[str], None] = lambda switch: None,
    came: Callable[[str, SwitchPlan | None], None] = lambda switch, plan: None,
    failed: Callable[[str, str], None] = lambda switch, why: None,
) -> tuple[OneByOne[SwitchPlan], dict[str, str]]:
    """The plan of every switch of the estate, in the order of their names, and why others could not be planned.

    What is planned is kept on disk, and there is one plan in memory at a time.
    """
    spool = Spool(TypeAdapter(SwitchPlan), estate.memory.folder)
    outcomes = on_all(estate, plan_switch, SwitchPlan, reading=True, kept=spool, done=done, came=came, failed=failed)
    return OneByOne(sorted(outcomes.results), spool.__getitem__), outcomes.failures
