"""Intent and running configuration in, plan out: the task that reads a switch once."""

from __future__ import annotations

from collections.abc import Sequence

from nornir.core.task import Result, Task

from portseal.core import planning
from portseal.core.errors import ParseError
from portseal.core.probes import probe_commands, unmet
from portseal.estate import Estate


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
