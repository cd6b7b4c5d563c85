"""`portseal drift`: what is not as the last evidence has it, for a nightly cron."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.evidence_options import Key, Unsigned, known_signers
from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from pydantic import JsonValue

    from portseal.change.playbook import Notify
    from portseal.core.bundle import Bundle
    from portseal.core.drift import Change
    from portseal.evidence import Evidence


def drift(
    archive: Annotated[
        Path | None,
        typer.Argument(
            help="What to compare with: the last bundle of this archive, or this bundle; the site's archive if not given."
        ),
    ] = None,
    *,
    site: SiteDir = Path(),
    limit: Limit = None,
    key: Key = None,
    unsigned: Unsigned = False,
    write: Annotated[
        bool, typer.Option("--write", help="Keep what is seen today as evidence, too: one reading for both.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print nothing where nothing changed, so that cron mails only what did.")
    ] = False,
    webhook: Annotated[
        str | None, typer.Option("--webhook", help="Tell changes and failures here, by HTTPS POST.")
    ] = None,
    authorization: Annotated[
        str | None, typer.Option("--authorization", help="Secret reference of the webhook's `Authorization` header.")
    ] = None,
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Read every switch as `verify` does and list what changed since the last evidence. Nothing is written to any switch.

    Compared are: ports, what is asked of them, verdicts, stations, methods, VLANs, static keys, MKA policies, cipher suites, and the digests of our lines in
    the running configuration.

    Exit code 0: nothing changed, whatever the verdicts are; 2: something did; 1: an error, also where a switch could not be read or the
    evidence to compare with does not hold.
    """
    from portseal.change.interrupt import READING, heeded
    from portseal.change.notify import send
    from portseal.cli.keep_evidence import keep_evidence
    from portseal.cli.progress import progress
    from portseal.core.bundle import BUNDLE
    from portseal.core.errors import InputError
    from portseal.estate import open_estate
    from portseal.evidence import changes_since, evidence_of, signer_of
    from portseal.evidence_check import contents, last_of, trusted
    from portseal.evidence_store import bundles_in
    from portseal.looks import look_at_all

    estate = open_estate(site, limit=limit)
    path = archive or site / estate.site.settings.evidence.directory
    sink = _sink(webhook, authorization)
    signer = signer_of(estate) if write else None
    if write and (path / BUNDLE).exists():
        raise InputError(f"{path}: this is one bundle; --write needs the archive it is in")
    first = write and not bundles_in(path)
    held = None if first else trusted(last_of(path), known_signers(site, key), unsigned=unsigned)
    records, summary = contents(held) if held else (None, None)
    with heeded(estate.stop, READING), progress("reading", len(estate.nornir.inventory.hosts)) as shown:
        looks = look_at_all(estate, configurations=True, done=shown, failed=shown.failed)
    today = evidence_of(estate, looks)
    changes: tuple[Change, ...] = ()
    if held and held.bundle and records is not None and summary:
        changes = changes_since(held.bundle, records, summary, today, limited=limit is not None)
        told = _told(held.path.name, held.bundle, changes, today, looks.failures)
        if changes or looks.failures or not quiet:
            _show(told, changes, held.bundle, as_json=format == "json")
        if sink and (changes or looks.failures) and (wrong := send(sink, "drift", told, estate.secret)):
            typer.echo(f"portseal: warning: {wrong}", err=True)
    elif not quiet:
        typer.echo(f"{path}: nothing to compare with yet; this becomes the first evidence")
    if write:
        keep_evidence(path, estate, today, signer, limit=limit or "", quiet=quiet)
    shown.left(looks.failures)
    raise typer.Exit(1 if looks.failures else 2 if changes else 0)


def diff(
    old: Annotated[Path, typer.Argument(help="A bundle of evidence.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="A later one.", metavar="NEW")],
    *,
    site: SiteDir = Path(),
    key: Key = None,
    unsigned: Unsigned = False,
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """List what changed from one bundle to another, before a change and after it, say. No switch is read.

    Exit code 0: nothing changed; 2: something did; 1: an error, also where one of them does not hold.
    """
    from portseal.core.errors import InputError
    from portseal.evidence import Evidence, changes_since
    from portseal.evidence_check import contents, trusted

    known = known_signers(site, key)
    was, now = (trusted(path, known, unsigned=unsigned) for path in (old, new))
    if was.bundle is None or now.bundle is None:
        raise InputError(f"{old} and {new}: no two bundles")  # trusted has told which before
    records, summary = contents(was)
    later = Evidence(*contents(now), fingerprints=now.bundle.fingerprints)
    changes = changes_since(was.bundle, records, summary, later, limited=bool(now.bundle.limit))
    unread = {name: switch.unread for name, switch in later.summary.switches.items() if switch.unread}
    told = _told(was.path.name, was.bundle, changes, later, unread)
    _show({**told, "until": now.path.name}, changes, was.bundle, as_json=format == "json")
    raise typer.Exit(2 if changes else 0)


def _sink(webhook: str | None, authorization: str | None) -> Notify | None:
    """Where changes are told.

    Raises:
        InputError: the address is none that anything is sent to.
    """
    from pydantic import ValidationError

    from portseal.change.playbook import Notify
    from portseal.core.errors import InputError

    if webhook is None:
        return None
    try:
        return Notify(webhook=webhook, authorization=authorization)
    except ValidationError as error:
        raise InputError(f"--webhook {webhook}: an address that begins with https://, or http://localhost") from error


def _told(
    name: str, since: Bundle, changes: tuple[Change, ...], today: Evidence, failures: dict[str, str]
) -> dict[str, JsonValue]:
    """What is told of a drift, to programs."""
    return {
        "schema_version": 1,
        "site": since.site,
        "since": name,
        "since_made": since.made.isoformat(),
        "keys_compared": since.fingerprints == today.fingerprints,
        "changes": [change.model_dump(mode="json") for change in changes],
        "failures": dict(failures),
    }


def _show(told: dict[str, JsonValue], changes: tuple[Change, ...], since: Bundle, *, as_json: bool) -> None:
    from portseal.cli.console import console
    from portseal.cli.evidence_tables import drift_table

    if as_json:
        typer.echo(json.dumps(told, indent=1))
        return
    if changes:
        console().print(drift_table(changes))
    about = f"since {told['since']} ({since.made:%Y-%m-%d %H:%M} UTC, by {since.by})"
    if "until" in told:
        about += f" until {told['until']}"
    ports = len({(change.switch, change.port) for change in changes if change.port})
    console().print(
        f"{len(changes)} changes on {ports} ports {about}" if changes else f"nothing changed {about}", highlight=False
    )
    if not told["keys_compared"]:
        typer.echo(
            "portseal: warning: the fingerprints of that evidence were made with another key, so that keys and configurations "
            "are not compared; a site's `secrets.fingerprint_key` makes them agree",
            err=True,
        )
