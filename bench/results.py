"""What was measured, kept table by table: a run that is ended keeps what it has, and one table can be measured again without the others.

Each table has its own date, how long it took, and how busy the machine was without it. Tables of another machine or of other versions are not kept beside this one's.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bench import peers
from bench.table import Table

T = TypeVar("T")

ORDER = ("trips", "push", "verbs", "connect", "state", "inventory", "render", "diff", "memory", "profile")
"""In which tables are shown, whenever they were measured."""


def machine() -> dict[str, Any]:
    """What it is measured on, and with."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    cpu = next((line.partition(":")[2].strip() for line in lines if "model name" in line), platform.machine())
    memory = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1]) / 1024**2
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": peers.versions(),
    }


def others(seconds: float) -> int:
    """Hundredths of the processor's time that went into anything within so many seconds, in which this process only waits."""
    before = _spent()
    time.sleep(seconds)
    spent = [after - earlier for after, earlier in zip(_spent(), before, strict=True)]
    return round(100 * (1 - (spent[_IDLE] + spent[_WAITING]) / max(1, sum(spent))))


_IDLE, _WAITING = 3, 4


def _spent() -> list[int]:
    """Ticks of all cores since the start: user, nice, system, idle, waiting, and what interrupts and other machines of this host took (proc(5))."""
    return [int(ticks) for ticks in Path("/proc/stat").read_text(encoding="ascii").split()[1:9]]


class Run(NamedTuple):
    """When a table was measured, how long it took, and how busy the machine was without it."""

    date: str
    seconds: int
    busy_before: int
    """Hundredths of the processor, right before; not the load, of which a part would be the table's before."""
    busy_after: int


def timed(work: Callable[[], T], watch: float = 1.0) -> tuple[T, Run]:
    """What `work` gives, and what is to be said of it; `watch` seconds before and after it others are looked at."""
    date, before, began = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), others(watch), time.monotonic()
    found = work()
    return found, Run(date, round(time.monotonic() - began), before, others(watch))


def empty() -> dict[str, Any]:
    """Nothing measured yet."""
    return {"machine": machine(), "tables": {}}


def read(*files: Path, tell: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """The tables of all files, later ones in place of earlier ones; those of another machine than the last file's are left out, and told."""
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    found: dict[str, Any] = {"machine": documents[-1]["machine"], "tables": {}}
    for file, document in zip(files, documents, strict=True):
        if differs := _differences(document["machine"], found["machine"]):
            tell(f"{file}: its tables are left out, for they were measured with {differs}")
            continue
        found["tables"] |= _dated(document)
    return in_order(found)


def kept(file: Path, *, tell: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """What `file` has that was measured on this machine and with these versions, for more to be put beside it."""
    document = empty()
    if file.is_file():
        before = json.loads(file.read_text(encoding="utf-8"))
        if differs := _differences(before["machine"], document["machine"]):
            tell(f"{file}: begun anew, for it was measured with {differs}")
        else:
            document["tables"] = _dated(before)
    return document


def _dated(document: dict[str, Any]) -> dict[str, Any]:
    """Tables that say when they were measured; older files had one date for all of them."""
    return {name: table for name, table in document["tables"].items() if "busy_before" in table.get("measured", {})}


def put(document: dict[str, Any], name: str, table: Table, run: Run) -> dict[str, Any]:
    """The document with this table in place of the one before."""
    tables = {**document["tables"], name: {**table._asdict(), "measured": run._asdict()}}
    return in_order({**document, "tables": tables})


def in_order(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its tables in the order in which they are shown."""
    names = sorted(document["tables"], key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    return {**document, "tables": {name: document["tables"][name] for name in names}}


def write(file: Path, document: dict[str, Any]) -> None:
    """Keep it; whoever reads meanwhile, or is there when this is ended, sees the old one or the new one."""
    file.parent.mkdir(exist_ok=True)
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    beside.replace(file)


def _differences(one: dict[str, Any], other: dict[str, Any]) -> str:
    """What the first has and the second has not, in words; empty where both are the same."""
    told = [f"{key} {one.get(key)}" for key in ("cpu", "cores", "system", "python") if one.get(key) != other.get(key)]
    versions = one["versions"].items() - other["versions"].items()
    return ", ".join([*told, *sorted(f"{name} {version}" for name, version in versions)])
