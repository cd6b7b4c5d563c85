"""`portseal verify`: port by port, whether the right camera is authenticated and its link encrypted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from portseal.cli.options import Limit, SiteDir


def verify(
    *,
    site: SiteDir = Path(),
    limit: Limit = None,
    wait: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for ports that do not pass yet.")] = 0.0,
    format: Annotated[
        Literal["table", "json", "jsonl", "junit", "csv"],
        typer.Option("--format", help="table, json, jsonl (a whole record of each port a line), junit (XML) or csv."),
    ] = "table",
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="Keep what was seen here, as a signed bundle in an archive of them."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a report here as well: one HTML file that needs nothing else.")
    ] = None,
) -> None:
    """Read what each switch says of its camera ports and judge it. Nothing is written to any switch.

    Cameras that have an API are asked for their own end. Certificates that end soon are told beside the verdicts (not in
    JUnit), and change none: see `portseal certs`.

    With --evidence DIR, records of all ports, reports and numbers are kept in a bundle, signed as portseal.toml says in
    `[evidence]`, which `portseal evidence check` finds whole or not; the running configuration's digest is kept with it.

    Exit code 0: all pass; 2: some fail or are unknown; 1: an error. Unknown is never a pass.
    """
    from rich.console import Group

    from portseal.certificates import to_be_looked_after
    from portseal.change.interrupt import READING, heeded
    from portseal.cli.console import console
    from portseal.cli.expiry_table import expiry_table
    from portseal.cli.keep_evidence import keep_evidence
    from portseal.cli.pages import ready_for, write_report
    from portseal.cli.progress import progress
    from portseal.cli.tables import verdict_table
    from portseal.core.record_text import as_csv, as_jsonl
    from portseal.core.report import as_json, as_junit, exit_code, summary
    from portseal.estate import open_estate
    from portseal.evidence import evidence_of, signer_of
    from portseal.looks import look_at_all, records_of

    if html:
        ready_for(html)
    estate = open_estate(site, limit=limit)
    signer = signer_of(estate) if evidence else None  # what forbids to sign is told before anything is read
    with heeded(estate.stop, READING), progress("reading", len(estate.nornir.inventory.hosts)) as done:
        looks = look_at_all(estate, wait=wait, configurations=evidence is not None, done=done)
    verdicts = looks.verdicts
    ending = to_be_looked_after(estate, datetime.now(UTC), verdicts)
    if evidence is not None:
        keep_evidence(evidence, estate, evidence_of(estate, looks), signer, limit=limit or "")
    if html:
        write_report(html, estate, looks, ending)
    if format == "json":
        typer.echo(as_json(verdicts, ending))
    elif format == "jsonl":
        typer.echo(as_jsonl(records_of(estate, looks.ports)), nl=False)
    elif format == "csv":
        typer.echo(as_csv(records_of(estate, looks.ports)), nl=False)
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
