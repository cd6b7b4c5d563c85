"""A switch's command line as a `Session`: lines go out in blocks, and every answer is attributed to its line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from netmiko.base_connection import BaseConnection
from netmiko.linux.linux_ssh import LinuxSSH
from paramiko import Channel

from portseal.core.errors import ConnectError, SessionCut
from portseal.core.platforms import Errors
from portseal.core.secrets import Resolve
from portseal.transport.exchange import Waits, Window, exchange
from portseal.transport.login import hang_up, log_in, stand_at_prompt
from portseal.transport.objection import asks, objects
from portseal.transport.redaction import fit_to_show
from portseal.transport.session import ConfigureLine, ConfigureResult, LineError, Session
from portseal.transport.shell_session import open_shell
from portseal.transport.splitter import Splitter, prompt_pattern
from portseal.transport.target import Target

_LONGEST = 400
"""Characters of a line that fit beside any prompt on a terminal of 511; a longer one would scroll and have no echo."""

_REFUSE = b"\x03"
_QUIET = 1.0
"""Seconds of silence behind a prompt after which nothing more is expected."""


class _Asked(Exception):
    """The switch waits for an answer that nobody planned to give."""


class _OutOfStep(Exception):
    """What the switch prints cannot be attributed any more."""


def open_session(target: Target, *, resolve: Resolve) -> Session:
    """A session with `target`: its host key checked, logged in, at its privileged prompt.

    What netmiko drives as a Linux shell is spoken to as one, over a channel without a terminal.

    Raises:
        ConnectError: unreachable, wrong login, unknown or changed host key, no prompt.
        SecretError: a secret of the login cannot be resolved.
    """
    connection = log_in(target, resolve=resolve)
    if isinstance(connection, LinuxSSH):
        return open_shell(connection, target)
    return CliSession(connection, target, stand_at_prompt(connection, target))


class CliSession:
    """A session over the terminal that netmiko has prepared. Not safe for use from two threads."""

    def __init__(self, connection: BaseConnection, target: Target, name: str) -> None:
        channel = connection.remote_conn
        if not isinstance(channel, Channel):
            raise ConnectError(target.switch, "there is no SSH channel")
        self.switch = target.switch
        self._connection = connection
        self._channel = channel
        self._return = connection.RETURN
        self._errors: Errors = target.errors
        self._window = Window.of(target.window)
        self._prompt = prompt_pattern(name)
        self._seen = f"{name}#"
        self._unusable = ""

    def run(self, commands: Sequence[str], *, timeout: float = 60.0) -> tuple[str, ...]:
        """The output of each command, echo and prompt removed; all are written together.

        Raises:
            SessionCut: the session ended, an answer stayed away for `timeout` seconds, or output cannot be attributed.
            ValueError: a command cannot be typed.
        """
        for command in commands:
            if reason := untypable(command):
                raise ValueError(f"{command!r} cannot be typed: {reason}")
        splitter = self._splitter(commands)

        def stop() -> bool:
            if splitter.paged:
                raise _OutOfStep("output stopped for a key to be pressed although paging is off")
            if splitter.lost:
                raise _OutOfStep("the command was not echoed as it was sent")
            return False

        self._exchange(
            splitter, commands, shown=commands, window=Window.of(sys.maxsize), timeout=timeout, stop=stop, waits=Waits()
        )
        self._seen = splitter.rest
        return tuple(splitter.answers)

    def configure(self, lines: Sequence[ConfigureLine], *, alone: int = 1, timeout: float = 120.0) -> ConfigureResult:
        """Send lines as they stand, stopping at the first error or question; what is on its way by then is answered first.

        A line that cannot be typed is reported before anything is sent. The first `alone` lines are each answered
        before another is sent, so that nothing is typed where configuration mode, or the timer that undoes it all, was refused. Errors of
        lines that were already on their way follow the first one. A question is refused with Ctrl-C.

        Raises:
            SessionCut: the session ended, or an answer stayed away for `timeout` seconds.
        """
        if refused := _refused(lines):
            return ConfigureResult(sent=0, answered=0, errors=refused)
        texts, shown = [line.text for line in lines], [line.shown for line in lines]
        splitter, waits = self._splitter(texts), Waits()
        errors: list[LineError] = []
        examined = 0

        def stop() -> bool:
            nonlocal examined
            for index in range(examined, len(splitter.answers)):
                if error := self._error(index, splitter, lines):
                    errors.append(error)
            examined = len(splitter.answers)
            if splitter.paged or asks(splitter.pending, self._errors):
                raise _Asked
            return bool(errors)

        try:
            self._exchange(
                splitter,
                texts,
                shown=shown,
                window=self._window,
                timeout=timeout,
                stop=stop,
                waits=waits,
                alone=alone,
            )
        except _Asked:
            asked = len(splitter.answers)
            question = fit_to_show(splitter.pending.strip(), lines)
            errors.append(LineError(index=asked, line=shown[asked], output=question))
            self._refuse(splitter, shown, timeout)
            return ConfigureResult(sent=splitter.sent, answered=asked, errors=tuple(errors), round_trips=waits.count)
        self._seen = splitter.rest
        return ConfigureResult(
            sent=splitter.sent, answered=len(splitter.answers), errors=tuple(errors), round_trips=waits.count
        )

    def close(self) -> None:
        """End the session; never raises."""
        self._unusable = self._unusable or "it was closed"
        hang_up(self._connection)

    def _splitter(self, texts: Sequence[str]) -> Splitter:
        if self._unusable:
            raise SessionCut(self.switch, f"the session cannot be used any more: {self._unusable}; open a new one")
        return Splitter(self._prompt, self._seen, texts)

    def _exchange(
        self,
        splitter: Splitter,
        texts: Sequence[str],
        *,
        shown: Sequence[str],
        window: Window,
        timeout: float,
        stop: Callable[[], bool],
        waits: Waits,
        alone: int = 0,
    ) -> None:
        payloads = [f"{text}{self._return}".encode() for text in texts]
        try:
            exchange(
                self._channel,
                payloads,
                splitter,
                window=window,
                alone=alone,
                timeout=timeout,
                stop=stop,
                waits=waits,
            )
        except TimeoutError as error:
            asked = asks(splitter.pending.rpartition("\n")[2], self._errors)
            why = "a question instead of an answer" if asked else f"no answer for {timeout:g} s"
            raise self._cut(why, splitter, shown) from error
        except (EOFError, OSError) as error:
            raise self._cut("the session ended", splitter, shown) from error
        except _OutOfStep as error:
            raise self._cut(str(error), splitter, shown) from error

    def _cut(self, why: str, splitter: Splitter, shown: Sequence[str]) -> SessionCut:
        """What to raise once the session is of no use any more."""
        index = min(len(splitter.answers), len(shown) - 1)
        self._unusable = why
        hang_up(self._connection)
        return SessionCut(self.switch, f"{why} at line {index + 1} of {len(shown)}: {shown[index].strip()!r}")

    def _error(self, index: int, splitter: Splitter, lines: Sequence[ConfigureLine]) -> LineError | None:
        if index in splitter.lost:
            # What was echoed in its place is not shown: it may be a secret with one character missing.
            output = "the line was not echoed as it was sent; characters were lost on the way"
        elif objects(splitter.answers[index], self._errors):
            output = fit_to_show(splitter.answers[index], lines)
        else:
            return None
        return LineError(index=index, line=lines[index].shown, output=output)

    def _refuse(self, splitter: Splitter, shown: Sequence[str], timeout: float) -> None:
        """Answer a question with Ctrl-C, and let everything that was typed ahead run out until the prompt stands alone."""
        silence = 0.0
        try:
            self._channel.sendall(_REFUSE)
            self._channel.settimeout(_QUIET)
            while not (silence and splitter.at_prompt):
                try:
                    if not (data := self._channel.recv(65536)):
                        raise EOFError
                except TimeoutError:
                    silence += _QUIET
                    if silence >= timeout and not splitter.at_prompt:
                        raise self._cut("asked a question and did not come back from it", splitter, shown) from None
                else:
                    silence = 0.0
                    splitter.feed(data)
        except (EOFError, OSError) as error:
            raise self._cut("asked a question, and ended the session when it was refused", splitter, shown) from error
        self._seen = splitter.rest.rpartition("\n")[2]


def untypable(line: str) -> str:
    """Why `line` cannot be typed at a command line; empty where it can.

    >>> untypable("key what?")
    "it holds '?', which calls for help"
    """
    if not line.strip():
        return "it is empty"
    if "?" in line:
        return "it holds '?', which calls for help"
    if not line.isprintable():
        return "it holds a control character"
    if len(line) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    return ""


def _refused(lines: Sequence[ConfigureLine]) -> tuple[LineError, ...]:
    return tuple(
        LineError(index=index, line=line.shown, output=f"not sent: {reason}")
        for index, line in enumerate(lines)
        if (reason := untypable(line.text))
    )
