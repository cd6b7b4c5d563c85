"""Arista EOS of a PoE access switch (CCS-720XP, 4.31), with configuration sessions and their commit timer."""

from portseal.simulator.arista_eos.box import Box
from portseal.simulator.arista_eos.eapi import answer
from portseal.simulator.arista_eos.lines import long_name
from portseal.simulator.arista_eos.start import UPLINK, configuration
from portseal.simulator.platforms import Api, Simulation

SIMULATION = Simulation(
    build=Box,
    configuration=configuration,
    port_name=long_name,
    stem="Ethernet",
    uplink=UPLINK,
    api=Api("/command-api", answer),
)
