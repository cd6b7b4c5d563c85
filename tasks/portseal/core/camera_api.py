"""Groups of portseal.toml and cameras in; which camera is reached by which API, and what is wrong with that, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from portseal.core.findings import LintCode, finding
from portseal.core.inventory import Camera
from portseal.core.model import Finding
from portseal.core.settings import CameraGroup


def group_of(groups: Mapping[str, CameraGroup], camera: Camera) -> CameraGroup | None:
    """The first group that `camera` fits; None where it has no API that we speak."""
    return next((group for group in groups.values() if fits(group, camera)), None)


def fits(group: CameraGroup, camera: Camera) -> bool:
    """Whether `camera` is one of the group: by its model and by its name, where the group says both."""
    model, name = (camera.model or "").casefold(), camera.name
    by_model = not group.models or any(fnmatchcase(model, pattern.casefold()) for pattern in group.models)
    return by_model and (not group.names or any(fnmatchcase(name, pattern) for pattern in group.names))


def address_of(group: CameraGroup, camera: Camera) -> str | None:
    """Where the camera is reached."""
    return group.address or camera.ip


def check_groups(
    groups: Mapping[str, CameraGroup], cameras: Iterable[Camera], *, missing: frozenset[str], file: str
) -> Iterator[Finding]:
    """What is wrong with the groups and the cameras in them; `missing` has the CA files that are not there."""
    used: set[str] = set()
    every = tuple(cameras) if groups else ()
    for camera in every:
        name = next((name for name, group in groups.items() if fits(group, camera)), None)
        if name is None:
            continue
        used.add(name)
        if not address_of(groups[name], camera):
            message = f"{camera.name} is reached by its API (group {name} of {file}) and has no `ip`"
            yield finding(LintCode.MISSING_ADDRESS, message, file="cameras.csv", row=camera.row or None, column="ip")
    for name, group in groups.items():
        if name not in used and every:
            message = "no camera of the inventory fits this group, or all of them fit one above it"
            yield finding(LintCode.UNUSED_GROUP, message, file=file, column=f"cameras.groups.{name}")
        if group.ca in missing:
            message = "no such file; write the path, from the site's directory, of the authority's certificate in PEM"
            yield finding(LintCode.MISSING_FILE, message, file=file, column=f"cameras.groups.{name}.ca")
