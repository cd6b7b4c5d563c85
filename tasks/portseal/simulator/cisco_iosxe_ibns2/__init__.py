"""The same switch, started in the new style (IBNS 2.0)."""

from functools import partial

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.lines import long_name
from portseal.simulator.cisco_iosxe.start import UPLINK, new_style_configuration
from portseal.simulator.platforms import Simulation

SIMULATION = Simulation(
    build=partial(Box, new_style=True),
    configuration=new_style_configuration,
    port_name=long_name,
    stem="GigabitEthernet1/0/",
    uplink=UPLINK,
)
