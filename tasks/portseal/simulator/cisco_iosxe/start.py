"""How an access switch stands before anything is sealed: login list, archive, VLANs, an uplink, plain access ports."""

from __future__ import annotations

from portseal.simulator.platforms import Start

UPLINK = "TenGigabitEthernet1/1/1"

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
_BUILT_IN = """\
service-template DEFAULT_LINKSEC_POLICY_MUST_SECURE
 linksec policy must-secure
service-template DEFAULT_LINKSEC_POLICY_SHOULD_SECURE
 linksec policy should-secure
service-template DEFAULT_CRITICAL_VOICE_TEMPLATE
 voice vlan
"""
"""What a switch in the new style shows without having been told."""
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


def configuration(start: Start) -> str:
    """A whole running configuration."""
    blocks = "\n".join(f"vlan {vlan}\n name cameras-{vlan}" for vlan in start.vlans)
    text = _HEAD.format(name=start.name, vlans=f"vlan 99\n name management\n{blocks}")
    for port in start.ports:
        description = f"camera {port.camera}" if port.camera else "free"
        text += _PORT.format(port=port.name, description=description, vlan=port.vlan)
        text += "" if port.camera else " shutdown\n"
    return text + _TAIL.format(uplink=UPLINK, vlans=",".join(map(str, start.vlans)), last=start.number)


def new_style_configuration(start: Start) -> str:
    """The same of a switch in the new style (IBNS 2.0)."""
    return configuration(start).replace("interface ", f"{_BUILT_IN}interface ", 1)
