"""The verbs over the switches of a site whose runner portseal.toml names, in a process of its own: what they cost it, and its workers.

`python -m bench.dask_child` takes `{"site": ..., "verbs": [...]}`, or `{"site": ..., "ask": true}` for one switch alone, and answers in JSON.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.measure import measured, peak_mb
from bench.verbs import run_verb


def cpu_and_memory() -> tuple[float, float]:
    """Processor seconds so far, and the most memory ever held, of the worker that is asked."""
    return time.process_time(), peak_mb()


def nothing(task: Any, estate: Any) -> Any:
    """A task that connects to nobody: what is left is what handing it out costs."""
    from nornir.core.task import Result

    return Result(host=task.host, result="done")


def one(job: dict[str, Any]) -> dict[str, Any]:
    """One variant: the verbs in turn in this process, workers (if any) started and warm before they are measured."""
    from portseal.dask_cluster import clients
    from portseal.estate import open_estate
    from portseal.fleet import on_all

    site = Path(job["site"])
    with measured() as start:
        on_all(open_estate(site), nothing, str)
    began = time.process_time()
    on_all(open_estate(site), nothing, str)
    handed = time.process_time()
    open_estate(site)
    opened = time.process_time()
    found: dict[str, Any] = {"start_seconds": start.seconds, "verbs": {}}
    found["handing_cpu_seconds"] = max(0.0, handed - began - (opened - handed))
    for verb in job["verbs"]:
        before, began = _workers(clients()), time.process_time()
        cost = run_verb(site, verb)
        own, after = time.process_time() - began, _workers(clients())
        # Of threads, what the processes cost that compare configurations beside them.
        beside = sum(cpu for cpu, _ in after) - sum(cpu for cpu, _ in before) if after else cost["cpu_seconds"] - own
        cost["cpu_seconds"], cost["worker_cpu_seconds"] = own, max(0.0, beside)
        cost["worker_peak_mb"] = max((memory for _, memory in after), default=0.0)
        found["verbs"][verb] = cost
    return found


def _workers(clients: Sequence[Any]) -> list[tuple[float, float]]:
    return [found for client in clients for found in client.run(cpu_and_memory).values()]


def alone(job: dict[str, Any]) -> dict[str, Any]:
    """How long one switch takes when nobody else is worked on, and how much memory the whole site takes."""
    from dataclasses import replace

    from portseal.core.planning import SwitchPlan
    from portseal.estate import open_estate
    from portseal.fleet import on_all
    from portseal.looks import look_at_all
    from portseal.plan import plan_switch

    estate = open_estate(Path(job["site"]))
    found: dict[str, Any] = {"peak_mb": peak_mb()}
    if job["ask"]:
        one_switch = estate.only(["acc-0"])
        one_switch = replace(one_switch, site=replace(estate.site, intents=estate.site.intents[:1]))
        with measured() as plan:
            on_all(one_switch, plan_switch, SwitchPlan)
        with measured() as verify:
            look_at_all(one_switch)
        found |= {"plan_seconds": plan.seconds, "verify_seconds": verify.seconds}
    return found
