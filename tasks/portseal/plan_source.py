"""A plan's file in, the plan out, its switches one at a time: the plan of ten thousand is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from portseal.core.errors import PlanError
from portseal.core.plan_file import Plan, load_plan, read_plan
from portseal.core.planning import SwitchPlan
from portseal.spool import Spool

_PIECE = 1 << 20
"""Characters that are read at once."""


def open_plan(path: Path, *, now: datetime | None = None) -> Plan:
    """The plan in a file; with `now`, one that has not expired.

    Raises:
        PlanError: there is none, it is damaged, was changed after it was written, or has expired.
    """
    kept = Spool(TypeAdapter(SwitchPlan), path.parent)
    try:
        if now is None:
            return read_plan(_pieces(path), name=str(path), kept=kept)
        return load_plan(_pieces(path), name=str(path), now=now, kept=kept)
    except OSError as error:
        raise PlanError(f"{path}: {error.strerror}; write one with `portseal plan -o {path}`") from error


def _pieces(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        try:
            while piece := file.read(_PIECE):
                yield piece
        except UnicodeDecodeError as error:
            raise PlanError(f"{path}: {error}; write one with `portseal plan -o {path}`") from error
