"""Show commands: the name of a handler in, the text of its answer out."""

from __future__ import annotations

from collections.abc import Callable

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.files import FILES
from portseal.simulator.cisco_iosxe.show_config import CONFIG
from portseal.simulator.cisco_iosxe.show_dot1x import DOT1X
from portseal.simulator.cisco_iosxe.show_macsec import MACSEC
from portseal.simulator.cisco_iosxe.show_mka import MKA
from portseal.simulator.cisco_iosxe.show_ports import PORTS
from portseal.simulator.cisco_iosxe.show_sessions import SESSIONS
from portseal.simulator.grammar import Match

Handler = Callable[[Box, Match, str], str]
HANDLERS: dict[str, Handler] = {**CONFIG, **SESSIONS, **DOT1X, **MKA, **MACSEC, **PORTS, **FILES}


def answer(handler: str, box: Box, match: Match, user: str) -> str:
    """What a show command prints."""
    return HANDLERS[handler](box, match, user)
