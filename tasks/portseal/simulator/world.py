"""What stands around a switch: the devices behind its ports and the authentication servers it can reach."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator

from portseal.core.model import Mac, Name, Value, Vlan, normal_mac


class Trust(StrEnum):
    """What the authentication server will find when it checks a device's certificate."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WRONG_CA = "wrong-ca"


Hex = Annotated[str, Field(pattern=r"^(?:[0-9A-Fa-f]{2})+$")]


class Device(Value):
    """Something plugged into a port, as the switch experiences it: a camera, an intruder, a printer."""

    mac: Mac
    name: str = ""
    identity: str | None = None
    """EAP identity (RADIUS User-Name)."""
    eap: Literal["eap-tls", "peap"] | None = None
    """None: no supplicant, so EAPOL frames stay unanswered."""
    certificate: Trust | None = None
    """EAP-TLS needs a valid one; PEAP none."""
    macsec: Literal["none", "static", "derived"] = "none"
    cak: Hex | None = None
    ckn: Hex | None = None
    traffic: bool = True
    """False: the link is up and counters stand still."""
    live: bool = True
    """False: key agreement succeeds once, then MKPDUs stop; the switch goes on saying secured, without a peer."""


class FarEnd(NamedTuple):
    """What a device notices of the port it is plugged into."""

    reached: bool = False
    """Whether its frames get through, so that it can be reached over the network."""
    admitted: bool = False
    """Whether the port let it in."""
    secured: bool = False
    """Whether it and the port encrypt what they send each other."""


class CameraSpec(Value):
    """The API of one camera that is behind a port; what it is there for itself stands in its `Device`."""

    name: Name
    mac: Mac
    switch: Name
    port: str
    """The platform's long spelling."""
    user: str = "root"
    password: str = Field(repr=False)
    modes: tuple[str, ...] = ("WPA-Enterprise-EAPTLS", "MACsec-PSK")
    """What it can do, in the words of its API."""
    key_names: tuple[str, str] = ("mkaCAK", "mkaCKN")
    """What its API calls CAK and CKN; the documentation has `mkaCak` and `mkaCkn` as well."""
    valid_days: int = 365
    """Until its certificates end."""
    in_band: bool = True
    """Whether its API is reached through the port: not where the port keeps it out."""


class RadiusSpec(Value):
    """An authentication server: asked with another key, or dead, it does not answer at all."""

    address: str
    key: str
    auth_port: int = 1812
    users: Mapping[str, Vlan | None] = {}
    """EAP identities that are accepted, with the VLAN assigned to them."""
    mab: Mapping[str, Vlan | None] = {}
    """MAC addresses that are accepted without EAP, with the VLAN assigned to them."""
    alive: bool = True
    returns_key_name: bool = True
    """Whether EAP-Key-Name (RADIUS attribute 102) is returned, without which no CAK can be derived."""

    @field_validator("mab")
    @classmethod
    def _macs_have_one_spelling(cls, value: Mapping[str, Vlan | None]) -> Mapping[str, Vlan | None]:
        return {normal_mac(mac): vlan for mac, vlan in value.items()}


class PortSpec(Value):
    """A physical port and what is plugged into it when the switch starts."""

    name: str
    """The platform's long spelling."""
    device: Device | None = None


class SwitchSpec(Value):
    """One switch as it is when the farm starts."""

    name: Name
    platform: Name
    running_config: str
    ports: tuple[PortSpec, ...] = ()
    """The box has these ports and those its configuration names."""
    radius: tuple[RadiusSpec, ...] = ()
    minute: Annotated[float, Field(gt=0)] = 60.0
    """Real seconds that one of the switch's minutes takes, so that tests of its timers are quick."""
    settle: Annotated[float, Field(ge=0)] = 0.05
    """Real seconds between an event and the state of the ports that it leads to."""
