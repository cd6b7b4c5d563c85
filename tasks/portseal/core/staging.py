"""A port's stage and what is seen of it in; the next stage, and what speaks for it or against it, out.

The column `stage` of cameras.csv is the one truth: how far a port is meant to have come. A stage is promoted on evidence that
the next one would not shut the camera out::

    monitor ──(authenticates as a closed port asks)──→ should-secure ──(encrypted, must-secure would pass)──→ sealed
"""

from __future__ import annotations

from portseal.core.camera_state import CameraMode, CameraState
from portseal.core.capability import possible
from portseal.core.encryption import same_ckn
from portseal.core.intent import PortIntent, at_stage
from portseal.core.inventory import Stage
from portseal.core.model import Value
from portseal.core.platforms import Pack
from portseal.core.profile import CakSource, MacsecPolicy, Profile
from portseal.core.reasons import HINTS, Reason
from portseal.core.verdict import Outcome, Verdict

ORDER = (Stage.MONITOR, Stage.SHOULD_SECURE, Stage.SEALED)


class StageRow(Value):
    """Where one port stands."""

    switch: str
    port: str
    camera: str
    profile: str
    stage: Stage
    next: Stage | None
    """None where it is at the profile itself."""
    ready: bool
    """Whether what is seen speaks for the next stage; at the last stage, whether the port is as intended."""
    reason: str
    """Code of the verdict that promotes or blocks."""
    evidence: str
    todo: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.next is None and self.ready


def next_stage(port: PortIntent, profile: Profile, pack: Pack) -> Stage | None:
    """The stage after the port's that differs from it and that its platform can do; None at the profile itself."""
    now = at_stage(profile, port.stage)
    for stage in ORDER[ORDER.index(port.stage) + 1 :]:
        wanted = at_stage(profile, stage)
        if wanted == now and stage is not Stage.SEALED:
            continue
        if stage is Stage.SEALED:
            return None if wanted == now and port.stage is Stage.SEALED else stage
        if wanted != profile and possible(_as(port, wanted, stage), pack):
            return stage
    return None


def stage_before(port: PortIntent, profile: Profile, pack: Pack) -> Stage | None:
    """The stage before the port's that differs from it and that its platform can do, for the way back; None at the first."""
    now = at_stage(profile, port.stage)
    for stage in reversed(ORDER[: ORDER.index(port.stage)]):
        wanted = at_stage(profile, stage)
        if wanted != now and possible(_as(port, wanted, stage), pack):
            return stage
    return None


def _as(port: PortIntent, profile: Profile, stage: Stage) -> PortIntent:
    update = {"dot1x": profile.dot1x, "macsec": profile.macsec, "mac_limit": profile.mac_limit, "stage": stage}
    return port.model_copy(update=update)


def asked(port: PortIntent, profile: Profile, following: Stage | None) -> PortIntent:
    """What the port has to pass as, by what can be seen now, for the next stage to be safe.

    A monitored port is held to be closed; that its link encrypts cannot be seen before MACsec is on. A should-secure one is
    held to be must-secure.
    """
    if following is None:
        return port
    if port.stage is Stage.MONITOR:
        clear = profile.macsec.model_copy(update={"policy": MacsecPolicy.OFF})
        return _as(port, profile.model_copy(update={"macsec": clear, "mac_limit": None}), Stage.SEALED)
    return _as(port, profile, Stage.SEALED)


def needs_camera_key(port: PortIntent, profile: Profile, following: Stage | None) -> bool:
    """Whether the camera must have its static key already: cleartext is dropped at the next stage, and it was not seen encrypted."""
    static = profile.macsec.cak is CakSource.STATIC and profile.macsec.policy is MacsecPolicy.MUST_SECURE
    return static and port.stage is Stage.MONITOR and following is Stage.SEALED


def stage_row(
    port: PortIntent, profile: Profile, following: Stage | None, verdict: Verdict, *, key: KeyEvidence | None = None
) -> StageRow:
    """Where the port stands, by the verdict on what `asked` gave; `key` where `needs_camera_key`."""
    ready, told, todo = verdict.outcome is Outcome.PASS, verdict.detail, ""
    if ready and key is not None:
        ready, told = key.held, key.told
        todo = "" if ready else key.todo
    if not todo:
        todo = _todo(port, profile, following) if ready else HINTS[Reason(verdict.reason)]
    return StageRow(
        switch=port.switch,
        port=port.port,
        camera=port.camera,
        profile=port.profile,
        stage=port.stage,
        next=following,
        ready=ready,
        reason=verdict.reason,
        evidence=told,
        todo=todo,
    )


def _todo(port: PortIntent, profile: Profile, following: Stage | None) -> str:
    if following is None:
        return ""
    text = f"`portseal stage --promote {port.camera}`, then plan and apply"
    if following is Stage.SHOULD_SECURE and profile.macsec.cak is CakSource.STATIC:
        text += f"; then give the camera its key (`portseal keys export {port.camera}`)"
    return text


class KeyEvidence(Value):
    """Whether the camera has the static key that its port will insist on."""

    held: bool
    told: str
    todo: str = ""


def key_evidence(camera: str, ckn: str | None, state: CameraState | None, problem: str = "") -> KeyEvidence:
    """By what the camera says of itself; `state` is None where it has no API or does not answer (`problem`)."""
    todo = f"give the camera its key first (`portseal keys export {camera}`)"
    if state is None:
        told = problem or "the camera has no API, so that nobody can see whether it has its key"
        return KeyEvidence(held=False, told=told, todo=f"{todo}, then set the stage by hand: `--without-evidence`")
    if state.mode is CameraMode.STATIC and ckn and state.ckn and same_ckn(ckn, state.ckn):
        return KeyEvidence(held=True, told=f"the camera says that it has CKN {state.ckn}")
    shown = f"CKN {state.ckn}" if state.ckn else f"mode {state.mode}"
    return KeyEvidence(held=False, told=f"the camera says {shown}, and its port will insist on CKN {ckn}", todo=todo)
