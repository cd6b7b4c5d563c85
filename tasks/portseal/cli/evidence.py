"""`portseal evidence`: what `verify --evidence` has kept; whether it is whole, and who signed it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.drift import diff
from portseal.cli.evidence_options import Key, Unsigned, archive_of, known_signers, settings_of
from portseal.cli.options import SiteDir

if TYPE_CHECKING:
    from portseal.evidence_check import Checked

evidence = typer.Typer(
    name="evidence",
    no_args_is_help=True,
    help="Evidence that `verify --evidence` has kept: whether it is whole, who signed it, and what of a standard it speaks to.",
)

Archive = Annotated[
    Path | None, typer.Argument(help="An archive of evidence, or one bundle of it; the site's archive if not given.")
]
Format = Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")]


@evidence.command()
def check(
    archive: Archive = None,
    site: SiteDir = Path(),
    *,
    key: Key = None,
    first: Annotated[
        str,
        typer.Option(
            "--first",
            help="The bundle with which the archive is known to begin: older ones are neither missed nor looked at.",
        ),
    ] = "",
    every: Annotated[
        float | None,
        typer.Option("--every", min=0, help="Hours: a longer time without evidence is something wrong, until now too."),
    ] = None,
    format: Format = "table",
) -> None:
    """Whether evidence is whole: no file changed, missing or added, a known signature, and no bundle missing before it.

    Exit code 0: it holds; 2: it does not; 1: there is none, or it cannot be read.
    """
    from portseal.cli.console import console
    from portseal.cli.evidence_tables import check_table
    from portseal.evidence_check import check_archive

    found = check_archive(
        archive or archive_of(site),
        known_signers(site, key),
        first=first,
        every=None if every is None else timedelta(hours=every),
        now=datetime.now(UTC),
    )
    holding = sum(each.holds for each in found)
    if format == "json":
        typer.echo(json.dumps({"schema_version": 1, "bundles": [_as_json(each) for each in found]}, indent=1))
    else:
        console().print(check_table(found))
        bad = len(found) - holding
        console().print(f"{len(found)} checked: {holding} whole and signed" + (f", {bad} not" if bad else ""))
    raise typer.Exit(0 if holding == len(found) else 2)


@evidence.command("list")
def list_evidence(archive: Archive = None, site: SiteDir = Path(), format: Format = "table") -> None:
    """The bundles of an archive with their numbers. Nothing is checked; `evidence check` does that."""
    from portseal.cli.console import console
    from portseal.cli.evidence_tables import list_table
    from portseal.core.errors import InputError
    from portseal.evidence_check import overview
    from portseal.evidence_store import bundles_in

    path = archive or archive_of(site)
    rows = overview(bundles_in(path))
    if not rows:
        raise InputError(f"{path}: no evidence here; `portseal verify --evidence {path}` writes some")
    if format == "json":
        typer.echo(
            json.dumps({"schema_version": 1, "bundles": [row.model_dump(mode="json") for row in rows]}, indent=1)
        )
    else:
        console().print(list_table(rows))


@evidence.command()
def report(
    archive: Archive = None,
    site: SiteDir = Path(),
    key: Key = None,
    unsigned: Unsigned = False,
    format: Format = "table",
) -> None:
    """What the last evidence, or the bundle that is named, shows of the requirements of standards: which ports pass, fail, cannot be told.

    A tag is a mapping and no certification (docs/compliance.md). Exit code 0: all ports pass all controls; 2: some do not; 1: an error,
    also where the evidence does not hold.
    """
    from portseal.cli.console import console
    from portseal.cli.evidence_tables import control_table
    from portseal.core.compliance import DISCLAIMER, control_ports
    from portseal.evidence_check import contents, last_of, trusted

    path = last_of(archive or archive_of(site))
    records, summary = contents(trusted(path, known_signers(site, key), unsigned=unsigned))
    if format == "json":
        ports = control_ports(records)
        rows = [{**row.model_dump(mode="json"), "ports": ports[row.id]} for row in summary.controls]
        typer.echo(
            json.dumps({"schema_version": 1, "bundle": path.name, "note": DISCLAIMER, "controls": rows}, indent=1)
        )
    else:
        console().print(control_table(summary.controls))
        console().print(f"{path.name}: {len(records)} ports. {DISCLAIMER}", highlight=False)
    raise typer.Exit(0 if all(row.passing == len(records) for row in summary.controls) else 2)


evidence.command()(diff)


@evidence.command("new-key")
def new_key(
    file: Annotated[
        Path | None,
        typer.Argument(help="Where the private key is written, not there yet; as portseal.toml has it if not given."),
    ] = None,
    site: SiteDir = Path(),
    name: Annotated[str, typer.Option("--name", help="Under which name evidence is signed.")] = "nightly",
    passphrase: Annotated[
        str, typer.Option(envvar="PORTSEAL_EVIDENCE_PASSPHRASE", help="Of the key; none if empty.", hidden=True)
    ] = "",
) -> None:
    """Make a key to sign evidence with, and print what goes into portseal.toml.

    The public half is all that checking needs: give it to whoever checks, by another way than the evidence itself.
    """
    from portseal.signatures import make_key

    path = file or site / settings_of(site).evidence.key
    public = make_key(path, passphrase)
    inside = path.resolve().is_relative_to(site.resolve())
    named = path.resolve().relative_to(site.resolve()) if inside else path.resolve()
    typer.echo(f'{path} written. At the end of portseal.toml:\n\n[evidence]\nname = "{name}"\nkey = "{named}"\n')
    typer.echo(f'[evidence.signers]\n{name} = "{public}"')


def _as_json(found: Checked) -> dict[str, object]:
    return {
        "bundle": found.path.name,
        "holds": found.holds,
        "signed_by": found.signer,
        "problems": [*found.wrong, *found.unsigned],
        "made": found.bundle.made.isoformat() if found.bundle else None,
        "digest": found.digest,
    }
