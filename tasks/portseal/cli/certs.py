"""`portseal certs`: which certificates end soon; and a small authority of the site's own (`certs init-ca` and the others)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from portseal.cli.options import Limit, SiteDir

certs = typer.Typer(
    name="certs",
    invoke_without_command=True,
    help=(
        "Which certificates end soon: of the files in portseal.toml, of the site's own authority, of cameras that have an API. "
        "Exit code 0: none; 2: some do, or could not be read; 1: an error."
    ),
)


@certs.callback()
def show(
    context: typer.Context,
    site: SiteDir = Path(),
    limit: Limit = None,
    cameras: Annotated[bool, typer.Option("--cameras/--no-cameras", help="Whether cameras are asked.")] = True,
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Which certificates end soon; nothing is written anywhere."""
    import json

    from portseal.certificates import expiries
    from portseal.cli.console import console
    from portseal.cli.expiry_table import expiry_table
    from portseal.core.errors import InputError
    from portseal.estate import open_estate
    from portseal.read_cameras import with_api

    if context.invoked_subcommand is not None:
        if site != Path() or limit is not None:
            raise InputError(f"write options behind the verb: portseal certs {context.invoked_subcommand} -s SITE")
        return
    estate = open_estate(site, limit=limit)
    hosts = estate.site.nornir.inventory.hosts
    asked = with_api(estate, (each for each in estate.site.site.cameras if each.switch in hosts)) if cameras else ()
    found = expiries(estate, datetime.now(UTC), cameras=asked)
    if format == "json":
        rows = [each.model_dump(mode="json") for each in found]
        typer.echo(json.dumps({"schema_version": 1, "certificates": rows}, indent=1))
    elif not found:
        typer.echo("no certificate is known here; name files in [certificates] of portseal.toml (docs/certificates.md)")
    else:
        console().print(expiry_table(found))
        console().print(
            f"{len(found)} certificates and lists, {sum(not each.good for each in found)} to be looked after"
        )
    raise typer.Exit(0 if all(each.good for each in found) else 2)
