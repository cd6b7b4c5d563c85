"""Platforms in, a table out: which kinds of CAK each takes, how a static key is replaced there, and with what gap."""

from __future__ import annotations

from collections.abc import Iterable

from portseal.core.key_rules import Rotation
from portseal.core.model import Value
from portseal.core.platforms import Pack

COLUMNS = ("platform", "static CAK", "derived CAK", "rotation", "gap on the switch's side", "evidence")


class KeyMethods(Value):
    """One platform."""

    platform: str
    static: str
    """`yes`, `experimental` or `no`."""
    derived: str
    rotation: str
    gap: str
    evidence: str

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of `COLUMNS`."""
        return self.platform, self.static, self.derived, self.rotation, self.gap, self.evidence


def key_methods(pack: Pack) -> KeyMethods:
    """What one platform's folder says of keys."""
    static, keys = _takes(pack, "static"), pack.keys
    rotation = (
        "-"
        if static == "no"
        else "not known"
        if keys is None or keys.rotation is Rotation.NONE
        else keys.rotation.value
    )
    if static == "no" or keys is None:
        gap = "-"
    elif keys.gap_seconds is None:
        gap = "not documented"
    else:
        gap = f"{keys.gap_seconds:g} s"
    return KeyMethods(
        platform=pack.name,
        static=static,
        derived=_takes(pack, "derived"),
        rotation=rotation,
        gap=gap,
        evidence=keys.evidence.value if keys else "none",
    )


def _takes(pack: Pack, kind: str) -> str:
    claims = [claim for claim in pack.capability if claim.feature == "macsec.cak" and kind in claim.values]
    on = any(set(claim.values) - {"off"} for claim in pack.capability if claim.feature == "macsec.policy")
    if not claims or not on:
        return "no"
    return "yes" if any(claim.support == "yes" for claim in claims) else "experimental"


def markdown(packs: Iterable[Pack]) -> str:
    """The table, as docs/keys.md has it."""
    rows = [COLUMNS, tuple("---" for _ in COLUMNS), *(key_methods(pack).cells for pack in packs)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
