"""One switch: its configuration, its configuration sessions and their timer, its ports."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from portseal.simulator.arista_eos import configure
from portseal.simulator.arista_eos.configure import load, plain
from portseal.simulator.arista_eos.lines import RULES, long_name
from portseal.simulator.arista_eos.policy import policy_of, servers_of
from portseal.simulator.arista_eos.sessions import Sessions
from portseal.simulator.config import Entry, find, print_lines, put, value
from portseal.simulator.platforms import Later, Shell
from portseal.simulator.policy import Policy, Server
from portseal.simulator.ports import Ports
from portseal.simulator.world import Device, FarEnd, RadiusSpec, SwitchSpec

PHYSICAL = ("Ethernet", "Management")


class Box:
    """The switch itself; shells and show commands read and change it. Lives in one thread."""

    def __init__(self, spec: SwitchSpec, later: Later) -> None:
        self.spec = spec
        self.later = later
        self.startup = spec.running_config
        self.clock_off = 0.0
        self.running: list[Entry] = []
        self.sessions = Sessions(self)
        self.ports = Ports(self)
        self.boot()
        for port in spec.ports:
            self.ports.plug(port.name, (port.device,) if port.device else ())

    def open_shell(self, user: str, password: str) -> Shell:
        """A new login."""
        from portseal.simulator.arista_eos.shell import Shell as EosShell  # which needs this class

        return EosShell(self, user)

    def boot(self) -> None:
        """Start with the startup configuration; sessions and a timer are forgotten."""
        self.sessions.forget()
        self.running = load(self.startup)
        rule = next(rule for rule in RULES["global"] if rule.enters == "interface")
        for port in self.spec.ports:
            slot = ("interface", long_name(port.name) or port.name)
            if find(self.running, slot) is None:
                put(self.running, Entry(slot, slot, rule.rank, rule.group, "interface", " ".join(slot)))
        self.booted = self.now()
        self.ports.forget()
        self.ports.touch()

    def now(self) -> datetime.datetime:
        """The switch's own clock."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self.clock_off)

    @property
    def hostname(self) -> str:
        """As configured."""
        return " ".join(value(self.running, "hostname") or ("localhost",))

    def section(self, *slot: str) -> list[Entry]:
        """The lines under a section; empty where there is none."""
        entry = find(self.running, slot)
        return entry.children if entry else []

    def interfaces(self) -> Iterator[tuple[str, list[Entry]]]:
        """Every interface with its lines."""
        for entry in self.running:
            if entry.level == "interface":
                yield entry.slot[1], entry.children

    def changed(self) -> None:
        """Note that the configuration changed; the ports follow a moment later."""
        self.ports.touch()

    # --- configuration as text

    def text(self, *, shown: bool) -> str:
        """The running configuration: as it is shown (keys in type 7), or in the clear and always the same."""
        return self.print(self.running, shown=shown)

    @staticmethod
    def print(entries: list[Entry], *, shown: bool) -> str:
        """A whole configuration as text."""
        return "\n".join([*print_lines(entries, configure.shown if shown else plain, indent=3), "!", "end", ""])

    def save(self) -> None:
        """Running to startup configuration."""
        self.startup = "\n".join([*print_lines(self.running, configure.shown, indent=3), "!", "end", ""])

    # --- what ports need to know

    def port_name(self, word: str) -> str | None:
        """The long name of an interface that the switch has."""
        name = long_name(word) or word
        return name if find(self.running, ("interface", name)) else None

    def policies(self) -> Iterator[tuple[str, Policy]]:
        """Every interface with what it is asked to do."""
        return ((name, policy_of(self, lines)) for name, lines in self.interfaces())

    def servers(self) -> tuple[Server, ...]:
        """The servers that 802.1X asks, in their order."""
        return servers_of(self)

    def assigns_vlans(self) -> bool:
        """Always: EOS needs no authorization list for it."""
        return True

    def recovers_after(self, cause: str) -> float | None:
        """Seconds of `errdisable recovery`, where it is on for MAC limiting."""
        if not any(find(self.running, ("errdisable", "recovery", "cause", word)) for word in ("portsec", "all")):
            return None
        return int((value(self.running, "errdisable recovery interval") or ("300",))[0])

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
        return self.ports.devices[long_name(port) or port]

    def far_end(self, port: str, mac: str) -> FarEnd:
        """What the device `mac` notices of the port it is plugged into."""
        return self.ports.far_end(long_name(port) or port, mac)

    def radius(self) -> tuple[RadiusSpec, ...]:
        """The authentication servers as they are now."""
        return self.ports.radius

    def set_radius(self, servers: tuple[RadiusSpec, ...]) -> None:
        """Change them; ports notice a moment later."""
        self.ports.radius = servers
        self.ports.touch()
