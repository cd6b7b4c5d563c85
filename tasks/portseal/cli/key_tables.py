"""Keys and rotations in, tables for people out."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from portseal.change.rotation import Came, LinkResult
from portseal.cli.tables import bare_table, cells
from portseal.key_list import KeyRow
from portseal.rotate import Readiness


def key_table(rows: Iterable[KeyRow], *, live: bool) -> Table:
    """A row for each key."""
    table = bare_table(
        "camera",
        "switch",
        "port",
        "use",
        "CKN",
        "fingerprint",
        "bits",
        "age",
        "due",
        *(["switch says"] * live),
        "problem",
    )
    for row in rows:
        style = "" if row.good else "bold yellow" if row.overdue and not row.problem else "bold red"
        table.add_row(
            *cells(row.camera, row.switch, row.port),
            Text(row.use, style="dim" if row.use == "retired" else style),
            *cells(row.ckn, row.fingerprint, str(row.bits or "")),
            *cells("" if row.age_days is None else f"{row.age_days} d"),
            Text(
                "" if row.due is None else row.due.isoformat() + " (now)" * row.overdue,
                style=style if row.overdue else "",
            ),
            *([Text(row.live)] if live else []),
            *cells(row.problem),
        )
    return table


def rotation_table(ready: Iterable[Readiness]) -> Table:
    """A row for each link whose key is to be replaced: how, by whom, and what it goes through."""
    table = bare_table("camera", "switch", "method", "at the camera", "meanwhile")
    for each in ready:
        told = Text(f"refused: {each.refusal}", style="bold red") if each.refusal else Text(each.gap)
        by = "" if each.refusal else "an installer" if each.by_hand else "its API"
        table.add_row(*cells(each.camera, each.switch, "" if each.refusal else each.method, by), told)
    return table


def link_table(results: Iterable[LinkResult]) -> Table:
    """A row for each link: how far the rotation of its key came."""
    table = bare_table("camera", "switch", "rotation", "at step", "seconds", "message")
    for each in results:
        style = "green" if each.good else "bold yellow" if each.came is Came.WAITING else "bold red"
        table.add_row(
            *cells(each.camera, each.switch),
            Text(each.came, style=style),
            *cells(each.step, f"{each.seconds:.1f}", each.message),
        )
    return table
