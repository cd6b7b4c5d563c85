"""One task on its way over its switches: errands out to workers as they become free, results in as they come, and an end in order where workers or the scheduler are lost."""

from __future__ import annotations

import itertools
import queue
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from portseal.core.errors import InputError, PortsealError
from portseal.dask_cluster import PACKED, DaskOptions, client_for
from portseal.dask_ready import check_workers
from portseal.errand import (
    NUMBERS,
    VERSION,
    Arguments,
    Came,
    Errand,
    SiteRef,
    packed,
    stops_of,
    unpacked,
)
from portseal.estate import Estate, local_fingerprint_key
from portseal.home import Home
from portseal.lacking import needs_of
from portseal.site_digest import digest_of, site_digest
from portseal.site_pack import contents_of, packed_site

if TYPE_CHECKING:
    from distributed import Client, Future

    from portseal.dask_home import Hearth

LOST = (OSError, RuntimeError, TimeoutError)
"""What Dask says where the scheduler is gone."""
_MANY = 2
_COUNT_AGAIN = 5.0
"""Seconds after which it is looked whether there are more workers, or fewer."""


def _given(task: Task) -> Mapping[str, object]:
    """A task's arguments, which Nornir says are text."""
    return task.params


def errands_at_once(options: DaskOptions, threads: Sequence[int], *, reads: bool) -> int:
    """How many errands are given out at once to workers that have so many threads."""
    if reads and options.scheduler:
        return max(1, sum(threads))
    most = options.reading if reads else options.threads
    return max(1, sum(min(each, most) for each in threads))


def _site_ref(options: DaskOptions, estate: Estate) -> SiteRef:
    """The site as workers are to have it.

    Raises:
        InputError: it cannot be packed.
    """
    path = estate.site.path.resolve()
    if options.site != PACKED:
        return SiteRef(path=options.site or str(path), digest=site_digest(path), version=VERSION)
    digest = digest_of(contents_of(estate))
    return SiteRef(path=str(path), digest=digest, version=VERSION, packed=True, files=options.files)


