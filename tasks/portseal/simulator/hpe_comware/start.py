"""How an access switch stands before anything is sealed: logins, VLANs, an uplink, plain access ports."""

from __future__ import annotations

from portseal.simulator.platforms import Start

UPLINK = "Ten-GigabitEthernet1/0/49"

_HEAD = """\
#
 version 7.1.070, Release 6635P07
#
 sysname {name}
#
 clock timezone CET add 01:00:00
#
 irf mac-address persistent timer
 irf auto-update enable
#
 lldp global enable
#
 password-recovery enable
#
vlan 1
#
vlan 99
 name management
#
{vlans}#
vlan 660 to 669
#
 stp global enable
#
interface NULL0
#
interface Vlan-interface99
 ip address 192.0.2.{last} 255.255.255.0
#
"""
_PORT = """\
interface {port}
 port link-mode bridge
 description {description}
 port access vlan {vlan}
 stp edged-port
"""
_TAIL = """\
interface {uplink}
 port link-mode bridge
 description uplink to distribution
 port link-type trunk
 port trunk permit vlan 99 {vlans}
#
line vty 0 63
 authentication-mode scheme
 user-role network-operator
#
 ip route-static 0.0.0.0 0 192.0.2.1
#
 ntp-service enable
 ntp-service unicast-server 192.0.2.1
#
 ssh server enable
#
domain system
#
 domain default enable system
#
local-user admin class manage
 password hash $h$6$simulated
 service-type ssh
 authorization-attribute user-role network-admin
#
return
"""


def configuration(start: Start) -> str:
    """A whole running configuration."""
    text = _HEAD.format(
        name=start.name,
        last=start.number,
        vlans="".join(f"vlan {vlan}\n name cameras-{vlan}\n#\n" for vlan in start.vlans),
    )
    for port in start.ports:
        description = f"camera {port.camera}" if port.camera else "free"
        text += _PORT.format(port=port.name, description=description, vlan=port.vlan)
        text += "#\n" if port.camera else " shutdown\n#\n"
    return text + _TAIL.format(uplink=UPLINK, vlans=" ".join(map(str, start.vlans)))
