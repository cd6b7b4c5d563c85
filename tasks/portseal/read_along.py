"""A session in, the same session out, which reads one thing more along with the first batch of commands: no round trip is added."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from portseal.transport.session import Reader


class ReadAlong:
    """Reads as a session does, and sends `command` with the first batch, and tells its output."""

    def __init__(self, session: Reader, command: str, told: Callable[[str], None]) -> None:
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
