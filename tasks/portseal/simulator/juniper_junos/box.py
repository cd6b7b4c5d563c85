"""One switch: the configuration in force, those before it, the shared candidate, who holds it, and the timer of a commit."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from portseal.simulator.juniper_junos.checks import objections
from portseal.simulator.juniper_junos.configuration import Node, brace_lines, load, set_lines
from portseal.simulator.juniper_junos.policy import policy_of, servers_of
from portseal.simulator.juniper_junos.statements import PHYSICAL
from portseal.simulator.platforms import Cancellable, Later, Shell, Subsystem
from portseal.simulator.policy import Policy, Server
from portseal.simulator.ports import Ports
from portseal.simulator.world import Device, FarEnd, RadiusSpec, SwitchSpec

_KEPT = 50


@dataclass(slots=True)
class Commit:
    """One entry of the commit history."""

    configuration: Node
    when: datetime.datetime
    user: str
    client: str
    minutes: int = 0
    """Of the timer it was made with."""
    comment: str = ""


@dataclass(slots=True)
class Lock:
    """Somebody who holds the candidate alone."""

    holder: object
    user: str
    pid: int
    since: datetime.datetime


class Box:
    """The switch itself; shells and the NETCONF server read and change it. Lives in one thread."""

    def __init__(self, spec: SwitchSpec, later: Later) -> None:
        self.spec = spec
        self.later = later
        self.startup = spec.running_config
        self.clock_off = 0.0
        self.lock: Lock | None = None
        self.timer: Cancellable | None = None
        self.pids = 4680
        self.history: list[Commit] = []
        self.ports = Ports(self)
        self.boot()
        for port in spec.ports:
            self.ports.plug(port.name, (port.device,) if port.device else ())

    def boot(self) -> None:
        """Start with the configuration that was committed last; what was not confirmed is rolled back."""
        if self.timer is not None:
            self.fire()
        if not self.history:
            self.history = [Commit(load(self.startup), self.now(), "root", "other")]
        self.candidate = self.running.copy()
        self.lock = None
        self.ports.forget()
        self.ports.touch()

    def now(self) -> datetime.datetime:
        """The switch's own clock."""
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=self.clock_off)

    @property
    def running(self) -> Node:
        """The configuration in force."""
        return self.history[0].configuration

    @property
    def hostname(self) -> str:
        """As configured."""
        return self.running.text_at("system host-name") or "Amnesiac"

    def text(self, *, shown: bool) -> str:
        """The configuration in force as paths; in the clear and always the same where not `shown`."""
        return "".join(f"{line}\n" for line in set_lines(self.running, clear=not shown))

    def braces(self, node: Node) -> str:
        """A configuration with braces, as it is shown."""
        return "".join(f"{line}\n" for line in brace_lines(node))

    @property
    def dirty(self) -> bool:
        """Whether the candidate differs from what is in force."""
        return list(set_lines(self.candidate, clear=True)) != list(set_lines(self.running, clear=True))

    def open_shell(self, user: str, password: str) -> Shell:
        """A new login."""
        from portseal.simulator.juniper_junos.shell import Shell as JunosShell

        return JunosShell(self, user)

    def open_subsystem(self, name: str, user: str) -> Subsystem | None:
        """A NETCONF session, where the configuration lets one in."""
        from portseal.simulator.juniper_junos.netconf import Session

        services = self.running.at("system")
        on = services is not None and any(line.startswith("services netconf") for line in services.opaque)
        return Session(self, user) if name == "netconf" and on else None

    # --- the candidate

    def take(self, holder: object, user: str) -> str:
        """Lock the candidate for `holder`; what is printed where somebody else has it or has changed it."""
        if self.lock is not None and self.lock.holder is not holder:
            return f"error: configuration database locked by:\n{self.locked_by()}"
        if self.dirty:
            return "error: configuration database modified\n"
        self.pids += 1
        self.lock = Lock(holder, user, self.pids, self.now())
        return ""

    def locked_by(self) -> str:
        """Who has the candidate, as `configure` prints it."""
        lock = self.lock
        if lock is None:
            return ""
        since = lock.since.strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"  {lock.user} terminal p0 (pid {lock.pid}) on since {since}, idle 00:00:10\n      exclusive [edit]\n"

    def release(self, holder: object) -> None:
        """Give the candidate back; what was not committed is gone."""
        if self.lock is not None and self.lock.holder is holder:
            self.lock = None
            self.candidate = self.running.copy()

    def commit(self, user: str, client: str, *, minutes: int = 0, comment: str = "", check: bool = False) -> str:
        """Put the candidate in force; what is printed where it is refused. A commit or check confirms one that waits."""
        if wrong := objections(self.candidate):
            return wrong
        pending = self.pending
        if pending and not minutes:
            self._stop()
        if check or (pending and not minutes and not self.dirty):
            return ""
        before = self.running
        self.history.insert(0, Commit(self.candidate.copy(), self.now(), user, client, minutes, comment))
        del self.history[_KEPT:]
        if minutes:
            self._stop()
            self.before = before
            self.timer = self.later(minutes * self.spec.minute, self.fire)
        else:
            self.startup = self.text(shown=False)
        self.ports.touch()
        return ""

    @property
    def pending(self) -> bool:
        """Whether a commit waits to be confirmed."""
        return self.timer is not None

    def _stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
            self.startup = self.text(shown=False)

    def fire(self) -> None:
        """Nobody confirmed: what was in force before is in force again."""
        if self.timer is None:
            return
        self.timer.cancel()
        self.timer = None
        self.history.insert(0, Commit(self.before.copy(), self.now(), "root", "other"))
        if self.lock is None:
            self.candidate = self.running.copy()
        self.ports.touch()

    def rollback(self, number: int) -> bool:
        """Load what was in force so many commits ago into the candidate; whether there was one."""
        if number >= len(self.history):
            return False
        self.candidate = self.history[number].configuration.copy()
        return True

    # --- what the ports ask

    def port_name(self, word: str) -> str | None:
        """A physical port of this switch, without its unit."""
        name = word.removesuffix(".0")
        return name if name in self._physical() else None

    def _physical(self) -> dict[str, None]:
        names = [port.name for port in self.spec.ports]
        interfaces = self.running.at("interfaces")
        names += [name for name in (interfaces.entries if interfaces else ()) if "-" in name]
        return dict.fromkeys(name for name in names if PHYSICAL.fullmatch(name))

    def policies(self) -> Iterator[tuple[str, Policy]]:
        """Every port with what it is asked to do."""
        return ((name, policy_of(self.running, name)) for name in self._physical())

    def servers(self) -> tuple[Server, ...]:
        """The servers that 802.1X asks."""
        return servers_of(self.running)

    def assigns_vlans(self) -> bool:
        """A server may always put a station into a VLAN."""
        return True

    def recovers_after(self, cause: str) -> float | None:
        """A port that was shut down stays so until somebody clears it."""
        return None

    # --- the world

    def plug(self, port: str, devices: tuple[Device, ...]) -> None:
        """Put devices into a port.

        Raises:
            KeyError: the box has no such port.
        """
        self.ports.plug(port, devices)

    def plugged(self, port: str) -> tuple[Device, ...]:
        """What is in a port.

        Raises:
            KeyError: the box has no such port.
        """
        return self.ports.devices[port.removesuffix(".0")]

    def far_end(self, port: str, mac: str) -> FarEnd:
        """What the device `mac` notices of the port it is plugged into."""
        return self.ports.far_end(port.removesuffix(".0"), mac)

    def radius(self) -> tuple[RadiusSpec, ...]:
        """The authentication servers as they are now."""
        return self.ports.radius

    def set_radius(self, servers: tuple[RadiusSpec, ...]) -> None:
        """Change them; ports notice a moment later."""
        self.ports.radius = servers
        self.ports.touch()
