"""An interrupted run, or a finished one, taken up from the journal: resumed, aborted, or rolled back."""

from __future__ import annotations

from collections.abc import Callable

from portseal.change.ending import Ending, SwitchResult
from portseal.change.journal import Journal
from portseal.change.resume import resume_switch
from portseal.change.run import ROTATION, Back, Orders, Run, Work, begin_run, carry_out
from portseal.change.terms import Change
from portseal.change.view import seen_through
from portseal.core.errors import InputError
from portseal.core.journal_entry import Entry, Event, RunSummary
from portseal.core.plan_file import Plan, digest_of, dump_plan, read_plan
from portseal.core.planning import SwitchPlan
from portseal.core.reversal import reversal
from portseal.estate import Estate

_KEPT = frozenset({Ending.APPLIED})
_SETTLED = frozenset({Ending.APPLIED, Ending.UNCHANGED, Ending.ROLLED_BACK, Ending.REFUSED, Ending.NOT_BEGUN})


def open_run(journal: Journal, name: str = "") -> RunSummary:
    """The run that was interrupted, or the one of that name.

    Raises:
        InputError: none was.
    """
    if name:
        return journal.run(name)
    left = [run for run in journal.runs() if run.open]
    if not left:
        raise InputError(f"{journal.path}: no run was interrupted; `portseal history` lists them all")
    return left[-1]


def take_up(
    estate: Estate, journal: Journal, summary: RunSummary, *, abort: bool, reason: str = "", done: Callable[[str], None]
) -> tuple[SwitchResult, ...]:
    """Bring an interrupted run to its end: go on with it, or with `abort` undo what it left unconfirmed.

    Switches that came to an end in it are left alone. A run that had stopped begins no further switch.

    Raises:
        InputError: the run carries out no plan, or its plan is not of this site any more.
    """
    plan, orders = _of(journal, summary)
    estate = seen_through(estate, orders.view)
    abort = abort or orders.opens  # a port is opened once, for a limited time; not again because somebody resumes
    rows = journal.entries(summary.run)
    stopped = next(
        (str(row.data["stopped"]) for row in rows if row.event is Event.WAVE_ENDED and row.data.get("stopped")), ""
    )
    todo = [p for p in plan.switches if p.changes and summary.endings.get(p.switch, "") not in _SETTLED]
    _check_known(estate, [p.switch for p in todo])

    def perform(change: Change) -> SwitchResult:
        mine = [row for row in rows if row.switch == change.switch]
        return resume_switch(change, mine, abort=abort or (bool(stopped) and not mine))

    what = "abort" if abort else "resume"
    with begin_run(estate, what, reason=reason, again=summary.run) as run:
        work = Work(estate=estate, run=run, orders=orders, perform=perform, done=done)
        return carry_out(work, todo)


def roll_back(
    estate: Estate,
    journal: Journal,
    summary: RunSummary,
    *,
    only: frozenset[str] | None = None,
    within: Run | None = None,
    reason: str = "",
    ticket: str = "",
    done: Callable[[str], None] = lambda switch: None,
) -> tuple[SwitchResult, ...]:
    """Take back what a run confirmed, on all of its switches or on `only` these: each by its own plan turned round.

    A switch whose owned configuration is no longer what that run left is refused. `within`: the run that does it, where it
    is not one of its own.

    Raises:
        InputError: the run is open still, or carries out no plan.
    """
    if summary.open and within is None:
        raise InputError(f"run {summary.run} was interrupted; `portseal resume` or `portseal abort` it first")
    plan, orders = _of(journal, summary)
    estate = seen_through(estate, orders.view)
    rows = journal.entries(summary.run)
    kept = [p for p in plan.switches if summary.endings.get(p.switch) in _KEPT and (only is None or p.switch in only)]
    _check_known(estate, [p.switch for p in kept])
    refused: dict[str, SwitchResult] = {}
    turned: list[SwitchPlan] = []
    for switch in kept:
        try:
            turned.append(reversal(switch, running_digest=_left_with(rows, switch.switch)))
        except ValueError as error:
            told = f"nothing was sent: {error}"
            refused[switch.switch] = SwitchResult(switch=switch.switch, ending=Ending.REFUSED, message=told)
    back = {p.switch: Back(digest=p.running_digest, sealed=_sealed(rows, p.switch)) for p in kept}
    steady = Orders(terms=orders.terms, view=orders.view, back=back)

    def go(run: Run) -> tuple[SwitchResult, ...]:
        found = carry_out(Work(estate=estate, run=run, orders=steady, done=done), turned)
        each = {result.switch: result for result in found} | refused
        return tuple(each[p.switch] for p in kept)

    if within is not None:
        return go(within)
    backward = plan.model_copy(update={"switches": tuple(turned)})
    what = f"rollback of {summary.run}"
    text, digest = dump_plan(backward), digest_of(backward)
    with begin_run(estate, what, plan=digest, text=text, reason=reason, ticket=ticket, orders=steady) as run:
        return go(run)


def _of(journal: Journal, summary: RunSummary) -> tuple[Plan, Orders]:
    """The plan that a run carries out, and how."""
    begun = next(row for row in journal.entries(summary.run) if row.event is Event.RUN_BEGUN)
    if not summary.plan or "orders" not in begun.data:
        how = "; `portseal keys rotate --resume` goes on with it" if summary.what == ROTATION else ""
        raise InputError(f"run {summary.run} ({summary.what}) carries out no plan that could be taken up{how}")
    plan = read_plan(journal.plan(summary.plan), name=f"the plan of run {summary.run}")
    return plan, Orders.model_validate(begun.data["orders"])


def _check_known(estate: Estate, switches: list[str]) -> None:
    known = estate.nornir.inventory.hosts
    if gone := [switch for switch in switches if switch not in known]:
        raise InputError(
            f"{estate.site.path}: the site has no switch {', '.join(gone)} any more, or --limit leaves it out; "
            "the run cannot be taken up without"
        )


def _left_with(rows: tuple[Entry, ...], switch: str) -> str:
    """Digest of the owned configuration that a run left a switch with.

    Raises:
        ValueError: the journal does not say.
    """
    found = [row.data.get("digest") for row in rows if row.switch == switch and row.event is Event.CONFIRMING]
    if not found or not isinstance(found[-1], str):
        raise ValueError("the journal does not say what the switch was left with")
    return found[-1]


def _sealed(rows: tuple[Entry, ...], switch: str) -> tuple[str, ...]:
    """Long names of the ports that were sealed before the run."""
    for row in rows:
        told = row.data.get("sealed")
        if row.switch == switch and row.event is Event.ARMING and isinstance(told, list):
            return tuple(map(str, told))
    return ()
