"""Nornir's runner for one machine: so many switches at once, and none begun any more once somebody asked it to stop."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Task


class Threads:
    """A runner. A slow switch holds one of `workers` and nobody else; what `stop` leaves over stands in no result."""

    def __init__(self, workers: int, stop: threading.Event) -> None:
        self.workers = workers
        self._stop = stop

    def run(self, task: Task, hosts: Iterable[Host]) -> AggregatedResult:
        """The results of the hosts that were begun."""
        gathered = AggregatedResult(task.name)
        lock = threading.Lock()
        waiting = iter(list(hosts))

        def work() -> None:
            while not self._stop.is_set():
                with lock:
                    host = next(waiting, None)
                if host is None:
                    return
                result: MultiResult = task.copy().start(host)
                with lock:
                    gathered[host.name] = result

        with ThreadPoolExecutor(self.workers, thread_name_prefix="portseal") as pool:
            futures: list[Future[None]] = [pool.submit(work) for _ in range(self.workers)]
        for future in futures:
            future.result()
        return gathered
