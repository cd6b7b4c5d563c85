"""Rounds of lines over a channel whose other end takes only so much, and prints a lot."""

from __future__ import annotations

import sys
from typing import cast

import pytest
from paramiko import Channel

from portseal.transport.exchange import Waits, Window, exchange


class Narrow:
    """The other end of a channel: takes `room` bytes until it has printed what they are answered with, and prints no more than `unread` ahead of us."""

    def __init__(self, *, room: int, unread: int, longer: int) -> None:
        self.room, self.unread, self.longer = room, unread, longer
        self.typed = self.waiting = b""
        self.printed = b""

    def settimeout(self, seconds: float) -> None:
        """Nothing here takes time."""

    def _work(self) -> None:
        while b"\n" in self.waiting and len(self.printed) < self.unread:
            line, _, self.waiting = self.waiting.partition(b"\n")
            self.printed += line * self.longer + b"\n"

    def send_ready(self) -> bool:
        self._work()
        return len(self.waiting) < self.room

    def send(self, data: bytes) -> int:
        assert self.send_ready(), "it would have to wait for us to read"
        taken = data[: self.room - len(self.waiting)]
        self.typed, self.waiting = self.typed + taken, self.waiting + taken
        return len(taken)

    def recv_ready(self) -> bool:
        self._work()
        return bool(self.printed)

    def recv(self, most: int) -> bytes:
        self._work()
        if not self.printed:
            raise TimeoutError
        found, self.printed = self.printed[:most], self.printed[most:]
        return found


class Lines:
    """Every line that comes is the answer to the next one that was sent."""

    def __init__(self) -> None:
        self.sent = 0
        self.answers: list[str] = []
        self._text = ""

    def feed(self, data: bytes) -> None:
        *whole, self._text = (self._text + data.decode()).split("\n")
        self.answers += whole


def _exchanged(end: Narrow, lines: list[bytes], window: Window) -> tuple[Lines, int]:
    answers, waits = Lines(), Waits()
    exchange(cast(Channel, end), lines, answers, window=window, alone=0, timeout=0.01, stop=lambda: False, waits=waits)
    return answers, waits.count


@pytest.mark.parametrize("window", [Window(), Window.of(sys.maxsize)])
def test_an_end_that_prints_much_and_takes_little_is_read_while_it_takes_no_more(window: Window) -> None:
    lines = [f"show port {n}\n".encode() for n in range(3000)]
    end = Narrow(room=200, unread=4000, longer=150)
    answers, _ = _exchanged(end, lines, window)
    assert len(answers.answers) == len(lines)
    assert end.typed == b"".join(lines)


def test_a_round_is_counted_once_in_however_many_pieces_it_is_taken() -> None:
    lines = [b"x" * 99 + b"\n"] * 3000
    whole, pieces = Narrow(room=10**9, unread=10**9, longer=1), Narrow(room=500, unread=10**9, longer=1)
    assert _exchanged(whole, lines, Window())[1] == _exchanged(pieces, lines, Window())[1] == 2
    assert _exchanged(Narrow(room=500, unread=10**9, longer=1), lines, Window.of(1000))[1] == 300


def test_an_end_that_neither_takes_nor_prints_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        _exchanged(Narrow(room=3, unread=0, longer=1), [b"show a\n"], Window())
