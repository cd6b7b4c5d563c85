"""`portseal run`: carry a playbook out, or show with `--dry-run` what it would do and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from portseal.cli.options import SiteDir

if TYPE_CHECKING:
    from portseal.change.perform import Performed
    from portseal.change.playbook import Playbook
    from portseal.change.prepare import Call, Prepared
    from portseal.estate import Estate


def run(
    playbook: Annotated[Path, typer.Argument(help="A playbook in YAML, such as playbooks/seal-cameras.yaml.")],
    *,
    site: SiteDir = Path(),
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Carry out this reviewed plan instead of a fresh one.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen and when; write to no switch.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="With --dry-run: write a page for review here as well, with this run's timeline."),
    ] = None,
    port: Annotated[
        str, typer.Option("--port", help="Camera or SWITCH:PORT, where the playbook is about one port.")
    ] = "",
    mac: Annotated[str, typer.Option("--mac", help="MAC address of the new camera (swap-camera).")] = "",
    serial: Annotated[str, typer.Option("--serial", help="Serial number of the new camera (swap-camera).")] = "",
    now: Annotated[bool, typer.Option("--now", help="Outside the window as well; needs --reason.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the journal.")] = "",
    ticket: Annotated[str, typer.Option("--ticket", help="Reference of a change ticket; kept in the journal.")] = "",
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> None:
    """Do what PLAYBOOK says: its targets, in its window, wave by wave, stopping where too much goes wrong.

    A switch is confirmed only once its ports are verified; a wave that fails is taken back. Exit code 0: all as intended;
    2: changes would be made (--dry-run), something was rolled back or is not as intended; 1: an error.
    """
    from portseal import __version__
    from portseal.change.playbook import Action, load_playbook
    from portseal.change.prepare import Call, prepare, window_now
    from portseal.change.swap import swap_of
    from portseal.cli.pages import ready_for, write_dry_run
    from portseal.cli.progress import progress
    from portseal.core.errors import InputError
    from portseal.estate import open_estate

    book = load_playbook(playbook)
    if html:
        if not dry_run or book.action in (Action.AUDIT, Action.ROTATE_KEYS):
            raise InputError(
                f"{book.name}: --html is for the --dry-run of a playbook that carries a plan out; "
                "`reports: {html: FILE}` in it keeps a page of what is seen at the end"
            )
        ready_for(html)
    call = Call(folder=playbook.parent, now=datetime.now(UTC), version=__version__, plan=plan, port=port, at_once=now)
    if book.action is Action.SWAP_CAMERA and not dry_run and not now and not window_now(book, call)[1]:
        raise InputError(
            f"{book.name}: the window is closed, cameras.csv is as it was; --now with a --reason does not wait"
        )
    swap = swap_of(site, port, mac=mac, serial=serial) if book.action is Action.SWAP_CAMERA else None
    estate = open_estate(site, instead=swap.files if swap else {})
    if book.action is Action.AUDIT:
        raise typer.Exit(_audit(book, estate))
    if book.action is Action.ROTATE_KEYS:
        _rotate(book, estate, call, dry=dry_run, yes=yes, reason=reason, ticket=ticket)
        return
    with progress("reading", len(estate.nornir.inventory.hosts)) as done:
        prepared = prepare(book, estate, call, done=done)
    _show(prepared, at_once=now)
    if html:
        write_dry_run(html, prepared, saved=plan, at=playbook)
    if swap and not (prepared.changing or prepared.held or prepared.forbidden or dry_run):
        swap.write()
        raise typer.Exit(_wait_for_port(prepared, port))
    if dry_run:
        rewritten = swap is not None and swap.before != swap.after
        if rewritten:
            typer.echo(f"cameras.csv: {port} would get {mac}; then its port is watched until the new camera is in")
        pending = prepared.changing or prepared.held or rewritten
        raise typer.Exit(1 if prepared.forbidden else 2 if pending else 0)
    if not prepared.changing and not prepared.forbidden:
        raise typer.Exit(2 if prepared.held else 0)
    first = swap.write if swap else lambda: None
    raise typer.Exit(_carry_out(prepared, reason=reason, ticket=ticket, at_once=now, yes=yes, first=first))


def _carry_out(
    prepared: Prepared, *, reason: str, ticket: str, at_once: bool, yes: bool, first: Callable[[], None]
) -> int:
    """`first`: what is done once nothing forbids it and somebody said yes, before any switch is begun."""
    from portseal import __version__
    from portseal.change.perform import perform_playbook
    from portseal.cli.layout import count
    from portseal.cli.progress import progress

    ports = count(sum(len(plan.changed_ports) for plan in prepared.changing), "port")
    switches = count(len(prepared.changing), "switch", "switches")
    what = f"Change {ports} of {switches} in {count(len(prepared.orders.waves), 'wave')}. Go on?"
    if not prepared.forbidden and not yes and not typer.confirm(what):
        return 1
    with progress("changing", len(prepared.changing)) as done:
        performed = perform_playbook(
            prepared, reason=reason, ticket=ticket, at_once=at_once, version=__version__, done=done, first=first
        )
    return _tell(performed)


def _wait_for_port(prepared: Prepared, port: str) -> int:
    """The verdict on the one port of a camera that was swapped, once it passes or time is over."""
    from portseal.change.view import port_of
    from portseal.cli.console import console
    from portseal.cli.tables import verdict_table
    from portseal.core.report import exit_code
    from portseal.looks import look_at_all

    intent, name = port_of(prepared.estate, port)
    looks = look_at_all(prepared.estate, wait=prepared.orders.terms.verify_seconds)
    for failure in looks.failures.values():
        typer.echo(f"portseal: {failure}", err=True)
    found = [verdict for verdict in looks.verdicts if (verdict.switch, verdict.port) == (intent.switch, name)]
    console().print(verdict_table(found))
    return 1 if looks.failures else exit_code(found)


def _tell(performed: Performed) -> int:
    from portseal.cli.apply import exit_code, tell_interrupted
    from portseal.cli.console import console
    from portseal.cli.tables import TAKEN_BACK, result_table, verdict_table
    from portseal.core.report import summary
    from portseal.core.verdict import Outcome

    out = console()
    failing = [verdict for verdict in performed.verdicts if verdict.outcome is not Outcome.PASS]
    if failing:
        out.print(verdict_table(failing))
    out.print(result_table(performed.results))
    if performed.taken_back:
        out.print(TAKEN_BACK)
        out.print(result_table(performed.taken_back))
    if performed.verdicts:
        out.print(summary(performed.verdicts))
    out.print(f"Run {performed.run}; `portseal history {performed.run}` has every step.", highlight=False)
    for warning in performed.warnings:
        typer.echo(f"portseal: warning: {warning}", err=True)
    for result in (*performed.results, *performed.taken_back):
        if not result.good:
            typer.echo(f"portseal: {result.switch}: {result.ending}: {result.message}", err=True)
    tell_interrupted(performed.results)
    return exit_code((*performed.results, *performed.taken_back), failing=bool(failing))


def _show(prepared: Prepared, *, at_once: bool) -> None:
    from rich.text import Text

    from portseal.cli.console import console
    from portseal.cli.layout import put, together
    from portseal.cli.plan_summary import show_extent
    from portseal.cli.tables import bare_table, cells

    out, book = console(), prepared.book
    zone = ZoneInfo(book.window.timezone) if book.window else UTC
    out.print(Text(f"{book.name}: {book.title or book.action}", style="bold"))
    if prepared.opening:
        begins, ends = (at.astimezone(zone) for at in (prepared.opening.begins, prepared.opening.ends))
        state = "open now" if prepared.open_now else "not waited for" if at_once else "closed now"
        out.print(Text(f"window {begins:%a %Y-%m-%d %H:%M} to {ends:%H:%M %Z}, {state}"))
    if not prepared.changing:
        held = f" that can be begun; {len(prepared.held)} are held back" if prepared.held else ""
        out.print(f"Nothing to do{held or ': every targeted switch is as the site says'}.")
    else:
        table = bare_table("wave", "switch", "earliest", "done or back by", "ports", "cameras", "dark for up to")
        for slot in prepared.slots:
            times = [f"{at.astimezone(zone):%H:%M:%S}" for at in (slot.earliest, slot.latest_end)]
            table.add_row(
                *cells(
                    str(slot.wave), slot.switch, *times, str(slot.ports), str(slot.cameras), f"{slot.dark_seconds} s"
                )
            )
        out.print(table)
        show_extent(prepared.changing, out)
    for line in together(prepared.warnings):
        put(out, ("note: ", "yellow"), line, hang=2)
    for line in together(prepared.forbidden):
        put(out, ("forbidden: ", "bold red"), line, hang=2)


def _audit(book: Playbook, estate: Estate) -> int:
    from portseal import __version__
    from portseal.change.perform import write_reports
    from portseal.change.view import chosen
    from portseal.cli.console import console
    from portseal.cli.tables import verdict_table
    from portseal.core.report import exit_code, summary
    from portseal.looks import look_at_all

    aim = book.targets
    estate = chosen(estate, switches=aim.switches, locations=aim.locations, recorders=aim.recorders)
    looks = look_at_all(estate, configurations=book.reports.evidence is not None)
    verdicts = looks.verdicts
    console().print(verdict_table(verdicts))
    console().print(summary(verdicts))
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for warning in write_reports(book, stamp, verdicts, estate=estate, looks=looks, version=__version__):
        typer.echo(f"portseal: warning: {warning}", err=True)
    return exit_code(verdicts)


def _rotate(book: Playbook, estate: Estate, call: Call, *, dry: bool, yes: bool, reason: str, ticket: str) -> None:
    """Replace the keys that are due on the targeted switches, while the window is open."""
    from portseal.change.prepare import window_now
    from portseal.change.view import chosen
    from portseal.cli.keys_rotate import due_cameras, replace_keys
    from portseal.core.errors import InputError
    from portseal.key_book import open_book

    aim, site = book.targets, estate.site
    within = chosen(estate, switches=aim.switches, locations=aim.locations, recorders=aim.recorders)
    opening, is_open = window_now(book, call)
    if not dry and not is_open and not (call.at_once and reason.strip()):
        opens = f"{opening.begins:%Y-%m-%d %H:%M} UTC" if opening else "never"
        raise InputError(
            f"{book.name}: the window is closed; it opens {opens}. --now with a --reason does not wait for it"
        )
    hosts = within.nornir.inventory.hosts
    there = {camera.name for camera in site.site.cameras if camera.switch in hosts}
    names = [name for name in due_cameras(open_book(site.path), call.now.date()) if name in there]
    if not names:
        typer.echo("No key of the targets is due; `portseal keys rotate CAMERA` replaces one all the same.")
        return

    def fits(seconds: float) -> bool:
        return opening is None or call.at_once or opening.may_begin(datetime.now(UTC), seconds)

    replace_keys(names, site=site.path, dry_run=dry, yes=yes, reason=reason, ticket=ticket, fits=fits)
