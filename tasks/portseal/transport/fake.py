"""A session without a switch, for tests of whatever needs one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portseal.core.errors import SessionCut
from portseal.transport.session import ConfigureLine, ConfigureResult, LineError


class FakeSession:
    """Answers from a script and keeps what it was given.

    `outputs` has the output of each command; where it is a sequence, each time the next, and the last from then on.
    `refuses` has what the switch prints for a line (by its shown text, stripped) that it objects to. `cut_at` is the
    command or line at which the session ends.
    """

    def __init__(
        self,
        switch: str,
        outputs: Mapping[str, str | Sequence[str]] | None = None,
        *,
        refuses: Mapping[str, str] | None = None,
        cut_at: str | None = None,
    ) -> None:
        self.switch = switch
        self.commands: list[str] = []
        self.configured: list[ConfigureLine] = []
        self.closed = False
        self._outputs = {key: [text] if isinstance(text, str) else list(text) for key, text in (outputs or {}).items()}
        self._refuses = dict(refuses or {})
        self._cut_at = cut_at

    def run(self, commands: Sequence[str], *, timeout: float = 60.0) -> tuple[str, ...]:
        """The scripted output of each command; a command that is not in the script is a `LookupError`."""
        return tuple(self._output(command) for command in commands)

    def configure(self, lines: Sequence[ConfigureLine], *, alone: int = 1, timeout: float = 120.0) -> ConfigureResult:
        """Keeps the lines up to the first that is refused."""
        for index, line in enumerate(lines):
            self._reach(line.shown.strip())
            self.configured.append(line)
            if (output := self._refuses.get(line.shown.strip())) is not None:
                error = LineError(index=index, line=line.shown, output=output)
                return ConfigureResult(sent=index + 1, answered=index + 1, errors=(error,), round_trips=1)
        return ConfigureResult(sent=len(lines), answered=len(lines), round_trips=1)

    def close(self) -> None:
        """Notes that it was closed."""
        self.closed = True

    def _output(self, command: str) -> str:
        self._reach(command)
        self.commands.append(command)
        if command not in self._outputs:
            raise LookupError(f"{self.switch}: the script has no output for {command!r}")
        texts = self._outputs[command]
        return texts.pop(0) if len(texts) > 1 else texts[0]

    def _reach(self, what: str) -> None:
        if self.closed or what == self._cut_at:
            self.closed = True
            raise SessionCut(self.switch, f"the session ended at {what!r}")
