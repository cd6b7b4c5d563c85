"""One switch: its configuration, its ports and the timer that takes a configuration back."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from portseal.simulator.config import Entry, find, put, value
from portseal.simulator.hpe_comware.configure import Vault, load, print_lines
from portseal.simulator.hpe_comware.lines import RULES, long_name
from portseal.simulator.hpe_comware.policy import policy_of, servers_of
from portseal.simulator.platforms import Cancellable, Later, Shell
from portseal.simulator.policy import Policy, Server
from portseal.simulator.ports import Ports
from portseal.simulator.world import Device, FarEnd, RadiusSpec, SwitchSpec


@dataclass(slots=True)
class Rollback:
    """Settings nobody has committed yet."""

    saved: list[Entry]
    timer: Cancellable


class Box:
    """The switch itself; shells and display commands read and change it. Lives in one thread."""

    def __init__(self, spec: SwitchSpec, later: Later) -> None:
        self.spec = spec
        self.later = later
        self.vault = Vault()
        self.startup = spec.running_config
        self.clock_off = 0.0
        self.rollback: Rollback | None = None
        self.running: list[Entry] = []
        self.ports = Ports(self)
        self.boot()
        for port in spec.ports:
            self.ports.plug(port.name, (port.device,) if port.device else ())

    def open_shell(self, user: str, password: str) -> Shell:
        """A new login."""
        from portseal.simulator.hpe_comware.shell import Shell as ComwareShell  # which needs this class

        return ComwareShell(self, user)

    def boot(self) -> None:
        """Start with the startup configuration; what was not committed is forgotten."""
        if self.rollback is not None:
            self.rollback.timer.cancel()
            self.rollback = None
        self.running = load(self.startup, self.vault)
        rule = next(rule for rule in RULES["global"] if rule.enters == "interface")
        for port in self.spec.ports:
            name = long_name(port.name) or port.name
            if find(self.running, ("interface", name)) is None:
                slot = ("interface", name)
                put(self.running, Entry(slot, slot, rule.rank, rule.group, "interface", f"interface {name}"))
        self.booted = self.now()
        self.ports.forget()
        self.ports.touch()

    def now(self) -> datetime.datetime:
        """The switch's own clock."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self.clock_off)

    @property
    def hostname(self) -> str:
        """As configured."""
        return " ".join(value(self.running, "sysname") or ("HPE",))

    @property
    def eap_relay(self) -> bool:
        """Whether EAP is relayed to the server, without which no key can be derived."""
        return value(self.running, "dot1x authentication-method") == ("eap",)

    @property
    def reauthentication(self) -> int:
        """Seconds between reauthentications, for the whole switch."""
        return int((value(self.running, "dot1x timer reauth-period") or ("3600",))[0])

    def section(self, *slot: str) -> list[Entry]:
        """The lines of a view; empty where there is none."""
        entry = find(self.running, slot)
        return entry.children if entry else []

    def interfaces(self) -> Iterator[tuple[str, list[Entry]]]:
        """Every interface with its lines."""
        for entry in self.running:
            if entry.level == "interface":
                yield entry.slot[1], entry.children

    def port_name(self, word: str) -> str | None:
        """The long name of an interface that the switch has."""
        name = long_name(word) or word
        return name if find(self.running, ("interface", name)) else None

    def policies(self) -> Iterator[tuple[str, Policy]]:
        """Every interface with what it is asked to do."""
        return ((name, policy_of(self, lines)) for name, lines in self.interfaces())

    def servers(self) -> tuple[Server, ...]:
        """The servers that access users are asked of, in their order."""
        return servers_of(self)

    def assigns_vlans(self) -> bool:
        """Servers may assign VLANs; nothing has to be said for it."""
        return True

    def recovers_after(self, cause: str) -> float | None:
        """No port is disabled by what is simulated here."""
        return None

    def has(self, line: str) -> bool:
        """Whether a line without arguments stands at the top of the configuration."""
        entry = find(self.running, tuple(line.split()))
        return entry is not None and not entry.negative

    def vlans(self) -> set[int]:
        """The VLANs there are."""
        found = {1}
        for entry in self.running:
            if entry.words[:1] == ("vlan",) and entry.verbatim is None:
                numbers = [int(word) for word in entry.words if word.isdigit()]
                found.update(range(numbers[0], numbers[-1] + 1))
        return found

    def changed(self) -> None:
        """Note that the configuration changed; the ports follow a moment later."""
        self.ports.touch()

    def text(self, *, shown: bool) -> str:
        """The running configuration: with secrets as they are shown, or in the clear and always the same."""
        return "\n".join([*print_lines(self.running, self.vault if shown else None), ""])

    def save(self) -> None:
        """Running to startup configuration."""
        self.startup = self.text(shown=False)

    # --- configuration commit delay

    def delay(self, minutes: int) -> None:
        """Start the commit delay timer; where it runs, only its length changes: the rollback point stays."""
        saved = [entry.copy() for entry in self.running]
        if self.rollback is not None:
            self.rollback.timer.cancel()
            saved = self.rollback.saved
        self.rollback = Rollback(saved, self.later(minutes * self.spec.minute, self.fire))

    def commit(self) -> None:
        """Keep what was set since the timer was started."""
        if self.rollback is not None:
            self.rollback.timer.cancel()
            self.rollback = None

    def fire(self) -> None:
        """Take back what was not committed."""
        if self.rollback is not None:
            self.running, self.rollback = self.rollback.saved, None
            self.changed()

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
