"""Camera rows and what they refer to in, findings out: duplicates, unknown names, cameras asked for what they cannot do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from portseal.core.cameras import CameraRow
from portseal.core.findings import LintCode, finding, nearest, shown
from portseal.core.inventory import Camera, CameraMacsec, Supplicant
from portseal.core.model import Finding
from portseal.core.platforms import Pack
from portseal.core.port_spelling import PortSpelling
from portseal.core.profile import CakSource, MacsecPolicy, Method, Mode, Profile


class Known(NamedTuple):
    """What a row may refer to; None for what could not be read, so that nothing is called unknown for it."""

    platforms: Mapping[str, str | None] | None
    """Each switch's platform."""
    packs: Mapping[str, Pack]
    profiles: Mapping[str, Profile]
    profile_names: frozenset[str] | None
    """Those with mistakes included."""
    keys: frozenset[str] | None
    """Cameras that have a static key."""


def check_cameras(rows: Iterable[CameraRow], known: Known, file: str = "cameras.csv") -> tuple[Finding, ...]:
    """All that is wrong with rows together and with what they refer to."""
    rows = tuple(rows)
    return (
        *_duplicates(rows, file),
        *_ports(rows, known, file),
        *_references(rows, known, file),
        *_abilities(rows, known, file),
    )


def _duplicates(rows: Iterable[CameraRow], file: str) -> Iterator[Finding]:
    names: dict[str, Camera] = {}
    macs: dict[str, Camera] = {}
    for camera, wrong in rows:
        if "name" not in wrong and (first := names.setdefault(camera.name.casefold(), camera)) is not camera:
            message = f"{shown(camera.name)} is the camera of line {first.row} already; every camera has its own name"
            yield finding(LintCode.DUPLICATE_CAMERA, message, file=file, row=camera.row, column="name")
        if "mac" not in wrong and (first := macs.setdefault(camera.mac, camera)) is not camera:
            message = (
                f"{camera.mac} is the address of {_whose(first)} already; a camera with several channels is one row"
            )
            yield finding(LintCode.DUPLICATE_MAC, message, file=file, row=camera.row, column="mac")


def _ports(rows: Iterable[CameraRow], known: Known, file: str) -> Iterator[Finding]:
    spelling = PortSpelling(known.packs)
    taken: dict[tuple[str, str], Camera] = {}
    for camera, wrong in rows:
        if "port" in wrong or "switch" in wrong:
            continue
        platform = (known.platforms or {}).get(camera.switch)
        try:
            port = spelling.long(platform, camera.port)
        except ValueError as error:
            message = f"{camera.switch} is {platform}: {error}"
            yield finding(LintCode.BAD_PORT, message, file=file, row=camera.row, column="port")
            continue
        if (first := taken.setdefault((camera.switch, port), camera)) is not camera:
            message = f"{camera.switch} {port} is the port of {_whose(first)} already; one camera a port"
            yield finding(LintCode.DUPLICATE_PORT, message, file=file, row=camera.row, column="port")


def _whose(camera: Camera) -> str:
    return f"{camera.name} (line {camera.row})"


def _references(rows: Iterable[CameraRow], known: Known, file: str) -> Iterator[Finding]:
    near: dict[tuple[str, str], str] = {}
    for camera, wrong in rows:
        if known.platforms is not None and "switch" not in wrong and camera.switch not in known.platforms:
            if (key := ("switch", camera.switch)) not in near:
                near[key] = nearest(camera.switch, known.platforms)
            message = f"no switch is called {shown(camera.switch)}{near[key]}"
            yield finding(LintCode.UNKNOWN_SWITCH, message, file=file, row=camera.row, column="switch")
        if known.profile_names is None or "profile" in wrong:
            continue
        if camera.profile not in known.profile_names:
            if (key := ("profile", camera.profile)) not in near:
                near[key] = nearest(camera.profile, known.profile_names)
            message = f"no profile is called {shown(camera.profile)}{near[key]}"
            yield finding(LintCode.UNKNOWN_PROFILE, message, file=file, row=camera.row, column="profile")


def _abilities(rows: Iterable[CameraRow], known: Known, file: str) -> Iterator[Finding]:
    """What a profile asks for that a camera cannot do, whatever its stage: the stage is only the way there."""
    for camera, wrong in rows:
        profile = None if "profile" in wrong else known.profiles.get(camera.profile)
        if profile is None:
            continue
        if "supplicant" not in wrong and (message := _eap_missing(camera, profile)):
            yield finding(LintCode.CAMERA_WITHOUT_EAP, message, file=file, row=camera.row, column="supplicant")
        if profile.macsec.policy is MacsecPolicy.OFF:
            continue
        cak = profile.macsec.cak
        if "macsec" not in wrong and camera.macsec != CameraMacsec(cak.value):
            message = (
                f"profile {profile.name} wants MACsec with a {cak} CAK, and this camera's is {camera.macsec.value!r}; "
                f"choose another profile, or write {cak.value!r} if the camera can do it"
            )
            yield finding(LintCode.CAMERA_WITHOUT_MACSEC, message, file=file, row=camera.row, column="macsec")
        keyless = known.keys is not None and "name" not in wrong and camera.name not in known.keys
        if cak is CakSource.STATIC and keyless:
            message = f"profile {profile.name} wants a static CAK, and keys.toml has no [{camera.name}]; `portseal keys generate` makes one"
            yield finding(LintCode.MISSING_KEY, message, file=file, row=camera.row, column="name")


def _eap_missing(camera: Camera, profile: Profile) -> str | None:
    """What this camera's supplicant lacks for the profile, or None."""
    dot1x, macsec = profile.dot1x, profile.macsec
    derived = macsec.policy is not MacsecPolicy.OFF and macsec.cak is CakSource.DERIVED
    alone = Method.DOT1X in dot1x.methods and Method.MAB not in dot1x.methods
    if dot1x.mode is Mode.OFF or not (alone or derived):
        return None
    if camera.supplicant is Supplicant.NONE:
        return (
            f"profile {profile.name} admits only who speaks EAP, and this camera's supplicant is 'none'; "
            "give it a profile with method 'mab', or write what its supplicant can do"
        )
    wanted = Supplicant.EAP_TLS.value if derived else dot1x.eap
    if wanted in ("any", camera.supplicant.value):
        return None
    return f"profile {profile.name} needs {wanted}, and this camera speaks {camera.supplicant.value}"


def unused(rows: Iterable[CameraRow], known: Known) -> tuple[Finding, ...]:
    """Warnings about profiles and keys that no camera has."""
    cameras = [camera for camera, _ in rows]
    profiles = {camera.profile for camera in cameras}
    names = {camera.name for camera in cameras}
    return (
        *(
            finding(LintCode.UNUSED_PROFILE, "no camera has this profile", file="profiles.toml", column=name)
            for name in known.profiles
            if name not in profiles
        ),
        *(
            finding(
                LintCode.UNUSED_KEY,
                f"no camera is called {shown(name)}{nearest(name, names)}",
                file="keys.toml",
                column=name,
            )
            for name in sorted(known.keys or ())
            if name not in names
        ),
    )
