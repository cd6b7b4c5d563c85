"""What a function gave, by what it was given: worked out once, and not kept without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Given = TypeVar("Given")

KEPT = 20000
"""Answers that one memory holds; with more, all are forgotten and learned anew."""


class Remembered(dict[Key, Given]):
    """Ask it with `[key]`; the function sees each key once, as long as not too many came since.

    >>> lengths = Remembered(len)
    >>> lengths["four"], list(lengths)
    (4, ['four'])
    """

    def __init__(self, work: Callable[[Key], Given]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, key: Key) -> Given:
        if len(self) >= KEPT:
            self.clear()
        given = self[key] = self._work(key)
        return given
