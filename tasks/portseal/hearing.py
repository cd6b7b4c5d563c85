"""What a switch prints in, batch after batch, the state of its ports out: understood in this process, or in one beside it.

What was understood once is kept, so that of a second batch only what is new is parsed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from portseal.core.observation import Heard, PortState, port_states
from portseal.core.platforms import Pack


class Understood(NamedTuple):
    """What a switch has said so far."""

    states: dict[str, PortState]
    """By long port name, as `port_states` gives them."""
    lost: frozenset[str]
    """Commands of the last batch whose output was not understood."""


class Hears(Protocol):
    """Understands one switch's output. Not for several threads."""

    def hear(self, outputs: Mapping[str, str], ports: Sequence[str], *, without: Collection[str] = ()) -> Understood:
        """What all outputs so far say of `ports`: `outputs` (command → text) beside or instead of earlier ones, those of `without` no more.

        Raises:
            InputError: the platform has no such command.
        """
        ...


class Hearing:
    """Understands in this process."""

    def __init__(self, pack: Pack, folder: Path) -> None:
        self._pack, self._folder = pack, folder
        self._outputs: dict[str, str] = {}
        self._heard: dict[tuple[str, str], Heard] = {}

    def hear(self, outputs: Mapping[str, str], ports: Sequence[str], *, without: Collection[str] = ()) -> Understood:
        """As `Hears` says."""
        for command in without:
            self._outputs.pop(command, None)
        self._outputs.update(outputs)
        states = port_states(self._pack, self._folder, self._outputs, ports, heard_before=self._heard)
        return Understood(states, frozenset(said[0] for said in outputs.items() if self._heard[said].problem))
