"""A table: what was measured, how it was counted, rows. As text for the terminal, as Markdown for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Table(NamedTuple):
    """Rows are dictionaries; a column is (key, heading, digits behind the point)."""

    name: str
    title: str
    counted: str
    """What the figures are, in sentences."""
    columns: tuple[tuple[str, str, int], ...]
    rows: list[dict[str, Any]]

    def cells(self) -> list[list[str]]:
        """Headings and rows as text; a dash where there is nothing."""
        body = [[_cell(row.get(key), digits) for key, _, digits in self.columns] for row in self.rows]
        return [[heading for _, heading, _ in self.columns], *body]

    def text(self) -> str:
        """For a terminal."""
        cells = self.cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(_padded(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
            for row in cells
        ]
        return f"{self.title}\n" + "\n".join(line.rstrip() for line in lines)

    def markdown(self) -> str:
        """For the page."""
        head, *body = self.cells()
        rule = ["---" if at == 0 else "---:" for at in range(len(head))]
        return f"{self.counted}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body)) + "\n"


def _cell(value: object, digits: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:,.{digits}f}"
    return str(value)


def _padded(cell: str, width: int, at: int) -> str:
    return cell.ljust(width) if at == 0 else cell.rjust(width)


def beside(rows: Sequence[dict[str, Any]], key: str, reference: dict[str, Any], *, into: str) -> None:
    """Put into each row how many times the reference's `key` its own is."""
    for row in rows:
        row[into] = row[key] / reference[key] if row.get(key) is not None and reference[key] else None
