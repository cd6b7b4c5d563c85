"""A simulated switch on the wire: its sessions, what was typed, what goes wrong on purpose."""

from __future__ import annotations

import asyncio
import re
from typing import NamedTuple, Protocol

import asyncssh

from portseal.simulator.faults import (
    ClockOff,
    CutAfterBytes,
    CutAtLine,
    Fault,
    LoginRefused,
    NoPrompt,
    OtherEngineer,
    RadiusAlive,
    RadiusDead,
    Reboot,
    RefuseNthLine,
    Slow,
    WrongOutput,
)
from portseal.simulator.platforms import Shell, build_box, simulations
from portseal.simulator.world import SwitchSpec


class LogLine(NamedTuple):
    """One line somebody typed, with the mode it was typed in, e.g. `(config-if)#`."""

    mode: str
    line: str


class Session(Protocol):
    """What a switch keeps of an open session."""

    def cut(self) -> None:
        """End it without a word."""
        ...


class Switch:
    """Shared by all sessions of one switch; lives in the farm's loop."""

    def __init__(self, spec: SwitchSpec, username: str, password: str, loop: asyncio.AbstractEventLoop) -> None:
        self.spec = spec
        self.username = username
        self.password = password
        self.loop = loop
        self.box = build_box(spec, loop.call_later)
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.log: list[LogLine] = []
        self.distance = 0.0
        """Seconds that an answer and what is typed upon it take together, at least."""
        self.round_trips = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.logins = 0
        self.live: set[Session] = set()
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.down = False
        self.faults: list[Fault] = []
        self._bytes_left: int | None = None
        self._config_lines = 0
        self._refusals_left: int | None = 0

    # --- login

    def admits(self, username: str, password: str) -> bool:
        """Whether a login succeeds."""
        refused = next((fault for fault in self.faults if isinstance(fault, LoginRefused)), None)
        if refused is not None:
            if self._refusals_left is not None:
                self._refusals_left -= 1
                if self._refusals_left <= 0:
                    self.faults.remove(refused)
            return False
        return (username, password) == (self.username, self.password)

    def open_shell(self, user: str) -> Shell:
        """The shell of a new session."""
        self.logins += 1
        return self.box.open_shell(user, self.password)

    # --- lines

    @property
    def slow(self) -> float:
        """Seconds that each line takes longer."""
        return sum(fault.seconds for fault in self.faults if isinstance(fault, Slow))

    async def enter(self, shell: Shell, line: str) -> str | None:
        """What `line` prints; None: the session is cut."""
        if not shell.hidden:
            self.log.append(LogLine(shell.mode, line))
        if self.slow:
            await asyncio.sleep(self.slow)
        try:
            output = self.before(shell, line)
        except ConnectionAbortedError:
            return None
        if output is None:
            output = shell.enter(line)
        for fault in list(self.faults):
            if isinstance(fault, WrongOutput) and re.search(fault.pattern, line):
                output = fault.text
            elif isinstance(fault, OtherEngineer) and fault.pattern and re.search(fault.pattern, line):
                self.faults.remove(fault)
                self.type_as_other(fault.lines)
        return output

    def before(self, shell: Shell, line: str) -> str | None:
        """What a fault says to `line` in place of the switch; None where the switch may answer.

        Raises:
            ConnectionAbortedError: a fault ends the connection here.
        """
        cut = next((f for f in self.faults if isinstance(f, CutAtLine) and re.search(f.pattern, line)), None)
        if cut is not None:
            self.faults.remove(cut)
            if cut.after:
                shell.enter(line)
            raise ConnectionAbortedError
        return self._refusal(shell, line)

    def _refusal(self, shell: Shell, line: str) -> str | None:
        """The text with which a fault refuses this configuration line."""
        if not shell.configuring or not line.strip():
            return None
        self._config_lines += 1
        for fault in self.faults:
            if isinstance(fault, RefuseNthLine) and fault.number == self._config_lines:
                self.faults.remove(fault)
                return f"{fault.text}\n"
        return None

    def prompts(self, line: str | None) -> bool:
        """Whether a prompt follows `line` (None: the login)."""
        for fault in self.faults:
            if isinstance(fault, NoPrompt):
                if fault.pattern is None:
                    return False
                if line is not None and re.search(fault.pattern, line):
                    self.faults[self.faults.index(fault)] = NoPrompt()
                    return False
        return True

    def allowed_bytes(self, count: int) -> int:
        """How many of `count` bytes still leave the switch."""
        if self._bytes_left is None:
            return count
        allowed = min(count, self._bytes_left)
        self._bytes_left -= allowed
        if self._bytes_left <= 0 and allowed < count:
            self._bytes_left = None
        return allowed

    # --- faults

    def inject(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        if isinstance(fault, RadiusDead | RadiusAlive):
            alive = isinstance(fault, RadiusAlive)
            servers = tuple(
                server.model_copy(update={"alive": alive}) if fault.address in (None, server.address) else server
                for server in self.box.radius()
            )
            self.box.set_radius(servers)
        elif isinstance(fault, Reboot):
            self.reboot(fault.seconds)
        elif isinstance(fault, CutAfterBytes):
            self._bytes_left = fault.count
        elif isinstance(fault, ClockOff):
            self.box.clock_off = fault.seconds
        elif isinstance(fault, OtherEngineer) and fault.pattern is None:
            self.loop.call_later(fault.seconds, self.type_as_other, fault.lines)
        else:
            if isinstance(fault, RefuseNthLine):
                self._config_lines = 0
            if isinstance(fault, LoginRefused):
                self._refusals_left = fault.times
            self.faults.append(fault)

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self.faults.clear()
        self._bytes_left = None

    def reboot(self, seconds: float) -> None:
        """Cut everybody, start with the startup configuration, be back after `seconds`."""
        self.down = True
        for session in list(self.live):
            session.cut()
        self.box.boot()
        self.loop.call_later(seconds, self._back)

    def _back(self) -> None:
        self.down = False

    def type_as_other(self, lines: tuple[str, ...]) -> None:
        """Somebody else's configuration session, all at once."""
        shell = self.box.open_shell("other", self.password)
        begin, end = simulations()[self.spec.platform].engineer
        for line in (*begin, *lines, *end):
            shell.enter(line)
