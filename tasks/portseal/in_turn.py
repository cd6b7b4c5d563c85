"""Names in as they come, told in their own order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable


class InTurn:
    """Tells of `names` in their order, each as soon as it and all before it have come. Safe from several threads; one is told at a time."""

    def __init__(self, names: Iterable[str], tell: Callable[[str], None]) -> None:
        self._waiting, self._there = deque(names), set[str]()
        self._tell = tell
        self._lock = threading.Lock()

    def come(self, name: str) -> None:
        """One has come."""
        with self._lock:
            self._there.add(name)
            while self._waiting and self._waiting[0] in self._there:
                first = self._waiting.popleft()
                self._there.discard(first)
                self._tell(first)

    def end(self) -> None:
        """What has not come by now will not: all that is left is told of."""
        with self._lock:
            while self._waiting:
                self._tell(self._waiting.popleft())
