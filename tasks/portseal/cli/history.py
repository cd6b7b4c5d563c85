"""`portseal history`, `resume`, `abort` and `rollback`: what was done to a site, and what becomes of what was left half-way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from portseal.change.ending import SwitchResult

RunName = Annotated[
    str, typer.Argument(help="A run's name, or an unambiguous beginning of it; `portseal history` lists them.")
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the journal.")]


def history(
    run: Annotated[str, typer.Argument(help="Show the rows of this run; without it, a line for each run.")] = "",
    *,
    site: SiteDir = Path(),
    check: Annotated[bool, typer.Option("--check", help="Look whether a row was changed or taken away.")] = False,
    form: Annotated[str, typer.Option("--format", help="table or json")] = "table",
) -> None:
    """What was done to the site's switches, by whom, when and why; each step stands there from before it was taken.

    Exit code 0; with --check 1 where the journal was tampered with.
    """
    from portseal.change.run import open_journal
    from portseal.cli.console import console
    from portseal.cli.history_tables import entry_table, run_table
    from portseal.estate import open_estate

    with open_journal(open_estate(site)) as journal:
        if check:
            wrong = journal.broken()
            for line in wrong:
                typer.echo(f"portseal: {journal.path}: {line}", err=True)
            typer.echo(
                f"{len(journal.entries())} rows, " + (f"{len(wrong)} findings" if wrong else "whole and unchanged")
            )
            raise typer.Exit(1 if wrong else 0)
        rows = journal.entries(journal.run(run).run) if run else ()
        runs = () if run else journal.runs()
        if form == "json":
            content = [value.model_dump(mode="json") for value in (rows if run else runs)]
            typer.echo(json.dumps({"rows" if run else "runs": content}, indent=1, ensure_ascii=False))
        elif run:
            console().print(entry_table(rows))
        elif runs:
            console().print(run_table(runs))
        else:
            typer.echo("Nothing was done here yet.")


def resume(
    run: Annotated[str, typer.Argument(help="The run; without it, the one that was interrupted.")] = "",
    *,
    site: SiteDir = Path(),
    yes: Yes = False,
    reason: Reason = "",
) -> None:
    """Go on with a run that was interrupted: what it left armed is verified and confirmed or rolled back, the rest is done.

    Nothing is done twice. Exit codes as of `apply`.
    """
    _again(run, site, yes=yes, reason=reason, abort=False)


def abort(
    run: Annotated[str, typer.Argument(help="The run; without it, the one that was interrupted.")] = "",
    *,
    site: SiteDir = Path(),
    yes: Yes = False,
    reason: Reason = "",
) -> None:
    """End a run that was interrupted: what it left unconfirmed is rolled back, and no further switch is begun.

    What it had confirmed stays; `portseal rollback` takes that back too. Exit codes as of `apply`.
    """
    _again(run, site, yes=yes, reason=reason, abort=True)


def rollback(
    run: RunName,
    *,
    site: SiteDir = Path(),
    limit: Limit = None,
    yes: Yes = False,
    reason: Reason = "",
    ticket: Annotated[str, typer.Option("--ticket", help="Reference of a change ticket; kept in the journal.")] = "",
) -> None:
    """Take back what a run confirmed, switch by switch, by its own plan turned round.

    A switch that changed since is refused. Exit code 0: all back as before; 2: some are not; 1: an error.
    """
    from portseal.change.again import kept_by, roll_back
    from portseal.change.run import open_journal
    from portseal.cli.progress import progress
    from portseal.estate import open_estate

    estate = open_estate(site, limit=limit)
    with open_journal(estate) as journal:
        summary = journal.run(run)
        kept = kept_by(journal, summary)
        if not kept:
            typer.echo(f"Nothing to take back: run {summary.run} confirmed nothing.")
            return
        what = f"Take back what run {summary.run} ({summary.what}, {summary.begun:%Y-%m-%d %H:%M} UTC) did to {len(kept)} switches"
        if not yes and not typer.confirm(what + ". Go on?"):
            raise typer.Exit(1)
        only = frozenset(estate.nornir.inventory.hosts) if limit else None
        with progress("rolling back", len(kept)) as done:
            results = roll_back(estate, journal, summary, only=only, reason=reason, ticket=ticket, done=done)
    _tell(results)


def _again(run: str, site: Path, *, yes: bool, reason: str, abort: bool) -> None:
    from portseal.change.again import open_run, take_up
    from portseal.change.run import open_journal
    from portseal.cli.progress import progress
    from portseal.estate import open_estate

    estate = open_estate(site)
    with open_journal(estate) as journal:
        summary = open_run(journal, run)
        left = [f"{switch} ({ending})" for switch, ending in summary.endings.items() if ending.startswith("open")]
        verb = "Abort" if abort else "Resume"
        what = f"{verb} run {summary.run} ({summary.what}, by {summary.actor}); half-way: {', '.join(left) or 'none'}"
        if not yes and not typer.confirm(what + ". Go on?"):
            raise typer.Exit(1)
        with progress("aborting" if abort else "resuming", len(summary.endings) or 1) as done:
            results = take_up(estate, journal, summary, abort=abort, reason=reason, done=done)
    _tell(results)


def _tell(results: tuple[SwitchResult, ...]) -> None:
    from portseal.cli.apply import exit_code, tell_interrupted
    from portseal.cli.console import console
    from portseal.cli.tables import result_table
    from portseal.core.verdict import Outcome

    if not results:
        typer.echo("Every switch of that run had come to its end; nothing was left to do.")
        return
    console().print(result_table(results))
    for result in results:
        if not result.good:
            typer.echo(f"portseal: {result.switch}: {result.ending}: {result.message}", err=True)
    tell_interrupted(results)
    failing = any(v.outcome is not Outcome.PASS for result in results for v in result.verdicts)
    raise typer.Exit(exit_code(results, failing=failing))
