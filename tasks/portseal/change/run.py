"""A plan of many switches in, what became of each out: in waves, each switch confirmed on its own, all of it in the journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import JsonValue

from portseal.change.apply import apply_switch
from portseal.change.approval import Approved
from portseal.change.ending import Ending, SwitchResult
from portseal.change.exclusive import actor, exclusive
from portseal.change.interrupt import heeded
from portseal.change.journal import Journal, new_run
from portseal.change.part import Back, Part, Perform, perform
from portseal.change.terms import Say, Terms
from portseal.change.view import View
from portseal.change.window import Opening
from portseal.core.errors import InputError
from portseal.core.journal_entry import MAY_BE_ARMED, Event
from portseal.core.model import Value
from portseal.core.one_by_one import singly
from portseal.core.planning import SwitchPlan
from portseal.core.waves import Budget, Wave
from portseal.estate import Estate
from portseal.fleet import on_all
from portseal.home import Each, Here, Home

ROTATION = "keys rotate"
"""What a run is called that replaces keys."""


class Orders(Value):
    """How a run is carried out; kept in the journal, so that another process can go on with it."""

    terms: Terms
    waves: tuple[Wave, ...] = ()
    """None: all switches are one wave."""
    budget: Budget = Budget(failures="100000")
    """Without one nothing stops the run, and each switch stands for itself."""
    keep_finished: bool = True
    """False: where a wave fails, what earlier waves confirmed is rolled back as well."""
    opening: Opening | None = None
    """No switch is begun that could not be back before it ends; None: at any time."""
    view: View = View()
    """What the run sees otherwise than the site says."""
    retries: int = 0
    """How often a switch that could not be reached is tried again."""
    pause: float = 0.0
    """Seconds between two waves."""
    opens: bool = False
    """The change is not confirmed: the switch takes it back when its timer ends, and that is what is meant."""
    back: dict[str, Back] = {}
    """Of a run that rolls another back, by switch."""


@dataclass(frozen=True)
class Run:
    """A run that was begun, and its place in the journal."""

    name: str
    journal: Journal
    stop: threading.Event = field(default_factory=threading.Event)
    """Set where the run is to end in good order, as soon as that can be done."""
    unfinished: threading.Event = field(default_factory=threading.Event)
    """Set where it ended so, with something left to do."""
    trouble: list[str] = field(default_factory=list)
    """What could not be written to the journal while nothing was under way, so that the run ended there."""

    def note(self, event: Event, switch: str, data: dict[str, JsonValue]) -> None:
        """Write a row."""
        self.journal.write(self.name, event, switch, **data)

    def noted(self, event: Event, data: dict[str, JsonValue]) -> bool:
        """Write a row about the run itself; where it cannot be, the run is left open, and what it did is told all the same."""
        try:
            self.note(event, "", data)
        except InputError as error:
            self.trouble.append(str(error))
            self.unfinished.set()
        return not self.trouble

    def told(self, results: tuple[SwitchResult, ...]) -> tuple[SwitchResult, ...]:
        """`results`, the last of them with what the journal did not take."""
        if not self.trouble or not results:
            return results
        *others, last = results
        text = f"{last.message}; the run is left open: {self.trouble[0]}"
        return (*others, last.model_copy(update={"message": text}))


def open_journal(estate: Estate) -> Journal:
    """The site's journal; secrets that this process has seen do not get into it."""
    return Journal(estate.memory.folder / "journal.db", clean=lambda text: estate.redactor().clean(text))


