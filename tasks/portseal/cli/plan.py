"""`portseal plan`: what would change, shown and kept in a file; nothing is written to any switch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from portseal.cli.options import Limit, SiteDir


def plan(
    *,
    site: SiteDir = Path(),
    limit: Limit = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write the plan here, for `portseal apply`.")] = None,
    format: Annotated[
        Literal["text", "json"], typer.Option("--format", help="text, or json for the plan itself.")
    ] = "text",
    full: Annotated[bool, typer.Option("--full", help="All places, all patterns, all diffs.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a page for review here as well: one HTML file that needs nothing else."),
    ] = None,
    playbook: Annotated[
        Path | None, typer.Option("--playbook", help="With --html: show when this playbook would change which switch.")
    ] = None,
) -> None:
    """Read each switch once and show what would change. Nothing is written to any switch.

    First how much changes and in which ways, then what changes alike, told once; `portseal show` has the rest, down to a port.
    The diff has owned lines only, with every secret as a keyed fingerprint. Exit code 0: nothing to do; 2: changes are
    pending, or ports were left out; 1: an error, also where only some switches could not be read.
    """
    from portseal import __version__
    from portseal.change.interrupt import READING, heeded
    from portseal.change.playbook import load_playbook
    from portseal.cli.console import console
    from portseal.cli.pages import ready_for, write_review
    from portseal.cli.plan_text import show_plan
    from portseal.cli.progress import progress
    from portseal.core.errors import InputError
    from portseal.core.plan_file import make_plan, plan_text
    from portseal.core.planning import SwitchPlan
    from portseal.estate import open_estate
    from portseal.plan import plan_all

    book = load_playbook(playbook) if playbook else None
    if html:
        ready_for(html)
    elif book:
        raise InputError(
            "--playbook is for the page: name its file with --html; `portseal run --dry-run` shows a playbook's timeline here"
        )
    estate = open_estate(site, limit=limit)
    with heeded(estate.stop, READING), progress("reading", len(estate.nornir.inventory.hosts)) as shown:

        def came(switch: str, found: SwitchPlan | None) -> None:
            if found:
                shown.count(change=bool(found.changes), ports_left_out=len(found.refusals))

        switches, unread = plan_all(estate, done=shown, came=came, failed=shown.failed)
    made = make_plan(
        version=__version__,
        site=estate.site.site.name,
        now=datetime.now(UTC).replace(microsecond=0),
        valid=timedelta(hours=estate.site.settings.apply.plan_valid_hours),
        switches=switches,
        unread=unread,
    )
    if out:
        _write(out, plan_text(made))
    if html:
        write_review(html, estate, made, saved=out, playbook=book, at=playbook)
    if format == "json":
        for piece in plan_text(made):
            typer.echo(piece, nl=False)
    else:
        show_plan(made, console(), name=str(out or ""), full=full)
        if out and made.changes:
            typer.echo(f"Saved in {out}; carry it out with: portseal apply {out}")
    shown.left(made.unread)
    if made.unread:
        raise typer.Exit(1)
    if made.changes or not made.complete:
        raise typer.Exit(2)


def _write(path: Path, pieces: Iterable[str]) -> None:
    from portseal.core.errors import InputError
    from portseal.transport.whole_file import write_pieces

    try:
        write_pieces(path, pieces)
    except OSError as error:
        raise InputError(f"{path}: the plan could not be written ({error.strerror})") from error
