"""`portseal apply`: carry a reviewed plan out, and keep it only where it is verified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from portseal.change.ending import SwitchResult
    from portseal.change.terms import Terms
    from portseal.estate import Estate


def apply(
    plan: Annotated[Path, typer.Argument(help="A plan that `portseal plan -o` wrote.")],
    *,
    site: SiteDir = Path(),
    limit: Limit = None,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept", help="SWITCH:PORT that may fail without its switch being rolled back; may be repeated."
        ),
    ] = None,
    timer: Annotated[
        int | None, typer.Option("--timer", min=1, help="Minutes after which a switch undoes by itself.")
    ] = None,
    accept_no_timer: Annotated[
        bool,
        typer.Option(
            "--accept-no-timer",
            help="Also change switches that cannot undo a change by themselves; while one is being changed, nothing undoes it if this process or the network dies.",
        ),
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the journal.")] = "",
    ticket: Annotated[str, typer.Option("--ticket", help="Reference of a change ticket; kept in the journal.")] = "",
    wait: Annotated[
        float | None, typer.Option("--wait", min=0, help="Seconds that ports are given to become as intended.")
    ] = None,
) -> None:
    """Send exactly what PLAN says, to its switches in parallel, and confirm each only once its ports are verified.

    Each switch is armed with its own timer first, so that whatever happens to this process or to the network, it undoes
    the change by itself. A switch that changed since the plan was made is refused. A camera that worked before and does
    not afterwards rolls its switch back.

    Exit code 0: all applied and as intended; 2: rolled back, or some ports not as intended; 1: an error.
    """
    from portseal.change.run import Orders, Work, begin_run, carry_out
    from portseal.cli.console import console
    from portseal.cli.layout import count
    from portseal.cli.plan_summary import show_extent
    from portseal.cli.progress import progress
    from portseal.cli.tables import result_table, verdict_table
    from portseal.core.plan_file import digest_of, of_this_site, plan_text
    from portseal.core.report import summary
    from portseal.core.verdict import Outcome
    from portseal.estate import open_estate
    from portseal.plan_source import open_plan

    loaded = open_plan(plan, now=datetime.now(UTC))
    estate = open_estate(site, limit=limit)
    terms = _terms(estate, accept or [], timer, wait).model_copy(update={"without_timer": accept_no_timer})
    of_this_site(loaded, estate.site.site.switches, name=str(plan))
    changing = loaded.only(estate.site.nornir.inventory.hosts).changing
    out = console()
    if not changing:
        out.print("Nothing to do: the plan has no changes.")
        return
    show_extent(changing, out)
    ports, switches = sum(len(s.changed_ports) for s in changing), count(len(changing), "switch", "switches")
    helpless = sum(not estate.pack(s.switch).commit.strategy.self_undoing for s in changing)
    what = f"Change {count(ports, 'port')} of {switches}; each undoes it by itself after {terms.minutes} min unless verified"
    if helpless:
        what += f", but for {helpless} that cannot"
    if not yes and not typer.confirm(what + ". Go on?"):
        raise typer.Exit(1)
    orders = Orders(terms=terms)
    with (
        begin_run(
            estate, "apply", plan=digest_of(loaded), text=plan_text(loaded), reason=reason, ticket=ticket, orders=orders
        ) as run,
        progress("applying", len(changing)) as done,
    ):
        results = carry_out(Work(estate=estate, run=run, orders=orders, done=done), changing)
    results = run.told(results)
    verdicts = [verdict for result in results for verdict in result.verdicts]
    if failing := [verdict for verdict in verdicts if verdict.outcome is not Outcome.PASS]:
        out.print(verdict_table(failing))
    out.print(result_table(results))
    if verdicts:
        out.print(summary(verdicts))
    for result in results:
        if not result.good:
            typer.echo(f"portseal: {result.switch}: {result.ending}: {result.message}", err=True)
    tell_interrupted(results)
    raise typer.Exit(exit_code(results, failing=bool(failing)))


def _terms(estate: Estate, accept: list[str], timer: int | None, wait: float | None) -> Terms:
    """The site's terms, with what the call says otherwise.

    Raises:
        InputError: a port that is not of this site, or a timer that is over before the verification.
    """
    from portseal.change.terms import Terms
    from portseal.core.errors import InputError
    from portseal.core.portname import long_port

    settings = estate.site.settings.apply
    accepted: set[tuple[str, str]] = set()
    for text in accept:
        switch, _, port = text.partition(":")
        if switch not in estate.site.site.switches or not port:
            raise InputError(f"--accept {text}: write SWITCH:PORT with a switch of this site")
        name = long_port(estate.pack(switch).ports, port)
        if name not in {intended.port for intended in estate.intent(switch).ports}:
            raise InputError(f"--accept {text}: no camera of the inventory hangs there")
        accepted.add((switch, name))
    minutes = settings.timer_minutes if timer is None else timer
    seconds = float(settings.verify_seconds) if wait is None else wait
    if seconds + 30 > minutes * 60:
        raise InputError(
            f"the switches undo the change after {minutes} min, but verifying may take {seconds:.0f} s and confirming "
            "needs its time too; give a longer --timer or a shorter --wait"
        )
    return Terms(minutes=minutes, verify_seconds=seconds, accept=frozenset(accepted))


def tell_interrupted(results: tuple[SwitchResult, ...]) -> None:
    """Say how it goes on, where a run was interrupted."""
    from portseal.change.ending import Ending

    if any(result.ending is Ending.INTERRUPTED for result in results):
        text = "the run was interrupted and is left open; `portseal resume` goes on with it, `portseal abort` ends it"
        typer.echo(f"portseal: {text}", err=True)


def exit_code(results: tuple[SwitchResult, ...], *, failing: bool) -> int:
    """0 all as intended, 2 rolled back, not begun, or ports not as intended, 1 anything else."""
    from portseal.change.ending import Ending

    endings = {result.ending for result in results}
    if endings - {
        Ending.APPLIED,
        Ending.TAKEN_BACK,
        Ending.UNCHANGED,
        Ending.OPENED,
        Ending.ROLLED_BACK,
        Ending.NOT_BEGUN,
    }:
        return 1
    return 2 if failing or endings & {Ending.ROLLED_BACK, Ending.NOT_BEGUN} else 0
