"""What the rest of portseal may ask of an open connection to one switch, whatever carries it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portseal.core.model import Value


class LineError(Value):
    """The switch's objection to one line."""

    index: int
    """0-based position in the lines that were sent."""
    line: str
    """As the plan has it: with references, never with the secret itself."""
    output: str
    """What the switch printed for this line, redacted."""


class ConfigureResult(Value):
    """What came of sending a block of configuration."""

    sent: int
    """Lines that left this machine; every one that was answered is attributed."""
    answered: int
    errors: tuple[LineError, ...] = ()
    round_trips: int = 0
    """How often the sender had to wait for an answer before it could go on."""


class Reader(Protocol):
    """The half of a session that cannot change anything. Not safe for use from two threads."""

    switch: str

    def run(self, commands: Sequence[str], *, timeout: float = 60.0) -> tuple[str, ...]:
        """The output of each command, echo and prompt removed; all are sent in one batch.

        Raises:
            SessionCut: the session ended, or an answer stayed away for `timeout` seconds.
        """
        ...


class Session(Reader, Protocol):
    """One open session. Not safe for use from two threads."""

    def configure(self, lines: Sequence[ConfigureLine], *, alone: int = 1, timeout: float = 120.0) -> ConfigureResult:
        """Send lines as they stand, stopping at the first error; nothing follows one of the first `alone` that is refused.

        Raises:
            SessionCut: the session ended, or an answer stayed away for `timeout` seconds.
        """
        ...

    def close(self) -> None:
        """End the session; never raises."""
        ...


class ConfigureLine(Value):
    """One line to send. `text` may hold a revealed secret and is never shown; `shown` is the same line with references."""

    text: str
    shown: str
