"""Questions of workers in, answers out: the client's end, which alone writes the journal and says who may connect.

Workers of this machine's own come to a door (`door.py`). Elsewhere, questions come through one queue of the scheduler's and answers go through one for each errand, so that workers need to reach the scheduler
only. An errand is answered to whoever asked for it first: begun a second time by another worker, it is told to stop.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portseal.core.errors import InputError, PortsealError
from portseal.door import Answer, Door, can_be
from portseal.errand import packed, unpacked
from portseal.home import Home

if TYPE_CHECKING:
    from distributed import Client, Queue

_IDLE = 1.0
"""Seconds after which an empty queue is asked again."""
_SOON = 0.005
"""Seconds; an answer that took longer will have kept others waiting."""
_AT_ONCE = 500
"""Queues of answers that are kept open."""
UNANSWERED = frozenset({"say", "leave"})
"""What is only told."""


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
    """Answers until it is closed: by a door, where workers are this machine's own, else through the scheduler, in a thread of its own."""

    def __init__(
        self,
        client: Client,
        places: Places,
        remember: Callable[..., None],
        site: Callable[[], bytes] | None = None,
        *,
        near: bool = False,
    ) -> None:
        """`site` gives the site's files, packed, where workers are to be sent them; `near`: workers are this machine's own."""
        self._places, self._remember, self._site = places, remember, site
        self.name = f"portseal-{uuid.uuid4().hex}"
        self._open: dict[int, Home | None] = {}
        self._carriers: dict[int, str] = {}
        self._lock = threading.Lock()
        self._way: Door | _Questions | None = None
        if near and can_be():
            with suppress(OSError):
                self._way = Door(self._answer)
        if self._way is None:
            self._way = _Questions(client, self.name, self._answer)
        self.inbox = self._way.address

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
        with self._lock:
            self._open.clear()
        if self._way:
            self._way.close()

    def _answer(self, errand: int, carrier: str, question: bytes) -> tuple[str, object] | None:
        what, about = unpacked(question)
        found = self._decided(errand, carrier, what, about)
        return None if what in UNANSWERED else found

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


class _Questions:
    """The scheduler's queues: one for all questions, and one for the answers of each errand."""

    def __init__(self, client: Client, name: str, answer: Answer) -> None:
        from distributed import Queue

        self._client, self.address, self._answer = client, name, answer
        self._queue: Queue = Queue(name, client=client)
        self._back: OrderedDict[str, Queue] = OrderedDict()
        """By who carries an errand out; those that asked last."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="portseal-hearth", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """No further question is answered."""
        self._over.set()
        self._thread.join(5)
        with suppress(OSError, RuntimeError):
            for each in (self._queue, *self._back.values()):
                each.close()

    def _serve(self) -> None:
        many = False
        while not self._over.is_set():
            try:
                questions = [self._queue.get(timeout=_IDLE)]
                waited_for = self._queue.get(batch=True) if many else []
            except TimeoutError:
                continue
            except (OSError, RuntimeError):
                return  # the scheduler is gone; workers notice by the silence
            began = time.monotonic()
            for errand, carrier, number, question in (*questions, *waited_for):
                found = self._answer(errand, carrier, question)
                if found is not None:
                    self._put(carrier, (number, found[0], packed(found[1])))
            many = bool(waited_for) or time.monotonic() - began > _SOON

    def _put(self, carrier: str, answer: tuple[int, str, bytes]) -> None:
        from distributed import Queue

        try:
            if carrier not in self._back:
                self._back[carrier] = Queue(f"{self.address}-{carrier}", client=self._client)
            self._back[carrier].put(answer)
            self._back.move_to_end(carrier)
            if len(self._back) > _AT_ONCE:
                self._back.popitem(last=False)[1].close()
        except (OSError, TimeoutError, RuntimeError):
            return  # the worker's silence will tell