class Dispatch:
    """One task on its way over its switches."""

    def __init__(self, options: DaskOptions, task: Task, arguments: Arguments) -> None:
        self.given = _given(task)
        estate, home = self.given[arguments.estate], self.given.get(arguments.home)
        assert isinstance(estate, Estate)  # noqa: S101 - sorted so
        self.options, self.task, self.arguments, self.estate = options, task, arguments, estate
        self.home: Home | None = home if isinstance(home, Home) else None
        self.gathered = AggregatedResult(task.name)
        self.under_way: dict[Future[Any], tuple[int, tuple[Host, ...]]] = {}
        self.finished: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        self._slots, self._counted, self._gone = 1, 0.0, False
        if not estate.site.settings.secrets.fingerprint_key:
            local_fingerprint_key(estate.memory.folder)  # made once, and not by several workers at a time
        self.site = _site_ref(options, estate)

    def carry_out(self, hosts: list[Host]) -> AggregatedResult:
        """Give each switch to a worker as one becomes free; what the estate's `stop` leaves over stands in no result."""
        from portseal.dask_home import Hearth, Places

        client, settings = client_for(self.options), self.estate.site.settings
        places = Places(at_once=settings.apply.connect_workers, per_server=settings.connect.per_aaa_server)
        site = self._packed_site if self.site.packed else None
        hearth = Hearth(client, places, self.estate.memory.remember, site, near=not self.options.scheduler)
        size = 1 if self.arguments.home else self.options.batch
        waiting = iter([tuple(hosts[at : at + size]) for at in range(0, len(hosts), size)])
        try:
            if hosts and self.options.scheduler:
                check_workers(client, hearth, self.site, needs_of(self.estate), self.options.patience_seconds)
            while True:
                free = self._at_once(client) - len(self.under_way)
                if free > 0 and not self.estate.stop.is_set() and (batches := list(itertools.islice(waiting, free))):
                    self._send(client, hearth, batches)
                if self._gone:
                    self._give_up(waiting, hearth)
                if not self.under_way:
                    return self.gathered
                done = self._finished()
                results = _gathered(client, done)
                for future in done:
                    self._take(future, hearth, results.get(future))
        finally:
            with suppress(*LOST):
                for future in self.under_way:
                    future.cancel()
            hearth.close()

    def _give_up(self, waiting: Iterable[tuple[Host, ...]], hearth: Hearth) -> None:
        """The scheduler is gone: tell so of every switch. Its workers get no answers any more and take no further step."""
        for future in list(self.under_way):
            self._take(future, hearth)
        for host in itertools.chain.from_iterable(waiting):
            self._not_begun(host)

    def _not_begun(self, host: Host) -> None:
        self._done(host, Came(switch=host.name, failure=f"{host.name}: the scheduler was lost before its turn came"))

    def _finished(self) -> list[Future[Any]]:
        """Errands that are over, all there are; none where none is for a while."""
        found = []
        with suppress(queue.Empty):
            found.append(self.finished.get(timeout=_COUNT_AGAIN))
            while True:
                found.append(self.finished.get_nowait())
        return found

    @cached_property
    def _sent(self) -> bytes:
        contents = contents_of(self.estate)
        if digest_of(contents) != self.site.digest:
            raise InputError(f"{self.site.path}: the site's files were changed while it was worked on; begin again")
        return packed_site(contents)

    def _packed_site(self) -> bytes:
        """Asked for by each worker once."""
        return self._sent

    def _at_once(self, client: Client) -> int:
        """So many errands as workers have threads, and where switches are changed no more than the options allow each worker."""
        if time.monotonic() - self._counted > _COUNT_AGAIN:
            try:
                threads = list(client.nthreads().values())
            except LOST:
                self._slots, self._gone = 0, True
                return 0
            self._slots = errands_at_once(self.options, threads, reads=self.estate.reads)
            self._counted = time.monotonic()
        return self._slots

    def _send(self, client: Client, hearth: Hearth, batches: list[tuple[Host, ...]]) -> None:
        """Give errands out; all of them at once cost the client and the scheduler much less than one after another."""
        from portseal.dask_worker import work

        errands = [self._errand(hosts) for hosts in batches]
        for host in itertools.chain.from_iterable(batches):
            self.task.processors.task_instance_started(self.task, host)
        for errand in errands:
            hearth.expect(errand.number, self.home)
        try:
            futures: list[Future[Any]] = client.map(
                work,
                [packed(errand) for errand in errands],
                inbox=hearth.inbox,
                patience=self.options.patience_seconds,
                key=[f"{hearth.name}-{errand.number}" for errand in errands],
                pure=False,
                retries=0,
                allow_other_workers=False,
            )
        except LOST:
            self._gone = True
            for host in itertools.chain.from_iterable(batches):
                self._not_begun(host)
            return
        for future, errand, hosts in zip(futures, errands, batches, strict=True):
            self.under_way[future] = (errand.number, hosts)
            future.add_done_callback(self.finished.put)

    def _errand(self, hosts: tuple[Host, ...]) -> Errand:
        answers = {"begin", "note", "stopping", "say"}
        return Errand(
            number=next(NUMBERS),
            site=self.site,
            task=self.task.task,
            stops=stops_of([host.name for host in hosts], self.given, self.arguments),
            common=self.arguments.common,
            estate=self.arguments.estate,
            home=self.arguments.home,
            answers=frozenset(what for what in answers if self.home and self.home.answers(what)),
        )

    def _take(self, future: Future[Any], hearth: Hearth, result: bytes | None = None) -> None:
        """What became of an errand: its results, or why there are none."""
        number, hosts = self.under_way.pop(future)
        came: dict[str, Came] = {}
        try:
            if future.status == "finished":
                came = {each.switch: each for each in unpacked(result or future.result())}
            else:
                self._counted = 0.0
            error = future.exception() if future.status == "error" else None
        except LOST as lost:
            error = lost
        how = "the scheduler is gone" if self._gone else type(error).__name__ if error else future.status
        why = f"its worker was lost ({how}), and it is given to no other one"
        hearth.forget(number)
        for host in hosts:
            one = came.get(host.name, Came(switch=host.name, failure=f"{host.name}: {why}"))
            self._done(host, one)

    def _done(self, host: Host, came: Came) -> None:
        result: Any = Result(host=host, result=came.result, diff=came.diff, changed=came.changed)
        if came.failure:
            result = Result(host=host, failed=True, exception=PortsealError(came.failure), result=came.failure)
        result.name = self.task.name
        several = MultiResult(self.task.name)
        several.append(result)
        self.gathered[host.name] = several
        self.task.processors.task_instance_completed(self.task, host, several)


def _gathered(client: Client, futures: list[Future[Any]]) -> dict[Future[Any], bytes]:
    """The results of those that have one, by one question; none where that fails, and each is asked for by itself."""
    good = [future for future in futures if future.status == "finished"]
    if len(good) < _MANY:
        return {}
    try:
        return dict(zip(good, client.gather(good), strict=True))
    except Exception:  # one of them was lost meanwhile; which one shows where it is taken
        return {}
