"""Many switches at once on one machine: a slow one delays nobody, one that is waited for holds no place, and a stop begins no further one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import AggregatedResult, Result, Task

from portseal.threads import Threads

WORKERS = 4


def fleet(stop: threading.Event, switches: int = 50, threads: Threads | None = None) -> Nornir:
    hosts = Hosts({name: Host(name) for name in (f"acc-{n:02}" for n in range(switches))})
    nornir = Nornir(inventory=Inventory(hosts=hosts, groups=Groups(), defaults=Defaults()))
    return nornir.with_runner(threads or Threads(WORKERS, stop))


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


class Count:
    """How many are somewhere at once, and how many were at most."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.now -= 1


def test_all_switches_are_waited_for_at_once_and_no_more_than_the_workers_are_worked_on() -> None:
    stop, working, everybody = threading.Event(), Count(), threading.Barrier(6, timeout=20)
    threads = Threads(2, stop, begun=6)

    def work(name: str) -> None:
        with working:
            pass
        with threads.aside():
            everybody.wait()
        with working:
            pass

    results = run(fleet(stop, 6, threads), work)
    assert len(results) == 6
    assert not results.failed
    assert working.most <= 2


def test_no_more_switches_are_begun_than_may_be_logged_in_to() -> None:
    stop, begun, three = threading.Event(), Count(), threading.Barrier(3, timeout=20)
    threads = Threads(2, stop, begun=3)

    def work(name: str) -> None:
        with begun, threads.aside():
            three.wait()

    assert not run(fleet(stop, 6, threads), work).failed
    assert begun.most == 3


def test_who_comes_back_goes_before_who_has_not_begun() -> None:
    stop, over, aside = threading.Event(), threading.Event(), threading.Event()
    threads, order = Threads(1, stop, begun=4), list[str]()

    def work(name: str) -> None:
        order.append(name)
        if name == "acc-00":
            with threads.aside():
                aside.set()
                assert over.wait(20)
            order.append("acc-00 again")
        elif name == "acc-01":
            assert aside.wait(20)
            over.set()
            while not threads.returning:  # until the first one has come back and waits for this one's place
                threading.Event().wait(0.001)

    assert not run(fleet(stop, 4, threads), work).failed
    assert order == ["acc-00", "acc-01", "acc-00 again", "acc-02", "acc-03"]


def test_a_switch_that_fails_while_it_is_waited_for_leaves_its_place_to_others() -> None:
    stop = threading.Event()
    threads = Threads(1, stop, begun=2)

    def work(name: str) -> None:
        with threads.aside():
            raise ValueError(name)

    assert len(run(fleet(stop, 5, threads), work).failed_hosts) == 5
