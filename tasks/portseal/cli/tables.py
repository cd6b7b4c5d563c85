"""Verdicts and results in, tables for people out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from portseal.change.ending import Ending, SwitchResult
from portseal.core.camera_report import CameraRow
from portseal.core.reasons import HINTS, Reason
from portseal.core.report import without_controls
from portseal.core.verdict import Outcome, Verdict

_OUTCOMES = {Outcome.PASS: ("✓", "green"), Outcome.FAIL: ("✗", "bold red"), Outcome.UNKNOWN: ("?", "bold yellow")}
_ENDINGS = {
    Ending.APPLIED: "green",
    Ending.TAKEN_BACK: "green",
    Ending.UNCHANGED: "green",
    Ending.ROLLED_BACK: "bold yellow",
}


AT_MOST = 1000
"""Rows of a table of verdicts; where there are more ports, those that pass are left out."""


def verdict_table(verdicts: Collection[Verdict]) -> RenderableType:
    """A row for each port and, below, what to do about each reason for which a port does not pass."""
    table = bare_table("outcome", "switch", "port", "camera", "reason", "detail")
    every = len(verdicts) <= AT_MOST
    reasons: dict[Reason, None] = {}
    left: Counter[Outcome] = Counter()
    for verdict in verdicts:
        if verdict.outcome is not Outcome.PASS:
            reasons[verdict.reason] = None
        if table.row_count >= AT_MOST or not (every or verdict.outcome is not Outcome.PASS):
            left[verdict.outcome] += 1
            continue
        mark, style = _OUTCOMES[verdict.outcome]
        table.add_row(
            Text(f"{mark} {verdict.outcome}", style=style),
            *cells(verdict.switch, verdict.port, verdict.camera),
            Text(verdict.reason, style=style),
            *cells(verdict.detail),
        )
    parts: list[RenderableType] = [table] if table.row_count else []
    if left:
        told = ", ".join(f"{number:,} that {_LEFT[outcome]}" for outcome, number in left.items())
        parts += [Text()] * bool(parts) + [Text(f"Not listed: {told}. All ports are in --format csv, json and jsonl.")]
    if reasons:
        hints = bare_table("reason", "what to do")
        for reason in reasons:
            hints.add_row(Text(reason), Text(HINTS[reason]))
        parts += [Text(), hints]
    return Group(*parts) if len(parts) > 1 else table


_LEFT = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.UNKNOWN: "are unknown"}


TAKEN_BACK = "Confirmed, and taken back because its wave failed:"
"""Stands above the table of what became of such switches."""


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
