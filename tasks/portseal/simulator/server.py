"""SSH as a switch serves it: one shell a session, echo, prompts and pages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncssh

from portseal.simulator.platforms import Leaving, Serving, Subsystem
from portseal.simulator.scp import Filing, Receiving, wanted_path
from portseal.simulator.switch import Switch
from portseal.simulator.terminal import END, HELP, INTERRUPT, LineEditor, Typed

_BLOCK = 2048
MESSAGE_END = "]]>]]>"
"""RFC 4742 §4.3: what stands between the messages of NETCONF 1.0."""
_MORE = " --More-- "
_WIPE = "\b" * 9 + " " * 8 + "\b" * 9


class Server(asyncssh.SSHServer):
    """One connection: who may log in."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """A rebooting switch hangs up."""
        self._connection = conn
        self._switch.connections.add(conn)
        if self._switch.down:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        if self._connection is not None:
            self._switch.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Everybody has to give a password."""
        return True

    def password_auth_supported(self) -> bool:
        """Passwords only, as a switch with a local login."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether the login succeeds."""
        return self._switch.admits(username, password)

    def session_requested(self) -> WireSession:
        """A terminal or a single command."""
        user = self._connection.get_extra_info("username") if self._connection else ""
        return WireSession(self._switch, str(user))


