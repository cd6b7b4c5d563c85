"""What a switch says of itself and of who is at the other end of its ports, whatever it was asked by."""

from __future__ import annotations

from portseal.core.model import Value


class Neighbour(Value):
    """What LLDP tells of the other end."""

    name: str
    port: str
    bridges: bool
    """It forwards frames: a switch, a bridge, an access point."""


class PortFacts(Value):
    """One port."""

    up: bool
    enabled: bool
    description: str = ""
    macs: tuple[str, ...] = ()
    """Stations learned there; empty where the switch learned none."""
    neighbours: tuple[Neighbour, ...] = ()


class SwitchFacts(Value):
    """One switch."""

    model: str
    serial: str
    release: str
    ports: dict[str, PortFacts]
    """By the name that the switch gives them."""
