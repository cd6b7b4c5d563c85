"""A plan in, what a reviewer reads of it in a terminal out: what matters first, then the diff."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portseal.core.plan_file import Plan
from portseal.core.planning import SwitchPlan
from portseal.core.steps import SWITCH_WIDE

_STYLES = {"+": "green", "-": "red", " ": "bold"}


def show_plan(plan: Plan, console: Console, *, saved: Path | None) -> None:
    """Print summary, risks, refusals, then each switch's diff."""
    changing = [switch for switch in plan.switches if switch.changes]
    for switch in changing:
        console.print(Text(f"── {switch.switch} ({switch.platform})", style="bold cyan"))
        for line in switch.diff.splitlines():
            console.print(Text(line, style=_STYLES.get(line[:1], "")), soft_wrap=True)
        console.print()
    console.print(_summary(plan))
    _notes(plan.switches, console)
    ports = sum(len(switch.changed_ports) for switch in changing)
    if changing:
        console.print(f"{len(changing)} of {len(plan.switches)} switches and {ports} ports change.", soft_wrap=True)
    elif plan.complete:
        console.print(f"Nothing to do: {len(plan.switches)} switches are as the inventory wants them.", soft_wrap=True)
    if saved and changing:
        console.print(f"Saved in {saved}; carry it out with: portseal apply {saved}", soft_wrap=True)


def _summary(plan: Plan) -> Table:
    table = Table(
        "switch", "platform", "ports", "ports changed", "switch-wide lines", "lines sent", "risks", "left out"
    )
    for switch in plan.switches:
        wide = sum(len(step.lines) for step in switch.steps if step.scope == SWITCH_WIDE)
        table.add_row(
            switch.switch,
            switch.platform,
            str(len(switch.ports)),
            str(len(switch.changed_ports)),
            str(wide),
            str(sum(len(step.lines) for step in switch.steps)),
            str(len(switch.risks)),
            str(len(switch.refusals)),
        )
    for name in plan.unread:
        table.add_row(name, "", "not read", "", "", "", "", "")
    return table


def _notes(switches: tuple[SwitchPlan, ...], console: Console) -> None:
    """Risks and refusals; those that many ports share are told once a switch."""
    for switch in switches:
        shared = Counter((risk.code, risk.message) for risk in switch.risks)
        for (code, message), count in shared.items():
            scopes = [risk.scope for risk in switch.risks if (risk.code, risk.message) == (code, message)]
            where = scopes[0] if count == 1 else f"{scopes[0]} and {count - 1} more ports"
            console.print(
                Text.assemble(("risk ", "yellow"), f"{switch.switch} {where}: {message} [{code}]"), soft_wrap=True
            )
        for refusal in switch.refusals:
            text = f"{switch.switch} {refusal.scope}: {refusal.reason} [{refusal.code}]"
            console.print(Text.assemble(("left out ", "red"), text), soft_wrap=True)
