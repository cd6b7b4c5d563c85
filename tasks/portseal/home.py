"""Where a run is led, and how a task asks there: the same whether it is carried out in this process or at a worker far away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")


class HomeLost(Exception):
    """Nobody leads the run any more, or somebody else was given this switch: no further step is taken on it.

    None of ours that are caught on the way: what a switch is left with, its own timer takes back.
    """


@runtime_checkable
class Home(Protocol):
    """Asked by the name of what is wanted, with pure data; answers with pure data."""

    def __call__(self, what: str, *about: object) -> object:
        """What `what` is answered with; None where it is only told.

        Raises:
            PortsealError: what was asked could not be done.
            HomeLost: there is nobody to ask.
        """
        ...

    def answers(self, what: str) -> bool:
        """Whether somebody listens to `what`."""
        ...


@dataclass(frozen=True)
class Here:
    """Functions of this process."""

    functions: Mapping[str, Callable[..., object]]

    def __call__(self, what: str, *about: object) -> object:
        """What the function of that name gives."""
        return self.functions[what](*about)

    def answers(self, what: str) -> bool:
        """Whether there is such a function."""
        return what in self.functions


@dataclass(frozen=True)
class Each(Generic[T]):
    """An argument that is another one for each switch; only a switch's own goes where that switch is worked on."""

    of: Callable[[str], T]
    """Asked when the switch's turn comes."""

    def __getitem__(self, switch: str) -> T:
        """That of `switch`."""
        return self.of(switch)
