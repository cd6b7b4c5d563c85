"""`portseal lint`: all that is wrong with a site, before anything is connected to."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portseal.cli.options import Limit, SiteDir

if TYPE_CHECKING:
    from portseal.core.model import Finding
    from portseal.site import OpenSite


class LintFormat(StrEnum):
    """How findings are shown."""

    TABLE = "table"
    JSON = "json"


def lint(
    site: SiteDir = Path(),
    format: Annotated[  # named as the option is
        LintFormat, typer.Option("--format", help="`table` for people; `json` for tools: a list of findings.")
    ] = LintFormat.TABLE,
    limit: Limit = None,
) -> None:
    """Check a site and report *everything* that is wrong with it; nothing is connected to.

    Reads cameras.csv, profiles.toml, keys.toml, portseal.toml and Nornir's hosts.yaml, groups.yaml, defaults.yaml, and asks of
    each switch's platform whether it can do what the profiles want. Each finding has file, line, column, a code (explained in
    docs/lint-codes.md), what is wrong and what would be right.

    With `--limit`, findings about other switches' cameras are not shown; `plan` refuses the site for them all the same.

    Exit codes: 0 no errors (there may be warnings), 1 errors.

    Example: `portseal lint -s inventory/example-campus --format json | jq '.[].code'`
    """
    from portseal.core.findings import has_errors
    from portseal.site import inspect_site

    opened, findings = inspect_site(site, limit=limit)
    if format is LintFormat.JSON:
        fields = ("file", "row", "column", "code", "message", "severity")
        found = [
            {field: told[field] for field in fields} for told in (item.model_dump(mode="json") for item in findings)
        ]
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif sys.stdout.isatty():
        _table(findings)
        typer.echo(_summary(findings, opened))
    else:
        for item in findings:
            typer.echo(_line(item))
        typer.echo(_summary(findings, opened))
    if has_errors(findings):
        raise typer.Exit(1)


def _line(item: Finding) -> str:
    """One finding as `file:row: column: severity: message [code]`, which editors jump to."""
    place = item.file if item.row is None else f"{item.file}:{item.row}"
    return ": ".join(filter(None, (place, item.column, str(item.severity), f"{item.message} [{item.code}]")))


def _table(findings: Iterable[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("file", "row", "column", "code", "what is wrong, what would be right"):
        table.add_column(heading, overflow="fold")  # a place that is cut short leads nowhere
    for item in findings:
        colour = "red" if item.severity == "error" else "yellow"
        row = "" if item.row is None else str(item.row)
        table.add_row(item.file, row, Text(item.column or ""), Text(item.code, style=colour), Text(item.message))
    if table.row_count:
        Console().print(table)


def _summary(findings: Iterable[Finding], opened: OpenSite | None) -> str:
    kinds = [str(item.severity) for item in findings]
    counted = [f"{n} {kind}{'' if n == 1 else 's'}" for kind in ("error", "warning") if (n := kinds.count(kind))]
    if opened is None:
        return ", ".join(counted) or "no findings for these switches, but errors elsewhere on the site"
    site = opened.site
    size = f"{len(site.cameras)} cameras on {len(site.switches)} switches, {len(site.profiles)} profiles"
    return f"{site.name}: {size}; {', '.join(counted) or 'nothing wrong'}"
