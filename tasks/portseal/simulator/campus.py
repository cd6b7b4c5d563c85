"""A site in, its switches as they stand before anything is sealed out, with the right camera behind each port."""

from __future__ import annotations

import re
import secrets as entropy
from collections.abc import Callable, Mapping

from portseal.core.errors import SecretError
from portseal.core.inventory import Camera, Site, Supplicant, Switch
from portseal.core.profile import Method
from portseal.simulator.platforms import Access, Simulation, Start, simulations
from portseal.simulator.world import Device, PortSpec, RadiusSpec, SwitchSpec, Trust

Misfit = Device | Callable[[Device], Device]
"""What is behind a port instead of its camera, or how its camera differs."""
DEFAULT_VLAN = 110


def site_specs(
    site: Site,
    secrets: Mapping[str, str],
    misfits: Mapping[str, Misfit] | None = None,
    *,
    minute: float = 60.0,
    settle: float = 0.05,
    size: int = 48,
) -> tuple[SwitchSpec, ...]:
    """The simulated switches of a site: those of a platform that can be simulated.

    `secrets` has the clear text by reference; `misfits` what is wrong, by camera; `size` is how many ports a switch has at least.

    Raises:
        SecretError: `secrets` lacks the key of an authentication server.
    """
    found = []
    for number, switch in enumerate(site.switches.values(), start=11):
        simulation = simulations().get(switch.platform)
        if simulation is None:
            continue
        cameras = [camera for camera in site.cameras if camera.switch == switch.name]
        behind = {_port(camera, simulation): _behind(site, camera, secrets, misfits or {}) for camera in cameras}
        names = _port_names(tuple(behind), simulation, size)
        found.append(
            SwitchSpec(
                name=switch.name,
                platform=switch.platform,
                running_config=simulation.configuration(_start(switch, cameras, names, number, simulation)),
                ports=tuple(PortSpec(name=name, device=behind.get(name)) for name in (*names, simulation.uplink)),
                radius=_radius(site, switch, secrets),
                minute=minute,
                settle=settle,
            )
        )
    return tuple(found)


def demo_secrets(site: Site) -> dict[str, str]:
    """A new secret for every reference of a site's servers and link keys, by reference; none of the real ones is needed."""
    found = {
        server.key: entropy.token_hex(12)
        for switch in site.switches.values()
        if switch.radius is not None
        for server in switch.radius.servers
    }
    links = [one for key in site.keys.values() for one in (key, key.fallback) if one is not None]
    found.update({key.cak: entropy.token_hex(key.size // 8) for key in links})
    return found


def camera_device(site: Site, camera: Camera, secrets: Mapping[str, str]) -> Device:
    """The camera as it should be: its identity, a valid certificate, its half of the key."""
    key = site.keys.get(camera.name)
    return Device(
        name=camera.name,
        mac=camera.mac,
        identity=_identity(camera),
        eap=None if camera.supplicant is Supplicant.NONE else camera.supplicant.value,
        certificate=Trust.VALID if camera.supplicant is Supplicant.EAP_TLS else None,
        macsec=camera.macsec.value,
        ckn=key.ckn if key else None,
        cak=secrets.get(key.cak) if key else None,
    )


def _identity(camera: Camera) -> str | None:
    return None if camera.supplicant is Supplicant.NONE else camera.identity or camera.name


def _behind(site: Site, camera: Camera, secrets: Mapping[str, str], misfits: Mapping[str, Misfit]) -> Device:
    device, misfit = camera_device(site, camera, secrets), misfits.get(camera.name)
    if misfit is None:
        return device
    return misfit if isinstance(misfit, Device) else misfit(device)


def _port(camera: Camera, simulation: Simulation) -> str:
    return simulation.port_name(camera.port.replace(" ", "")) or camera.port


def _port_names(used: tuple[str, ...], simulation: Simulation, size: int) -> tuple[str, ...]:
    """`size` ports for each line of ports that the inventory names (`GigabitEthernet1/0/`), and any beyond."""
    lines = dict.fromkeys(re.sub(r"\d+$", "", name) for name in used) or {simulation.stem: None}
    names = [f"{line}{number}" for line in lines for number in range(1, size + 1)]
    return tuple(dict.fromkeys([*names, *used]))


def _start(switch: Switch, cameras: list[Camera], names: tuple[str, ...], number: int, simulation: Simulation) -> Start:
    by_port = {_port(camera, simulation): camera for camera in cameras}
    vlans = sorted({camera.vlan or DEFAULT_VLAN for camera in cameras} | {DEFAULT_VLAN})
    ports = []
    for name in names:
        camera = by_port.get(name)
        vlan = (camera.vlan if camera else None) or DEFAULT_VLAN
        ports.append(Access(name, camera.name if camera else None, vlan))
    return Start(switch.name, number % 250 + 1, tuple(ports), tuple(vlans))


def _radius(site: Site, switch: Switch, secrets: Mapping[str, str]) -> tuple[RadiusSpec, ...]:
    """The authentication servers, which know every camera of the site by what its profile lets it use."""
    if switch.radius is None:
        return ()
    users = {identity: None for camera in site.cameras if (identity := _identity(camera)) is not None}
    mab = {
        camera.mac: None
        for camera in site.cameras
        if camera.supplicant is Supplicant.NONE and Method.MAB in site.profiles[camera.profile].dot1x.methods
    }
    found = []
    for server in switch.radius.servers:
        if server.key not in secrets:
            raise SecretError(f"{switch.name}: no secret for {server.key!r}, the key of RADIUS server {server.name}")
        found.append(
            RadiusSpec(
                address=str(server.address), auth_port=server.auth_port, key=secrets[server.key], users=users, mab=mab
            )
        )
    return tuple(found)
