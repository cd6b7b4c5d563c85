"""How an access switch stands before anything is sealed: logins, VLANs, an uplink, plain access ports."""

from __future__ import annotations

from portseal.simulator.platforms import Start

UPLINK = "Ethernet49"

_HEAD = """\
hostname {name}
aaa authentication login default local
aaa authorization exec default local
username admin privilege 15 role network-admin secret sha512 $6$simulated
spanning-tree mode mstp
vlan 99
   name management
{vlans}
vrf instance MGMT
management api http-commands
   no shutdown
"""


def configuration(start: Start) -> str:
    """A whole running configuration."""
    text = _HEAD.format(
        name=start.name, vlans="\n".join(f"vlan {vlan}\n   name cameras-{vlan}" for vlan in start.vlans)
    )
    for port in start.ports:
        text += f"interface {port.name}\n   description {f'camera {port.camera}' if port.camera else 'free'}\n"
        text += "" if port.camera else "   shutdown\n"
        text += f"   switchport access vlan {port.vlan}\n   spanning-tree portfast\n"
    allowed = ",".join(map(str, start.vlans))
    text += f"interface {UPLINK}\n   description uplink to distribution\n   switchport mode trunk\n"
    text += f"   switchport trunk allowed vlan 99,{allowed}\n"
    return text + f"interface Management1\n   ip address 192.0.2.{start.number}/24\nip routing\nend\n"
