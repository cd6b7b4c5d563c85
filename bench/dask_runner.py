"""plan, apply and verify of 200 switches in threads and by the runner portseal-dask, and what follows for larger estates.

`python bench/dask_runner.py [--switches 200] [--ports 4] [--json FILE] [--docs docs/scale.md]` prints tables, and the figures as JSON on the last line;
with `--docs`, the tables are written into that page between its marks. Every variant runs in a process of its own against simulated switches in
another, 50 ms away; all of it takes about five minutes. Processor time is what the sizes are worked out from: seconds say how busy the machine was.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.measure import in_child
from bench.sites import write_site
from bench.switches import Switches

DELAY = 0.05
RUNNERS: dict[str, dict[str, int]] = {
    "20 threads": {},
    "2 processes × 10": {"workers": 2, "threads": 10, "reading": 100},
}
VERBS = ("plan", "apply", "verify")
SIZES = (200, 1_000, 5_000, 10_000, 20_000, 50_000)
WINDOW = 600
"""Seconds in which a verb is to be through, for the number of processes."""
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def measure(switches: int, ports: int) -> dict[str, Any]:
    """All variants, one after another, each on switches that nobody has changed."""
    results: dict[str, Any] = {"switches": switches, "ports": ports, "delay_ms": DELAY * 1000, "cores": os.cpu_count()}
    results["load"] = os.getloadavg()[0]
    results |= {"date": f"{datetime.now(UTC):%Y-%m-%d}", "python": platform.python_version(), "runners": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name, options in RUNNERS.items():
            print(f"{name} ...", file=sys.stderr, flush=True)
            place = Path(folder) / name.replace(" ", "-")
            write_site(place / "origin", switches=switches, ports=ports, settings="workers = 20\nconnect_workers = 40")
            with Switches(place / "origin", copy=place / "site", delay=DELAY):
                if options:
                    with (place / "site" / "portseal.toml").open("a", encoding="utf-8") as file:
                        file.write('\n[nornir.runner]\nplugin = "portseal-dask"\n[nornir.runner.options]\n')
                        file.writelines(f"{option} = {value}\n" for option, value in options.items())
                results["runners"][name] = in_child("bench.dask_child", {"verbs": VERBS, "site": str(place / "site")})
                if not options:
                    results["alone"] = in_child("bench.dask_child", {"site": str(place / "site"), "ask": True})
        large = Path(folder) / "large"
        write_site(large, switches=switches * 10, ports=ports)
        bigger = in_child("bench.dask_child", {"site": str(large), "ask": False})["peak_mb"]
        results["mb_a_camera"] = (bigger - results["alone"]["peak_mb"]) / (switches * ports * 9)
    return results


def measured_table(results: dict[str, Any]) -> str:
    """What was measured, a row for each verb and runner."""
    rows = [
        "| verb | runner | seconds | client, CPU ms a switch | beside it, CPU ms a switch | client, peak MB | worker, peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for verb in VERBS:
        for name, found in results["runners"].items():
            cost = found["verbs"][verb]
            client, workers = (1000 * cost[key] / results["switches"] for key in ("cpu_seconds", "worker_cpu_seconds"))
            rows.append(
                f"| {verb} | {name} | {cost['seconds']:.1f} | {client:.0f} | {workers:.0f} | {cost['peak_mb']:.0f} "
                f"| {cost['worker_peak_mb']:.0f} |"
            )
    return "\n".join(rows)


def figures(results: dict[str, Any], verb: str) -> dict[str, float]:
    """Seconds of a processor that a switch costs in threads, at a worker, and at the client of workers."""
    threads, workers = results["runners"]["20 threads"], results["runners"]["2 processes × 10"]
    per = results["switches"]
    return {
        "threads": threads["verbs"][verb]["cpu_seconds"] / per,
        "worker": workers["verbs"][verb]["worker_cpu_seconds"] / per,
        "client": workers["verbs"][verb]["cpu_seconds"] / per,
        "start": workers["start_seconds"],
    }


def pays_from(results: dict[str, Any], verb: str, processes: int) -> int | None:
    """From how many switches on so many processes, each with a core of its own, are sooner through than threads; None: never."""
    cost = figures(results, verb)
    saved = cost["threads"] - max(cost["worker"] / processes, cost["client"])
    return math.ceil(cost["start"] / saved) if saved > 0 else None


def sizing_table(results: dict[str, Any]) -> str:
    """Derived: what larger estates take, a core for each process."""
    cost = figures(results, "verify")
    apply = figures(results, "apply")
    base = results["runners"]["2 processes × 10"]["verbs"]["verify"]["worker_peak_mb"]
    base -= results["mb_a_camera"] * results["switches"] * results["ports"]
    rows = [
        "| switches | verify, threads | processes for verify in 10 min | verify with them | apply, threads | processes for apply in 10 min "
        "| apply with them | memory a process |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for size in SIZES:
        cells = [f"{size:,}"]
        for each in (cost, apply):
            processes = max(1, math.ceil(size * each["worker"] / WINDOW))
            spent = each["start"] + size * max(each["worker"] / processes, each["client"])
            cells += [_time(size * each["threads"]), str(processes), _time(spent)]
        cells.append(f"{base + results['mb_a_camera'] * size * results['ports']:,.0f} MB")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _time(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )


def _busy(results: dict[str, Any], verb: str) -> int:
    """How many threads it takes until the processor, and no longer waiting, is what there is too little of."""
    alone: float = results["alone"][f"{verb}_seconds"]
    return math.ceil(alone / figures(results, verb)["threads"])


def gain(results: dict[str, Any], verb: str) -> float:
    """How many times as many switches a second workers can work on as threads, with cores enough: the client's share is what is left."""
    cost = figures(results, verb)
    return cost["threads"] / cost["client"]


