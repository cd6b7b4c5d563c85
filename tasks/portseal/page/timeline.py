"""When each wave of switches would be changed in, the bars of a drawing of it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

_WIDTH, _LABEL, _ROW = 900.0, 90.0, 26.0
"""Of the drawing, of the labels in it, and height of a row: in its own units."""


class ShownWave(NamedTuple):
    """Switches that are changed together."""

    number: int
    switches: tuple[str, ...]
    begins: datetime
    next_begins: datetime
    """If nothing has to be waited for."""
    ends: datetime
    """By then each of them is confirmed, or back as it was."""
    ports: int
    cameras: int
    dark_seconds: int
    """Longest time for which one of the cameras may be without network, if all goes as planned."""


class Schedule(NamedTuple):
    """How a plan would be carried out."""

    by: str
    """The command, or the playbook's name."""
    waves: tuple[ShownWave, ...]
    notes: tuple[str, ...] = ()


def bars(waves: Sequence[ShownWave]) -> dict[str, object]:
    """What a template draws: a row for each wave with a bar until it is usually through, and one until it is through at the latest."""
    begin, end = min(wave.begins for wave in waves), max(wave.ends for wave in waves)
    whole = max((end - begin).total_seconds(), 1.0)

    def at(time: datetime) -> float:
        return round(_LABEL + (_WIDTH - _LABEL) * (time - begin).total_seconds() / whole, 1)

    rows = [
        {
            "number": wave.number,
            "y": index * _ROW + 4,
            "x": at(wave.begins),
            "quick": max(at(wave.next_begins) - at(wave.begins), 2),
            "worst": max(at(wave.ends) - at(wave.begins), 2),
        }
        for index, wave in enumerate(waves)
    ]
    ticks = [(at(begin + (end - begin) * part / 4), begin + (end - begin) * part / 4) for part in range(5)]
    return {
        "rows": rows,
        "width": _WIDTH,
        "height": len(rows) * _ROW + 24,
        "axis": len(rows) * _ROW + 4,
        "ticks": [
            {"x": x, "label": f"{time:%H:%M:%S}", "anchor": anchor}
            for (x, time), anchor in zip(ticks, _ANCHORS, strict=True)
        ],
    }


_ANCHORS = ("start", "middle", "middle", "middle", "end")
