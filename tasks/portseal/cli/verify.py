"""`portseal verify`: port by port, whether the right camera is authenticated and its link encrypted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from portseal.core.record import Look
    from portseal.estate import Estate


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
    from portseal.core.report import exit_code, json_pieces, junit_pieces, summary
    from portseal.estate import open_estate
    from portseal.evidence import evidence_of, signer_of
    from portseal.looks import look_at_all

    if html:
        ready_for(html)
    estate = open_estate(site, limit=limit)
    signer = signer_of(estate) if evidence else None  # what forbids to sign is told before anything is read
    with heeded(estate.stop, READING), progress("reading", len(estate.nornir.inventory.hosts)) as shown:
        looks = look_at_all(
            estate,
            wait=wait,
            configurations=evidence is not None,
            done=shown,
            came=lambda found: shown.count(**Counter(str(look.verdict.outcome) for look in found)),
            failed=shown.failed,
            in_turn=_as_they_come(estate, format),
        )
    verdicts = looks.verdicts
    ending = to_be_looked_after(estate, datetime.now(UTC), verdicts)
    if evidence is not None:
        keep_evidence(evidence, estate, evidence_of(estate, looks), signer, limit=limit or "")
    if html:
        write_report(html, estate, looks, ending)
    if format in ("json", "junit"):
        for piece in json_pieces(verdicts, ending) if format == "json" else junit_pieces(verdicts):
            typer.echo(piece, nl=False)
        typer.echo()
    elif format == "table":
        console().print(verdict_table(verdicts))
        console().print(summary(verdicts))
        if ending:
            console().print(Group("", expiry_table(ending)))
    shown.left(looks.failures)
    raise typer.Exit(1 if looks.failures else exit_code(verdicts))


def _as_they_come(estate: Estate, format: str) -> Callable[[Sequence[Look]], None] | None:
    """Prints the records of a switch when its turn comes; None where the format does not allow it."""
    from portseal.core.record_text import CSV_HEADER, csv_rows, jsonl_lines
    from portseal.looks import recorder

    if format not in ("jsonl", "csv"):
        return None
    records, lines = recorder(estate), jsonl_lines if format == "jsonl" else csv_rows
    if format == "csv":
        typer.echo(CSV_HEADER, nl=False)

    def tell(looks: Sequence[Look]) -> None:
        typer.echo("".join(lines(records(looks))), nl=False)

    return tell
