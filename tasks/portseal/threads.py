"""Nornir's runner for one machine: so many switches at once, and none begun any more once somebody asked it to stop.

A switch that is only waited for gives its place to another one, where whoever waits says so (`Threads.aside`). Nothing that may have
armed a switch says so: how many are being changed at once is a limit for safety.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Task


class Threads:
    """A runner. A slow switch holds one of `workers` places and nobody else; what `stop` leaves over stands in no result.

    `begun`: switches that are begun and not finished, at most: those at work, and those aside. None: no more than `workers`.
    """

    def __init__(self, workers: int, stop: threading.Event, *, begun: int | None = None) -> None:
        self.begun = begun or workers
        self.workers = min(workers, self.begun)
        self._stop = stop
        self._places = _Places(self.workers)

    def run(self, task: Task, hosts: Iterable[Host]) -> AggregatedResult:
        """The results of the hosts that were begun."""
        gathered = AggregatedResult(task.name)
        lock = threading.Lock()
        waiting = deque(hosts)

        def work() -> None:
            while True:
                self._places.take()
                try:
                    with lock:
                        host = None if self._stop.is_set() or not waiting else waiting.popleft()
                    if host is None:
                        return
                    result: MultiResult = task.copy().start(host)
                    with lock:
                        gathered[host.name] = result
                finally:
                    self._places.give()

        threads = max(1, min(self.begun, len(waiting)))
        with ThreadPoolExecutor(threads, thread_name_prefix="portseal") as pool:
            futures: list[Future[None]] = [pool.submit(work) for _ in range(threads)]
        for future in futures:
            future.result()
        return gathered

    @property
    def returning(self) -> int:
        """How many have been waited for long enough, and wait for a place themselves."""
        return self._places.returning

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For a task of this runner, in the thread that it was begun in: while the block lasts, its place is somebody else's."""
        self._places.give()
        try:
            yield
        finally:
            self._places.take(again=True)


class _Places:
    """So many may be at work; of those who wait for a place, whoever comes back to it goes before whoever begins."""

    def __init__(self, number: int) -> None:
        self._lock = threading.Lock()
        self._free = number
        self._back: deque[threading.Event] = deque()
        self._new: deque[threading.Event] = deque()

    @property
    def returning(self) -> int:
        """How many wait to come back."""
        return len(self._back)

    def take(self, *, again: bool = False) -> None:
        """Wait for a place; `again`: one that was given away for a while."""
        with self._lock:
            if self._free:  # then nobody waits: a place is handed on
                self._free -= 1
                return
            turn = threading.Event()
            (self._back if again else self._new).append(turn)
        turn.wait()

    def give(self) -> None:
        """Hand a place on to whoever is next."""
        with self._lock:
            if queue := self._back or self._new:
                queue.popleft().set()
            else:
                self._free += 1
