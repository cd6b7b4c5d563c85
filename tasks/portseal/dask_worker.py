"""The worker's end under Dask: errands in, questions to the home by its door or by the scheduler's queues. Loaded into a worker by `--preload`."""

from __future__ import annotations

import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from portseal.core.errors import InputError
from portseal.dask_home import UNANSWERED
from portseal.distant import carried_out, cleaned, what_lacks
from portseal.door import MARK, DoorWay
from portseal.errand import Errand, packed, unpacked
from portseal.home import Home, HomeLost

if TYPE_CHECKING:
    from distributed import Queue, Worker

_SOON = 0.5
"""Seconds for which it is believed that the run is not to stop."""


def dask_setup(worker: Worker) -> None:
    """Leave Ctrl-C at the terminal to the client, which tells its workers what is to end and what is not; and have no thread looked at while it works.

    Dask's profiler looks at all threads every 10 ms. In Python 3.11 a thread that starts meanwhile, as one does with each login, can stop the
    whole process for ever (CPython issue 106883: `sys._current_frames` and the garbage collector).
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("profile", "profile-cycle"):
        if (looking := worker.periodic_callbacks.pop(name, None)) is not None:
            looking.stop()


def work(data: bytes, inbox: str, patience: float) -> bytes:
    """What Dask calls: an errand in, what became of its switches out."""
    errand: Errand = unpacked(data)
    with _home(errand.number, errand.answers, inbox, patience) as home:
        return carried_out(errand, home, _place())


def ready(data: bytes, inbox: str, patience: float) -> tuple[str, ...]:
    """What Dask calls before anything else: what keeps this worker from working on the site, all of it."""
    number, site, needs = unpacked(data)
    with _home(number, frozenset(), inbox, patience) as home:
        return what_lacks(site, needs, home(str), _place())


def _place() -> str:
    """Where this worker may write; Dask tidies up there, also after a worker that was killed."""
    from distributed import get_worker

    return str(get_worker().local_directory)


@contextmanager
def _home(
    number: int, answers: frozenset[str], inbox: str, patience: float
) -> Iterator[Callable[[Callable[[str], str]], Home]]:
    """The home, made of what takes secrets out of text; forgotten when the block ends."""
    away: list[Away] = []

    def home(clean: Callable[[str], str]) -> Home:
        away.append(Away(number, answers, inbox, patience, clean))
        return away[0]

    try:
        yield home
    finally:
        for each in away:
            each.close()


class Away:
    """The home as one errand reaches it. Not for several threads."""

    def __init__(
        self, number: int, answers: frozenset[str], inbox: str, patience: float, clean: Callable[[str], str]
    ) -> None:
        self._number, self._listened, self._patience, self._clean = number, answers, patience, clean
        self._once = uuid.uuid4().hex
        """Of this carrying out: the same errand begun again elsewhere has another, and is refused."""
        self._inbox = inbox
        self._way: DoorWay | _Queues | None = None
        self._asked = 0
        self._lost = ""
        self._not_stopping_until = 0.0

    def answers(self, what: str) -> bool:
        """Whether somebody listens to `what`."""
        return what in self._listened

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
            if self._way is None:
                near = self._inbox.startswith(MARK)
                self._way = DoorWay(self._inbox) if near else _Queues(self._inbox, self._once)
            self._way.send((self._number, self._once, self._asked, question), self._patience)
            if what in UNANSWERED:
                return None
            kind, value = self._answer(self._way)
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            raise self._gone(f"no answer from where the run is led ({type(error).__name__})") from error
        if kind == "lost":
            raise self._gone(str(value))
        if kind == "error":
            raise InputError(str(value))
        if what == "stopping" and value is False:
            self._not_stopping_until = time.monotonic() + _SOON
        return value

    def _answer(self, way: DoorWay | _Queues) -> tuple[str, object]:
        until = time.monotonic() + self._patience
        while (left := until - time.monotonic()) > 0:
            number, kind, value = way.receive(left)
            if number == self._asked:
                return kind, value
        raise TimeoutError

    def _gone(self, why: str) -> HomeLost:
        self._lost = why
        return HomeLost(self._lost)

    def close(self) -> None:
        """Leave nothing behind."""
        if self._way:
            self._way.close()


class _Queues:
    """Two queues of the scheduler's: of all questions, and of this errand's answers."""

    def __init__(self, inbox: str, once: str) -> None:
        from distributed import Queue

        self._questions: Queue = Queue(inbox)
        self._answers: Queue = Queue(f"{inbox}-{once}")

    def send(self, message: tuple[int, str, int, bytes], seconds: float) -> None:
        """Ask. Raises `OSError` or `TimeoutError` where the scheduler is gone."""
        self._questions.put(message, timeout=seconds)

    def receive(self, seconds: float) -> tuple[int, str, object]:
        """The next answer. Raises `TimeoutError` where none comes within so many seconds."""
        number, kind, value = self._answers.get(timeout=seconds)
        return number, kind, unpacked(value)

    def close(self) -> None:
        """Let the scheduler forget the queue of answers."""
        with suppress(OSError, TimeoutError, RuntimeError):
            self._answers.close()
