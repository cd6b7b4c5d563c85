"""A site in, its switches as they stand before anything is sealed out, with the right camera behind each port."""

from __future__ import annotations

import re
import secrets as entropy
from collections.abc import Callable, Mapping

from portseal.core.errors import SecretError
from portseal.core.inventory import Camera, Site, Supplicant, Switch
from portseal.core.profile import Method
from portseal.simulator.cisco_iosxe.lines import long_name
from portseal.simulator.world import Device, PortSpec, RadiusSpec, SwitchSpec, Trust

Misfit = Device | Callable[[Device], Device]
"""What is behind a port instead of its camera, or how its camera differs."""
PLATFORM = "cisco_iosxe"
DEFAULT_VLAN = 110
_UPLINK = "TenGigabitEthernet1/1/1"

_HEAD = """\
version 17.9
service timestamps debug datetime msec
service timestamps log datetime msec
service password-encryption
hostname {name}
logging buffered 65536 informational
aaa new-model
aaa authentication login default local
aaa authorization exec default local
aaa session-id common
ip domain name cameras.example
spanning-tree mode rapid-pvst
spanning-tree extend system-id
archive
 path flash:archive
username admin privilege 15 secret 9 $9$simulated
lldp run
{vlans}
"""
_PORT = """\
interface {port}
 description {description}
 switchport access vlan {vlan}
 switchport mode access
 spanning-tree portfast
"""
_TAIL = """\
interface {uplink}
 description uplink to distribution
 switchport trunk allowed vlan 99,{vlans}
 switchport mode trunk
interface Vlan99
 description management
 ip address 192.0.2.{last} 255.255.255.0
ip ssh version 2
snmp-server location plant room
line con 0
 stopbits 1
line vty 0 4
 transport input ssh
line vty 5 15
 transport input ssh
ntp server 192.0.2.1
end
"""


def site_specs(
    site: Site,
    secrets: Mapping[str, str],
    misfits: Mapping[str, Misfit] | None = None,
    *,
    minute: float = 60.0,
    settle: float = 0.05,
) -> tuple[SwitchSpec, ...]:
    """The simulated switches of a site: those of a platform that can be simulated.

    `secrets` has the clear text by reference; `misfits` what is wrong, by camera.

    Raises:
        SecretError: `secrets` lacks the key of an authentication server.
    """
    found = []
    for number, switch in enumerate(site.switches.values(), start=11):
        if switch.platform != PLATFORM:
            continue
        cameras = [camera for camera in site.cameras if camera.switch == switch.name]
        behind = {_port(camera): _behind(site, camera, secrets, misfits or {}) for camera in cameras}
        names = _port_names(tuple(behind))
        found.append(
            SwitchSpec(
                name=switch.name,
                platform=PLATFORM,
                running_config=_configuration(switch, cameras, names, number),
                ports=tuple(PortSpec(name=name, device=behind.get(name)) for name in (*names, _UPLINK)),
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
    found.update({key.cak: entropy.token_hex(key.size // 8) for key in site.keys.values()})
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


def _port(camera: Camera) -> str:
    return long_name(camera.port.replace(" ", "")) or camera.port


def _port_names(used: tuple[str, ...]) -> tuple[str, ...]:
    """48 ports for each line of ports that the inventory names (`GigabitEthernet1/0/`), and any beyond."""
    lines = dict.fromkeys(re.sub(r"\d+$", "", name) for name in used) or {"GigabitEthernet1/0/": None}
    names = [f"{line}{number}" for line in lines for number in range(1, 49)]
    return tuple(dict.fromkeys([*names, *used]))


def _configuration(switch: Switch, cameras: list[Camera], names: tuple[str, ...], number: int) -> str:
    by_port = {_port(camera): camera for camera in cameras}
    vlans = sorted({camera.vlan or DEFAULT_VLAN for camera in cameras} | {DEFAULT_VLAN})
    blocks = "\n".join(f"vlan {vlan}\n name cameras-{vlan}" for vlan in vlans)
    text = _HEAD.format(name=switch.name, vlans=f"vlan 99\n name management\n{blocks}")
    for name in names:
        camera = by_port.get(name)
        text += _PORT.format(
            port=name,
            description=f"camera {camera.name}" if camera else "free",
            vlan=(camera.vlan if camera else None) or DEFAULT_VLAN,
        )
        text += "" if camera else " shutdown\n"
    return text + _TAIL.format(uplink=_UPLINK, vlans=",".join(map(str, vlans)), last=number % 250 + 1)


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
