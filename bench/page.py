"""The results of a run in, the tables of docs/performance.md out: what stands between two marks is written anew, the rest is a person's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.table import Table

_BEGIN = "<!-- measured: begin; written by `python -m bench`, do not edit -->\n"
_END = "<!-- measured: end -->\n"


def write_page(page: Path, document: dict[str, Any]) -> None:
    """Put the results into the page.

    Raises:
        SystemExit: the page has not the two marks.
    """
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise SystemExit(f"{page}: has not both marks, {_BEGIN.strip()} and {_END.strip()}")
    page.write_text(f"{before}{begin}\n{measured(document)}\n{end}{after}", encoding="utf-8")


def measured(document: dict[str, Any]) -> str:
    """All of it as Markdown."""
    machine = document["machine"]
    parts = [_machine(machine), "## Targets\n\n" + _targets(document["targets"])]
    for kept in document["tables"].values():
        table = Table(**{**kept, "columns": tuple(tuple(column) for column in kept["columns"])})
        parts.append(f"## {table.title}\n\n{table.markdown()}")
    return "\n".join(parts)


def _machine(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    busy = (
        " **The machine was busy with other work**: compare figures of one table with each other, and do not take seconds for what they would be on a quiet one."
        if machine["load"] > 1
        else ""
    )
    return (
        f"Measured {machine['date']} on {machine['cores']} cores ({machine['cpu']}), {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}, "
        f"in {machine['minutes']} minutes; load when it began {machine['load']}.{busy}\n\nVersions: {versions}.\n"
    )


def _targets(targets: list[dict[str, Any]]) -> str:
    rows = ["| target | limit | measured | | |", "| --- | ---: | ---: | --- | --- |"]
    for one in targets:
        sign = "≥" if one["at_least"] else "≤"
        digits = 0 if abs(one["value"]) >= 100 or one["value"] == int(one["value"]) else 2
        verdict = "reached" if one["reached"] else "**missed**"
        rows.append(
            f"| {one['name']} | {sign} {one['limit']:,g}{one['unit']} | {one['value']:,.{digits}f}{one['unit']} | {verdict} | {one['told']} |"
        )
    return "\n".join(rows) + "\n"
