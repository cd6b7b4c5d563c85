"""What a switch says of itself and of who is at the other end of its ports, whatever it was asked by."""

from __future__ import annotations

from portseal.core.model import Value


class Neighbour(Value):
    """What LLDP tells of the other end."""

    name: str
    port: str
    forwards: bool
    """A bridge or a router, and no telephone, access point or station (IEEE 802.1AB-2016 §8.5.8)."""


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
