"""Lines out, their answers in, with as few waits as the window allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    timeout: float,
    stop: Callable[[], bool],
    waits: Waits,
) -> None:
    """Write `payloads` in blocks until `stop` says so, never more than `window` bytes ahead of the answers, and read every answer.

    `stop` is asked after each piece that comes in, and may raise to end it all.

    Raises:
        EOFError: the other end closed the session.
        TimeoutError: nothing came, or nothing could be written, for `timeout` seconds.
        OSError: the connection broke.
    """
    channel.settimeout(timeout)
    ends = list(accumulate(map(len, payloads), initial=0))
    blocks = list(_blocks(ends, block))
    stopped = False
    while True:
        while blocks and not stopped and _fits(ends, answers, blocks[0], window):
            last = blocks.pop(0)
            channel.sendall(b"".join(payloads[answers.sent : last]))
            answers.sent = last
            while channel.recv_ready() and not stopped:
                answers.feed(_received(channel))
                stopped = stop()
        if len(answers.answers) >= answers.sent:
            if stopped or not blocks:
                return
            continue
        waits.count += 1
        while len(answers.answers) < answers.sent:
            answers.feed(_received(channel))
            stopped = stop() or stopped
            if blocks and not stopped and _fits(ends, answers, blocks[0], window):
                break


def _fits(ends: Sequence[int], answers: Answers, last: int, window: int) -> bool:
    """Sending on up to line `last` leaves no more than `window` bytes unanswered, or there are none now."""
    answered = len(answers.answers)
    return answered == answers.sent or ends[last] - ends[answered] <= window


def _blocks(ends: Sequence[int], size: int) -> Iterator[int]:
    """Where each block ends, as a count of lines: whole lines of about `size` bytes together, at least one."""
    first = 0
    for line in range(1, len(ends)):
        following = ends[min(line + 1, len(ends) - 1)]
        if line == len(ends) - 1 or following - ends[first] > size:
            yield line
            first = line


def _received(channel: Channel) -> bytes:
    data = channel.recv(_AT_ONCE)
    if not data:
        raise EOFError("the session ended")
    return data
