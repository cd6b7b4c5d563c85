"""Bundles of evidence in, tables for people out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from portseal.cli.tables import bare_table, cells
from portseal.core.compliance import ControlSummary
from portseal.core.drift import Change
from portseal.core.reasons import Outcome
from portseal.core.report import without_controls
from portseal.evidence_check import Checked, Listed


def check_table(found: Sequence[Checked]) -> Table:
    """A row for each bundle: whether it holds, who signed it, and everything that is wrong with it."""
    table = bare_table("bundle", "evidence", "signed by", "what is wrong")
    for each in found:
        state = ("✓ holds", "green") if each.holds else ("✗ does not hold", "bold red")
        table.add_row(
            *cells(each.path.name),
            Text(state[0], style=state[1]),
            *cells(each.signer or "-", "\n".join((*each.wrong, *each.unsigned)) or "-"),
        )
    return table


def list_table(rows: Sequence[Listed]) -> Table:
    """A row for each bundle with its numbers."""
    table = bare_table("bundle", "number", "pass", "fail", "unknown", "of", "made by", "signed as", "digest")
    for column in table.columns[1:5]:
        column.justify = "right"
    for row in rows:
        if row.number is None:
            table.add_row(*cells(row.bundle), Text("damaged", style="bold red"), *cells(*[""] * 7))
            continue
        counts = [str(row.outcomes.get(outcome, "-")) for outcome in Outcome]
        shown = (row.limit or "all switches", row.by, row.signed_as or "-", f"{row.digest[:12]}…")
        table.add_row(*cells(row.bundle, str(row.number), *counts, *shown))
    return table


def control_table(rows: Sequence[ControlSummary]) -> Table:
    """A row for each control: how many ports pass, fail and cannot be told, and why."""
    table = bare_table("control", "name", "pass", "fail", "unknown", "why not")
    for column in table.columns[2:5]:
        column.justify = "right"
    standard = ""
    for row in rows:
        if row.standard != standard:
            standard = row.standard
            table.add_row(Text(standard, style="bold"))
        why = ", ".join(f"{text} {number}" for text, number in row.why.items())
        table.add_row(
            *cells(row.id, row.name),
            Text(str(row.passing), style="green" if row.passing else ""),
            Text(str(row.failing), style="bold red" if row.failing else ""),
            Text(str(row.unknown), style="bold yellow" if row.unknown else ""),
            *cells(why or "-"),
        )
    return table


def drift_table(changes: Sequence[Change]) -> Table:
    """A row for each change."""
    table = bare_table("switch", "port", "camera", "what", "was", "is")
    for each in changes:
        table.add_row(
            *cells(each.switch, each.port or "-", each.camera or "-", each.what, each.before),
            Text(without_controls(each.after), style="bold"),
        )
    return table
