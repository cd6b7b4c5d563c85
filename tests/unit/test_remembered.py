"""What is remembered is worked out once, whoever asks, and forgotten before there is too much of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from portseal.core.remembered import Remembered, RememberedOf


def test_threads_that_ask_for_the_same_at_once_work_it_out_once() -> None:
    asked: list[int] = []
    together = threading.Barrier(8)

    def square(number: int) -> int:
        asked.append(number)
        return number * number

    squares = Remembered(square)

    def ask(number: int) -> int:
        together.wait(10)
        return squares[number]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, [7] * 8)) == [49] * 8
    assert asked == [7]


def test_what_could_not_be_worked_out_is_tried_again() -> None:
    halves = Remembered[int, int](lambda number: 10 // number)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            halves[0]
    assert halves[5] == 2


def test_no_more_than_its_measure_is_kept_of_keys_and_of_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portseal.core.remembered.KEPT", 3)
    squares = Remembered[int, int](lambda number: number * number)
    assert [squares[number] for number in range(10)] == [number * number for number in range(10)]
    assert len(squares) <= 3
    lengths = RememberedOf[list[int], int, int](lambda owner, more: len(owner) + more)
    owners = [[0] * number for number in range(200)]
    assert [lengths(owner, 1) for owner in owners] == list(range(1, 201))
    assert len(lengths._kept) <= 64


def test_two_owners_that_are_equal_are_two() -> None:
    first, second = [1], [1]
    lengths = RememberedOf[list[int], str, int](lambda owner, _: len(owner))
    assert lengths(first, "") == 1
    second.append(2)
    assert (lengths(first, ""), lengths(second, "")) == (1, 2)
