"""`python -m bench all`, or one table: push, verbs, connect, state, inventory, render, diff, memory, profile, targets."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import peers
from bench.table import Table

RESULTS = peers.FOLDER / "results.json"
PLANNED = "push, verbs, connect, state, inventory, render, diff, memory, profile"


def _tables() -> dict[str, Callable[..., Table]]:
    from bench.data_tables import diff_table, inventory_table, memory_table, render_table, state_table
    from bench.estate_tables import connect_table, verbs_table
    from bench.profiles import profile_table
    from bench.push_table import push_table

    return {
        "push": push_table,
        "verbs": verbs_table,
        "connect": connect_table,
        "state": state_table,
        "inventory": inventory_table,
        "render": render_table,
        "diff": diff_table,
        "memory": memory_table,
        "profile": profile_table,
    }


def machine() -> dict[str, Any]:
    """What it was measured on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "versions": peers.versions(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="?", default="all", help=f"all (the default), targets, or one of {PLANNED}")
    parser.add_argument("--runs", type=int, default=5, help="runs of each; medians are shown (5)")
    parser.add_argument("--quick", action="store_true", help="small sizes, and without those that take minutes")
    parser.add_argument(
        "--json",
        type=Path,
        default=RESULTS,
        help=f"where the results are written to ({RESULTS.relative_to(peers.ROOT)})",
    )
    parser.add_argument("--write", type=Path, help="also write the tables into this page (docs/performance.md)")
    parser.add_argument("--from", dest="read", type=Path, help="measure nothing; take the results of this file")
    call = parser.parse_args()
    if call.read:
        document = json.loads(call.read.read_text(encoding="utf-8"))
    else:
        document = measure(call.what, call.runs, quick=call.quick)
        call.json.parent.mkdir(exist_ok=True)
        call.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"written to {call.json}")
    if call.write:
        from bench.page import write_page

        write_page(call.write, document)
        print(f"written to {call.write}")


def measure(what: str, runs: int, *, quick: bool) -> dict[str, Any]:
    """Measure and print; all of it as what is kept in JSON."""
    tables = _tables()
    if what not in ("all", "targets", *tables):
        sys.exit(f"nothing is called {what!r}; there are all, targets, {', '.join(tables)}")
    document: dict[str, Any] = {"machine": machine(), "tables": {}, "targets": []}
    began = time.monotonic()
    for name in tables if what == "all" else [what] if what in tables else []:
        since = time.monotonic()
        table = tables[name](runs, quick=quick)
        print(f"\n{table.text()}\n({time.monotonic() - since:.0f} s)", flush=True)
        document["tables"][name] = table._asdict()
    if what in ("all", "targets"):
        from bench.targets import of_tables, shown

        print()
        for target in of_tables(document["tables"], runs, quick=quick):
            print(shown(target), flush=True)
            document["targets"].append({**target._asdict(), "reached": target.reached})
    document["machine"]["load_after"] = round(os.getloadavg()[0], 1)
    document["machine"]["minutes"] = round((time.monotonic() - began) / 60, 1)
    return document


if __name__ == "__main__":
    main()
