"""Questions of workers in, answers out: the client's end, which alone writes the journal and says who may connect.

Questions come through one queue of the scheduler's and answers go through one for each errand, so that workers need to reach the scheduler
only. An errand is answered to whoever asked for it first: begun a second time by another worker, it is told to stop.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portseal.core.errors import InputError, PortsealError
from portseal.errand import packed, unpacked
from portseal.home import Home

if TYPE_CHECKING:
    from distributed import Client, Queue

_IDLE = 1.0
"""Seconds after which an empty queue is asked again."""


@dataclass
class Places:
    """Who is connecting now; the limits of one machine hold for all workers together."""

    at_once: int
    per_server: int
    taken: dict[int, list[str]] = field(default_factory=dict)
    """Errand → the servers that its connections ask, empty text where they ask none."""

    def enter(self, errand: int, server: str) -> bool:
        """Whether one more connection may be made now; it has the place then."""
        servers = [each for several in self.taken.values() for each in several]
        if len(servers) >= self.at_once or (server and servers.count(server) >= self.per_server):
            return False
        self.taken.setdefault(errand, []).append(server)
        return True

    def leave(self, errand: int, server: str) -> bool:
        """Give a place back; whether there was one."""
        if server not in self.taken.get(errand, []):
            return False
        self.taken[errand].remove(server)
        return True

    def forget(self, errand: int) -> None:
        """Give back all places of an errand that is over."""
        self.taken.pop(errand, None)


class Hearth:
    """Answers until it is closed, in a thread of its own."""

    def __init__(
        self, client: Client, places: Places, remember: Callable[..., None], site: Callable[[], bytes] | None = None
    ) -> None:
        """`site` gives the site's files, packed, where workers are to be sent them."""
        from distributed import Queue

        self._client, self._places, self._remember, self._site = client, places, remember, site
        self.inbox = f"portseal-{uuid.uuid4().hex}"
        self._queue: Queue = Queue(self.inbox, client=client)
        self._open: dict[int, Home | None] = {}
        self._carriers: dict[int, str] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="portseal-hearth", daemon=True)
        self._thread.start()

    def expect(self, errand: int, home: Home | None) -> None:
        """Answer questions of `errand` from now on, with `home`'s answers where the task has one."""
        with self._lock:
            self._open[errand] = home

    def forget(self, errand: int) -> None:
        """The errand is over: whoever asks for it still is told to stop."""
        with self._lock:
            self._open.pop(errand, None)
            self._places.forget(errand)

    def close(self) -> None:
        """No further question is answered."""
        self._over.set()
        self._thread.join(5)
        with suppress(OSError, RuntimeError):
            self._queue.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                questions = [self._queue.get(timeout=_IDLE), *self._queue.get(batch=True)]
            except TimeoutError:
                continue
            except (OSError, RuntimeError):
                return  # the scheduler is gone; workers notice by the silence
            for errand, carrier, number, question in questions:
                self._answer(errand, carrier, number, question)

    def _answer(self, errand: int, carrier: str, number: int, question: bytes) -> None:
        from distributed import Queue

        what, about = unpacked(question)
        kind, value = self._decided(errand, carrier, what, about)
        if what == "say":
            return
        try:
            Queue(f"{self.inbox}-{carrier}", client=self._client).put((number, kind, packed(value)))
        except (OSError, TimeoutError, RuntimeError):
            return  # the worker's silence will tell

    def _decided(self, errand: int, carrier: str, what: str, about: tuple[object, ...]) -> tuple[str, object]:
        """How it is answered (`done`, `error`, `lost`), and with what."""
        with self._lock:
            if errand not in self._open:
                return "lost", "this switch was given up where the run is led"
            if self._carriers.setdefault(errand, carrier) != carrier:
                return "lost", "its worker was lost, and it is given to no other one"
            home = self._open[errand]
        try:
            return "done", self._done(errand, home, what, about)
        except PortsealError as error:
            return "error", str(error)
        except Exception as error:  # it is the worker that has to know
            return "error", f"{type(error).__name__} where the run is led"

    def _done(self, errand: int, home: Home | None, what: str, about: tuple[Any, ...]) -> object:
        if what in ("enter", "leave"):
            with self._lock:
                return (self._places.enter if what == "enter" else self._places.leave)(errand, str(about[0]))
        if what == "remember":
            switch, ports, stored = about
            self._remember(switch, ports=ports, stored=stored)
            return None
        if what == "site" and self._site:
            return self._site()
        if home is None:
            raise InputError(f"nobody answers {what} here")
        return home(what, *about)
