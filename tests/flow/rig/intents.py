"""What one port must be, with what a test says of it and nothing else asked of it."""

from __future__ import annotations

from typing import Any

from portseal.core.intent import PortIntent
from portseal.core.inventory import Stage
from portseal.core.profile import Dot1x, Macsec

_PLAIN: dict[str, Any] = {
    "switch": "acc-01",
    "profile": "p",
    "stage": Stage.SEALED,
    "vlan": None,
    "identity": None,
    "dot1x": Dot1x(),
    "macsec": Macsec(),
    "mac_limit": None,
    "key": None,
    "row": 2,
}


def port_intent(**said: Any) -> PortIntent:
    """A sealed port with the profiles' defaults, but for what is said; `port`, `camera` and `mac` have to be."""
    return PortIntent(**(_PLAIN | said))
