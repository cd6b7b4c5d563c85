"""An interrupted run, or a finished one, taken up from the journal: resumed, aborted, or rolled back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from pydantic import TypeAdapter

from portseal.change.ending import Ending, SwitchResult, of_taking_back
from portseal.change.journal import Journal
from portseal.change.part import Back, Perform
from portseal.change.resume import resume_switch
from portseal.change.run import ROTATION, Orders, Run, Work, begin_run, carry_out
from portseal.change.timeline import may_begin
from portseal.change.view import seen_through
from portseal.core.errors import InputError
from portseal.core.journal_entry import Entry, Event, RunSummary
from portseal.core.plan_file import Plan, digest_of, plan_text, read_plan
from portseal.core.planning import SwitchPlan
from portseal.core.reversal import reversal
from portseal.core.waves import Wave
from portseal.estate import Estate
from portseal.spool import Spool

_FINE = frozenset(
    {"", Ending.APPLIED, Ending.TAKEN_BACK, Ending.UNCHANGED, Ending.OPENED, Ending.NOT_BEGUN, Ending.INTERRUPTED}
)
"""Endings that do not count as a failure; none: not begun."""
_FAILED = frozenset({Ending.ROLLED_BACK, Ending.REFUSED, Ending.NOT_TAKEN_BACK})
"""Failures that are over: such a switch is not tried again."""
_SETTLED = frozenset(
    {Ending.APPLIED, Ending.TAKEN_BACK, Ending.UNCHANGED, Ending.ROLLED_BACK, Ending.REFUSED, Ending.NOT_BEGUN}
)


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
    todo = [p.switch for p in plan.switches if p.changes and summary.endings.get(p.switch, "") not in _SETTLED]
    _check_known(estate, todo)

    turning = {p.switch: at for p in plan.switches if (at := _turned_at(rows, p.switch)) is not None}
    workers = estate.site.settings.apply.workers
    late = "the run had stopped before it was interrupted" if stopped else ""

    def no_more(switch: str) -> str:
        return late or may_begin(orders, lambda: datetime.now(UTC), switch, workers=workers)

    def perform(switch: str) -> Perform:
        mine = tuple(row for row in rows if row.switch == switch)
        return partial(resume_switch, rows=mine, abort=abort, begin=not no_more(switch))

    what = "abort" if abort else "resume"
    with begin_run(estate, what, reason=reason, again=summary.run) as run:
        work = Work(
            estate=estate,
            run=run,
            orders=orders,
            perform=perform,
            may_begin=lambda switch: "" if abort else no_more(switch),
            half_way=frozenset(row.switch for row in rows if row.switch),
            failed=frozenset(s for s, ending in summary.endings.items() if ending in _FAILED),
            done=done,
        )
        results = carry_out(work, plan.only(frozenset(todo) - turning.keys()).switches)
        found = (*results, *_turned_on(estate, run, plan, orders, turning), *take_back_failed(estate, run))
    return run.told(found)


def take_back_failed(estate: Estate, run: Run) -> tuple[SwitchResult, ...]:
    """Take back what a run confirmed in the wave that failed, and where its orders say so in those before it.

    Nothing where the run stops before its end, because a signal asked it to: whoever resumes it does it then.
    """
    summary = run.journal.run(run.name)
    _, orders = _of(run.journal, summary)
    failed = [wave for wave in orders.waves if _too_bad(orders, wave, summary.endings)]
    if not failed or run.unfinished.is_set():
        return ()
    waves = [failed[0]] if orders.keep_finished else [w for w in orders.waves if w.number <= failed[0].number]
    todo = frozenset(s for wave in waves for s in wave.switches if summary.endings.get(s) == Ending.APPLIED)
    return roll_back(estate, run.journal, summary, only=todo, within=run) if todo else ()


def _too_bad(orders: Orders, wave: Wave, endings: Mapping[str, str]) -> bool:
    bad = [switch for switch in wave.switches if endings.get(switch, "") not in _FINE]
    return bool(bad) and orders.budget.exhausted(len(bad), len(wave.switches))


def _turned_at(rows: Sequence[Entry], switch: str) -> int | None:
    """Which of a switch's rows is the first after it was confirmed: that of taking it back. None where none is."""
    mine = [row for row in rows if row.switch == switch]
    for at, row in enumerate(mine[:-1]):
        if row.event is Event.SWITCH_ENDED and row.data.get("ending") == Ending.APPLIED:
            return at + 1
    return None


