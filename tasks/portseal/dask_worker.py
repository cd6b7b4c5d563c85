"""The worker's end under Dask: errands in, questions to the home by the scheduler's queues. Loaded into a worker by `--preload`."""

from __future__ import annotations

import signal
import threading
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from portseal.core.errors import InputError
from portseal.distant import carried_out, cleaned
from portseal.errand import Errand, packed, unpacked
from portseal.home import Home, HomeLost

if TYPE_CHECKING:
    from distributed import Queue

_SOON = 0.5
"""Seconds for which it is believed that the run is not to stop."""


def dask_setup(worker: object) -> None:
    """Leave Ctrl-C at the terminal to the client, which tells its workers what is to end and what is not."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def work(data: bytes, inbox: str, patience: float) -> bytes:
    """What Dask calls: an errand in, what became of its switches out."""
    errand: Errand = unpacked(data)
    away: list[Away] = []

    def home(errand: Errand, clean: Callable[[str], str]) -> Home:
        away.append(Away(errand, inbox, patience, clean))
        return away[0]

    try:
        return carried_out(errand, home)
    finally:
        for each in away:
            each.close()


class Away:
    """The home as one errand reaches it. Not for several threads."""

    def __init__(self, errand: Errand, inbox: str, patience: float, clean: Callable[[str], str]) -> None:
        from distributed import Queue

        self._errand, self._patience, self._clean = errand, patience, clean
        self._once = uuid.uuid4().hex
        """Of this carrying out: the same errand begun again elsewhere has another, and is refused."""
        self._inbox: Queue = Queue(inbox)
        self._answers: Queue = Queue(f"{inbox}-{self._once}")
        self._asked = 0
        self._lost = ""
        self._not_stopping_until = 0.0

    def answers(self, what: str) -> bool:
        """Whether somebody listens to `what`."""
        return what in self._errand.answers

    def __call__(self, what: str, *about: object) -> object:
        """What the home answers.

        Raises:
            InputError: what was asked could not be done there.
            HomeLost: no answer came in time, or this switch is somebody else's.
        """
        if self._lost:
            raise HomeLost(self._lost)
        if what == "stopping" and time.monotonic() < self._not_stopping_until:
            return False
        self._asked += 1
        question = packed((what, tuple(cleaned(each, self._clean) for each in about)))
        try:
            self._inbox.put((self._errand.number, self._once, self._asked, question), timeout=self._patience)
            if what == "say":
                return None
            answer = self._answer()
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            raise self._gone(f"no answer from where the run is led ({type(error).__name__})") from error
        kind, value = answer
        if kind == "lost":
            raise self._gone(str(value))
        if kind == "error":
            raise InputError(str(value))
        if what == "stopping" and value is False:
            self._not_stopping_until = time.monotonic() + _SOON
        return value

    def _answer(self) -> tuple[str, object]:
        until = time.monotonic() + self._patience
        while (left := until - time.monotonic()) > 0:
            number, kind, value = self._answers.get(timeout=left)
            if number == self._asked:
                return kind, unpacked(value)
        raise TimeoutError

    def _gone(self, why: str) -> HomeLost:
        self._lost = why
        return HomeLost(self._lost)

    def close(self) -> None:
        """Let the scheduler forget the queue of answers."""
        try:
            self._answers.close()
        except (OSError, TimeoutError, RuntimeError):
            return
