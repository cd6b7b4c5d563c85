"""A Linux switch's shell as a `Session`: commands on the standard input of one `sh`, a marker behind every answer.

Without a terminal there is neither echo nor prompt, and a command may hold line breaks. Secrets stand in no process list,
because `sh` reads them from its input.
"""

from __future__ import annotations

import codecs
import re
import secrets
import shlex
import sys
from collections.abc import Callable, Sequence

from netmiko.base_connection import BaseConnection
from paramiko import Channel, SSHException

from portseal.core.errors import ConnectError, SessionCut
from portseal.transport.exchange import Waits, Window, exchange
from portseal.transport.login import hang_up
from portseal.transport.objection import objects
from portseal.transport.redaction import fit_to_show
from portseal.transport.session import ConfigureLine, ConfigureResult, LineError
from portseal.transport.target import Target

_DEFINITIONS = """\
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
portseal_run() { (eval "$1") </dev/null 2>&1; portseal_status=$?; printf '\\nMARKER %d\\n' $portseal_status; }
portseal_do() {
  if [ -n "$portseal_failed" ]; then printf '\\nMARKER skipped\\n'; return; fi
  portseal_run "$1"
  if [ $portseal_status -ne 0 ]; then portseal_failed=yes; fi
}
"""
"""Functions of the far shell: run a command, and run it unless one before it failed, however much is already on its way."""


class MarkedAnswers:
    """The answers to commands, each ended by a line of `marker` and the exit status."""

    def __init__(self, marker: str) -> None:
        self.sent = 0
        self.answers: list[str] = []
        self.statuses: list[int | None] = []
        """Exit status of each answered command; None where it was left out."""
        self._end = re.compile(rf"\n{marker} (\d+|skipped)\n")
        self._text = ""
        self._scanned = 0
        self._overlap = len(marker) + 16
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> None:
        """Take in what came, wherever it was cut."""
        self._text += self._decoder.decode(data)
        begin = 0
        while end := self._end.search(self._text, max(begin, self._scanned)):
            self.answers.append(self._text[begin : end.start()].replace("\r\n", "\n").strip("\n"))
            self.statuses.append(None if end[1] == "skipped" else int(end[1]))
            begin, self._scanned = end.end(), end.end()
        self._text = self._text[begin:]
        self._scanned = max(0, len(self._text) - self._overlap)


def open_shell(connection: BaseConnection, target: Target) -> ShellSession:
    """A session with the shell behind a connection that is logged in.

    Raises:
        ConnectError: the shell did not answer.
    """
    terminal = connection.remote_conn
    transport = terminal.get_transport() if isinstance(terminal, Channel) else None
    if transport is None:
        raise ConnectError(target.switch, "there is no SSH channel")
    try:
        channel = transport.open_session(timeout=target.prompt_timeout)
        channel.exec_command("sh")
        session = ShellSession(connection, channel, target)
        session.prepare(timeout=target.prompt_timeout)
    except (SSHException, OSError, EOFError, SessionCut) as error:
        hang_up(connection)
        why = f"logged in, but no shell answered within {target.prompt_timeout:g} s; try `ssh HOST sh` by hand"
        raise ConnectError(target.switch, why) from error
    return session


class ShellSession:
    """A session with a POSIX shell. Each command runs in a subshell of its own. Not safe for use from two threads."""

    def __init__(self, connection: BaseConnection, channel: Channel, target: Target) -> None:
        self.switch = target.switch
        self._connection = connection
        self._channel = channel
        self._errors = target.errors
        self._window = Window.of(target.window)
        self._marker = f"portseal-{secrets.token_hex(12)}"
        self._unusable = ""

    def prepare(self, *, timeout: float) -> None:
        """Tell the shell how to mark answers; once, before anything else.

        Raises:
            SessionCut: it does not answer.
        """
        script = [_DEFINITIONS.replace("MARKER", self._marker).encode() + _call("portseal_run", ":")]
        self._exchange(
            script, shown=["sh"], window=Window.of(sys.maxsize), timeout=timeout, answers=MarkedAnswers(self._marker)
        )

    def run(self, commands: Sequence[str], *, timeout: float = 60.0) -> tuple[str, ...]:
        """What each command printed, errors included; a status other than 0 is a last line `exit status N`.

        Raises:
            SessionCut: the session ended, or an answer stayed away for `timeout` seconds.
        """
        answers = MarkedAnswers(self._marker)
        script = [_call("portseal_run", command) for command in commands]
        self._exchange(script, shown=commands, window=Window.of(sys.maxsize), timeout=timeout, answers=answers)
        return tuple(_with_status(*pair) for pair in zip(answers.answers, answers.statuses, strict=True))

    def configure(self, lines: Sequence[ConfigureLine], *, alone: int = 1, timeout: float = 120.0) -> ConfigureResult:
        """Run lines in order; after one that fails the shell runs no other, though more may have been sent.

        So no line has to wait for another one's answer, and `alone` makes no difference.

        Raises:
            SessionCut: the session ended, or an answer stayed away for `timeout` seconds.
        """
        answers, waits = MarkedAnswers(self._marker), Waits()
        script = [_call("portseal_do", line.text) for line in lines]
        if script:
            script[0] = b"portseal_failed=; " + script[0]
        errors: list[LineError] = []
        examined = 0

        def stop() -> bool:
            nonlocal examined
            for index in range(examined, len(answers.answers)):
                if answers.statuses[index] or objects(answers.answers[index], self._errors):
                    output = fit_to_show(_with_status(answers.answers[index], answers.statuses[index]), lines)
                    errors.append(LineError(index=index, line=lines[index].shown, output=output))
            examined = len(answers.answers)
            return bool(errors)

        shown = [line.shown for line in lines]
        self._exchange(
            script, shown=shown, window=self._window, timeout=timeout, answers=answers, stop=stop, waits=waits
        )
        ran = sum(status is not None for status in answers.statuses)
        return ConfigureResult(sent=answers.sent, answered=ran, errors=tuple(errors), round_trips=waits.count)

    def close(self) -> None:
        """End the session; never raises."""
        self._unusable = self._unusable or "it was closed"
        self._channel.close()
        hang_up(self._connection)

    def _exchange(
        self,
        script: Sequence[bytes],
        *,
        shown: Sequence[str],
        window: Window,
        timeout: float,
        answers: MarkedAnswers,
        stop: Callable[[], bool] = lambda: False,
        waits: Waits | None = None,
    ) -> None:
        if self._unusable:
            raise SessionCut(self.switch, f"the session cannot be used any more: {self._unusable}; open a new one")
        try:
            exchange(
                self._channel,
                script,
                answers,
                window=window,
                alone=0,
                timeout=timeout,
                stop=stop,
                waits=waits or Waits(),
            )
        except (EOFError, OSError) as error:
            why = f"no answer for {timeout:g} s" if isinstance(error, TimeoutError) else "the session ended"
            index = min(len(answers.answers), len(shown) - 1)
            self._unusable = why
            self._channel.close()
            hang_up(self._connection)
            told = f"{why} at command {index + 1} of {len(shown)}: {shown[index].strip()!r}"
            raise SessionCut(self.switch, told) from error


def _call(function: str, text: str) -> bytes:
    return f"{function} {shlex.quote(text)}\n".encode()


def _with_status(output: str, status: int | None) -> str:
    return f"{output}\nexit status {status}".lstrip("\n") if status else output
