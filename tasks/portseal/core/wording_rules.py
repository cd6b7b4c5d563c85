"""What a platform folder says of the meaning of its lines: `[[meaning]]` and `[[follow]]`.

They are searched in what is said of one port: each line of its sections as a path below the section (`dot1x authenticator /
enable`), the section's own line as it stands, and what is followed from there (`profile / sci`).
"""

from __future__ import annotations

from typing import Literal

from portseal.core.model import Value
from portseal.core.pattern import Lineage, Pattern

Feature = Literal[
    "dot1x.mode",
    "dot1x.methods",
    "dot1x.host_mode",
    "dot1x.violation",
    "dot1x.reauthentication",
    "dot1x.on_failure",
    "dot1x.on_no_response",
    "dot1x.on_server_dead",
    "macsec.policy",
    "macsec.cak",
    "mac_limit",
    "vlan",
    "ckn",
]


class Follow(Value):
    """A line of a port that names a section elsewhere, whose lines are the port's as well."""

    line: Pattern
    """Has the group `name`; may be of something that was itself followed."""
    to: Lineage
    """Where it stands; `<name>` in it is the name."""
    called: str
    """What its lines have in front, with ` / `; alone, it says that the section is there."""


class Meaning(Value):
    """One word of the intent, and what has to be on the port for it; for each feature the first that fits counts."""

    feature: Feature
    value: str = "{value}"
    """Our word; `{group}` in it is what that group of `has` found."""
    has: tuple[Pattern, ...] = ()
    """Each is found somewhere on the port."""
    lacks: tuple[Pattern, ...] = ()
    """None of them is found anywhere on the port."""
    words: dict[str, str] = {}
    """Words of group `value` and ours for them; one that is not in it is unknown. Empty: taken as they are."""
