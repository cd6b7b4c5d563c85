"""How a leaf stands before anything is sealed: features, logins, VLANs, an uplink, plain access ports."""

from __future__ import annotations

from portseal.simulator.platforms import Start

UPLINK = "Ethernet1/49"

_HEAD = """\
hostname {name}
feature dot1x
feature lldp
username admin password 5 $5$simulated role network-admin
ip domain-lookup
{vlans}
vrf context management
  ip route 0.0.0.0/0 192.0.2.1
"""


def configuration(start: Start) -> str:
    """A whole running configuration."""
    vlans = "\n".join(f"vlan {vlan}\n  name cameras-{vlan}" for vlan in start.vlans)
    text = _HEAD.format(name=start.name, vlans=f"vlan 99\n  name management\n{vlans}")
    for port in start.ports:
        text += f"interface {port.name}\n  description {f'camera {port.camera}' if port.camera else 'free'}\n"
        text += "" if port.camera else "  shutdown\n"
        text += f"  switchport access vlan {port.vlan}\n  spanning-tree port type edge\n"
    allowed = ",".join(map(str, start.vlans))
    text += f"interface {UPLINK}\n  description uplink to the spine\n  switchport mode trunk\n"
    text += f"  switchport trunk allowed vlan 99,{allowed}\n"
    return text + f"interface mgmt0\n  vrf member management\n  ip address 192.0.2.{start.number}/24\nline vty\n"
