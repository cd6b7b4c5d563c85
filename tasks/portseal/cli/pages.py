"""Where a page is written: whether it can be is known before any switch is read, and it is there whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from portseal.core.errors import InputError

if TYPE_CHECKING:
    from portseal.change.playbook import Playbook
    from portseal.change.prepare import Prepared
    from portseal.change.timeline import Slot
    from portseal.change.window import Opening
    from portseal.core.expiry import Expiry
    from portseal.core.plan_file import Plan
    from portseal.core.platforms import Pack
    from portseal.estate import Estate
    from portseal.looks import Looks
    from portseal.page.timeline import Schedule, ShownWave


def ready_for(path: Path) -> None:
    """See that a file can be written at `path`; what is there stays as it is.

    Raises:
        InputError: it cannot, and why.
    """
    if path.exists() and not path.is_file():
        what = "a directory" if path.is_dir() else "no regular file"
        raise InputError(f"{path}: is {what}; name the file to write, such as review.html")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no directory {path.parent}; make it, or name another file")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); nothing was read from any switch") from error


def write_report(path: Path, estate: Estate, looks: Looks, certificates: Sequence[Expiry]) -> None:
    """The report on `looks`, at `path`."""
    from portseal import __version__
    from portseal.change.report import report

    _write(path, report(estate, looks, certificates, version=__version__), "report")


def write_review(
    path: Path, estate: Estate, plan: Plan, *, saved: Path | None, playbook: Playbook | None, at: Path | None
) -> None:
    """The page on which `plan` is reviewed, at `path`. `saved`: where the plan is; `at`: where the playbook is."""
    schedule = _schedule(estate, plan, playbook, at.parent if at else Path()) if plan.changes else None
    _review(path, plan, schedule, estate.site.packs, saved=saved, playbook=at)


def write_saved_review(
    path: Path, plan: Plan, *, saved: Path, site: Path, playbook: Playbook | None, at: Path | None
) -> None:
    """The same page of a plan that was made earlier. Where there is no site at `site`, it has no timeline.

    Raises:
        InputError: the plan is another site's, or the playbook does not fit it.
        SiteError: there is a site, and it is wrong.
    """
    from portseal.core.plan_file import of_this_site
    from portseal.core.platforms import load_pack, platform_folders
    from portseal.estate import open_estate
    from portseal.site_files import CAMERAS

    if playbook or (site / CAMERAS).is_file():
        estate = open_estate(site)
        of_this_site(plan, estate.site.site.switches, name=str(saved))
        write_review(path, estate, plan, saved=saved, playbook=playbook, at=at)
        return
    folders, names = platform_folders(site / "platforms"), {switch.platform for switch in plan.switches}
    _review(path, plan, None, {name: load_pack(folders[name]) for name in names & folders.keys()}, saved=saved)
    typer.echo(f"portseal: {site} is no site, so the page has no timeline; name the plan's site with -s", err=True)


def write_dry_run(path: Path, prepared: Prepared, *, saved: Path | None, at: Path) -> None:
    """The page of the plan that a playbook's dry run made or was given, with the waves, notes and gates of that run."""
    from portseal.page.timeline import Schedule

    book, plan = prepared.book, prepared.plan
    notes = (
        *_notes(book, prepared.opening),
        *(f"{switch.switch} is held back: {prepared.blocked[switch.switch]}" for switch in prepared.held),
        *(f"Note: {line}" for line in prepared.warnings),
        *(f"Forbidden: {line}" for line in prepared.forbidden),
    )
    schedule = Schedule(f"the playbook `{book.name}`", _waves(prepared.slots, _zone(book)), notes)
    _review(path, plan, schedule, prepared.estate.site.packs, saved=saved, playbook=at)


def _review(
    path: Path,
    plan: Plan,
    schedule: Schedule | None,
    packs: Mapping[str, Pack],
    *,
    saved: Path | None,
    playbook: Path | None = None,
) -> None:
    from portseal.page.review import review_page

    text = review_page(
        plan,
        saved=str(saved or ""),
        playbook=str(playbook or ""),
        schedule=schedule,
        first={name: pack.ports.first for name, pack in packs.items()},
    )
    _write(path, text, "review page")


def _schedule(estate: Estate, plan: Plan, playbook: Playbook | None, folder: Path) -> Schedule:
    """By a playbook, or by `portseal apply` on the site's own terms."""
    from portseal.change.prepare import Call, foreseen
    from portseal.change.run import Orders
    from portseal.change.terms import Terms
    from portseal.change.timeline import timeline
    from portseal.page.timeline import Schedule

    settings, now = estate.site.settings.apply, datetime.now(UTC).replace(microsecond=0)
    if playbook is None:
        terms = Terms(minutes=settings.timer_minutes, verify_seconds=settings.verify_seconds)
        slots = timeline(estate, [each for each in plan.switches if each.changes], Orders(terms=terms), now)
        notes = [
            f"All switches are one wave, {settings.workers} at a time, as if it were begun now. A playbook changes them a canary first: "
            "`portseal plan --html review.html --playbook playbooks/seal-cameras.yaml` shows when."
        ]
        return Schedule("`portseal apply`", _waves(slots, UTC), tuple(notes))
    orders, slots = foreseen(playbook, estate, plan, Call(folder=folder, now=now))
    notes = _notes(playbook, orders.opening)
    notes += [f"Wave {wave.number} takes all of {each}." for wave in orders.waves for each in wave.takes_all_of]
    if playbook.stage:
        notes.append(f"The playbook's own stage, {playbook.stage}, is not in this plan: it is carried out as reviewed.")
    return Schedule(f"the playbook `{playbook.name}`", _waves(slots, _zone(playbook)), tuple(notes))


def _notes(book: Playbook, opening: Opening | None) -> list[str]:
    """When the window is that a run would be in; nothing where there is none."""
    if not opening:
        return []
    begins, ends = (at.astimezone(_zone(book)) for at in (opening.begins, opening.ends))
    return [f"Window: {begins:%a %Y-%m-%d %H:%M} to {ends:%a %H:%M %Z}."]


def _zone(book: Playbook) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(book.window.timezone) if book.window else UTC


def _waves(slots: Sequence[Slot], zone: tzinfo) -> tuple[ShownWave, ...]:
    from portseal.change.timeline import QUICK
    from portseal.page.timeline import ShownWave

    found = []
    for number, group in groupby(slots, key=lambda slot: slot.wave):
        of_it = tuple(group)
        last = max(slot.earliest for slot in of_it)
        found.append(
            ShownWave(
                number=number,
                switches=tuple(slot.switch for slot in of_it),
                begins=min(slot.earliest for slot in of_it).astimezone(zone),
                next_begins=(last + timedelta(seconds=QUICK)).astimezone(zone),
                ends=max(slot.latest_end for slot in of_it).astimezone(zone),
                ports=sum(slot.ports for slot in of_it),
                cameras=sum(slot.cameras for slot in of_it),
                dark_seconds=max(slot.dark_seconds for slot in of_it),
            )
        )
    return tuple(found)


def _write(path: Path, text: str, what: str) -> None:
    from portseal.transport.whole_file import replace_file

    try:
        replace_file(path, text.encode(errors="replace"), mode=0o644)
    except OSError as error:
        raise InputError(f"{path}: the {what} could not be written ({error.strerror})") from error
    typer.echo(f"portseal: the {what} is in {path}", err=True)
