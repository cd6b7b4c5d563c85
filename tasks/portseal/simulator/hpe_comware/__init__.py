"""HPE Comware 7 / H3C, an access switch with MACsec on its ports."""

from portseal.simulator.hpe_comware.box import Box
from portseal.simulator.hpe_comware.lines import long_name
from portseal.simulator.hpe_comware.start import UPLINK, configuration
from portseal.simulator.platforms import Simulation

SIMULATION = Simulation(
    build=Box,
    configuration=configuration,
    port_name=long_name,
    stem="GigabitEthernet1/0/",
    uplink=UPLINK,
    engineer=(("system-view",), ("return",)),
)
