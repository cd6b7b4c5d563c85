"""What one switch's part of a run asks of whoever leads the run: may it begin, is a step noted, is the run to stop."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pydantic import JsonValue

from portseal.change.ending import SwitchResult
from portseal.core.journal_entry import Event
from portseal.home import Home

_PIECE = 0.5
"""Seconds between two looks whether the run is to stop."""


@dataclass(frozen=True)
class Desk:
    """`home`, with the types of what is asked there."""

    home: Home

    def begin(self, switch: str) -> SwitchResult | None:
        """None where `switch` may be begun now; otherwise what became of it instead."""
        held = self.home("begin", switch)
        return held if isinstance(held, SwitchResult) else None

    def note(self, event: Event, switch: str, data: dict[str, JsonValue]) -> None:
        """Write a row; on the disk when this returns.

        Raises:
            InputError: it could not be written.
        """
        self.home("note", event, switch, data)

    def say(self, switch: str, what: str) -> None:
        """Report progress, where somebody listens."""
        if self.home.answers("say"):
            self.home("say", switch, what)

    def stopping(self) -> bool:
        """Whether the run is to end as soon as that can be done in good order."""
        return self.home("stopping") is True

    def stopped_within(self, seconds: float) -> bool:
        """Wait; True, at once, where the run is to end meanwhile."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.stopping():
                return True
            time.sleep(_PIECE)
        return False
