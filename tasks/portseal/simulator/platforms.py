"""What a platform's simulator offers to the part that all share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

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


class Box(Protocol):
    """One switch of a platform, without the wire; used from one thread."""

    startup: str

    def text(self, *, shown: bool) -> str:
        """The running configuration, in the clear and always the same where not `shown`."""
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


def build_box(spec: SwitchSpec, later: Later) -> Box:
    """The switch that `spec` describes.

    Raises:
        ValueError: no simulator for its platform.
    """
    if spec.platform == "cisco_iosxe":
        from portseal.simulator.cisco_iosxe.box import Box as IosXe

        return IosXe(spec, later)
    raise ValueError(f"{spec.name}: there is no simulator for platform {spec.platform!r}")


def open_shell(box: Box, user: str, password: str) -> Shell:
    """A login on `box`."""
    from portseal.simulator.cisco_iosxe.box import Box as IosXe
    from portseal.simulator.cisco_iosxe.shell import Shell as IosXeShell

    if isinstance(box, IosXe):
        return IosXeShell(box, user, password)
    raise ValueError(f"no shell for {type(box).__name__}")
