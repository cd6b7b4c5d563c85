"""Where a page is written: whether it can be is known before any switch is read, and it is there whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from portseal.core.errors import InputError

if TYPE_CHECKING:
    from portseal.change.playbook import Playbook
    from portseal.change.timeline import Slot
    from portseal.core.expiry import Expiry
    from portseal.core.plan_file import Plan
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
    from portseal.looks import records_of
    from portseal.page.report import report_page

    text = report_page(
        records_of(estate, looks.ports),
        site=estate.site.site.name,
        version=__version__,
        now=datetime.now(UTC),
        certificates=certificates,
        unread=looks.failures,
        first=_first_ports(estate),
    )
    _write(path, text, "report")


def write_review(
    path: Path, estate: Estate, plan: Plan, *, saved: Path | None, playbook: Playbook | None, at: Path | None
) -> None:
    """The page on which `plan` is reviewed, at `path`. `saved`: where the plan is; `at`: where the playbook is."""
    from portseal.page.review import review_page

    schedule = _schedule(estate, plan, playbook, at.parent if at else Path()) if plan.changes else None
    text = review_page(
        plan, saved=str(saved or ""), playbook=str(at or ""), schedule=schedule, first=_first_ports(estate)
    )
    _write(path, text, "review page")


def _schedule(estate: Estate, plan: Plan, playbook: Playbook | None, folder: Path) -> Schedule:
    """By a playbook, or by `portseal apply` on the site's own terms."""
    from zoneinfo import ZoneInfo

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
    zone = ZoneInfo(playbook.window.timezone) if playbook.window else UTC
    notes = [f"Wave {wave.number} takes all of {each}." for wave in orders.waves for each in wave.takes_all_of]
    if orders.opening:
        begins, ends = (at.astimezone(zone) for at in (orders.opening.begins, orders.opening.ends))
        notes.insert(0, f"Window: {begins:%a %Y-%m-%d %H:%M} to {ends:%a %H:%M %Z}.")
    if playbook.stage:
        notes.append(f"The playbook's own stage, {playbook.stage}, is not in this plan: it is carried out as reviewed.")
    return Schedule(f"the playbook `{playbook.name}`", _waves(slots, zone), tuple(notes))


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


def _first_ports(estate: Estate) -> dict[str, int]:
    return {name: pack.ports.first for name, pack in estate.site.packs.items()}


def _write(path: Path, text: str, what: str) -> None:
    from portseal.transport.whole_file import replace_file

    try:
        replace_file(path, text.encode(errors="replace"), mode=0o644)
    except OSError as error:
        raise InputError(f"{path}: the {what} could not be written ({error.strerror})") from error
    typer.echo(f"portseal: the {what} is in {path}", err=True)