@contextmanager
def begin_run(
    estate: Estate,
    what: str,
    *,
    plan: str = "",
    text: Iterable[str] = (),
    reason: str = "",
    ticket: str = "",
    orders: Orders | None = None,
    again: str = "",
    approval: Approved | None = None,
) -> Iterator[Run]:
    """A run on the site, alone there until the block ends. `plan`, `text`: digest of the plan it carries out, and its text in pieces.

    `approval`: whose signatures the plan bears. `orders`: what whoever resumes it has to know. `again`: name of the run that is taken up, instead of a new one. Where the
    block is left by an exception, or a signal ended it before all was done (`heeded`), the run stays open.

    Raises:
        InputError: another run is at work, or one was interrupted and has to be resumed or aborted first.
    """
    name = again or new_run(datetime.now(UTC))
    with exclusive(estate.memory.folder, name), open_journal(estate) as journal:
        if left := [run for run in journal.runs() if run.open and run.run != again]:
            how = "`portseal resume` goes on with it, `portseal abort` undoes what it left unconfirmed"
            if left[0].what == ROTATION:
                how = "`portseal keys rotate --resume` goes on with it, `--give-up` takes back what can be"
            raise InputError(f"{estate.site.path}: run {left[0].run} was interrupted; {how}")
        run = Run(name, journal)
        data: dict[str, JsonValue] = {"actor": actor(), "what": what, "reason": reason, "ticket": ticket, "plan": plan}
        if approval:
            data |= {"approved_by": ", ".join(approval.by), "signed_plan": approval.plan}
        if orders:
            data["orders"] = orders.model_dump(mode="json")
        if again:
            run.note(Event.RESUMED, "", {"actor": actor(), "what": what, "reason": reason})
        else:
            if plan:
                journal.keep_plan(plan, text)
            run.note(Event.RUN_BEGUN, "", data)
        with heeded(run.stop):
            yield run
        if not run.unfinished.is_set():
            run.noted(Event.RUN_ENDED, {})


@dataclass
class _Tally:
    """How a wave goes; shared by the threads that work on it."""

    budget: Budget
    of: int
    failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, switch: str, result: SwitchResult | None) -> None:
        """Take what became of a switch into account; None where its task failed."""
        if result is None or not (result.good or result.ending in (Ending.INTERRUPTED, Ending.NOT_BEGUN)):
            with self._lock:
                self.failed += 1

    @property
    def exhausted(self) -> bool:
        """Whether no further switch may be begun."""
        with self._lock:
            return self.budget.exhausted(self.failed, self.of)


@dataclass(frozen=True)
class Work:
    """What a run does to its switches, and with what."""

    estate: Estate
    run: Run
    orders: Orders
    perform: Callable[[str], Perform] = lambda switch: apply_switch
    """By switch; asked when its turn comes."""
    half_way: frozenset[str] = frozenset()
    """Switches that an interruption left half-way: they are brought to an end even where no further one is begun."""
    failed: frozenset[str] = frozenset()
    """Switches that failed in this run before it was interrupted; they count against the budget."""
    may_begin: Callable[[str], str] = lambda switch: ""
    """Asked before each switch; says why it may not be begun any more."""
    say: Say | None = None
    done: Callable[[str], None] = lambda switch: None
    after_wave: Callable[[Wave, Mapping[str, SwitchResult], str], None] = lambda wave, results, stopped: None
    """Told each wave that is over, what became of its switches, and why the run stops there, if it does."""


