"""The policies a port can have, in the words of IEEE 802.1X-2020 and 802.1AE-2018."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from portseal.core.model import Name, Value, Vlan


class Mode(StrEnum):
    """Whether an unauthenticated station's frames are dropped."""

    CLOSED = "closed"
    MONITOR = "monitor"
    OFF = "off"
    """No port access control: the static CAK of a must-secure link is what admits the camera."""


class HostMode(StrEnum):
    """How many stations one port admits."""

    SINGLE_HOST = "single-host"
    MULTI_DOMAIN = "multi-domain"
    MULTI_AUTH = "multi-auth"
    MULTI_HOST = "multi-host"


class Method(StrEnum):
    """How a station is authenticated: by its supplicant, or by nothing but its MAC address."""

    DOT1X = "dot1x"
    MAB = "mab"


class Violation(StrEnum):
    """What happens when a second station appears."""

    SHUTDOWN = "shutdown"
    RESTRICT = "restrict"
    PROTECT = "protect"
    REPLACE = "replace"


class Fallback(StrEnum):
    """What a port does for a station that is not authenticated."""

    NONE = "none"
    VLAN = "vlan"
    NEXT_METHOD = "next-method"


class MacsecPolicy(StrEnum):
    """Whether cleartext may pass."""

    OFF = "off"
    SHOULD_SECURE = "should-secure"
    MUST_SECURE = "must-secure"


class CakSource(StrEnum):
    """Where the connectivity association key comes from."""

    STATIC = "static"
    DERIVED = "derived"


class Cipher(StrEnum):
    """Cipher suites of IEEE 802.1AE-2018 §14."""

    GCM_AES_128 = "gcm-aes-128"
    GCM_AES_256 = "gcm-aes-256"
    GCM_AES_XPN_128 = "gcm-aes-xpn-128"
    GCM_AES_XPN_256 = "gcm-aes-xpn-256"


class Event(Value):
    """What to do on one kind of failure: an action and, for `vlan`, the VLAN."""

    action: Fallback = Fallback.NONE
    vlan: Vlan | None = None

    @model_validator(mode="after")
    def _vlan_goes_with_its_action(self) -> Event:
        if (self.action is Fallback.VLAN) != (self.vlan is not None):
            raise ValueError("give `vlan` exactly when action is 'vlan'")
        return self


class Dot1x(Value):
    """The 802.1X half of a profile. Times in seconds; 0 switches reauthentication off."""

    mode: Mode = Mode.CLOSED
    host_mode: HostMode = HostMode.SINGLE_HOST
    methods: tuple[Method, ...] = (Method.DOT1X,)
    eap: Literal["eap-tls", "peap", "any"] = "any"
    """What the camera's supplicant has to speak; checked against the inventory."""
    reauthentication: Annotated[int, Field(ge=0, le=1073741823)] | Literal["server"] = 3600
    tx_period: Annotated[int, Field(ge=1, le=65535)] = 30
    max_reauth_requests: Annotated[int, Field(ge=1, le=10)] = 2
    violation: Violation = Violation.SHUTDOWN
    on_failure: Event = Event()
    on_no_response: Event = Event()
    on_server_dead: Event = Event()

    @field_validator("methods")
    @classmethod
    def _methods_are_distinct_and_present(cls, methods: tuple[Method, ...]) -> tuple[Method, ...]:
        if not methods or len(set(methods)) != len(methods):
            raise ValueError("`methods` needs at least one method, each once")
        return methods


class Macsec(Value):
    """The MACsec half of a profile. Offset in octets, `replay_window` in frames, `sak_rekey` in seconds (0: by the switch's default)."""

    policy: MacsecPolicy = MacsecPolicy.OFF
    cak: CakSource = CakSource.DERIVED
    ciphers: tuple[Cipher, ...] = (Cipher.GCM_AES_128,)
    confidentiality_offset: Literal[0, 30, 50] = 0
    include_sci: bool = True
    replay_window: Annotated[int, Field(ge=0, le=4294967295)] = 0
    sak_rekey: Annotated[int, Field(ge=0, le=65535)] = 0
    key_server_priority: Annotated[int, Field(ge=0, le=255)] = 16

    @field_validator("ciphers")
    @classmethod
    def _ciphers_are_distinct_and_present(cls, ciphers: tuple[Cipher, ...]) -> tuple[Cipher, ...]:
        if not ciphers or len(set(ciphers)) != len(ciphers):
            raise ValueError("`ciphers` needs at least one cipher suite, each once, the preferred first")
        return ciphers


class MacLimit(Value):
    """How many source addresses a port learns (not 802.1X; `switchport port-security` and its kin)."""

    maximum: Annotated[int, Field(ge=1, le=64)]
    violation: Violation = Violation.RESTRICT


class Profile(Value):
    """A policy that ports share."""

    name: Name
    description: str = ""
    dot1x: Dot1x = Dot1x()
    macsec: Macsec = Macsec()
    mac_limit: MacLimit | None = None

    @model_validator(mode="after")
    def _something_admits_the_camera(self) -> Profile:
        static = self.macsec.policy is not MacsecPolicy.OFF and self.macsec.cak is CakSource.STATIC
        if self.dot1x.mode is Mode.OFF and not static:
            raise ValueError("dot1x.mode 'off' leaves the port open; it goes only with macsec and cak 'static'")
        return self