def in_short(results: dict[str, Any]) -> str:
    """What the figures say to whoever has to choose."""
    gains = ", ".join(f"{gain(results, verb):.1f} times for `{verb}`" for verb in VERBS)
    sizes = {verb: pays_from(results, verb, 4) for verb in VERBS}
    late = ", ".join(f"{size:,} ({verb})" for verb, size in sizes.items() if size)
    never = " and ".join(f"`{verb}`" for verb, size in sizes.items() if not size)
    told = (
        f"four workers with cores of their own are sooner through than threads from about so many switches on: {late}"
        if late
        else ""
    )
    told += f"{', and' if told else 'four workers are'} never for {never}" if never else ""
    return (
        f"In short: {told}. However many cores there are, workers carry at most so many times the switches a second that threads do: {gains}. "
        "The client's share bounds it, since that stays in one process."
    )


def quiet(results: dict[str, Any]) -> str:
    """Whether seconds are to be trusted."""
    if results["load"] < 0.5:
        return "Nothing else was at work on the machine."
    return f"The machine had other work (load average {results['load']:.1f} when it began): compare the columns of processor time, and take the seconds as they are."


def report(results: dict[str, Any]) -> str:
    """All of it, in Markdown."""
    handed = results["runners"]["2 processes × 10"]["handing_cpu_seconds"] / results["switches"]
    pays = []
    for verb in VERBS:
        found = {processes: pays_from(results, verb, processes) for processes in (2, 4, 8)}
        told = ", ".join(f"{n} processes: {f'{size:,}' if size else 'never'}" for n, size in found.items())
        pays.append(f"- `{verb}`: {told}")
    return "\n".join(
        [
            f"{results['date']}, {results['cores']} cores shared with the simulated switches, Python {results['python']}: {results['switches']} switches "
            f"with {results['ports']} cameras each, {results['delay_ms']:.0f} ms away. Workers are warm: starting them and opening the site there took "
            f"{results['runners']['2 processes × 10']['start_seconds']:.1f} s. One switch alone: plan {results['alone']['plan_seconds']:.1f} s, verify "
            f"{results['alone']['verify_seconds']:.1f} s. Handing an empty task out costs the client, with the scheduler in it, "
            f"{1000 * handed:.1f} ms of CPU a switch. {quiet(results)}",
            "",
            in_short(results),
            "",
            measured_table(results),
            "",
            f"One process has its processor busy from {_busy(results, 'plan')} switches at once (plan) and {_busy(results, 'verify')} (verify) on; with "
            "fewer, more at once (`apply.workers`, `apply.connect_workers`) are what helps, and not processes.",
            "",
            "Sooner through than so many threads, from so many switches on, where each process has a core of its own:",
            "",
            *pays,
            "",
            sizing_table(results),
        ]
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--switches", type=int, default=200)
    parser.add_argument("--ports", type=int, default=4, help="cameras on each switch (4)")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--docs", type=Path, help="write the tables into this page, between its marks")
    arguments = parser.parse_args()
    results = measure(arguments.switches, arguments.ports)
    text = report(results)
    print(text)
    if arguments.docs:
        page = arguments.docs.read_text(encoding="utf-8")
        head, tail = page.partition(BEGIN)[0], page.partition(END)[2]
        arguments.docs.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")
    if arguments.json:
        arguments.json.write_text(json.dumps(results) + "\n", encoding="utf-8")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
