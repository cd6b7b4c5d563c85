"""Workers in, an error out where one of them cannot work on the site: told before anything is sent, with all that is missing there."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from portseal.core.errors import InputError
from portseal.core.findings import listed
from portseal.errand import NUMBERS, SiteRef, packed
from portseal.lacking import Needs

if TYPE_CHECKING:
    from distributed import Client, Future

    from portseal.dask_home import Hearth

_asked: set[tuple[str, str, SiteRef, Needs]] = set()
"""Client, worker, site and what it takes, of those that had all they need."""
_FILES = """
Age files are never sent with a site: say where workers have them (nornir.runner.options.files), or name them by their whole path."""


def check_workers(client: Client, hearth: Hearth, site: SiteRef, needs: Needs, patience: float) -> None:
    """Have each worker open the site and look whether it has what work on it takes; whoever takes longer than `patience` seconds is not waited for.

    Raises:
        InputError: some lack something; the message has all of it.
    """
    from portseal.dask_worker import ready

    workers = [each for each in client.nthreads() if (client.id, each, site, needs) not in _asked]
    asked: dict[str, Future[Any]] = {}
    numbers: list[int] = []
    for worker in workers:
        numbers.append(next(NUMBERS))
        hearth.expect(numbers[-1], None)
        asked[worker] = client.submit(
            ready,
            packed((numbers[-1], site, needs)),
            hearth.inbox,
            patience,
            key=f"{hearth.name}-ready-{numbers[-1]}",
            workers=[worker],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
    _wait(asked.values(), patience)
    lacks = {worker: told for worker, future in asked.items() if (told := _told(future))}
    _asked.update(
        (client.id, each, site, needs)
        for each, future in asked.items()
        if future.status == "finished" and each not in lacks
    )
    for number in numbers:
        hearth.forget(number)
    if lacks:
        raise InputError(_said(lacks, len(workers)) + ("" if site.files or not site.packed else _FILES))


def _wait(futures: Iterable[Future[Any]], seconds: float) -> None:
    """Until all are done, or so many seconds; who takes longer says what is wrong where it is given a switch."""
    done: queue.SimpleQueue[object] = queue.SimpleQueue()
    left = 0
    for future in futures:
        left += 1
        future.add_done_callback(done.put)
    until = time.monotonic() + seconds
    with suppress(queue.Empty):
        for _ in range(left):
            done.get(timeout=max(0.0, until - time.monotonic()))


def _told(future: Future[Any]) -> tuple[str, ...]:
    if future.status == "finished":
        found: tuple[str, ...] = tuple(future.result())
        return found
    error = future.exception() if future.status == "error" else None
    if isinstance(error, ImportError | AttributeError):
        return (f'portseal is not installed there, or another version ({error}); install "portseal[dask]" of this one',)
    return ()  # lost meanwhile: it is given no switch either


def _said(lacks: dict[str, tuple[str, ...]], of: int) -> str:
    """One message of all that is missing, that of workers alike told once."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for worker, told in lacks.items():
        alike.setdefault(told, []).append(worker)
    lines = [f"{listed(sorted(names))}:\n" + "\n".join(f"    {why}" for why in told) for told, names in alike.items()]
    return (
        f"{len(lacks)} of {of} workers cannot work on this site, so that nothing was sent; give them what they lack\n  "
        + "\n  ".join(lines)
    )