def carry_out(work: Work, plans: Sequence[SwitchPlan]) -> tuple[SwitchResult, ...]:
    """Carry `plans` out, wave after wave; the results are in their order. What a stop leaves over is `not-begun`."""
    by_switch = singly(plans, lambda plan: plan.switch)
    results: dict[str, SwitchResult] = {}
    stopped = ""
    for wave in work.orders.waves or (Wave(number=1, switches=tuple(by_switch)),):
        names = tuple(name for name in wave.switches if name in by_switch)
        if stopped:
            results.update(_not_begun([name for name in names if name not in work.half_way], stopped))
            names = tuple(name for name in names if name in work.half_way)
        tally = _Tally(work.orders.budget, len(wave.switches), failed=len(work.failed & set(wave.switches)))
        if not names:
            stopped = stopped or (f"wave {wave.number} had failed before" if tally.failed and tally.exhausted else "")
            continue
        if results and work.orders.pause:
            work.run.stop.wait(work.orders.pause)
        if work.run.stop.is_set():
            results.update(_interrupted(names))
            work.run.unfinished.set()
            continue
        if not work.run.noted(Event.WAVE_BEGUN, {"wave": wave.number, "switches": [*names]}):
            stopped = stopped or "the journal cannot be written"
            results.update(_not_begun(names, f"{stopped}; nothing was sent"))
            continue
        outcomes = on_all(
            work.estate.only(names),
            perform,
            SwitchResult,
            done=work.done,
            came=tally.count,
            parts=Each(lambda switch: _part(work, by_switch[switch])),
            home=_home(work, tally),
        )
        found = {
            name: outcomes.results.get(name) or _lost(work, name, outcomes.failures.get(name, "")) for name in names
        }
        results.update(found)
        if any(result.ending is Ending.INTERRUPTED for result in found.values()):
            work.run.unfinished.set()
            continue
        bad = [name for name, result in found.items() if not result.good]
        bad = [*sorted(work.failed & set(wave.switches)), *bad]
        if tally.exhausted and not stopped:
            stopped = f"wave {wave.number} failed ({', '.join(bad[:5])}), so that no further one was begun"
        if not work.run.noted(Event.WAVE_ENDED, {"wave": wave.number, "failed": [*bad], "stopped": stopped}):
            stopped = stopped or "the journal cannot be written"
        work.after_wave(wave, found, stopped)
    return tuple(results.get(name) or _not_begun([name], "it is in no wave")[name] for name in by_switch)


def _not_begun(names: Sequence[str], why: str) -> dict[str, SwitchResult]:
    return {name: SwitchResult(switch=name, ending=Ending.NOT_BEGUN, message=why) for name in names}


def _interrupted(names: Sequence[str]) -> dict[str, SwitchResult]:
    told = "the run was interrupted before its turn came; nothing was sent"
    return {name: SwitchResult(switch=name, ending=Ending.INTERRUPTED, message=told) for name in names}


def _lost(work: Work, name: str, why: str) -> SwitchResult:
    """What became of a switch whose task gave nothing, its worker being gone say: what the journal says it had come to.

    Where something may be left on it, the run stays open.
    """
    why = why or f"{name}: nothing came of it"
    rows = work.run.journal.entries(work.run.name, name)
    steps = {row.event for row in rows}
    if not rows:  # no step is taken before it is noted
        return SwitchResult(switch=name, ending=Ending.NOT_BEGUN, message=f"{why}; nothing was sent")
    if rows[-1].event is Event.SWITCH_ENDED:
        return SwitchResult(switch=name, ending=Ending.UNCERTAIN, message=why)
    if not steps & MAY_BE_ARMED:
        told = f"{why}; nothing was sent"
        work.run.note(Event.SWITCH_ENDED, name, {"ending": Ending.UNREACHABLE, "message": told, "failing": []})
        return SwitchResult(switch=name, ending=Ending.UNREACHABLE, message=told)
    work.run.unfinished.set()
    timed = work.estate.pack(name).commit.strategy.self_undoing and not steps & {Event.CONFIRMING, Event.SAVING}
    left = "its own timer undoes the change" if timed else "what it has now is not known"
    told = f"{why}; the last that was noted is {rows[-1].event}; {left}, and `portseal resume` brings it to an end"
    return SwitchResult(switch=name, ending=Ending.ARMED if timed else Ending.UNCERTAIN, message=told)


def _home(work: Work, tally: _Tally) -> Home:
    """What a switch's part may ask of this run."""

    def begin(switch: str) -> SwitchResult | None:
        if work.run.stop.is_set():
            return _interrupted([switch])[switch]
        why = "too many switches of its wave failed" if tally.exhausted else work.may_begin(switch)
        return _not_begun([switch], why)[switch] if why and switch not in work.half_way else None

    told = {"say": work.say} if work.say else {}
    return Here({"begin": begin, "note": work.run.note, "stopping": work.run.stop.is_set, **told})


def _part(work: Work, plan: SwitchPlan) -> Part:
    return Part(
        run=work.run.name,
        plan=plan,
        terms=work.orders.terms,
        perform=work.perform(plan.switch),
        retries=work.orders.retries,
        back=work.orders.back.get(plan.switch),
    )
