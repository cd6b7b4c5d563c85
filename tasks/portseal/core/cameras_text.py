"""The text of cameras.csv in, the same with some cameras' stage changed out; every other line stays as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from portseal.core.cameras import delimiter, read_cameras
from portseal.core.errors import InputError
from portseal.core.inventory import Stage


def with_stages(text: str, stages: Mapping[str, Stage]) -> str:
    """`text` with the column `stage` of the cameras in `stages` set; the column is added at the end where there is none.

    Raises:
        InputError: a camera has no row.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    before = {row.camera.name: row.camera for row in read_cameras(text).rows}
    if missing := sorted(stages.keys() - before.keys()):
        raise InputError(f"cameras.csv: no row of {', '.join(missing)}")
    lines = text.splitlines(keepends=True)
    head = next(at for at, line in enumerate(lines) if line.strip() and not line.startswith("#"))
    between = delimiter(lines[head])
    names = [cell.strip().casefold() for cell in _cells(lines[head], between)]
    if "stage" not in names:
        rows = {camera.row - 1 for camera in before.values()}
        for at in (head, *sorted(rows)):
            lines[at] = _changed(lines[at], between, None, "stage" if at == head else "")
        names.append("stage")
    for name, stage in stages.items():
        at = before[name].row - 1
        lines[at] = _changed(lines[at], between, names.index("stage"), stage.value)
    new = "".join(lines)
    _check(before, new, stages)
    return mark + new


def _cells(line: str, between: str) -> list[str]:
    return next(csv.reader(io.StringIO(line), delimiter=between), [])


def _changed(line: str, between: str, column: int | None, value: str) -> str:
    """One row with a cell changed, or one more where `column` is None; its line end stays."""
    body = line.rstrip("\r\n")
    if column is None:
        return f"{body}{between}{value}{line[len(body) :]}"
    cells = _cells(body, between)
    cells[column] = value
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=between, lineterminator="").writerow(cells)
    return text.getvalue() + line[len(body) :]


def _check(before: Mapping[str, object], after: str, stages: Mapping[str, Stage]) -> None:
    """See that exactly what was meant has changed.

    Raises:
        InputError: something else has as well.
    """
    found = read_cameras(after)
    now = {row.camera.name: row.camera for row in found.rows}
    for name, camera in now.items():
        if name in stages and camera.stage is not stages[name]:
            raise InputError(f"cameras.csv: the stage of {name} cannot be set here; set it by hand")
        if name not in stages and camera != before.get(name):
            raise InputError(f"cameras.csv: cannot be changed here without changing {name} as well; set stages by hand")
    if now.keys() != before.keys():
        raise InputError("cameras.csv: cannot be changed here without losing rows; set stages by hand")
