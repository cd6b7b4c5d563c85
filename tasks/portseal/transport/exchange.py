"""Lines out, their answers in, with as few waits as the window allows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from paramiko import Channel

_AT_ONCE = 65536


class Answers(Protocol):
    """Attributes what comes to the lines that were sent."""

    sent: int
    answers: list[str]

    def feed(self, data: bytes) -> None:
        """Take in what came."""
        ...


@dataclass(slots=True)
class Waits:
    """How often the sender had to wait for an answer before it could go on."""

    count: int = 0


def exchange(
    channel: Channel,
    payloads: Sequence[bytes],
    answers: Answers,
    *,
    window: int,
    block: int,
    alone: int,
    timeout: float,
    stop: Callable[[], bool],
    waits: Waits,
) -> None:
    """Write `payloads` until `stop` says so, never more than `window` bytes ahead of the answers, and read every answer.

    What fits is written at once, as far as the other end takes it; after that, more is written where `block` bytes or all
    the rest fit. What came in the meantime is looked at between any two writes. `stop` is asked after each piece that comes
    in, and may raise to end it all. A line that was begun is written to its end. The first `alone` lines are each
    answered before another is written.

    Raises:
        EOFError: the other end closed the session.
        TimeoutError: nothing came, or nothing could be written, for `timeout` seconds.
        OSError: the connection broke.
    """
    channel.settimeout(timeout)
    data = b"".join(payloads)
    ends = list(accumulate(map(len, payloads), initial=0))
    written, allowed, stopped = 0, 0, False

    def may_be_written() -> int:
        answered = len(answers.answers)
        return _allowed(ends, allowed, answered, 1 if answered < alone else window, block)

    while True:
        allowed = _line_end(ends, written) if stopped else may_be_written()
        if written < allowed:
            written += channel.send(data[written:allowed])
            answers.sent = bisect_right(ends, written) - 1
            waits.count += written == allowed  # even where the answer is quicker than we are
            while channel.recv_ready():
                answers.feed(_received(channel))
                stopped = stop() or stopped
            continue
        if len(answers.answers) >= answers.sent and (stopped or written == len(data)):
            return
        while len(answers.answers) < answers.sent:
            answers.feed(_received(channel))
            stopped = stop() or stopped
            if not stopped and may_be_written() > written:
                break


def _allowed(ends: Sequence[int], allowed: int, answered: int, window: int, block: int) -> int:
    """How many bytes may have been written now: whole lines, and one line at least where all are answered."""
    fits = ends[bisect_right(ends, ends[answered] + window) - 1]
    if ends[answered] == allowed:
        fits = max(fits, ends[min(answered + 1, len(ends) - 1)])
    return fits if fits == ends[-1] or fits - allowed >= block or ends[answered] == allowed else allowed


def _line_end(ends: Sequence[int], written: int) -> int:
    """The end of the line in which `written` bytes end."""
    return ends[bisect_left(ends, written)]


def _received(channel: Channel) -> bytes:
    data = channel.recv(_AT_ONCE)
    if not data:
        raise EOFError("the session ended")
    return data
