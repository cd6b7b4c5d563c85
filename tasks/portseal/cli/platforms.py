"""`portseal platforms`: what each platform can do, and how that is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from portseal.cli.options import SiteDir

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from portseal.core.platforms import Pack


def platforms(
    name: Annotated[str | None, typer.Argument(help="One platform, with values, sources and what is refused.")] = None,
    site: SiteDir = Path(),
    format: Annotated[
        Literal["table", "json", "markdown"], typer.Option("--format", help="table, json, or the platform's page.")
    ] = "table",
) -> None:
    """Print platform × feature × evidence, and of one platform the source of every claim too.

    The shipped platforms and those in the site's own `platforms/`. A claim is captured (seen on the real thing), documented, or
    experimental; what nobody claims is refused by `portseal lint`.
    """
    from portseal.cli.console import console
    from portseal.core.errors import InputError
    from portseal.core.findings import nearest
    from portseal.core.platform_files import platform_folders
    from portseal.core.platforms import load_pack

    folders = platform_folders(site / "platforms")
    if name is not None and name not in folders:
        raise InputError(
            f"there is no platform {name!r}{nearest(name, folders)}; there are {', '.join(sorted(folders))}"
        )
    packs = tuple(load_pack(folder) for key, folder in sorted(folders.items()) if name in (None, key))
    if format == "json":
        typer.echo(json.dumps(_data(packs), indent=1, ensure_ascii=False))
    elif format == "markdown":
        from portseal.core.platform_page import platform_page

        typer.echo("\n".join(platform_page(pack) for pack in packs), nl=False)
    else:
        shown = console()
        for part in _one(packs[0]) if name else _overview(packs, min(shown.width, _WIDEST)):
            shown.print(part)


_WIDEST = 400
_COLUMN = 4


def _data(packs: tuple[Pack, ...]) -> dict[str, object]:
    from portseal.core.claims import claims, readings

    return {
        "platforms": [
            {
                "platform": pack.name,
                "title": pack.title,
                "strategy": pack.commit.strategy,
                "undoes_by_itself": pack.commit.strategy.self_undoing,
            }
            for pack in packs
        ],
        "claims": [claim.model_dump(mode="json") for pack in packs for claim in claims(pack)],
        "readings": [reading.model_dump(mode="json") for pack in packs for reading in readings(pack)],
        "conflicts": [
            {"platform": pack.name, **conflict.model_dump(mode="json")} for pack in packs for conflict in pack.conflict
        ],
        "notes": [{"platform": pack.name, **note.model_dump(mode="json")} for pack in packs for note in pack.note],
    }


def _overview(packs: tuple[Pack, ...], width: int) -> list[RenderableType]:
    """The platforms by number, then the matrix, in as many blocks as the terminal needs."""
    from rich.text import Text

    from portseal.core.claims import matrix

    legend = _table("", "platform", "system", "a change is")
    for number, pack in enumerate(packs, start=1):
        legend.add_row(str(number), pack.name, pack.title, pack.commit.strategy)
    lines = matrix(packs)
    label = max(len(line.label) for line in lines) + 2
    a_block = max(1, (width - label) // _COLUMN)
    parts: list[RenderableType] = [legend]
    for first in range(0, len(packs), a_block):
        block = packs[first : first + a_block]
        table = _table("", *(str(number) for number in range(first + 1, first + len(block) + 1)))
        for line in lines:
            table.add_row(line.label, *(line.marks.get(pack.name, "·") for pack in block))
        parts += [Text(), table]
    told = "● captured  ○ documented  ~ experimental  ? no evidence  · no"
    return [*parts, Text(), Text(told), Text("portseal platforms NAME: values, sources, what is refused and why")]


def _one(pack: Pack) -> list[RenderableType]:
    """All of one platform, each source under what it is the source of."""
    from rich.text import Text

    from portseal.core.claims import readings

    claimed = _table("field", "values, source", "evidence")
    for claim in pack.capability:
        known = claim.evidence + (",\nexperimental" if claim.support == "experimental" else "")
        values = ", ".join(claim.values) or "nothing"
        claimed.add_row(claim.feature, _sourced(values, claim.source, claim.note), known)
    parts: list[RenderableType] = [
        Text(f"{pack.name}: {pack.title}", style="bold"),
        Text(
            f"a change is carried out by {pack.commit.strategy}{'' if _undoes(pack) else ', and not undone by the switch'}"
        ),
        Text(),
        claimed,
    ]
    if pack.refused:
        never = _table("refused", "why, source")
        for each in pack.refused:
            never.add_row(f"{each.feature}\n  {', '.join(each.values)}", _sourced(each.reason, each.source))
        parts += [Text(), never]
    if pack.conflict:
        refused = _table("refused together", "why, source")
        for conflict in pack.conflict:
            together = "\n".join(f"{field}\n  {', '.join(values)}" for field, values in conflict.when.items())
            refused.add_row(together, _sourced(conflict.reason, conflict.source))
        parts += [Text(), refused]
    read = _table("reads", "command, source", "evidence")
    for reading in readings(pack):
        read.add_row(reading.tells, _sourced(reading.command, reading.source), reading.evidence)
    parts += [Text(), read]
    if pack.note:
        notes = _table("about", "note, source")
        for note in pack.note:
            notes.add_row(note.about, _sourced(note.text, note.source))
        parts += [Text(), notes]
    return parts


def _undoes(pack: Pack) -> bool:
    return pack.commit.strategy.self_undoing


def _sourced(text: str, source: str, note: str = "") -> RenderableType:
    from rich.text import Text

    told = Text(text)
    for line in filter(None, (source, note)):
        told.append(f"\n{line}", style="dim")
    return told


def _table(*columns: str) -> Table:
    """A table of which only the columns with sources, and the platforms' full names, are folded where it is wide."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=not column.endswith(("source", "system")))
    return table
