"""Standings of certificates in, a table for people out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from portseal.cli.tables import bare_table, cells
from portseal.core.expiry import Expiry, Standing, in_words
from portseal.core.report import without_controls

_STYLES = {
    Standing.GOOD: "green",
    Standing.ENDING: "bold yellow",
    Standing.ENDED: "bold red",
    Standing.NOT_YET: "bold red",
    Standing.UNKNOWN: "bold yellow",
}


def expiry_table(found: Sequence[Expiry]) -> Table:
    """A row for each certificate."""
    table = bare_table("certificate", "for", "subject", "until", "ends", "problem")
    for each in found:
        until = each.ends.strftime("%Y-%m-%d") if each.ends else "-"
        table.add_row(
            *cells(each.where, each.role, each.subject, until),
            Text(in_words(each), style=_STYLES[each.standing]),
            Text(without_controls(each.problem), style="bold red"),
        )
    return table
