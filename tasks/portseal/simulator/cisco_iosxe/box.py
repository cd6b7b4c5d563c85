"""One switch: its configuration, its ports and the timer that takes a configuration back."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from portseal.simulator.cisco_iosxe.configure import Vault, load, plain, speller
from portseal.simulator.cisco_iosxe.lines import RULES, long_name
from portseal.simulator.cisco_iosxe.policy import policy_of, servers_of
from portseal.simulator.config import Entry, find, print_lines, put, value
from portseal.simulator.platforms import Cancellable, Later, Shell
from portseal.simulator.policy import Policy, Server
from portseal.simulator.ports import Ports
from portseal.simulator.world import Device, FarEnd, RadiusSpec, SwitchSpec

VIRTUAL = ("Vlan", "Loopback", "Port-channel")


@dataclass(slots=True)
class Rollback:
    """A change nobody has confirmed yet."""

    saved: list[Entry]
    minutes: int
    idle: bool
    user: str
    since: datetime.datetime
    timer: Cancellable


class Box:
    """The switch itself; shells and show commands read and change it. Lives in one thread."""

    def __init__(self, spec: SwitchSpec, later: Later, *, new_style: bool = False) -> None:
        self.spec = spec
        self.later = later
        self.vault = Vault()
        self.startup = spec.running_config
        self.clock_off = 0.0
        self.new_style = new_style
        self.master_key = False
        self.rollback: Rollback | None = None
        self.rollbacks = 0
        self.changed_by = "console"
        self.running: list[Entry] = []
        self.files: dict[str, str] = {}
        """What lies in flash, by path."""
        self.ports = Ports(self)
        self.boot()
        for port in spec.ports:
            self.ports.plug(port.name, (port.device,) if port.device else ())

    def open_shell(self, user: str, password: str) -> Shell:
        """A new login."""
        from portseal.simulator.cisco_iosxe.shell import Shell as IosXeShell  # which needs this class

        return IosXeShell(self, user, password)

    def boot(self) -> None:
        """Start with the startup configuration; an unconfirmed change is forgotten."""
        if self.rollback is not None:
            self.rollback.timer.cancel()
            self.rollback = None
        self.running = load(self.startup, self.vault)
        interfaces = next(rule for rule in RULES["global"] if rule.enters == "interface")
        for port in self.spec.ports:
            name = long_name(port.name) or port.name
            if find(self.running, ("interface", name)) is None:
                slot = ("interface", name)
                put(
                    self.running,
                    Entry(slot, slot, interfaces.rank, interfaces.group, "interface", f"interface {name}"),
                )
        self.booted = self.now()
        self.changed_at = self.booted
        self.ports.forget()
        self.ports.touch()

    def now(self) -> datetime.datetime:
        """The switch's own clock."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self.clock_off)

    @property
    def hostname(self) -> str:
        """As configured."""
        return " ".join(value(self.running, "hostname") or ("Switch",))

    def section(self, *slot: str) -> list[Entry]:
        """The lines under a section; empty where there is none."""
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
        """The servers that 802.1X asks, in their order."""
        return servers_of(self)

    def assigns_vlans(self) -> bool:
        """Whether AAA lets servers assign VLANs."""
        return value(self.running, "aaa authorization network default") is not None

    def recovers_after(self, cause: str) -> float | None:
        """Seconds of `errdisable recovery`, where it is on for `cause`."""
        if not any(find(self.running, ("errdisable", "recovery", "cause", word)) for word in (cause, "all")):
            return None
        return int((value(self.running, "errdisable recovery interval") or ("300",))[0])

    def has(self, line: str) -> bool:
        """Whether a line without arguments stands at the top of the configuration."""
        entry = find(self.running, tuple(line.split()))
        return entry is not None and not entry.negative

    def changed(self, user: str) -> None:
        """Note that the configuration changed; the ports follow a moment later."""
        self.changed_by, self.changed_at = user, self.now()
        self.ports.touch()

    def text(self, *, shown: bool) -> str:
        """The running configuration: as it is shown (secrets by the services), or in the clear and always the same."""
        return self.print(self.running, shown=shown)

    def print(self, entries: list[Entry], *, shown: bool) -> str:
        """A whole configuration as text."""
        spell = speller(entries, self.vault, master_key=self.master_key) if shown else plain
        return "\n".join([*print_lines(entries, spell), "!", "end", ""])

    def save(self) -> None:
        """Running to startup configuration."""
        self.startup = self.text(shown=False)

    def takes_files(self) -> bool:
        """Whether its SCP server is on."""
        return self.has("ip scp server enable")

    def store(self, path: str, text: str) -> bool:
        """Keep a file that came by SCP; False where the path leads nowhere."""
        if not path.startswith("flash:"):
            return False
        self.files[f"flash:/{path[6:].lstrip('/')}"] = text
        return True

    # --- configuration rollback confirmed change

    def archive_on(self) -> bool:
        """Whether `archive` has a `path`, without which nothing can be taken back."""
        return value(self.section("archive"), "path") is not None

    def arm(self, minutes: int, user: str, *, idle: bool = False) -> None:
        """Remember the configuration and start the timer."""
        self.rollbacks += 1
        saved = [entry.copy() for entry in self.running]
        timer = self.later(minutes * self.spec.minute, self.fire)
        self.rollback = Rollback(saved, minutes, idle, user, self.now(), timer)

    def rearm(self, minutes: int, *, idle: bool = False) -> None:
        """Give a pending change another timer."""
        if self.rollback is not None:
            self.rollback.timer.cancel()
            self.rollback.minutes, self.rollback.idle, self.rollback.since = minutes, idle, self.now()
            self.rollback.timer = self.later(minutes * self.spec.minute, self.fire)

    def confirm(self) -> bool:
        """Keep the change; whether one was pending."""
        if self.rollback is None:
            return False
        self.rollback.timer.cancel()
        self.rollback = None
        return True

    def fire(self) -> None:
        """Take the change back, now."""
        if self.rollback is not None:
            self.rollback.timer.cancel()
            self.running, self.rollback = self.rollback.saved, None
            self.changed("console")

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
