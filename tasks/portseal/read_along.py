"""A session in, the same session out, which reads one thing more along with the first batch of commands: no round trip is added."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from portseal.transport.session import ConfigureLine, ConfigureResult, Session


class ReadAlong:
    """A session that sends `command` with the first batch, and tells its output."""

    def __init__(self, session: Session, command: str, told: Callable[[str], None]) -> None:
        self._session, self._command, self._told = session, command, told
        self._read = False
        self.switch = session.switch

    def run(self, commands: Sequence[str], *, timeout: float = 60.0) -> tuple[str, ...]:
        """As the session itself; the further command comes first, once."""
        if self._read or not commands:
            return self._session.run(commands, timeout=timeout)
        self._read = True
        more, *outputs = self._session.run([self._command, *commands], timeout=timeout)
        self._told(more)
        return tuple(outputs)

    def configure(self, lines: Sequence[ConfigureLine], *, alone: int = 1, timeout: float = 120.0) -> ConfigureResult:
        """As the session itself."""
        return self._session.configure(lines, alone=alone, timeout=timeout)

    def close(self) -> None:
        """As the session itself."""
        self._session.close()
