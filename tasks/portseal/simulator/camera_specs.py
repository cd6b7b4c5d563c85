"""A site's cameras that have an API in, the simulated APIs of those behind simulated switches out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portseal.core.camera_api import group_of
from portseal.core.inventory import CameraMacsec, Site
from portseal.core.settings import CameraGroup
from portseal.simulator.world import CameraSpec, SwitchSpec


def camera_specs(
    site: Site, groups: Mapping[str, CameraGroup], switches: Iterable[SwitchSpec], password: str
) -> tuple[CameraSpec, ...]:
    """One for each camera of `groups` that is behind one of `switches`; what hangs in its place has no API."""
    cameras = {camera.name: camera for camera in site.cameras if group_of(groups, camera)} if groups else {}
    found = []
    for switch in switches:
        for port in switch.ports:
            camera = cameras.get(port.device.name) if port.device else None
            if camera is None or port.device is None or port.device.mac != camera.mac:
                continue
            macsec = () if camera.macsec is CameraMacsec.NONE else ("MACsec-PSK",)
            found.append(
                CameraSpec(
                    name=camera.name,
                    mac=camera.mac,
                    switch=switch.name,
                    port=port.name,
                    password=password,
                    modes=("WPA-Enterprise-EAPTLS", *macsec),
                )
            )
    return tuple(found)
