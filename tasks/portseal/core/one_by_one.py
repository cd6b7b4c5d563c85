"""Many values of which only one is in memory at a time: a sequence that gets each anew where it is asked for; and what groups of values hold, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")
M = TypeVar("M")


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


class Flat(Collection[T], Generic[T]):
    """What groups of values hold, in their order; one group is got at a time."""

    def __init__(self, groups: OneByOne[Sequence[T]]) -> None:
        self.groups = groups
        self._size: int | None = None

    def __iter__(self) -> Iterator[T]:
        return (value for group in self.groups for value in group)

    def __len__(self) -> int:
        if self._size is None:
            self._size = sum(map(len, self.groups))
        return self._size

    def __contains__(self, wanted: object) -> bool:
        return any(value == wanted for value in self)

    def each(self, make: Callable[[T], M]) -> Flat[M]:
        """What `make` makes of each."""
        names, groups = self.groups.names, _Singly(self.groups)
        return Flat(OneByOne(names, lambda name: tuple(map(make, groups[name]))))

    def only(self, names: Container[str]) -> Flat[T]:
        """What the groups of these names hold."""
        return Flat(self.groups.only(names))


def grouped(values: Collection[T], name: Callable[[T], str]) -> Mapping[str, Sequence[T]]:
    """`values` by name; those that come in groups of a name each are got when they are asked for."""
    if isinstance(values, Flat):
        return _Singly(values.groups)
    found: dict[str, list[T]] = {}
    for value in values:
        found.setdefault(name(value), []).append(value)
    return found


def singly(values: Sequence[T], name: Callable[[T], str]) -> Mapping[str, T]:
    """Each of `values` by its name; those that come one by one are got when they are asked for."""
    if isinstance(values, OneByOne):
        return _Singly(values)
    return {name(value): value for value in values}


class _Singly(Mapping[str, T], Generic[T]):
    """Values by name."""

    def __init__(self, values: OneByOne[T]) -> None:
        self._values, self._places = values, {name: at for at, name in enumerate(values.names)}

    def __getitem__(self, name: str) -> T:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
