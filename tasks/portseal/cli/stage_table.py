"""Stages in, a table for people out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from portseal.cli.tables import bare_table, cells
from portseal.core.staging import StageRow


def stage_table(rows: Sequence[StageRow]) -> RenderableType:
    """A row for each port, and below, once each, what to do."""
    table = bare_table("switch", "port", "camera", "profile", "stage", "next", "evidence")
    for row in rows:
        style = "green" if row.ready else "bold red"
        told = "" if row.done else f"{row.reason}: {row.evidence}"
        table.add_row(
            *cells(row.switch, row.port, row.camera, row.profile, row.stage),
            Text(f"{'✓' if row.ready else '✗'} {row.next or 'as intended'}", style=style),
            *cells(told),
        )
    return Group(table, Text(), _todos(rows)) if any(row.todo for row in rows) else table


def _todos(rows: Iterable[StageRow]) -> Table:
    """What is to be done, with the cameras that it is for."""
    by_text: dict[str, list[str]] = {}
    for row in rows:
        if row.todo:
            by_text.setdefault(row.todo.replace(row.camera, "CAMERA"), []).append(row.camera)
    table = bare_table("cameras", "what to do")
    for text, cameras in by_text.items():
        more = f" and {len(cameras) - 5} more" if len(cameras) > 5 else ""
        table.add_row(*cells(", ".join(cameras[:5]) + more, text))
    return table
