"""Lines out, their answers in, in few rounds: a first one that is small, and larger ones once it was answered whole.

A round is written at once and then answered to its end, so that its number says how often the sender waited with nothing on its way.
What is lost by not writing on while answers come in is a round trip a round, and there is one of them at 48 ports and two at 480.

A round limits how much has been typed behind the first line that is refused, or that did not arrive whole. Mistakes of a kind show in the first ports, and a
terminal that loses what is typed ahead loses it far below 32 kB (Linux's terminal buffers 4,096 characters); one that has echoed 32 kB character
by character passes on the flow control of SSH (RFC 4254 §5.2), which then holds for more as well.
"""

from __future__ import annotations

import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, Protocol

from paramiko import Channel

_AT_ONCE = 65536
_LOOK_AGAIN = 0.05
"""Seconds after which it is looked whether the other end takes more, where nothing comes from it."""


class Window(NamedTuple):
    """How many bytes may be on their way without an answer."""

    first: int = 32768
    then: int = 524288
    """Once the first round was answered whole. With their echoes and prompts these stay below what our end of the channel takes unread
    (2 MiB), so that neither end ever waits for the other to read."""

    @classmethod
    def of(cls, limit: int | None) -> Window:
        """Never more than `limit`, where somebody set one."""
        return cls() if limit is None else cls(limit, limit)


class Answers(Protocol):
    """Attributes what comes to the lines that were sent."""

    sent: int
    answers: list[str]

    def feed(self, data: bytes) -> None:
        """Take in what came."""
        ...


@dataclass(slots=True)
class Waits:
    """How often the sender had to wait for answers before it could go on, or was done."""

    count: int = 0


def exchange(
    channel: Channel,
    payloads: Sequence[bytes],
    answers: Answers,
    *,
    window: Window,
    alone: int,
    timeout: float,
    stop: Callable[[], bool],
    waits: Waits,
) -> None:
    """Write `payloads` until `stop` says so, in rounds of whole lines, and read every answer.

    A round is as much as `window` allows and a line at least; the first `alone` lines are a round each. What comes while a round is being written is
    looked at between any two pieces, unless nothing limits it; and while the other end takes no more, so that it can never wait for us to read. `stop` is asked after each piece that comes in, and may raise to end it all. A line that was begun is
    written to its end.

    Raises:
        EOFError: the other end closed the session.
        TimeoutError: nothing came, or nothing could be written, for `timeout` seconds.
        OSError: the connection broke.
    """
    channel.settimeout(timeout)
    data = b"".join(payloads)
    ends = list(accumulate(map(len, payloads), initial=0))
    written, stopped, limit = 0, False, window.first
    while written < len(data) and not stopped:
        single = len(answers.answers) < alone
        end = _round(ends, written, 1 if single else limit)
        while written < end:
            if channel.send_ready():
                written += channel.send(data[written:end])
                answers.sent = bisect_right(ends, written) - 1
            else:
                answers.feed(_received_or_may_write(channel, timeout))
                stopped = stop() or stopped
            while window.first < sys.maxsize and channel.recv_ready():
                answers.feed(_received(channel))
                stopped = stop() or stopped
            if stopped:
                end = ends[bisect_left(ends, written)]
        waits.count += 1
        while len(answers.answers) < answers.sent:
            answers.feed(_received(channel))
            stopped = stop() or stopped
        limit = limit if single else window.then


def _round(ends: Sequence[int], written: int, limit: int) -> int:
    """Where a round ends that begins at the line behind `written` bytes: whole lines within `limit`, and one at least."""
    first = bisect_right(ends, written)
    return max(ends[first], ends[bisect_right(ends, written + limit) - 1])


def _received_or_may_write(channel: Channel, timeout: float) -> bytes:
    """What comes next, or nothing once more may be written."""
    until = time.monotonic() + timeout
    channel.settimeout(min(_LOOK_AGAIN, timeout))
    try:
        while not channel.send_ready():
            try:
                return _received(channel)
            except TimeoutError:
                if time.monotonic() >= until:
                    raise
        return b""
    finally:
        channel.settimeout(timeout)


def _received(channel: Channel) -> bytes:
    data = channel.recv(_AT_ONCE)
    if not data:
        raise EOFError("the session ended")
    return data
