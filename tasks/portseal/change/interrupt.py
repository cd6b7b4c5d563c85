"""Ctrl-C, a kill or a lost terminal while a run is at work: asked once it stops in good order, asked twice at once.

In good order: no further switch is begun, those under way are finished or taken back, and the run stays open for `resume`
or `abort`. At once: this process is gone, as if it had been killed; the switches' own timers undo what was not confirmed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ONCE = (
    "\nportseal: stopping: no further switch is begun, those under way are finished or rolled back. "
    "Once more ends at once, and leaves them to their own timers.\n"
)
READING = "\nportseal: stopping: no further switch is read, those under way are finished, and none is waited for. Once more ends at once.\n"
"""What is said where nothing is being changed."""
_TWICE = "\nportseal: ended at once; `portseal resume` or `portseal abort` looks what each switch has.\n"


@contextmanager
def heeded(stop: threading.Event, told: str = ONCE) -> Iterator[None]:
    """Set `stop` where a signal asks this process to end, while the block lasts; outside the main thread nothing is heeded.

    `told` is said then; a second signal ends the process at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, frame: FrameType | None) -> None:
        if not stop.is_set():
            _say(told)
        else:
            _say(_TWICE if told == ONCE else "\n")
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.set()

    before = {
        number: signal.signal(number, asked) for number in ASKING if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(text: str) -> None:
    """To the terminal, if there is one still; a handler may run in the middle of somebody else's print."""
    with suppress(OSError):
        os.write(2, text.encode())
