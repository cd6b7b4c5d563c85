"""What a camera says of its own end of the link, whatever API it says it by."""

from __future__ import annotations

from enum import StrEnum

from portseal.core.model import Value


class CameraMode(StrEnum):
    """How the camera's wired port is set to authenticate."""

    OFF = "off"
    EAP_TLS = "eap-tls"
    STATIC = "static"
    """MACsec with a static CAK."""
    OTHER = "other"
    """A mode that portseal does not use (PEAP, LEAP, ...)."""
    UNKNOWN = "unknown"


class CameraState(Value):
    """The camera's own view of its wired port. None: it does not say."""

    mode: CameraMode = CameraMode.UNKNOWN
    authorized: bool | None = None
    """Whether its supplicant calls the port authorized."""
    secured: bool | None = None
    """Whether it calls the link secured by MACsec (`MACsecSecured`)."""
    ckn: str | None = None
    """CKN of the static key it holds, lower-case hexadecimal digits, where it shows one."""
    can_static: bool | None = None
    """Whether it offers MACsec with a static CAK."""
    can_derived: bool | None = None
    """Whether it offers MACsec with a CAK derived from EAP-TLS."""


class CameraCertificate(Value):
    """A certificate that the camera holds."""

    name: str
    """What its API calls it."""
    pem: str
    in_use: bool = False
    """Whether it is the one the camera authenticates with (EAP-TLS)."""
