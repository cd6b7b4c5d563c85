"""One switch of a dialect: its configuration, its checkpoints and their timer, its ports."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from portseal.simulator.config import Entry, find, print_lines, put, value
from portseal.simulator.dialect import Dialect
from portseal.simulator.editing import load
from portseal.simulator.grammar import Match
from portseal.simulator.platforms import Cancellable, Later, Shell
from portseal.simulator.policy import Policy, Server
from portseal.simulator.ports import Ports
from portseal.simulator.world import Device, FarEnd, RadiusSpec, SwitchSpec


class LineBox:
    """The switch itself; shells and show commands read and change it. Lives in one thread."""

    def __init__(self, spec: SwitchSpec, later: Later, dialect: Dialect) -> None:
        self.spec = spec
        self.later = later
        self.dialect = dialect
        self.startup = spec.running_config
        self.clock_off = 0.0
        self.running: list[Entry] = []
        self.checkpoints: dict[str, list[Entry]] = {}
        self.automatic: list[Entry] | None = None
        """The configuration that the timer goes back to, while it runs."""
        self._timer: Cancellable | None = None
        self.ports = Ports(self)
        self.boot()
        for port in spec.ports:
            self.ports.plug(port.name, (port.device,) if port.device else ())

    def open_shell(self, user: str, password: str) -> Shell:
        """A new login."""
        from portseal.simulator.line_shell import LineShell  # which needs this class

        return LineShell(self, user)

    def boot(self) -> None:
        """Start with the startup configuration; a timer is forgotten, checkpoints are not."""
        self.settle_automatic()
        self.running = self._loaded()
        self.booted = self.now()
        self.ports.forget()
        self.ports.touch()

    def _loaded(self) -> list[Entry]:
        """The startup configuration, and a section for each port that it does not name."""
        found = load(self.startup, self.dialect.grammars, self.dialect.entry)
        for port in self.spec.ports:
            line = self.dialect.grammars["global"].match(f"interface {port.name}")
            entry = self.dialect.entry(line) if isinstance(line, Match) else None
            if entry is not None and find(found, entry.slot) is None:
                put(found, entry)
        return found

    def started(self) -> str:
        """The startup configuration as the running one is printed, secrets in the clear."""
        return self.print(self._loaded(), shown=False)

    def now(self) -> datetime.datetime:
        """The switch's own clock."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self.clock_off)

    @property
    def hostname(self) -> str:
        """As configured."""
        return " ".join(value(self.running, "hostname") or (self.dialect.hostname,))

    def section(self, *slot: str) -> list[Entry]:
        """The lines under a section; empty where there is none."""
        entry = find(self.running, slot)
        return entry.children if entry else []

    def has(self, line: str) -> bool:
        """Whether a line without arguments stands at the top of the configuration."""
        entry = find(self.running, tuple(line.split()))
        return entry is not None and not entry.negative

    def interfaces(self) -> Iterator[tuple[str, list[Entry]]]:
        """Every port with its lines."""
        for entry in self.running:
            if entry.level == "interface":
                yield entry.slot[1], entry.children

    def changed(self) -> None:
        """Note that the configuration changed; the ports follow a moment later."""
        self.ports.touch()

    # --- configuration as text

    def text(self, *, shown: bool) -> str:
        """The running configuration: as it is shown, or with secrets in the clear and always the same."""
        return self.print(self.running, shown=shown)

    def print(self, entries: list[Entry], *, shown: bool) -> str:
        """A whole configuration as text."""
        spell = self.dialect.shown if shown else self.dialect.clear
        lines = print_lines(entries, spell, indent=self.dialect.indent)
        return (self.dialect.head if shown else "") + "".join(f"{line}\n" for line in lines)

    def save(self) -> None:
        """Running to startup configuration."""
        self.startup = self.text(shown=False)

    # --- checkpoints

    def copied(self) -> list[Entry]:
        """The running configuration with entries of its own."""
        return [entry.copy() for entry in self.running]

    def go_back(self, to: list[Entry]) -> None:
        """Let a checkpoint take the place of the running configuration."""
        self.running = [entry.copy() for entry in to]
        self.changed()

    def arm(self, minutes: int) -> None:
        """Remember the configuration and start the timer."""
        self.settle_automatic()
        self.automatic = self.copied()
        self._timer = self.later(minutes * self.spec.minute, self._fire)

    def settle_automatic(self) -> bool:
        """Stop the timer; whether one ran."""
        ran, self.automatic = self.automatic is not None, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return ran

    def _fire(self) -> None:
        before = self.automatic
        self.settle_automatic()
        if before is not None:
            self.go_back(before)

    # --- what ports need to know

    def port_name(self, word: str) -> str | None:
        """The long name of a port that the switch has."""
        name = self.dialect.long_name(word) or word
        return name if find(self.running, ("interface", name)) else None

    def policies(self) -> Iterator[tuple[str, Policy]]:
        """Every port with what it is asked to do."""
        return ((name, self.dialect.policy(self, lines)) for name, lines in self.interfaces())

    def servers(self) -> tuple[Server, ...]:
        """The servers that 802.1X asks, in their order."""
        return self.dialect.servers(self)

    def assigns_vlans(self) -> bool:
        """Always: no authorization list is needed for it."""
        return True

    def recovers_after(self, cause: str) -> float | None:
        """Seconds after which a port that was disabled for `cause` comes back; None: never."""
        return self.dialect.recovers(self, cause)

    # --- the world

    def plug(self, port: str, devices: tuple[Device, ...]) -> None:
        """Put `devices` (more than one: behind a small hub) into a port.

        Raises:
            KeyError: the box has no such port.
        """
        self.ports.plug(port, devices)

    def plugged(self, port: str) -> tuple[Device, ...]:
        """What is in a port.

        Raises:
            KeyError: the box has no such port.
        """
        return self.ports.devices[self.dialect.long_name(port) or port]

    def far_end(self, port: str, mac: str) -> FarEnd:
        """What the device `mac` notices of the port it is plugged into."""
        return self.ports.far_end(self.dialect.long_name(port) or port, mac)

    def radius(self) -> tuple[RadiusSpec, ...]:
        """The authentication servers as they are now."""
        return self.ports.radius

    def set_radius(self, servers: tuple[RadiusSpec, ...]) -> None:
        """Change them; ports notice a moment later."""
        self.ports.radius = servers
        self.ports.touch()
