"""`portseal keys rotate`: replace keys on both ends of their links, step by step, none of which leaves a link dark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portseal.cli.options import SiteDir

if TYPE_CHECKING:
    from datetime import date

    from portseal.change.rotation import LinkResult
    from portseal.change.rotation_run import Rotations
    from portseal.key_book import KeyBook
    from portseal.rotate import Readiness

_NAMES = Annotated[
    list[str] | None, typer.Argument(metavar="[CAMERA]...", help="Cameras; those whose key is due if not given.")
]


def rotate(
    cameras: _NAMES = None,
    *,
    site: SiteDir = Path(),
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with rotations that were interrupted or wait for an installer.")
    ] = False,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="Take rotations back whose switch does not prefer the new key yet.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say which keys can be replaced and what the link goes through; change nothing."
        ),
    ] = False,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="An installer types the keys, also where a camera has an API.")
    ] = False,
    accept_gap: Annotated[
        bool,
        typer.Option(
            "--accept-gap",
            help="Also where the platform holds one key, so that cleartext may pass or the link is down meanwhile.",
        ),
    ] = False,
    wait: Annotated[
        float,
        typer.Option("--wait", min=0, help="Seconds to wait for an installer before leaving the rotation to --resume."),
    ] = 0.0,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the journal.")] = "",
    ticket: Annotated[str, typer.Option("--ticket", help="Reference of a change ticket; kept in the journal.")] = "",
) -> None:
    """Give each link a new key: the switch takes both, the camera moves, the switch prefers the new one, the old one goes.

    Each step is noted before it is taken and seen to have worked before the next; the switch undoes an unconfirmed one by
    itself. An interruption leaves a link that works, and `--resume` goes on.

    Exit code 0: all replaced; 2: some wait for an installer, or were refused; 1: an error.
    """
    if resume or give_up:
        _go_on(cameras or (), site, give_up=give_up, wait=wait)
        return
    replace_keys(
        cameras or (),
        site=site,
        dry_run=dry_run,
        by_hand=by_hand,
        accept_gap=accept_gap,
        wait=wait,
        yes=yes,
        reason=reason,
        ticket=ticket,
    )


def _work(site: Path, wait: float) -> Rotations:
    import datetime

    from portseal.change.rotation_run import Rotations
    from portseal.estate import open_estate
    from portseal.key_book import open_book
    from portseal.transport.camera_ends import camera_ends

    book, estate = open_book(site), open_estate(site)
    here = estate.here()
    if here is not estate:
        told = "keys are replaced by this process and not by the site's workers, because it makes and stores them; it needs the secrets and a way to the switches itself"
        typer.echo(f"portseal: {told}", err=True)
        estate = here
    ends = camera_ends(estate.site.settings.cameras, site, estate.secret)
    return Rotations(estate=estate, book=book, ends=ends, today=datetime.date.today(), wait=wait)


def _go_on(cameras: Sequence[str], site: Path, *, give_up: bool, wait: float) -> None:
    from portseal.change.rotation_run import resume as go_on
    from portseal.cli.console import console
    from portseal.cli.progress import progress
    from portseal.keys import chosen_cameras

    work = _work(site, wait)
    names = chosen_cameras(work.book, cameras)
    with progress("rotating", len(work.estate.nornir.inventory.hosts)) as done:
        results = go_on(_with(work, done), names, give_up=give_up)
    if not results:
        console().print("No rotation is under way.")
    _tell(results)


def replace_keys(
    cameras: Sequence[str],
    *,
    site: Path,
    dry_run: bool = False,
    by_hand: bool = False,
    accept_gap: bool = False,
    wait: float = 0.0,
    yes: bool = False,
    reason: str = "",
    ticket: str = "",
    fits: Callable[[float], bool] = lambda seconds: True,
) -> None:
    """Replace the keys of `cameras`, or those that are due. `fits`: whether what takes so many seconds may be begun still."""
    from dataclasses import replace

    from portseal.change.rotation_run import readiness
    from portseal.change.rotation_run import rotate as begin
    from portseal.cli.console import console
    from portseal.cli.key_tables import rotation_table
    from portseal.cli.progress import progress
    from portseal.keys import chosen_cameras

    out, work = console(), replace(_work(site, wait), fits=fits)
    names = chosen_cameras(work.book, cameras) or due_cameras(work.book, work.today)
    if not names:
        out.print("No key is due; name the cameras whose key is to be replaced all the same.")
        return
    ready = tuple(_gap_refused(each, accept_gap) for each in readiness(work, names, by_hand=by_hand))
    out.print(rotation_table(ready))
    able = [each for each in ready if not each.refusal]
    refused = len(ready) - len(able)
    if dry_run or not able:
        raise typer.Exit(2 if refused else 0)
    if not yes and not typer.confirm(f"Replace {len(able)} keys. Go on?"):
        raise typer.Exit(1)
    with progress("rotating", len({each.switch for each in able})) as done:
        results = begin(_with(work, done), able, reason=reason, ticket=ticket)
    _tell(results, refused=refused)


def due_cameras(book: KeyBook, today: date) -> tuple[str, ...]:
    """Names of the cameras whose key is due to be replaced."""
    from portseal.keys import due

    found = []
    for camera, link in book.keys.items():
        when = due(link, book.settings.keys.rotate_days)
        if when is not None and today >= when and book.wants_key(camera):
            found.append(camera)
    return tuple(found)


def _gap_refused(ready: Readiness, accepted: bool) -> Readiness:
    """Refused where the link has a gap that nobody accepted."""
    from portseal.core.key_rules import Rotation

    if ready.refusal or accepted or ready.method is not Rotation.SWAP:
        return ready
    return ready.model_copy(update={"refusal": f"not without a gap: {ready.gap}; `--accept-gap` takes that", "gap": ""})


def _with(work: Rotations, done: Callable[[str], None]) -> Rotations:
    from dataclasses import replace

    return replace(work, done=done)


def _tell(results: Sequence[LinkResult], *, refused: int = 0) -> None:
    """What became of each; the exit code."""
    from portseal.change.rotation import Came
    from portseal.cli.console import console
    from portseal.cli.key_tables import link_table

    if results:
        console().print(link_table(results))
    for result in results:
        if not result.good:
            typer.echo(f"portseal: {result.camera}: {result.came} at {result.step}: {result.message}", err=True)
    if any(result.came in (Came.FAILED, Came.REFUSED) for result in results):
        raise typer.Exit(1)
    raise typer.Exit(2 if refused or any(not result.good for result in results) else 0)
