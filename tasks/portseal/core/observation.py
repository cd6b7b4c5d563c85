"""Show output in, port state out."""

from __future__ import annotations

from enum import StrEnum

from portseal.core.model import Value


class LinkState(StrEnum):
    """Whether the port has a carrier."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class SessionStatus(StrEnum):
    """What the authenticator decided about one station."""

    AUTHORIZED = "authorized"
    UNAUTHORIZED = "unauthorized"
    RUNNING = "running"
    UNKNOWN = "unknown"


class SessionMethod(StrEnum):
    """By which method."""

    DOT1X = "dot1x"
    MAB = "mab"
    OTHER = "other"
    """A method that portseal never configures (web authentication, ...)."""
    NONE = "none"
    """No method has succeeded or is running."""
    UNKNOWN = "unknown"


class MkaStatus(StrEnum):
    """What MKA says of itself; never proof of encryption."""

    SECURED = "secured"
    NOT_SECURED = "not-secured"
    UNKNOWN = "unknown"


class Session(Value):
    """One station's session on a port."""

    mac: str | None = None
    """Normalised; None where the switch shows none yet."""
    method: SessionMethod = SessionMethod.UNKNOWN
    status: SessionStatus = SessionStatus.UNKNOWN
    vlan: int | None = None
    user: str | None = None
    method_states: tuple[tuple[str, str], ...] = ()
    """(method, the vendor's own word), for the report."""
    fallback: str | None = None
    """`server-dead`, `guest`, `auth-fail` where the switch says that the authorization is one of these."""


class Mka(Value):
    """The MKA participant of a port."""

    status: MkaStatus = MkaStatus.UNKNOWN
    ckn: str | None = None
    """Lower-case hex as shown; None where not shown."""
    live_peers: int | None = None
    key_server: bool | None = None
    cipher: str | None = None
    policy: str | None = None
    fallback_key: bool = False


class Counters(Value):
    """Frames protected and validated by the port's SecY since it was created (IEEE 802.1AE-2018 §10.7)."""

    sent: int | None = None
    """OutPktsEncrypted, or the vendor's nearest."""
    received: int | None = None
    """InPktsOK, or the vendor's nearest."""


class PortState(Value):
    """What the switch says of one port. None and empty tuples mean `shown, and there is none` only where the kind is in `observed`."""

    port: str
    link: LinkState = LinkState.UNKNOWN
    err_disabled: str | None = None
    """The vendor's reason."""
    macs: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    mka: Mka | None = None
    counters: Counters | None = None
    observed: frozenset[str] = frozenset()
    """Kinds that were read and understood: link, errdisable, session, mka, counters, mac."""
    unparsed: tuple[str, ...] = ()
    """Commands whose output was not understood, with the first line that was not."""
