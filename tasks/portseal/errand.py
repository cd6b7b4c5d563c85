"""A Nornir task and a switch in, bytes that any worker can carry out: pure data, references to secrets, never a secret.

What travels is a task's function by its name, its arguments, and what the site does not say: the switch's intent as the run sees it and
what is remembered of it. Whatever else stands among the arguments (an open session, a function made on the spot, an estate inside another
value) is no pure data, and the task is then carried out where it was called.
"""

from __future__ import annotations

import io
import itertools
import pickle
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum
from functools import partial
from importlib.metadata import version
from typing import Any

from pydantic import SecretBytes, SecretStr

from portseal.core.intent import SwitchIntent
from portseal.core.model import Value
from portseal.estate import Estate
from portseal.home import Each, Home

VERSION = version("portseal")
"""Of this side."""

NUMBERS = itertools.count(1)
"""Of errands, each given once."""

PLAIN_MODULES = frozenset(
    {
        *("builtins", "collections", "copyreg", "datetime", "functools", "ipaddress", "pathlib", "zoneinfo"),
        "pydantic_core._pydantic_core",
    }
)
"""Whose values are pure data."""


class NotPure(TypeError):
    """Something that does not travel stood in what was to be sent."""


class SiteRef(Value):
    """Which site; a worker opens it by itself, and refuses where it finds another one there."""

    path: str
    """As a worker finds it, or, where it comes packed, as the client calls it."""
    digest: str
    """Of what its files say."""
    packed: bool = False
    """The worker asks for its files, instead of having them."""
    files: str = ""
    """Where a worker has what never travels, of a site that comes packed."""
    version: str
    """Of portseal, which both sides must have."""


class Brought(Value):
    """What goes along because the site's files do not say it."""

    intent: SwitchIntent
    released: frozenset[str]
    sealed: frozenset[str]
    stored: dict[str, str]


@dataclass(frozen=True)
class Stop:
    """One switch of an errand, and the arguments that are its own."""

    switch: str
    brought: Brought
    own: Mapping[str, object]


@dataclass(frozen=True)
class Errand:
    """A task for some switches, one after another."""

    number: int
    """No other errand of this client has it."""
    site: SiteRef
    task: Callable[..., Any]
    stops: tuple[Stop, ...]
    common: Mapping[str, object]
    """Arguments that are the same for all."""
    estate: str
    """Name of the argument that is the estate, which the worker puts in."""
    home: str
    """Name of the argument that is the home, likewise; empty: the task has none."""
    answers: frozenset[str]
    """What that home listens to."""


@dataclass(frozen=True)
class Came:
    """What became of one switch."""

    switch: str
    result: object = None
    diff: str = ""
    changed: bool = False
    failure: str = ""
    """Why there is no result, fit to be shown."""


def packed(value: object) -> bytes:
    """`value` as bytes.

    Raises:
        NotPure: it holds a secret, or anything that has no meaning elsewhere.
    """
    buffer = io.BytesIO()
    try:
        _Pure(buffer, protocol=5).dump(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise error if isinstance(error, NotPure) else NotPure(str(error)) from error
    return buffer.getvalue()


def unpacked(data: bytes) -> Any:
    """What `packed` was given. Only for bytes of a peer that may run code here anyway."""
    return pickle.loads(data)  # noqa: S301 - Dask itself runs what its scheduler sends; TLS says who that is


class _Pure(pickle.Pickler):
    """Asked for every object that is no plain number, text or collection."""

    def reducer_override(self, obj: Any) -> Any:
        """As pickle does it, for pure data."""
        if isinstance(obj, SecretStr | SecretBytes):
            raise NotPure("a secret does not travel; its reference does")
        if isinstance(obj, type | types.FunctionType | types.BuiltinFunctionType):
            if obj.__module__ == "__main__":
                raise NotPure(
                    f"{obj.__qualname__} stands in a script, where no worker finds it; import it from a module"
                )
            return NotImplemented
        kind = type(obj)
        ours = kind.__module__.partition(".")[0] == "portseal" and is_dataclass(kind)
        if isinstance(obj, Value | Enum | partial) or ours or kind.__module__ in PLAIN_MODULES:
            return NotImplemented
        raise NotPure(f"{kind.__module__}.{kind.__qualname__} is no pure data")


@dataclass(frozen=True)
class Arguments:
    """A task's arguments, sorted by how they travel."""

    estate: str
    home: str
    each: tuple[str, ...]
    common: Mapping[str, object]


def sorted_arguments(given: Mapping[str, object]) -> Arguments:
    """How each of a task's arguments travels.

    Raises:
        NotPure: there is not exactly one estate among them.
    """
    estates = [name for name, value in given.items() if isinstance(value, Estate)]
    if len(estates) != 1:
        raise NotPure("a task that travels has one estate among its arguments")
    homes = [name for name, value in given.items() if isinstance(value, Home)]
    each = tuple(name for name, value in given.items() if isinstance(value, Each))
    common = {name: value for name, value in given.items() if name not in (*estates, *homes, *each)}
    return Arguments(estate=estates[0], home=homes[0] if homes else "", each=each, common=common)


def stops_of(switches: Iterable[str], given: Mapping[str, object], arguments: Arguments) -> tuple[Stop, ...]:
    """What is each switch's own."""
    estate = given[arguments.estate]
    assert isinstance(estate, Estate)  # noqa: S101 - sorted so
    return tuple(
        Stop(
            switch=switch,
            brought=Brought(
                intent=estate.intent(switch),
                released=estate.released.get(switch, frozenset()),
                sealed=estate.memory.sealed(switch),
                stored=dict(estate.memory.stored(switch)),
            ),
            own={name: _own(given[name], switch) for name in arguments.each},
        )
        for switch in switches
    )


def _own(value: object, switch: str) -> object:
    return value[switch] if isinstance(value, Each) else value
