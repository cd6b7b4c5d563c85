"""`portseal verify`: port by port, whether the right camera is authenticated and its link encrypted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from portseal.cli.options import Limit, SiteDir


def verify(
    site: SiteDir = Path(),
    limit: Limit = None,
    wait: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for ports that do not pass yet.")] = 0.0,
    format: Annotated[
        Literal["table", "json", "junit"], typer.Option("--format", help="table, json or junit (XML).")
    ] = "table",
) -> None:
    """Read what each switch says of its camera ports and judge it. Nothing is written to any switch.

    Cameras that have an API are asked for their own end. Certificates that end soon are told beside the verdicts (not in
    JUnit), and change none: see `portseal certs`.

    Exit code 0: all pass; 2: some fail or are unknown; 1: an error. Unknown is never a pass.
    """
    from rich.console import Group

    from portseal.certificates import to_be_looked_after
    from portseal.change.interrupt import READING, heeded
    from portseal.cli.console import console
    from portseal.cli.expiry_table import expiry_table
    from portseal.cli.progress import progress
    from portseal.cli.tables import verdict_table
    from portseal.core.report import as_json, as_junit, exit_code, summary
    from portseal.estate import open_estate
    from portseal.looks import look_at_all

    estate = open_estate(site, limit=limit)
    with heeded(estate.stop, READING), progress("reading", len(estate.nornir.inventory.hosts)) as done:
        looks = look_at_all(estate, wait=wait, done=done)
    verdicts = looks.verdicts
    ending = to_be_looked_after(estate, datetime.now(UTC), verdicts)
    if format == "json":
        typer.echo(as_json(verdicts, ending))
    elif format == "junit":
        typer.echo(as_junit(verdicts))
    else:
        console().print(verdict_table(verdicts))
        console().print(summary(verdicts))
        if ending:
            console().print(Group("", expiry_table(ending)))
    for failure in looks.failures.values():
        typer.echo(f"portseal: {failure}", err=True)
    raise typer.Exit(1 if looks.failures else exit_code(verdicts))
