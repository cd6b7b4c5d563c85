"""How an EX access switch stands before anything is sealed: services, VLANs, an uplink, plain access ports."""

from __future__ import annotations

import re

from portseal.simulator.juniper_junos.statements import PHYSICAL
from portseal.simulator.platforms import Start

UPLINK = "xe-0/1/0"

_HEAD = """\
set version 22.4R3-S2.11
set system host-name {name}
set system root-authentication encrypted-password "$6$simulated"
set system login user admin class super-user
set system services ssh
set system services netconf ssh
set system ntp server 192.0.2.1
set chassis alarm management-ethernet link-down ignore
"""
_TAIL = """\
set interfaces {uplink} description "uplink to distribution"
set interfaces {uplink} unit 0 family ethernet-switching interface-mode trunk
set interfaces {uplink} unit 0 family ethernet-switching vlan members all
set interfaces irb unit 99 family inet address 192.0.2.{last}/24
set snmp location "plant room"
set forwarding-options storm-control-profiles default all
set routing-options static route 0.0.0.0/0 next-hop 192.0.2.1
set vlans management vlan-id 99
set vlans management l3-interface irb.99
{vlans}
set protocols lldp interface all
set protocols igmp-snooping vlan default
set protocols rstp interface {uplink}
"""


def configuration(start: Start) -> str:
    """A whole configuration, as paths."""
    text = _HEAD.format(name=start.name)
    for port in start.ports:
        where = f"set interfaces {port.name}"
        text += f'{where} description "{f"camera {port.camera}" if port.camera else "free"}"\n'
        text += "" if port.camera else f"{where} disable\n"
        text += f"{where} unit 0 family ethernet-switching interface-mode access\n"
        text += f"{where} unit 0 family ethernet-switching vlan members cameras-{port.vlan}\n"
    vlans = "\n".join(f"set vlans cameras-{vlan} vlan-id {vlan}" for vlan in start.vlans)
    return text + _TAIL.format(uplink=UPLINK, last=start.number, vlans=vlans)


def port_name(word: str) -> str | None:
    """The physical port that `word` names."""
    name = re.sub(r"\.0$", "", word.lower())
    return name if PHYSICAL.fullmatch(name) else None
