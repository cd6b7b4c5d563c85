"""NX-OS of a Nexus 9000, 10.4: 802.1X behind its feature, checkpoints and rollbacks that somebody has to ask for."""

from __future__ import annotations

from portseal.simulator.cisco_nxos import lines
from portseal.simulator.cisco_nxos.policy import policy_of, recovers_after, servers_of
from portseal.simulator.cisco_nxos.refusals import objection
from portseal.simulator.cisco_nxos.show import ANSWERS
from portseal.simulator.cisco_nxos.start import UPLINK, configuration
from portseal.simulator.dialect import Dialect
from portseal.simulator.line_box import LineBox
from portseal.simulator.platforms import Simulation

DIALECT = Dialect(
    grammars=lines.GRAMMARS,
    commands=lines.COMMANDS,
    answers=ANSWERS,
    prompt=lines.prompt,
    misfit=lines.misfit,
    pipe=lines.pipe,
    entry=lines.entry_of,
    shown=lines.shown,
    clear=lines.clear,
    head="\n!Command: show running-config\n\nversion 10.4(5) Bios:version 01.11\n",
    indent=2,
    hostname="switch",
    long_name=lines.long_name,
    short_name=lines.short_name,
    policy=policy_of,
    servers=servers_of,
    recovers=recovers_after,
    objection=objection,
)
SIMULATION = Simulation(
    build=lambda spec, later: LineBox(spec, later, DIALECT),
    configuration=configuration,
    port_name=lines.long_name,
    stem="Ethernet1/",
    uplink=UPLINK,
)
