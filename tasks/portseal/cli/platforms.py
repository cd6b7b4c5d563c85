"""`portseal platforms`: what each platform can do, and how that is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from portseal.cli.options import SiteDir


def platforms(
    site: SiteDir = Path(),
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Print platform × feature × support × evidence × source, for the shipped platforms and the site's own."""
    from rich.table import Table

    from portseal.cli.console import console
    from portseal.core.platforms import load_pack, platform_folders

    rows = [
        {
            "platform": name,
            "feature": claim.feature,
            "values": list(claim.values),
            "support": claim.support,
            "evidence": claim.evidence,
            "source": claim.source,
            "note": claim.note,
        }
        for name, folder in sorted(platform_folders(site / "platforms").items())
        for claim in load_pack(folder).capability
    ]
    if format == "json":
        typer.echo(json.dumps({"platforms": rows}, indent=1))
        return
    table = Table("platform", "feature", "values", "support", "evidence", "source")
    for row in rows:
        table.add_row(
            str(row["platform"]),
            str(row["feature"]),
            ", ".join(row["values"]),
            str(row["support"]),
            str(row["evidence"]),
            str(row["source"]) + (f" ({row['note']})" if row["note"] else ""),
        )
    console().print(table)
