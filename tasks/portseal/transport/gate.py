"""Who may connect now, and when again: a limit for all, a lower one for switches that ask one AAA server, a pause that grows.

What is tried again is what failed before anybody was logged in: refused, no answer, no SSH banner. A login that was refused is never
repeated, because accounts are locked so; nor is one of which nobody knows how far it came.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from portseal.core.errors import Unreached

T = TypeVar("T")

AT_ONCE, PER_SERVER = 32, 5
"""Connections that are made at once where nobody says otherwise."""


class Gate:
    """What connections are made through. Safe to share between threads."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        per_server: int = PER_SERVER,
        tries: int = 1,
        pause: float = 1.0,
        wait: Callable[[float], None] = time.sleep,
        share: Callable[[], float] = random.random,
    ) -> None:
        """`pause`: seconds before the second of `tries`, doubled before each further one; a random half of it is left out.

        `wait` waits so many seconds, `share` gives a number from 0 to 1.
        """
        self._all = threading.BoundedSemaphore(at_once)
        self._per_server = per_server
        self._servers: dict[str, threading.BoundedSemaphore] = {}
        self._lock = threading.Lock()
        self._tries, self._pause = tries, pause
        self._wait, self._share = wait, share
        self._places: Callable[[str], AbstractContextManager[None]] | None = None

    def through(self, places: Callable[[str], AbstractContextManager[None]]) -> Gate:
        """A gate that tries as often and pauses as long, whose places somebody else gives: `places` takes an AAA server, or nothing."""
        other = Gate(tries=self._tries, pause=self._pause, wait=self._wait, share=self._share)
        other._places = places
        return other

    def connect(self, opened: Callable[[], T], server: str = "", *, rest: Callable[[float], bool] | None = None) -> T:
        """What `opened()` gives, once it may be called; `server` is the AAA server that decides on the login, if it is known.

        While it is waited before another try, the place is somebody else's. `rest` waits so many seconds, where the gate's own way of
        waiting is not wanted, and says whether there is to be another try.

        Raises:
            Unreached: the last try came to no login either.
        """
        for number in range(self._tries - 1):
            try:
                with self._place(server):
                    return opened()
            except Unreached:
                pause = self._pause * 2**number * (0.5 + 0.5 * self._share())
                if rest is None:
                    self._wait(pause)
                elif not rest(pause):
                    raise
        with self._place(server):
            return opened()

    @contextmanager
    def _place(self, server: str) -> Iterator[None]:
        """The server's place first: whoever waits for one takes none of the others'."""
        if self._places:
            with self._places(server):
                yield
            return
        if not server:
            with self._all:
                yield
            return
        with self._lock:
            few = self._servers.setdefault(server, threading.BoundedSemaphore(self._per_server))
        with few, self._all:
            yield
