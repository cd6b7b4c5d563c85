"""Many switches at once on one machine: a slow one delays nobody, and a stop begins no further one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import AggregatedResult, Result, Task

from portseal.threads import Threads

WORKERS = 4


def fleet(stop: threading.Event, switches: int = 50) -> Nornir:
    hosts = Hosts({name: Host(name) for name in (f"acc-{n:02}" for n in range(switches))})
    nornir = Nornir(inventory=Inventory(hosts=hosts, groups=Groups(), defaults=Defaults()))
    return nornir.with_runner(Threads(WORKERS, stop))


def run(nornir: Nornir, work: Callable[[str], None]) -> AggregatedResult:
    def task(task: Task) -> Result:
        work(task.host.name)
        return Result(host=task.host, result=task.host.name)

    return nornir.run(task=task)


def test_a_slow_switch_holds_one_place_and_the_others_are_done_before_it() -> None:
    finished: list[str] = []
    others_done = threading.Event()

    def work(name: str) -> None:
        if name == "acc-00":  # begun first; comes to its end only once all others have
            assert others_done.wait(20)
        finished.append(name)
        if len(finished) == 49:
            others_done.set()

    results = run(fleet(threading.Event()), work)
    assert len(results) == 50
    assert not results.failed
    assert finished[-1] == "acc-00"


def test_a_stop_lets_what_is_under_way_finish_and_begins_no_further_switch() -> None:
    stop, together = threading.Event(), threading.Barrier(WORKERS, timeout=20)

    def work(name: str) -> None:
        together.wait()
        stop.set()

    results = run(fleet(stop), work)
    assert sorted(results) == ["acc-00", "acc-01", "acc-02", "acc-03"]
    assert not results.failed


def test_an_error_of_one_switch_is_its_own_result() -> None:
    def work(name: str) -> None:
        if name == "acc-07":
            raise ValueError(name)

    assert list(run(fleet(threading.Event()), work).failed_hosts) == ["acc-07"]
