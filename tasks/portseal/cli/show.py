"""`portseal show`: what a plan would do, as a whole, by pattern, on one switch, or on one port; nothing is connected to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portseal.cli.options import SiteDir

if TYPE_CHECKING:
    from rich.console import Console

    from portseal.core.plan_file import Plan


def show(
    plan: Annotated[Path, typer.Argument(help="A plan that `portseal plan -o` wrote.")],
    switch: Annotated[str, typer.Argument(help="A switch of it, or a camera.", show_default=False)] = "",
    port: Annotated[
        str, typer.Argument(help="A port of the switch, in any spelling the platform understands.", show_default=False)
    ] = "",
    *,
    site: SiteDir = Path(),
    pattern: Annotated[
        str, typer.Option("--pattern", help="One pattern: A, B, ... of switches, P1, P2, ... of ports.")
    ] = "",
    full: Annotated[bool, typer.Option("--full", help="Everything: all places, all diffs.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write the page for review here as well: one HTML file that needs nothing else."),
    ] = None,
    playbook: Annotated[
        Path | None, typer.Option("--playbook", help="With --html: show when this playbook would change which switch.")
    ] = None,
    width: Annotated[
        int | None, typer.Option("--width", min=40, help="Columns; the terminal's own where it is not given.")
    ] = None,
) -> None:
    """Show what PLAN would do: all of it in short, one pattern, one SWITCH (or camera), or one PORT before and after.

    Words are the profiles' (`monitor → closed`), lines the vendor's, with what undoes them beside them. An expired plan is
    shown too, and said to be one. Nothing of the SITE is read but its own platforms, for how their ports are spelt, and with
    --html what its timeline hangs on; where no site is, the page has none. Exit code 0, or 1 where there is no such plan, switch, port or pattern.
    """
    from portseal.change.playbook import load_playbook
    from portseal.cli.console import console
    from portseal.cli.pages import ready_for, write_saved_review
    from portseal.core.errors import InputError
    from portseal.plan_source import open_plan

    book = load_playbook(playbook) if playbook else None
    if html:
        ready_for(html)
    elif book:
        raise InputError("--playbook is for the page: name its file with --html")
    loaded = open_plan(plan)
    out = console(width=width)
    if datetime.now(UTC) > loaded.expires:
        typer.echo(
            f"portseal: {plan}: the plan expired at {loaded.expires:%Y-%m-%d %H:%M %Z}; `apply` refuses it", err=True
        )
    if pattern:
        _show_pattern(loaded, pattern, out, full=full)
    elif switch:
        _show_part(loaded, switch, port, out, site=site, full=full)
    else:
        from portseal.cli.plan_text import show_plan

        show_plan(loaded, out, name=str(plan), full=full)
    if html:
        write_saved_review(html, loaded, saved=plan, site=site, playbook=book, at=playbook)


def _show_part(plan: Plan, switch: str, port: str, out: Console, *, site: Path, full: bool) -> None:
    from portseal.cli.plan_views import camera_of, port_of, show_port, show_switch, switch_of
    from portseal.core.alike import alike
    from portseal.core.platforms import platform_folders

    hangs = None if port else camera_of(plan, switch)
    chosen, name = hangs or (switch_of(plan, switch), "")
    patterns = alike(plan.switches)
    if name or port:
        show_port(chosen, name or port_of(chosen, port, platform_folders(site / "platforms")), patterns, out)
    else:
        show_switch(chosen, patterns, out, full=full)


def _show_pattern(plan: Plan, wanted: str, out: Console, *, full: bool) -> None:
    from portseal.cli.plan_text import show_port_pattern, show_switch_pattern, show_switch_wide
    from portseal.core.alike import alike
    from portseal.core.errors import InputError

    patterns = alike(plan.switches)
    known = {pattern.name: pattern for pattern in patterns.ports}
    if found := known.get(wanted.upper()):
        show_port_pattern(found, out, full=True)
        return
    chosen = next((each for each in patterns.switches if each.name == wanted.upper()), None)
    if chosen is None:
        ends = [patterns.switches[-1].name if patterns.switches else "none", f"P{len(patterns.ports)}"]
        raise InputError(
            f"the plan has no pattern {wanted!r}; it has A to {ends[0]} of switches, P1 to {ends[1]} of ports"
        )
    show_switch_pattern(chosen, known, out, full=True)
    if chosen.lines.diff:
        out.print()
        show_switch_wide(chosen, out)
    for share in chosen.shares:
        out.print()
        show_port_pattern(known[share.pattern], out, full=full)
