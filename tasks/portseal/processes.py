"""Differences worked out and output understood beside this process, where there are enough switches for that to pay; in it anywhere else.

Threads share one interpreter, and comparing configurations is nothing but computing, and so is parsing. What crosses is text in which secrets
stand as fingerprints and references (`core/comparison.py`), what commands that show states print, and nothing that could resolve a secret. The processes are forked from a clean one
that has opened nothing; Ctrl-C is kept from them, so that they print nothing, and they end when this process does, however it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path
from typing import TypeVar

from portseal.core.comparison import Difference, Sides, difference
from portseal.core.platforms import Pack
from portseal.core.section_changes import questions
from portseal.hearing import Hearing, Hears, Understood

T = TypeVar("T")

PAYS_FROM = 100
"""Switches from which on it is quicker, measured: starting the processes costs what some tens of differences of ports with keys of
their own do."""
WORTH = 12
"""Sections unlike each other from which on a difference is worked out beside. Ports that change alike are one, and are remembered:
working them out costs little more than crossing does."""
KEPT = 100
"""Switches of which a process keeps what it has understood, until more comes of them: those that are waited for."""
_KEPT_FROM_THEM = {signal.SIGINT, signal.SIGHUP}

_packs: dict[str, Pack] = {}
"""In a process beside: the platforms, by name."""
_heard: OrderedDict[int, Hearing] = OrderedDict()
"""In a process beside: what switches have said, until they have said more."""


class Processes:
    """Up to `most` processes, begun as they are asked for something. Safe to share between threads."""

    def __init__(self, most: int, packs: Mapping[str, Pack]) -> None:
        self.most = min(most, os.cpu_count() or 1)
        self._packs = dict(packs)
        self._lock = threading.Lock()
        self._pools: dict[int, ProcessPoolExecutor] = {}
        """Of one process each, so that a switch comes back to the one that knows it."""
        self._numbers = count()
        # Not left to the pools themselves: one that is collected ends on its own, and an interpreter that ends meanwhile waits for the others for ever.
        weakref.finalize(self, _end, self._pools)

    def difference(self, pack: Pack, sides: Sides) -> Difference:
        """As `core.comparison.difference`; in this process where no other can be had, or where little is to be worked out."""
        little = questions(sides.running, sides.target) < WORTH
        found = None if little else self._asked(pack, next(self._numbers), _difference, sides)
        return difference(pack, sides) if found is None else found

    def hearing(self, pack: Pack, folder: Path) -> Hears:
        """Understands what one switch prints."""
        return _Beside(self, pack, folder) if self.most else Hearing(pack, folder)

    def _asked(self, pack: Pack, number: int, function: Callable[..., T], *about: object) -> T | None:
        """What a process answers, for the same `number` always the same one; None where none can be had."""
        most = self.most
        if most < 1 or self._packs.get(pack.name) is not pack:
            return None
        try:
            with self._lock, _undisturbed():
                at = number % most
                if at not in self._pools:
                    self._pools[at] = _pool(self._packs)
                future = self._pools[at].submit(function, pack.name, *about)
            return future.result()
        except (BrokenProcessPool, OSError, RuntimeError):  # killed, no more processes, or the interpreter is ending
            self.most = 0
            return None

    def close(self) -> None:
        """End the processes; the next question begins new ones."""
        with self._lock:
            _end(self._pools)


class _Beside:
    """Understands one switch's output in one of the processes; here once that one is gone."""

    def __init__(self, processes: Processes, pack: Pack, folder: Path) -> None:
        self._processes, self._pack, self._folder = processes, pack, folder
        self._number = next(processes._numbers)
        self._outputs: dict[str, str] = {}

    def hear(self, outputs: Mapping[str, str], ports: Sequence[str], *, without: Collection[str] = ()) -> Understood:
        """As `Hears` says."""
        first = not self._outputs
        for command in without:
            self._outputs.pop(command, None)
        self._outputs.update(outputs)
        ask = partial(self._processes._asked, self._pack, self._number, _understood, self._folder, self._number)
        found = ask(dict(outputs), tuple(ports), tuple(without), first)
        if found is None and not first:  # it was kept no longer
            found = ask(self._outputs, tuple(ports), (), True)
        if found is None:
            found = Hearing(self._pack, self._folder).hear(self._outputs, ports)
        return Understood(found.states, found.lost & outputs.keys())


def _end(pools: dict[int, ProcessPoolExecutor]) -> None:
    """End them, and see them ended."""
    while pools:
        _, pool = pools.popitem()
        pool.shutdown(wait=True, cancel_futures=True)


def processes_for(switches: int, most: int, packs: Mapping[str, Pack]) -> Processes:
    """The processes of a site with so many switches to work on; none where they would not pay."""
    enough = switches >= PAYS_FROM and (os.cpu_count() or 1) > 1
    return Processes(most if enough else 0, packs)


def _pool(packs: Mapping[str, Pack]) -> ProcessPoolExecutor:
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(["portseal.core.comparison", "portseal.hearing"])
    return ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(dict(packs),))


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


def _understood(  # noqa: PLR0917 - called by position in a process beside
    platform: str,
    folder: Path,
    number: int,
    outputs: dict[str, str],
    ports: tuple[str, ...],
    without: tuple[str, ...],
    first: bool,
) -> Understood | None:
    """What a switch has said so far; None where its beginning is not known here any more."""
    hearing = Hearing(_packs[platform], folder) if first else _heard.pop(number, None)
    if hearing is None:
        return None
    if first:
        _heard[number] = hearing
        if len(_heard) > KEPT:
            _heard.popitem(last=False)
    return hearing.hear(outputs, ports, without=without)
