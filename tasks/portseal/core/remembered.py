"""What a function gave, by what it was given: worked out once, whichever thread asks, and not kept without end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Generic, TypeVar

Owner = TypeVar("Owner")
Key = TypeVar("Key")
Given = TypeVar("Given")

KEPT = 5000
"""Answers that one memory holds; with more, all are forgotten and learned anew."""
_OWNERS = 64


class Remembered(dict[Key, Given]):
    """Ask it with `[key]`; the function sees each key once, as long as not too many came since.

    >>> lengths = Remembered(len)
    >>> lengths["four"], list(lengths)
    (4, ['four'])
    """

    def __init__(self, work: Callable[[Key], Given]) -> None:
        super().__init__()
        self._work = work
        self._lock = RLock()

    def __missing__(self, key: Key) -> Given:
        with self._lock:
            if key in self:  # another thread was quicker
                return self[key]
            if len(self) >= KEPT:
                self.clear()
            given = self[key] = self._work(key)
            return given


class RememberedOf(Generic[Owner, Key, Given]):
    """The same for a function of a large value that never changes, and of a key; the value is told by its identity, for its hash would cost more."""

    def __init__(self, work: Callable[[Owner, Key], Given]) -> None:
        self._work = work
        self._lock = RLock()
        self._kept: dict[int, tuple[Owner, Remembered[Key, Given]]] = {}
        """By the identity of an owner, which is kept alive with it."""

    def __call__(self, owner: Owner, key: Key) -> Given:
        """What the function gives for `owner` and `key`."""
        kept = self._kept.get(id(owner))
        if kept is None:
            with self._lock:
                if len(self._kept) >= _OWNERS:
                    self._kept.clear()
                kept = self._kept.setdefault(id(owner), (owner, Remembered(partial(self._work, owner))))
        return kept[1][key]
