"""Files of a site in, `Site` out: which camera hangs where, under which profile, on which switch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, IPvAnyAddress, model_validator

from portseal.core.model import Mac, Name, Text, Value, Vlan
from portseal.core.profile import Profile


class Supplicant(StrEnum):
    """What the camera's own 802.1X software can do."""

    NONE = "none"
    EAP_TLS = "eap-tls"
    PEAP = "peap"


class CameraMacsec(StrEnum):
    """Which kind of CAK the camera can hold."""

    NONE = "none"
    STATIC = "static"
    DERIVED = "derived"


class Stage(StrEnum):
    """How far a port has come: each stage is the profile, weakened; `sealed` is the profile itself."""

    MONITOR = "monitor"
    SHOULD_SECURE = "should-secure"
    SEALED = "sealed"


class Camera(Value):
    """One row of cameras.csv."""

    name: Name
    mac: Mac
    switch: Name
    port: Annotated[Text, Field(min_length=1)]
    """As written by the user; `PortIntent.port` has the platform's long form."""
    profile: Name
    ip: Text | None = None
    model: Text | None = None
    serial: Text | None = None
    vlan: Vlan | None = None
    identity: Text | None = None
    supplicant: Supplicant = Supplicant.NONE
    macsec: CameraMacsec = CameraMacsec.NONE
    recorder: Text | None = None
    location: Text | None = None
    stage: Stage = Stage.SEALED
    row: int = 0
    """Line of cameras.csv, 1-based; the header is line 1."""


class RadiusServer(Value):
    """One authentication server."""

    name: Name
    address: IPvAnyAddress
    auth_port: Annotated[int, Field(ge=1, le=65535)] = 1812
    acct_port: Annotated[int, Field(ge=1, le=65535)] = 1813
    key: str
    """Secret reference, e.g. `radius/nac-1`."""


class Radius(Value):
    """Host or group data `radius`: the servers in the order in which they are asked."""

    servers: tuple[RadiusServer, ...]
    accounting: bool = True
    dynamic_author: bool = False
    """RFC 5176 change of authorization from these servers."""
    deadtime: Annotated[int, Field(ge=0, le=1440)] = 0
    """Minutes for which an unresponsive server is not asked again; 0 leaves the switch's own."""


class Switch(Value):
    """One host of the Nornir inventory, as far as intent depends on it."""

    name: Name
    platform: Name
    address: str = ""
    radius: Radius | None = None
    options: Mapping[str, str | int | bool] = {}
    """Host or group data `options`: what a platform folder documents."""


class RetiredKey(Value):
    """A key that is not used any more, known well enough that nobody brings it back."""

    ckn: str
    fingerprint: str
    """Keyed, as in diffs."""
    retired: date


class LinkKey(Value):
    """The static key of one camera's link. The CKN is a name, the CAK a reference."""

    ckn: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{2}){1,32}$")]
    """Connectivity association key name (IEEE 802.1X-2020 §9.3.1): 1 to 32 octets in hexadecimal digits."""
    cak: str
    """Secret reference, e.g. `cak/cam-017`."""
    size: Literal[128, 256] = 128
    """Bits of the CAK."""
    created: date | None = None
    """When it was made or imported; None: written by hand."""
    fallback: LinkKey | None = None
    """A second key that the port takes as well: the next one while a rotation is under way. It has none itself."""
    retired: tuple[RetiredKey, ...] = ()
    """Keys this link had before."""

    @model_validator(mode="after")
    def _two_keys_at_most(self) -> LinkKey:
        if self.fallback and (self.fallback.fallback or self.fallback.retired):
            raise ValueError("`fallback` is one further key, with ckn, cak, size and created only")
        return self


class Site(Value):
    """All a site says, checked: every camera's switch and profile exists."""

    name: str
    cameras: tuple[Camera, ...]
    profiles: Mapping[str, Profile]
    switches: Mapping[str, Switch]
    keys: Mapping[str, LinkKey] = {}
    """By camera name."""
