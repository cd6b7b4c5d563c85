"""`portseal stage`: where each port stands on its way to its profile, what speaks for the next stage, and the way there and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portseal.core.staging import StageRow
    from portseal.estate import Estate

_NAMES = Annotated[list[str] | None, typer.Argument(metavar="[CAMERA]...", help="Cameras; all of them if not given.")]


def stage(
    cameras: _NAMES = None,
    *,
    site: SiteDir = Path(),
    limit: Limit = None,
    promote: Annotated[
        bool, typer.Option("--promote", help="Write the next stage of those that are ready into cameras.csv.")
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Write the stage before into cameras.csv, for the named cameras.")
    ] = False,
    without_evidence: Annotated[
        bool,
        typer.Option("--without-evidence", help="With --promote: the named cameras also where nothing speaks for it."),
    ] = False,
    wait: Annotated[
        float, typer.Option("--wait", min=0, help="Seconds to wait for ports that are not ready yet.")
    ] = 0.0,
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Who stands at which stage (monitor, should-secure, sealed), and what promotes or blocks each.

    Ports are read and cameras that have an API are asked; nothing is written to any switch. `--promote` and `--back` change
    the column `stage` of cameras.csv and nothing else: `portseal plan` and `apply` carry it out.

    Exit code 0: all are sealed and as intended; 2: some are on their way; 1: an error.
    """
    import json

    from portseal.cli.console import console
    from portseal.cli.progress import progress
    from portseal.cli.stage_table import stage_table
    from portseal.core.errors import InputError
    from portseal.core.findings import nearest
    from portseal.estate import open_estate
    from portseal.fleet import on_all
    from portseal.stage import assess_stages

    if (back or without_evidence) and not cameras:
        raise InputError("--back and --without-evidence are for cameras that are named")
    if back and promote:
        raise InputError("give --promote or --back, not both")
    estate = open_estate(site, limit=limit)
    names = {camera.name for camera in estate.site.site.cameras}
    for name in cameras or ():
        if name not in names:
            raise InputError(f"no camera is called {name!r}{nearest(name, names)}")
    if back:
        _go_back(site, estate, cameras or ())
        return
    with progress("reading", len(estate.nornir.inventory.hosts)) as done:
        outcomes = on_all(estate, assess_stages, tuple, reading=True, done=done, wait=wait)
    rows: list[StageRow] = [row for found in outcomes.results.values() for row in found]
    if cameras:
        rows = [row for row in rows if row.camera in cameras]
    if format == "json":
        typer.echo(json.dumps({"schema_version": 1, "ports": [row.model_dump(mode="json") for row in rows]}, indent=1))
    else:
        console().print(stage_table(rows))
        console().print(_summary(rows))
    for failure in outcomes.failures.values():
        typer.echo(f"portseal: {failure}", err=True)
    if promote:
        _go_on(site, rows, without_evidence=without_evidence)
    raise typer.Exit(1 if outcomes.failures else 0 if all(row.done for row in rows) else 2)


def _summary(rows: Sequence[StageRow]) -> str:
    ready = sum(row.ready and row.next is not None for row in rows)
    return f"{len(rows)} ports: {sum(row.done for row in rows)} done, {ready} ready for the next stage, {sum(not row.ready for row in rows)} blocked"


def _go_on(site: Path, rows: Sequence[StageRow], *, without_evidence: bool) -> None:
    from portseal.keys import set_stage

    stages = {row.camera: row.next for row in rows if row.next is not None and (row.ready or without_evidence)}
    if not stages:
        typer.echo("Nobody is ready; cameras.csv is as it was.", err=True)
        return
    set_stage(site, stages)
    typer.echo(f"{len(stages)} stages written into cameras.csv; next: `portseal plan`", err=True)


def _go_back(site: Path, estate: Estate, names: Sequence[str]) -> None:
    from portseal.core.staging import stage_before
    from portseal.keys import set_stage

    stages = {
        port.camera: earlier
        for intent in estate.site.intents
        for port in intent.ports
        if port.camera in names
        and (earlier := stage_before(port, estate.site.site.profiles[port.profile], estate.pack(port.switch)))
    }
    set_stage(site, stages)
    typer.echo(f"{len(stages)} stages written into cameras.csv; next: `portseal plan`")
