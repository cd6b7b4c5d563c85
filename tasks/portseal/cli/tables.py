"""Verdicts and results in, tables for people out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from portseal.change.ending import Ending, SwitchResult
from portseal.core.camera_report import CameraRow
from portseal.core.reasons import HINTS
from portseal.core.report import without_controls
from portseal.core.verdict import Outcome, Verdict

_OUTCOMES = {Outcome.PASS: ("✓", "green"), Outcome.FAIL: ("✗", "bold red"), Outcome.UNKNOWN: ("?", "bold yellow")}
_ENDINGS = {
    Ending.APPLIED: "green",
    Ending.TAKEN_BACK: "green",
    Ending.UNCHANGED: "green",
    Ending.ROLLED_BACK: "bold yellow",
}


def verdict_table(verdicts: Sequence[Verdict]) -> RenderableType:
    """A row for each port and, below, what to do about each reason for which a port does not pass."""
    table = bare_table("outcome", "switch", "port", "camera", "reason", "detail")
    for verdict in verdicts:
        mark, style = _OUTCOMES[verdict.outcome]
        table.add_row(
            Text(f"{mark} {verdict.outcome}", style=style),
            *cells(verdict.switch, verdict.port, verdict.camera),
            Text(verdict.reason, style=style),
            *cells(verdict.detail),
        )
    reasons = dict.fromkeys(verdict.reason for verdict in verdicts if verdict.outcome is not Outcome.PASS)
    if not reasons:
        return table
    hints = bare_table("reason", "what to do")
    for reason in reasons:
        hints.add_row(Text(reason), Text(HINTS[reason]))
    return Group(table, Text(), hints)


def result_table(results: Iterable[SwitchResult]) -> Table:
    """A row for each switch: what became of it when a plan was carried out."""
    table = bare_table("switch", "ending", "ports pass", "seconds", "message")
    table.columns[2].justify = table.columns[3].justify = "right"
    for result in results:
        passing = sum(verdict.outcome is Outcome.PASS for verdict in result.verdicts)
        table.add_row(
            *cells(result.switch),
            Text(result.ending, style=_ENDINGS.get(result.ending, "bold red")),
            Text(f"{passing}/{len(result.verdicts)}" if result.verdicts else "-"),
            Text(f"{result.seconds:.1f}"),
            *cells(result.message),
        )
    return table


def camera_table(rows: Sequence[CameraRow]) -> Table:
    """A row for each camera: what it says of its own end."""
    table = bare_table("camera", "port", "mode", "let in", "secured", "CKN", "problem")
    words = {True: "yes", False: "no", None: "-"}
    for row in rows:
        table.add_row(
            *cells(row.camera, f"{row.switch} {row.port}"),
            Text(row.mode, style="" if row.good else "bold yellow"),
            *cells(words[row.authorized], words[row.secured], row.ckn or "-"),
            Text(without_controls(row.problem), style="bold red"),
        )
    return table


def bare_table(*columns: str) -> Table:
    """A table without a frame."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def cells(*cells: str) -> Iterable[Text]:
    """Cells as they are: no markup, no control characters."""
    return (Text(without_controls(cell)) for cell in cells)
