"""Cameras, what their profiles want and what they say in; a row for each, fit for a table or JSON, out."""

from __future__ import annotations

from portseal.core.both_ends import CameraView
from portseal.core.camera_state import CameraMode
from portseal.core.encryption import same_ckn
from portseal.core.inventory import Camera, LinkKey, Stage
from portseal.core.model import Value
from portseal.core.profile import CakSource, MacsecPolicy, Mode, Profile


class CameraRow(Value):
    """One camera with an API."""

    camera: str
    switch: str
    port: str
    model: str
    wanted: CameraMode
    """`unknown`: its profile asks for nothing that an API could tell."""
    mode: CameraMode
    authorized: bool | None
    secured: bool | None
    ckn: str | None
    can: tuple[str, ...]
    """Kinds of MACsec that it offers."""
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether it answered and is set as its profile says."""
        return not self.problem


def wanted_mode(profile: Profile) -> CameraMode:
    """How a camera under `profile` has to be set, whatever its stage: the camera comes first."""
    if profile.macsec.policy is not MacsecPolicy.OFF and profile.macsec.cak is CakSource.STATIC:
        return CameraMode.STATIC
    derived = profile.macsec.policy is not MacsecPolicy.OFF
    if profile.dot1x.mode is not Mode.OFF and (derived or profile.dot1x.eap == "eap-tls"):
        return CameraMode.EAP_TLS
    return CameraMode.UNKNOWN


def camera_row(camera: Camera, profile: Profile, key: LinkKey | None, view: CameraView) -> CameraRow:
    """The row of one camera."""
    wanted, state = wanted_mode(profile), view.state
    row = CameraRow(
        camera=camera.name,
        switch=camera.switch,
        port=camera.port,
        model=camera.model or "",
        wanted=wanted,
        mode=state.mode if state else CameraMode.UNKNOWN,
        authorized=state.authorized if state else None,
        secured=state.secured if state else None,
        ckn=state.ckn if state else None,
        can=tuple(kind for kind, able in (("static", state.can_static), ("derived", state.can_derived)) if able)
        if state
        else (),
    )
    return row.model_copy(update={"problem": _problem(row, camera, profile, key, view)})


def _problem(row: CameraRow, camera: Camera, profile: Profile, key: LinkKey | None, view: CameraView) -> str:
    if view.state is None:
        return view.silence or "it did not say"
    if row.wanted is not CameraMode.UNKNOWN and row.mode is not row.wanted:
        return f"its profile wants {row.wanted}"
    ckns = [each.ckn for each in (key, key.fallback if key else None) if each]
    if row.mode is CameraMode.STATIC and row.ckn and ckns and not any(same_ckn(row.ckn, ckn) for ckn in ckns):
        return f"CKN {row.ckn} is not the one of keys.toml"
    sealed = camera.stage is Stage.SEALED and profile.macsec.policy is MacsecPolicy.MUST_SECURE
    return "its link is not secured" if sealed and row.secured is False else ""
