"""Junos 22.4 of an EX access switch with Enhanced Layer 2 Software."""

from portseal.simulator.juniper_junos.box import Box
from portseal.simulator.juniper_junos.start import UPLINK, configuration, port_name
from portseal.simulator.platforms import Simulation

SIMULATION = Simulation(
    build=Box,
    configuration=configuration,
    port_name=port_name,
    stem="ge-0/0/",
    uplink=UPLINK,
    engineer=(("configure",), ("commit", "exit")),
)
