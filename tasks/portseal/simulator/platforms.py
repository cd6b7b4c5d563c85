"""What a platform's simulator offers to the part that all share, and where those are found: adding one is adding a package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from portseal.simulator.world import Device, FarEnd, RadiusSpec, SwitchSpec


class Cancellable(Protocol):
    """A timer that is running."""

    def cancel(self) -> None:
        """Stop it."""
        ...


Later = Callable[[float, Callable[[], None]], Cancellable]
"""Calls back after so many seconds."""


class Shell(Protocol):
    """One login: lines in, text out. Line ends in the text are ``\\n``."""

    closed: bool
    hidden: bool
    """The next line is a password."""
    length: int
    """Lines of a page; 0 switches paging off."""

    @property
    def prompt(self) -> str:
        """What is printed when a line has been dealt with."""
        ...

    @property
    def mode(self) -> str:
        """Where the login is, e.g. `(config-if)#`."""
        ...

    @property
    def configuring(self) -> bool:
        """Whether lines are configuration at the moment."""
        ...

    def enter(self, line: str) -> str:
        """Do what the line says; what is printed for it."""
        ...

    def end(self) -> str:
        """Control-Z."""
        ...

    def interrupt(self) -> str:
        """Control-C."""
        ...

    def help(self, line: str) -> str:
        """What `?` prints behind `line`."""
        ...


class Subsystem(Shell, Protocol):
    """A session of whole messages instead of lines."""

    @property
    def greeting(self) -> str:
        """What is said first."""
        ...


@runtime_checkable
class Serving(Protocol):
    """A box that serves SSH subsystems."""

    def open_subsystem(self, name: str, user: str) -> Subsystem | None:
        """A session of the subsystem `name`; None where there is none."""
        ...


@runtime_checkable
class Leaving(Protocol):
    """A shell that holds something which goes away with its connection."""

    def gone(self) -> None:
        """The connection ended, whoever ended it."""
        ...


class Box(Protocol):
    """One switch of a platform, without the wire; used from one thread."""

    startup: str
    clock_off: float
    """Seconds by which its clock is ahead of the world's."""

    def text(self, *, shown: bool) -> str:
        """The running configuration, in the clear and always the same where not `shown`."""
        ...

    def open_shell(self, user: str, password: str) -> Shell:
        """A new login; `password` is what leads to the privileged mode, where there is one."""
        ...

    def boot(self) -> None:
        """Start again with the startup configuration."""
        ...

    def plug(self, port: str, devices: tuple[Device, ...]) -> None:
        """Put devices into a port; none unplugs it."""
        ...

    def plugged(self, port: str) -> tuple[Device, ...]:
        """What is in a port."""
        ...

    def far_end(self, port: str, mac: str) -> FarEnd:
        """What the device `mac` notices of the port it is plugged into; nothing where it is not there."""
        ...

    def radius(self) -> tuple[RadiusSpec, ...]:
        """The authentication servers as they are now."""
        ...

    def set_radius(self, servers: tuple[RadiusSpec, ...]) -> None:
        """Change them."""
        ...


class Access(NamedTuple):
    """A port as an access switch has it before anything is sealed."""

    name: str
    camera: str | None
    """None: nothing is behind it, so that it is shut down."""
    vlan: int


class Start(NamedTuple):
    """What a switch of a site is before anything is sealed: logins, VLANs, an uplink, plain access ports."""

    name: str
    number: int
    """1 to 250; its address in the management network."""
    ports: tuple[Access, ...]
    vlans: tuple[int, ...]


Before = Callable[["Shell", str], str | None]
"""A line that is about to be typed in; what is said in place of the switch, or None."""


class Api(NamedTuple):
    """What a switch serves over HTTPS beside its command line."""

    path: str
    answer: Callable[[Box, str, object, Before], object]
    """(switch, who asks, the request's JSON, what is asked before each line is typed) in, the answer's JSON out."""


class Simulation(NamedTuple):
    """What the package `portseal.simulator.<platform>` offers, under the name `SIMULATION`."""

    build: Callable[[SwitchSpec, Later], Box]
    configuration: Callable[[Start], str]
    """A whole running configuration."""
    port_name: Callable[[str], str | None]
    """The long name of a port, however it is spelt."""
    stem: str
    """What ports are called before their number, where nobody names one."""
    uplink: str
    """A port beside those of the cameras."""
    api: Api | None = None
    engineer: tuple[tuple[str, ...], tuple[str, ...]] = (("configure terminal",), ("end",))
    """What somebody types before and behind lines of configuration."""


@cache
def simulations() -> Mapping[str, Simulation]:
    """What can be simulated, by platform: every package beside this module that offers it."""
    folder = Path(__file__).parent
    found = {}
    for name in sorted(inner.parent.name for inner in folder.glob("*/__init__.py")):
        offered = getattr(import_module(f"portseal.simulator.{name}"), "SIMULATION", None)
        if isinstance(offered, Simulation):
            found[name] = offered
    return found


def build_box(spec: SwitchSpec, later: Later) -> Box:
    """The switch that `spec` describes.

    Raises:
        ValueError: no simulator for its platform.
    """
    simulation = simulations().get(spec.platform)
    if simulation is None:
        raise ValueError(f"{spec.name}: there is no simulator for platform {spec.platform!r}")
    return simulation.build(spec, later)
