"""IOS-XE of a Catalyst access switch, 17.x, in legacy `authentication` style until somebody converts it."""

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.lines import long_name
from portseal.simulator.cisco_iosxe.start import UPLINK, configuration
from portseal.simulator.platforms import Simulation

SIMULATION = Simulation(
    build=Box, configuration=configuration, port_name=long_name, stem="GigabitEthernet1/0/", uplink=UPLINK
)
