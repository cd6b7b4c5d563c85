"""How an access switch stands before anything is sealed: logins, VLANs, an uplink, plain access ports."""

from __future__ import annotations

from portseal.simulator.platforms import Start

UPLINK = "1/1/49"

_HEAD = """\
hostname {name}
user admin group administrators password ciphertext AQBapSimulated
ssh server vrf default
{vlans}
spanning-tree
"""


def configuration(start: Start) -> str:
    """A whole running configuration."""
    vlans = "\n".join(f"vlan {vlan}\n    name cameras-{vlan}" for vlan in start.vlans)
    text = _HEAD.format(name=start.name, vlans=f"vlan 1\nvlan 99\n    name management\n{vlans}")
    for port in start.ports:
        text += f"interface {port.name}\n    description {f'camera {port.camera}' if port.camera else 'free'}\n"
        text += "" if port.camera else "    shutdown\n"
        text += f"    no routing\n    vlan access {port.vlan}\n    spanning-tree port-type admin-edge\n"
    allowed = ",".join(map(str, start.vlans))
    text += f"interface {UPLINK}\n    description uplink to distribution\n    no routing\n    vlan trunk native 1\n"
    text += f"    vlan trunk allowed 99,{allowed}\n"
    text += f"interface vlan 99\n    ip address 192.0.2.{start.number}/24\n"
    return text + "ip route 0.0.0.0/0 192.0.2.1\nhttps-server vrf default\n"
