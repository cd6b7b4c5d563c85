"""Many values of which only one is in memory at a time: a sequence that gets each anew where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class OneByOne(Sequence[T], Generic[T]):
    """Values by name, in the order of `names`; each is got when its turn comes, and none is kept."""

    def __init__(self, names: Sequence[str], get: Callable[[str], T]) -> None:
        self.names = tuple(names)
        self._get = get

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> OneByOne[T]: ...
    def __getitem__(self, at: int | slice) -> T | OneByOne[T]:
        return OneByOne(self.names[at], self._get) if isinstance(at, slice) else self._get(self.names[at])

    def __iter__(self) -> Iterator[T]:
        return map(self._get, self.names)

    def only(self, names: Container[str]) -> OneByOne[T]:
        """Those of these names."""
        return OneByOne([name for name in self.names if name in names], self._get)

    def in_order(self, names: Sequence[str]) -> OneByOne[T]:
        """Those of these names, in this order."""
        return OneByOne(names, self._get)
