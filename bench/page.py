"""The results of a run in, the tables of docs/performance.md out: what stands between two marks is written anew, the rest is a person's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.table import Table
from bench.targets import Target, of_tables

_BEGIN = "<!-- measured: begin; written by `python -m bench`, do not edit -->\n"
_END = "<!-- measured: end -->\n"
_QUIET = 10
"""Hundredths of the processor that everything else may take on a machine that is quiet."""


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
    kept = document["tables"]
    parts = [_machine(document["machine"], kept), "## Targets\n\n" + _targets(list(of_tables(kept)))]
    for given in kept.values():
        table = Table(**{key: given[key] for key in Table._fields})
        parts.append(f"## {table.title}\n\n{_when(given['measured'])} {table.markdown()}")
    return "\n".join(parts)


def _machine(machine: dict[str, Any], tables: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    minutes = sum(given["measured"]["seconds"] for given in tables.values()) / 60
    return (
        f"Measured on {machine['cores']} cores ({machine['cpu']}), {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}, in {minutes:.0f} minutes; "
        "when, how long and beside how much other work is said with each table.\n\n"
        f"Versions: {versions}.\n"
    )


def _when(run: dict[str, Any]) -> str:
    """A table's own date, and whether its seconds can be taken for what they are."""
    before, after = run["busy_before"], run["busy_after"]
    told = f"Measured {run['date']} in {run['seconds']} s; everything else took {before} % of the processor right before, {after} % right after."
    if max(before, after) > _QUIET:
        told += " **The machine was busy with other work**: compare figures with each other, and do not take seconds for those of a quiet one."
    return told


def _targets(targets: list[Target]) -> str:
    rows = ["| target | limit | measured | | |", "| --- | ---: | ---: | --- | --- |"]
    for one in targets:
        digits = 0 if abs(one.value) >= 100 or one.value == int(one.value) else 2
        limit = f"{'≥' if one.at_least else '≤'} {one.limit:,g}{one.unit}" if one.limit is not None else "–"
        verdict = "for information" if one.limit is None else "reached" if one.reached else "**missed**"
        rows.append(f"| {one.name} | {limit} | {one.value:,.{digits}f}{one.unit} | {verdict} | {one.told} |")
    return "\n".join(rows) + "\n"
