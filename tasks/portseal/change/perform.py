"""A prepared playbook in, what became of each switch out: the run itself, with its window, its stops, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from pydantic import JsonValue

from portseal.certificates import to_be_looked_after
from portseal.change.again import take_back_failed
from portseal.change.apply import apply_switch, open_switch
from portseal.change.ending import Ending, SwitchResult
from portseal.change.keep_evidence import keep
from portseal.change.notify import tell
from portseal.change.playbook import Playbook, Targets
from portseal.change.prepare import Prepared
from portseal.change.report import report
from portseal.change.run import Run, Work, begin_run, carry_out
from portseal.change.terms import Say
from portseal.change.timeline import may_begin
from portseal.core.errors import InputError, PortsealError
from portseal.core.journal_entry import Event
from portseal.core.model import Value
from portseal.core.plan_file import plan_text
from portseal.core.report import json_pieces, junit_pieces
from portseal.core.verdict import Verdict
from portseal.core.waves import Wave
from portseal.estate import Estate
from portseal.evidence import evidence_of, signer_of
from portseal.looks import Looks, look_at_all
from portseal.transport.whole_file import replace_file, write_pieces


class Performed(Value):
    """What came of a run."""

    run: str
    results: tuple[SwitchResult, ...]
    taken_back: tuple[SwitchResult, ...] = ()
    """What became of switches that had been confirmed, and that the stop took back."""
    verdicts: tuple[Verdict, ...] = ()
    warnings: tuple[str, ...] = ()


def perform_playbook(
    prepared: Prepared,
    *,
    reason: str,
    ticket: str,
    at_once: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    version: str = "",
    done: Callable[[str], None] = lambda switch: None,
    say: Say | None = None,
    first: Callable[[], None] = lambda: None,
) -> Performed:
    """Carry a prepared playbook out. `at_once`: outside its window as well, which needs a `reason`. `version`: of portseal, for the
    evidence that is kept. `first` is done once the run is begun, and before any switch is.

    Raises:
        InputError: something forbids it, the window is not open, or the site is taken.
    """
    book, estate = prepared.book, prepared.estate
    if prepared.forbidden:
        told = "\n".join(f"  {line}" for line in prepared.forbidden)
        raise InputError(f"{book.name}: not begun\n{told}")
    if at_once and not reason.strip():
        raise InputError(f"{book.name}: outside its window only with a --reason; it is kept in the journal")
    if not prepared.open_now and not at_once and prepared.opening:
        raise InputError(
            f"{book.name}: the window is closed; it opens {prepared.opening.begins:%Y-%m-%d %H:%M} UTC. "
            "--now with a --reason does not wait for it"
        )
    warnings: list[str] = []
    workers = estate.site.settings.apply.workers

    def tells(event: str, **content: JsonValue) -> None:
        warnings.extend(tell(book.notify, event, {"playbook": book.name, **content}, estate.secret))

    def after(wave: Wave, found: Mapping[str, SwitchResult], stopped: str) -> None:
        endings: dict[str, JsonValue] = {name: str(result.ending) for name, result in found.items()}
        tells("stopped" if stopped else "wave", wave=wave.number, switches=endings, why=stopped)

    what = f"playbook {book.name}"
    with begin_run(
        estate,
        what,
        plan=prepared.digest,
        text=plan_text(prepared.plan),
        reason=reason,
        ticket=ticket,
        orders=prepared.orders,
        approval=prepared.approval,
    ) as run:
        _first(run, first)
        tells("begun", run=run.name, switches=[plan.switch for plan in prepared.changing])
        work = Work(
            estate=estate,
            run=run,
            orders=prepared.orders,
            perform=lambda switch: open_switch if prepared.orders.opens else apply_switch,
            may_begin=lambda switch: may_begin(prepared.orders, clock, switch, workers=workers),
            say=say,
            done=done,
            after_wave=after,
        )
        results = (*carry_out(work, prepared.changing), *_left_out(prepared))
        back = take_back_failed(prepared.estate, run)
        tells("ended", run=run.name, switches={r.switch: str(r.ending) for r in results})
    results = run.told(results)
    verdicts = tuple(verdict for result in results for verdict in result.verdicts)
    looks = None
    if (book.terms.second_check or book.reports.evidence or book.reports.html) and not run.unfinished.is_set():
        looks = look_at_all(estate, configurations=book.reports.evidence is not None)
        verdicts = tuple(looks.verdicts)
    warnings += write_reports(book, run.name, verdicts, estate=estate, looks=looks, version=version)
    return Performed(run=run.name, results=results, taken_back=back, verdicts=verdicts, warnings=tuple(warnings))


def _first(run: Run, first: Callable[[], None]) -> None:
    """Do what comes before any switch; where it cannot be done, nothing was, so that the run is over."""
    try:
        first()
    except InputError:
        run.note(Event.RUN_ENDED, "", {})
        raise


def _left_out(prepared: Prepared) -> tuple[SwitchResult, ...]:
    """The switches that preflight spoke against, where there was something to change."""
    return tuple(
        SwitchResult(switch=plan.switch, ending=Ending.REFUSED, message=prepared.blocked[plan.switch])
        for plan in prepared.held
    )


def write_reports(
    book: Playbook, run: str, verdicts: Collection[Verdict], *, estate: Estate, looks: Looks | None, version: str
) -> list[str]:
    """Write the reports that a playbook asks for; gives what could not be written."""
    wrong = []
    for name, form in ((book.reports.json_file, json_pieces), (book.reports.junit, junit_pieces)):
        if name:
            path = Path(name.replace("{run}", run))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_pieces(path, chain(form(verdicts), ["\n"]))
            except OSError as error:
                wrong.append(f"{path}: {error.strerror}; the report was not written")
    if book.reports.html:
        wrong += _page(Path(book.reports.html.replace("{run}", run)), estate, looks, version)
    if book.reports.evidence:
        wrong += _kept(Path(book.reports.evidence.replace("{run}", run)), book, estate, looks, version)
    return wrong


def _page(path: Path, estate: Estate, looks: Looks | None, version: str) -> list[str]:
    """Write what was seen at the end as a page; gives why that is not done."""
    if looks is None:
        return [f"{path}: the run was not carried to its end, so that there is no page on it"]
    ending = to_be_looked_after(estate, datetime.now(UTC), looks.verdicts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, report(estate, looks, ending, version=version).encode(errors="replace"), mode=0o644)
    except OSError as error:
        return [f"{path}: {error.strerror}; the report was not written"]
    return []


def _kept(archive: Path, book: Playbook, estate: Estate, looks: Looks | None, version: str) -> list[str]:
    """Keep what was seen at the end as evidence; gives why that is not done."""
    if looks is None:
        return [f"{archive}: the run was not carried to its end, so that no evidence of it is kept"]
    limit = "" if book.targets == Targets() else f"targets of playbook {book.name}"
    try:
        keep(archive, estate, evidence_of(estate, looks), signer_of(estate), version=version, limit=limit)
    except PortsealError as error:
        return [str(error)]
    return []
