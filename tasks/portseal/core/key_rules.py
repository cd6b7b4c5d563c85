"""What a platform folder says of static keys: their form, how many a port holds, and how one is replaced by the next."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from portseal.core.evidence import Evidence
from portseal.core.model import Value


class Rotation(StrEnum):
    """How a port goes from one static key to the next; the closed set of `core/rotation.py`."""

    FALLBACK = "fallback"
    """The port holds a second key beside the first and answers a peer that has either: the camera may move at any moment."""
    SWAP = "swap"
    """The port holds one key: between the camera's move and the switch's, the link is not secured."""
    NONE = "none"
    """No source says how; a key is changed by taking MACsec off the port."""


class Keys(Value):
    """`[keys]`: what a static key must look like here, and how it is replaced by the next.

    Without this table portseal generates and rotates no key for the platform. What no source shows is not claimed: a second
    key that nobody documents is `max_keys = 1` and `rotation = "swap"`.
    """

    ckn: Annotated[str, StringConstraints(min_length=1)] = r"^(?:[0-9a-f]{2}){1,32}$"
    """What a CKN must look like, in lower-case hexadecimal digits; checked by lint, `keys import` and `keys generate`."""
    ckn_octets: Annotated[int, Field(ge=8, le=32)] = 16
    """Length of a CKN that portseal makes up; eight octets at least, so that it is unique without being looked up."""
    cak_bits: tuple[Literal[128, 256], ...] = (128, 256)
    """Lengths of a CAK that the platform takes."""
    max_keys: Annotated[int, Field(ge=1, le=64)] = 1
    """Keys that one port can hold at a time."""
    rotation: Rotation
    gap_seconds: Annotated[float, Field(ge=0)] | None = None
    """Longest time for which a rotation leaves the link unsecured on the switch's side, camera not counted; None: no source
    says, and the rotation says so."""
    evidence: Evidence
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _a_second_key_needs_room(self) -> Keys:
        if self.rotation is Rotation.FALLBACK and self.max_keys < 2:
            raise ValueError("rotation 'fallback' needs max_keys of 2 or more")
        return self
