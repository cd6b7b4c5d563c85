"""What a piece of work costs this process: seconds, processor time, memory. Needs nothing but the standard library."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]


class Cost:
    """Filled in when the block that it measures is left."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of this process and of all that it has started."""
    peak_mb: float = 0.0
    """The most memory this process ever held, what it imports included."""


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure a block."""
    cost = Cost()
    began, cpu = time.perf_counter(), _cpu()
    yield cost
    cost.seconds, cost.cpu_seconds, cost.peak_mb = time.perf_counter() - began, _cpu() - cpu, peak_mb()


def peak_mb() -> float:
    """The most memory this process ever held. Not `ru_maxrss`, which a process inherits from the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _cpu() -> float:
    uses = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in uses) + _living()


def _living() -> float:
    """Processor seconds of all processes that stand under this one and have not ended, and of those that ended under them."""
    spent: dict[int, tuple[int, float]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        spent[int(status.parent.name)] = int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    under = {os.getpid()}
    while more := {number for number, (parent, _) in spent.items() if parent in under} - under:
        under |= more
    return sum(spent[number][1] for number in under - {os.getpid()} if number in spent)


def in_child(
    module: str, job: dict[str, Any], *, arguments: tuple[str, ...] = (), python: str = sys.executable
) -> dict[str, Any]:
    """What `python -m module` answers to `job`; both are one line of JSON."""
    done = subprocess.run(
        [python, "-m", module, *arguments],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"{module} failed with {done.returncode}; what it said stands above. It was asked: {str(job)[:200]}"
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each number that all the runs have; what is no number, of the first."""
    return {
        key: median(run[key] for run in runs) if all(isinstance(run[key], int | float) for run in runs) else value
        for key, value in runs[0].items()
    }