class WireSession(asyncssh.SSHServerSession[str]):
    """One channel: characters in, characters out. What is typed ahead is dealt with in order."""

    def __init__(self, switch: Switch, user: str) -> None:
        self.shell = switch.open_shell(user)
        self._switch = switch
        self._user = user
        self._subsystem: Subsystem | None = None
        self._messages = ""
        self._editor = LineEditor()
        self._channel: asyncssh.SSHServerChannel[str] | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._command: str | None = None
        self._receiving: Receiving | None = None
        self._answered = True
        self._answered_at = 0.0
        self._busy = False
        self._paged = False
        self._printed = ""

    def connection_made(self, chan: asyncssh.SSHServerChannel[str]) -> None:
        """The channel is there."""
        self._channel = chan
        self._switch.live.add(self)

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]
    ) -> bool:
        """A terminal of so many lines."""
        self._paged = True
        if term_size[1] > 0:
            self.shell.length = term_size[1]
        return True

    def shell_requested(self) -> bool:
        """Interactive."""
        return True

    def exec_requested(self, command: str) -> bool:
        """One command; its output and nothing else."""
        self._command = command
        box, path = self._switch.box, wanted_path(command)
        if path is not None and isinstance(box, Filing):
            self._receiving = Receiving(path, box.store)
            return box.takes_files()
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        """Whole messages instead of lines, where the switch serves such a subsystem."""
        box = self._switch.box
        self._subsystem = box.open_subsystem(subsystem, self._user) if isinstance(box, Serving) else None
        return self._subsystem is not None

    def session_started(self) -> None:
        """Begin."""
        if self._receiving is not None:
            self._send("\0")
            return
        if self._subsystem is not None:
            self.shell = self._subsystem
            self._task = asyncio.get_running_loop().create_task(self._exchange(self._subsystem))
            return
        work = self._run_command(self._command) if self._command is not None else self._run()
        self._task = asyncio.get_running_loop().create_task(work)

    def data_received(self, data: str, datatype: Any) -> None:
        """Characters arrived: a new round trip, if all before them was dealt with, and the answer can have been seen. What comes earlier was typed ahead."""
        self._switch.bytes_in += len(data)
        seen = self._switch.loop.time() - self._answered_at >= 0.9 * self._switch.distance
        if self._answered and not self._busy and seen:
            self._switch.round_trips += 1
            self._answered = False
        if self._receiving is not None:
            self._send(self._receiving.feed(data))
            return
        if self._subsystem is not None:
            self._messages += data
        else:
            self._busy = True
            self._editor.feed(data)
        self._wake.set()

    def eof_received(self) -> bool:
        """Nothing more will be typed; answers still go out."""
        if self._receiving is not None:
            if self._channel is not None:
                self._channel.exit(0)
            return False
        self._editor.feed("\x04")
        self._wake.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        self._switch.live.discard(self)
        if isinstance(self.shell, Leaving):
            self.shell.gone()
        if self._task is not None:
            self._task.cancel()

    def cut(self) -> None:
        """End the whole connection without a word."""
        if self._channel is not None:
            self._channel.get_connection().abort()

    def _write(self, text: str) -> None:
        """Print; what is printed while more was typed ahead leaves in blocks, as from a real terminal server."""
        self._printed += text
        if len(self._printed) > _BLOCK:
            self._flush()

    def _flush(self) -> None:
        text, self._printed = self._printed, ""
        if not text or self._channel is None or self._channel.is_closing():
            return
        sent = text.replace("\r\n", "\n").replace("\n", "\r\n")
        allowed = self._switch.allowed_bytes(len(sent))
        self._channel.write(sent[:allowed])
        self._switch.bytes_out += allowed
        self._answered, self._answered_at = True, self._switch.loop.time()
        if allowed < len(sent):
            asyncio.get_running_loop().call_later(0.01, self.cut)
            raise asyncio.CancelledError

    async def _more_typed(self) -> None:
        """Print what is left and wait for more to be typed."""
        self._flush()
        self._busy = False
        self._wake.clear()
        await self._wake.wait()

    async def _exchange(self, session: Subsystem) -> None:
        """Messages in, replies out, each with what ends it."""
        self._send_whole(session.greeting)
        while not session.closed:
            message, found, rest = self._messages.partition(MESSAGE_END)
            if not found:
                self._wake.clear()
                await self._wake.wait()
                continue
            self._messages = rest
            answer = await self._switch.enter(session, message)
            if answer is None:
                self.cut()
                return
            if answer:
                self._send_whole(answer)
        if self._channel is not None:
            self._channel.exit(0)

    def _send_whole(self, message: str) -> None:
        self._send(message + MESSAGE_END)

    def _send(self, text: str) -> None:
        if text and self._channel is not None and not self._channel.is_closing():
            self._channel.write(text)
            self._answered = True

    async def _run(self) -> None:
        self._write("\n" + self.shell.prompt if self._switch.prompts(None) else "")
        while not self.shell.closed:
            typed = self._editor.next_line(hidden=self.shell.hidden)
            if typed.line is None:
                self._write(typed.echo)
                await self._more_typed()
            elif not await self._deal_with(typed):
                return
        self._flush()
        if self._channel is not None:
            self._channel.exit(0)

    async def _deal_with(self, typed: Typed) -> bool:
        """One complete line; False: the session was cut."""
        line = typed.line or ""
        if typed.end == HELP:
            self._write(f"{typed.echo}\n{self.shell.help(line)}{self.shell.prompt}{line}")
            return True
        self._write(f"{typed.echo}\n")
        if typed.end == INTERRUPT:
            output: str | None = self.shell.interrupt()
        else:
            if self._switch.slow:
                self._flush()
            output = await self._switch.enter(self.shell, line)
        if output is None:
            self._flush()
            asyncio.get_running_loop().call_later(0.01, self.cut)
            return False
        if typed.end == END:
            output += self.shell.end()
        if output and self._paged and self.shell.length and output.count("\n") >= self.shell.length:
            await self._page(output)
        else:
            self._write(output)
        if self.shell.closed:
            return True
        if self._switch.prompts(line):
            self._write(self.shell.prompt)
        if len(self._printed) == 0:
            await asyncio.sleep(0)  # a block has left: other sessions have their turn
        return True

    async def _page(self, output: str) -> None:
        lines = output.splitlines(keepends=True)
        room = self.shell.length - 1
        while lines:
            self._write("".join(lines[:room]))
            lines = lines[room:]
            if not lines:
                return
            self._write(_MORE)
            while (key := self._editor.next_key()) is None:
                await self._more_typed()
            self._write(_WIPE)
            if key in "qQ\x03":
                return
            room = 1 if key in "\r\n" else self.shell.length - 1

    async def _run_command(self, command: str) -> None:
        output = await self._switch.enter(self.shell, command)
        if output is None:
            self.cut()
            return
        self._write("\n" + output)
        self._flush()
        if self._channel is not None:
            self._channel.exit(0)