def _turned_on(
    estate: Estate, run: Run, plan: Plan, orders: Orders, turning: Mapping[str, int]
) -> tuple[SwitchResult, ...]:
    """Go on with taking back switches on which that was interrupted; `turning`: which of their rows are about it."""
    summary = run.journal.run(run.name)
    rows = {switch: run.journal.entries(run.name, switch) for switch in turning}
    half = [p for p in plan.switches if p.switch in turning and summary.endings.get(p.switch, "") not in _SETTLED]
    plans = [reversal(p, running_digest=_left_with(rows[p.switch][: turning[p.switch]], p.switch)) for p in half]
    back = {p.switch: Back(digest=p.running_digest, sealed=_sealed(rows[p.switch], p.switch)) for p in half}

    def perform(switch: str) -> Perform:
        return partial(resume_switch, rows=rows[switch][turning[switch] :])

    steady = Orders(terms=orders.terms, view=orders.view, back=back)
    return carry_out(Work(estate=estate, run=run, orders=steady, perform=perform), plans)


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
    confirmed = kept_by(journal, summary)
    kept = [p for p in plan.switches if p.switch in confirmed and (only is None or p.switch in only)]
    _check_known(estate, [p.switch for p in kept])
    refused: dict[str, SwitchResult] = {}
    turned: list[SwitchPlan] = []
    for switch in kept:
        try:
            turned.append(reversal(switch, running_digest=_left_with(rows, switch.switch)))
        except ValueError as error:
            told = SwitchResult(switch=switch.switch, ending=Ending.REFUSED, message=f"nothing was sent: {error}")
            refused[switch.switch] = of_taking_back(told)
    back = {p.switch: Back(digest=p.running_digest, sealed=_sealed(rows, p.switch)) for p in kept}
    steady = Orders(terms=orders.terms, view=orders.view, back=back)

    def go(run: Run) -> tuple[SwitchResult, ...]:
        for result in refused.values():
            run.note(Event.SWITCH_ENDED, result.switch, {"ending": result.ending, "message": result.message})
        found = carry_out(Work(estate=estate, run=run, orders=steady, done=done), turned)
        each = {result.switch: result for result in found} | refused
        return tuple(each[p.switch] for p in kept)

    if within is not None:
        return go(within)
    backward = plan.model_copy(update={"switches": tuple(turned)})
    what = f"rollback of {summary.run}"
    with begin_run(
        estate, what, plan=digest_of(backward), text=plan_text(backward), reason=reason, ticket=ticket, orders=steady
    ) as run:
        found = go(run)
    return run.told(found)


def kept_by(journal: Journal, summary: RunSummary) -> tuple[str, ...]:
    """The switches on which something stands that a run confirmed."""
    _, orders = _of(journal, summary)
    kept = {Ending.TAKEN_BACK} if orders.back else {Ending.APPLIED, Ending.NOT_TAKEN_BACK}
    return tuple(switch for switch, ending in summary.endings.items() if ending in kept)


def _of(journal: Journal, summary: RunSummary) -> tuple[Plan, Orders]:
    """The plan that a run carries out, and how."""
    begun = next(row for row in journal.entries(summary.run) if row.event is Event.RUN_BEGUN)
    if not summary.plan or "orders" not in begun.data:
        how = "; `portseal keys rotate --resume` goes on with it" if summary.what == ROTATION else ""
        raise InputError(f"run {summary.run} ({summary.what}) carries out no plan that could be taken up{how}")
    kept = Spool(TypeAdapter(SwitchPlan), journal.path.parent)
    plan = read_plan(journal.plan(summary.plan), name=f"the plan of run {summary.run}", kept=kept)
    if digest_of(plan) != summary.plan:
        raise InputError(f"{journal.path}: the plan of run {summary.run} is not the one it began with; it was changed")
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
