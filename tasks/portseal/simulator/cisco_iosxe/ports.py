"""Ports: who is admitted and whose link is encrypted, from configuration, devices and authentication servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portseal.simulator.world import Device, RadiusSpec

if TYPE_CHECKING:
    from portseal.simulator.cisco_iosxe.box import Box


class Ports:
    def __init__(self, box: Box) -> None:
        self._box = box
        self.devices: dict[str, tuple[Device, ...]] = {}
        self.radius: list[RadiusSpec] = list(box.spec.radius)

    def plug(self, name, devices):
        self.devices[name] = devices

    def forget(self):
        pass

    def touch(self):
        pass
