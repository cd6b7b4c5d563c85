"""What portseal may ask of a session besides, where the switch is managed as a candidate that is loaded and committed as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from portseal.core.facts import SwitchFacts
from portseal.transport.session import ConfigureLine, ConfigureResult, Session


@runtime_checkable
class CandidateSession(Session, Protocol):
    """A session whose changes go in whole. Every method raises `SwitchError` where the switch refuses."""

    def load(self, lines: Sequence[ConfigureLine]) -> ConfigureResult:
        """Make a candidate of the running configuration and these lines; nothing takes effect."""
        ...

    def candidate(self) -> str:
        """The whole configuration as the candidate has it, in the form in which the running one is read."""
        ...

    def changes(self) -> tuple[str, ...]:
        """The lines that would be sent for the candidate to take effect, indented under their sections; secrets may be among them."""
        ...

    def commit(self, *, revert_in: int) -> None:
        """Let the candidate take effect for `revert_in` seconds, unless it is confirmed."""
        ...

    def confirm(self) -> None:
        """Keep what was committed."""
        ...

    def rollback(self) -> None:
        """Take back what was committed and not confirmed."""
        ...

    def discard(self) -> None:
        """Throw the candidate away, if there is one."""
        ...

    def facts(self) -> SwitchFacts:
        """What the switch says of itself, its ports and their neighbours."""
        ...
