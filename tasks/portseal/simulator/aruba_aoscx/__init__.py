"""AOS-CX of a 6300, 10.15: port access with roles, MACsec policies, checkpoints that go back by themselves."""

from __future__ import annotations

from portseal.simulator.aruba_aoscx import lines
from portseal.simulator.aruba_aoscx.policy import policy_of, recovers_after, servers_of
from portseal.simulator.aruba_aoscx.refusals import objection
from portseal.simulator.aruba_aoscx.show import ANSWERS
from portseal.simulator.aruba_aoscx.start import UPLINK, configuration
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
    head="Current configuration:\n!\n!Version AOS-CX FL.10.15.1020\n!export-password: default\n",
    indent=4,
    hostname="switch",
    long_name=lines.long_name,
    short_name=lambda name: name,
    policy=policy_of,
    servers=servers_of,
    recovers=recovers_after,
    objection=objection,
    one_line=True,
)
SIMULATION = Simulation(
    build=lambda spec, later: LineBox(spec, later, DIALECT),
    configuration=configuration,
    port_name=lines.long_name,
    stem="1/1/",
    uplink=UPLINK,
)
