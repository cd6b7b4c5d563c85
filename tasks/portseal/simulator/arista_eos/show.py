"""Show commands: the name of a handler in, the text of its answer and the same as data out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portseal.simulator.arista_eos.box import Box
from portseal.simulator.arista_eos.show_macsec import MACSEC
from portseal.simulator.arista_eos.show_ports import PORTS
from portseal.simulator.arista_eos.show_switch import SWITCH
from portseal.simulator.grammar import Match

Data = Mapping[str, object]
Handler = Callable[[Box, Match, str], tuple[str, Data | None]]
HANDLERS: dict[str, Handler] = {**SWITCH, **PORTS, **MACSEC}


def answer(handler: str, box: Box, match: Match, user: str) -> tuple[str, Data | None]:
    """What a show command says: as text, and as data where it has a JSON form."""
    return HANDLERS[handler](box, match, user)
