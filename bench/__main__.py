"""`python -m bench all`, or some tables: trips, push, verbs, connect, state, inventory, render, diff, memory, profile; or `targets` alone."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

from bench import peers, results
from bench.table import Table

RESULTS = peers.FOLDER / "results.json"
QUICK = peers.FOLDER / "quick.json"
_WITH_PEERS = {"push", "connect", "verbs"}


def _tables() -> dict[str, Callable[..., Table]]:
    """In the order in which they are measured: what a run that is ended early should have comes first."""
    from bench.data_tables import diff_table, inventory_table, memory_table, render_table, state_table
    from bench.estate_tables import connect_table, verbs_table
    from bench.profiles import profile_table
    from bench.push_table import push_table
    from bench.trips import trips_table

    return {
        "trips": trips_table,
        "push": push_table,
        "connect": connect_table,
        "verbs": verbs_table,
        "state": state_table,
        "memory": memory_table,
        "diff": diff_table,
        "profile": profile_table,
        "inventory": inventory_table,
        "render": render_table,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "what", nargs="*", default=["all"], help=f"all (the default), targets, or some of {', '.join(results.ORDER)}"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each; medians are shown (5)")
    parser.add_argument("--quick", action="store_true", help="small sizes, and without those that take minutes")
    parser.add_argument(
        "--json",
        type=Path,
        help="where results are kept, table by table, beside those that are there (.bench/results.json; quick ones: .bench/quick.json)",
    )
    parser.add_argument(
        "--write", type=Path, help="also write what is kept into this page (docs/performance.md), after each table"
    )
    parser.add_argument(
        "--from",
        dest="read",
        type=Path,
        action="append",
        help="measure nothing; take the results of this file, and of further ones, the last first",
    )
    call = parser.parse_args()
    if call.read:
        _show(results.read(*call.read, tell=_say), call.write)
        return
    if call.what == ["targets"]:
        _targets_alone(call.runs, quick=call.quick)
        return
    file = call.json or (QUICK if call.quick else RESULTS)
    tables = _named(call.what)
    if tables.keys() & _WITH_PEERS:
        try:
            peers.install()  # before anything is timed
        except (OSError, CalledProcessError):
            traceback.print_exc()
    failed = measure(tables, call.runs, quick=call.quick, file=file, page=call.write)
    if failed:
        sys.exit(f"not measured, see above: {', '.join(failed)}; what was is in {file}")


def measure(
    tables: dict[str, Callable[..., Table]],
    runs: int,
    *,
    quick: bool,
    file: Path,
    page: Path | None,
    watch: float = 1.0,
) -> list[str]:
    """Measure, print and keep one table after the other; gives those that failed, which take nothing from the others."""
    document = results.kept(file, tell=_say)
    failed = []
    for name, measured in tables.items():
        try:
            table, run = results.timed(partial(measured, runs, quick=quick), watch)
            told = f"{run.seconds} s; others took {run.busy_before} % of the processor before, {run.busy_after} % after"
            print(f"\n{table.text()}\n({told})", flush=True)
            document = results.put(document, name, table, run)
            results.write(file, document)
            _write_page(page, document)
        except (SystemExit, Exception):
            traceback.print_exc()
            failed.append(name)
    _show(document, None)
    print(f"\nkept in {file}")
    return failed


def _named(what: Sequence[str]) -> dict[str, Callable[..., Table]]:
    tables = _tables()
    unknown = [name for name in what if name not in ("all", *tables)]
    if unknown:
        sys.exit(f"nothing is called {unknown[0]!r}; there are all, targets (alone), {', '.join(tables)}")
    return tables if "all" in what else {name: tables[name] for name in tables if name in what}


def _show(document: dict[str, Any], page: Path | None) -> None:
    from bench.targets import of_tables, shown

    print()
    for target in of_tables(document["tables"]):
        print(shown(target))
    _write_page(page, document)


def _write_page(page: Path | None, document: dict[str, Any]) -> None:
    if page:
        from bench.page import write_page

        write_page(page, document)
        print(f"written to {page}", flush=True)


def _targets_alone(runs: int, *, quick: bool) -> None:
    from bench.targets import measured_now, shown

    for target in measured_now(runs, quick=quick):
        print(shown(target), flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
