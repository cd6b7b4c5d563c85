"""Runs and their steps in, tables for people out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from portseal.cli.tables import bare_table, cells
from portseal.core.journal_entry import Entry, RunSummary


def run_table(runs: Iterable[RunSummary]) -> Table:
    """A row for each run of a journal."""
    table = bare_table("run", "begun (UTC)", "by", "what", "state", "switches", "ticket", "reason")
    for run in runs:
        counted = Counter(ending.partition(":")[0] for ending in run.endings.values())
        table.add_row(
            *cells(run.run, f"{run.begun:%Y-%m-%d %H:%M}", run.actor, run.what),
            Text("interrupted", style="bold red") if run.open else Text("ended"),
            *cells(", ".join(f"{count} {ending}" for ending, count in counted.items()), run.ticket, run.reason),
        )
    return table


def entry_table(rows: Iterable[Entry]) -> Table:
    """A row for each step of a run."""
    table = bare_table("row", "at (UTC)", "switch", "step", "more")
    for row in rows:
        known = {
            key: value
            for key, value in row.data.items()
            if value not in ("", [], {}) and key not in ("orders", "rotation")
        }
        more = ", ".join(f"{key} {value}" for key, value in known.items())
        table.add_row(*cells(str(row.number), f"{row.at:%H:%M:%S.%f}"[:-3], row.switch, row.event, more))
    return table
