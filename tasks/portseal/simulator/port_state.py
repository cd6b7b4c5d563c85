"""One port as it is now: who has a session, which key was agreed on, whose frames pass."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from portseal.simulator.admission import Decision
from portseal.simulator.policy import Policy
from portseal.simulator.world import Device

PACKETS_PER_SECOND = 1000
"""What a camera sends over a secured link, so that two readings a moment apart differ."""


@dataclass(slots=True)
class SessionState:
    """One device's session."""

    device: Device
    decision: Decision
    number: int
    """Distinguishes sessions; the identifiers shown are made of it."""
    running: bool = False
    secured: bool = False
    began: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class MkaState:
    """The MKA participant of a port."""

    ckn: str
    peer: Device
    status: str
    """secured, lonely (secured once, and the peer is silent since) or pending."""
    peers: int
    derived: bool
    since: float
    fallback: bool = False
    """It is the port's second key."""


@dataclass(slots=True)
class PortState:
    """One port as it is now."""

    policy: Policy
    devices: tuple[Device, ...] = ()
    err_disabled: str = ""
    sessions: list[SessionState] = field(default_factory=list)
    mka: MkaState | None = None

    @property
    def up(self) -> bool:
        """Whether the link is up."""
        return bool(self.devices) and not self.policy.shutdown and not self.err_disabled

    @property
    def secured(self) -> bool:
        """Whether frames are encrypted, with somebody there to read them."""
        return self.mka is not None and self.mka.status == "secured"

    @property
    def unsecured(self) -> str:
        """What becomes of the link while it is not secured: as a session has it, or as the port does."""
        return next((s.decision.unsecured for s in self.sessions if s.decision.unsecured), self.policy.unsecured)

    def passes(self, device: Device) -> bool:
        """Whether the frames of a device get through."""
        policy = self.policy
        if not self.up or policy.control == "force-unauthorized":
            return False
        if policy.cak and policy.unsecured == "drop" and not self.secured:
            return False
        if policy.control == "force-authorized" or policy.open:
            return True
        if policy.host_mode == "multi-host":
            return any(session.decision.authorized for session in self.sessions)
        return any(s.decision.authorized for s in self.sessions if s.device.mac == device.mac)

    def frames(self) -> int:
        """How many frames went over the secured link since it was secured."""
        if self.mka is None or not self.secured or not self.mka.peer.traffic or not self.passes(self.mka.peer):
            return 0
        return int((time.monotonic() - self.mka.since) * PACKETS_PER_SECOND)


def key_agreement(state: PortState) -> MkaState | None:
    """The MKA participant of a port, if there is one: a derived CAK from EAP, or a static one."""
    policy = state.policy
    if not state.up or not policy.cak:
        return None
    if policy.cak == "static":
        return _static(state)
    session = next((s for s in state.sessions if s.decision.derives), None)
    if session is None:
        return None
    ckn = random.randbytes(16).hex().upper()
    return _participant(ckn, session.device, session.device.macsec == "derived", derived=True)


def _static(state: PortState) -> MkaState | None:
    if not state.policy.keys and not state.policy.fallback_keys:
        return None
    device, able = state.devices[0], state.devices[0].macsec == "static"
    keys = [(key, False) for key in state.policy.keys[:1]] + [(key, True) for key in state.policy.fallback_keys[:1]]
    for key, spare in keys:
        if able and ((device.ckn or "").lower(), (device.cak or "").lower()) == (key.ckn.lower(), key.cak.lower()):
            return _participant(key.ckn, device, True, derived=False, fallback=spare)
    return _participant(keys[0][0].ckn, device, False, derived=False)


def idle_participants(state: PortState) -> tuple[MkaState, ...]:
    """The port's other MKA participants: one for each further key that nobody speaks (IEEE 802.1X-2020 §9.4: one a CAK)."""
    if state.mka is None or state.mka.derived:
        return ()
    keys = [(key, False) for key in state.policy.keys[:1]] + [(key, True) for key in state.policy.fallback_keys[:1]]
    return tuple(
        MkaState(key.ckn, state.mka.peer, "pending", 0, False, state.mka.since, spare)
        for key, spare in keys
        if key.ckn.lower() != state.mka.ckn.lower()
    )


def _participant(ckn: str, device: Device, able: bool, *, derived: bool, fallback: bool = False) -> MkaState:
    status = "pending" if not able else "secured" if device.live else "lonely"
    return MkaState(ckn, device, status, int(status == "secured"), derived, time.monotonic(), fallback)
