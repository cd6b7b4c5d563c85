"""A plan and a playbook's gates in, what forbids carrying it out, and what is only told, out: a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portseal.change.playbook import Action, Playbook
from portseal.change.run import Orders
from portseal.change.timeline import budget_seconds, worst_seconds
from portseal.change.view import port_of
from portseal.change.window import Opening
from portseal.core.plan_file import Plan
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Pack
from portseal.core.steps import SWITCH_WIDE
from portseal.estate import Estate


def gates(book: Playbook, estate: Estate, plan: Plan, port: str) -> tuple[list[str], list[str]]:
    """(what forbids the run, what is only told)."""
    forbidden: list[str] = []
    warnings: list[str] = []
    gates, wanted = (
        book.gates,
        {Action.UNSEAL: {"opens-port"}, Action.OPEN_PORT: {"opens-port"}}.get(book.action, set()),
    )
    accepted = {*gates.accept_risks, *wanted} | ({"no-self-undo"} if book.terms.accept_no_timer else set())
    for switch in plan.switches:
        for risk in switch.risks:
            stop = risk.code in gates.risks and risk.code not in accepted
            (forbidden if stop else warnings).append(f"{switch.switch} {risk.scope}: {risk.code}: {risk.message}")
        for refusal in switch.refusals:
            told = forbidden if gates.refusals == "block" else warnings
            told.append(f"{switch.switch} {refusal.scope}: {refusal.code}: {refusal.reason}")
        if book.action in (Action.OPEN_PORT, Action.SWAP_CAMERA):
            forbidden += _only_one(estate.pack(switch.switch), switch, _port_of_plan(estate, switch, port))
    for failure in plan.unread.values():
        (forbidden if gates.unread == "block" else warnings).append(failure)
    return forbidden, warnings


def _port_of_plan(estate: Estate, switch: SwitchPlan, text: str) -> str:
    """The long name of the one port that a plan is to be about."""
    released = estate.released.get(switch.switch, frozenset())
    return next(iter(released)) if released else port_of(estate, text)[1]


def _only_one(pack: Pack, switch: SwitchPlan, port: str) -> Sequence[str]:
    """What a plan changes besides one port and what that port leaves behind."""
    others = [
        step.scope
        for step in switch.steps
        if step.scope != port and not (step.scope == SWITCH_WIDE and _only_removes(pack, step.lines))
    ]
    if not others:
        return ()
    return [f"{switch.switch}: more than {port} would change ({', '.join(others)}); plan and apply that first"]


def _only_removes(pack: Pack, lines: Sequence[str]) -> bool:
    """Whether every line that is no section's head takes something away."""
    depths = [len(line) - len(line.lstrip()) for line in lines]
    return all(
        line.lstrip().startswith(pack.negation) or line.strip() == pack.exit or deeper > depth
        for line, depth, deeper in zip(lines, depths, [*depths[1:], 0], strict=True)
    )


def too_long(opening: Opening | None, orders: Orders, changing: Sequence[SwitchPlan], workers: int) -> Iterator[str]:
    """What of it could not be begun in any opening, because it could not be over or taken back before the margin."""
    if opening is None:
        return
    minutes = orders.terms.minutes
    if not opening.may_begin(opening.begins, worst_seconds(minutes)):
        yield f"the window is too short for a timer of {minutes} min and its margin: no switch could be begun in it"
        return
    names = {plan.switch for plan in changing}
    for wave in orders.waves:
        first = next((switch for switch in wave.switches if switch in names), None)
        if first and not opening.may_begin(opening.begins, budget_seconds(orders, first, workers=workers)):
            yield (
                f"the window is too short for wave {wave.number}: where it fails, what it confirmed on {len(wave.switches)} switches is "
                f"taken back {workers} at a time, each under a timer of {minutes} min; make the window longer, or waves.shares smaller"
            )
