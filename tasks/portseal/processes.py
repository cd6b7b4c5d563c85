"""Differences worked out beside this process, where there are enough switches for that to pay; in this process anywhere else.

Threads share one interpreter, and comparing configurations is nothing but computing. What crosses is text in which secrets stand as
fingerprints and references (`core/comparison.py`), and nothing that could resolve one. The processes are forked from a clean one
that has opened nothing; Ctrl-C is kept from them, so that they print nothing, and they end when this process does, however it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.resource_tracker import ensure_running

from portseal.core.comparison import Difference, Sides, difference
from portseal.core.platforms import Pack

PAYS_FROM = 100
"""Switches from which on it is quicker, measured: starting the processes costs what some tens of differences do."""
_KEPT_FROM_THEM = {signal.SIGINT, signal.SIGHUP}

_packs: dict[str, Pack] = {}
"""In a process beside: the platforms, by name."""


class Processes:
    """Up to `most` processes, begun with the first difference that is asked for. Safe to share between threads."""

    def __init__(self, most: int, packs: Mapping[str, Pack]) -> None:
        self.most = min(most, os.cpu_count() or 1)
        self._packs = dict(packs)
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def difference(self, pack: Pack, sides: Sides) -> Difference:
        """As `core.comparison.difference`; in this process where no other can be had."""
        if self.most < 1 or self._packs.get(pack.name) is not pack:
            return difference(pack, sides)
        try:
            with self._lock, _undisturbed():
                if self._pool is None:
                    self._pool = _pool(self.most, self._packs)
                future = self._pool.submit(_difference, pack.name, sides)
            return future.result()
        except (BrokenProcessPool, OSError, RuntimeError):  # killed, no more processes, or the interpreter is ending
            self.most = 0
            return difference(pack, sides)

    def close(self) -> None:
        """End the processes; the next difference begins new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def processes_for(switches: int, most: int, packs: Mapping[str, Pack]) -> Processes:
    """The processes of a site with so many switches to work on; none where they would not pay."""
    enough = switches >= PAYS_FROM and (os.cpu_count() or 1) > 1
    return Processes(most if enough else 0, packs)


def _pool(most: int, packs: Mapping[str, Pack]) -> ProcessPoolExecutor:
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(["portseal.core.comparison"])
    return ProcessPoolExecutor(most, mp_context=context, initializer=_begin, initargs=(dict(packs),))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals of a terminal are kept from this thread, and so from the processes that are begun by it meanwhile, for good."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    ensure_running()  # first: it sets the mask back as it likes
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _KEPT_FROM_THEM)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(packs: dict[str, Pack]) -> None:
    """In a process beside, once: keep the platforms, and end with the process that asked, and at nobody else's wish."""
    for number in _KEPT_FROM_THEM:
        signal.signal(number, signal.SIG_IGN)
    _packs.update(packs)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _difference(platform: str, sides: Sides) -> Difference:
    return difference(_packs[platform], sides)
