"""Site in, what each switch and port must be out. All thinking happens here, so that templates need none."""

from __future__ import annotations

from collections.abc import Mapping

from portseal.core.inventory import LinkKey, Radius, Stage
from portseal.core.model import Mac, Name, Value, Vlan
from portseal.core.profile import Dot1x, MacLimit, Macsec


class PortIntent(Value):
    """What one port must be."""

    switch: Name
    port: str
    """The platform's long spelling, e.g. `GigabitEthernet1/0/5`."""
    camera: Name
    mac: Mac
    profile: Name
    stage: Stage
    vlan: Vlan | None
    identity: str | None
    dot1x: Dot1x
    """The profile's policy after the stage is applied."""
    macsec: Macsec
    """The profile's policy after the stage is applied; policy `off` where there is none."""
    mac_limit: MacLimit | None
    key: LinkKey | None
    """Set exactly where MACsec is on with a static CAK."""
    row: int
    """Line of cameras.csv."""


class SwitchIntent(Value):
    """What one switch must be: its ports in the platform's order, and what they need switch-wide."""

    switch: Name
    platform: Name
    radius: Radius | None
    options: Mapping[str, str | int | bool]
    ports: tuple[PortIntent, ...]
    macsec_policies: Mapping[str, Macsec]
    """By profile name: each distinct MACsec policy that a port of this switch uses."""
