"""Cameras in, what each says of its own end of the link out: read side by side, and none keeps another waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from portseal.core.both_ends import CameraView, is_asked, with_camera
from portseal.core.camera_api import group_of
from portseal.core.errors import CameraError, SecretError
from portseal.core.intent import PortIntent
from portseal.core.inventory import Camera
from portseal.core.record import Look
from portseal.core.verdict import Outcome, Reason
from portseal.estate import Estate, message


def with_api(estate: Estate, cameras: Iterable[Camera]) -> tuple[Camera, ...]:
    """Those of `cameras` that have an API; none where the site names no group."""
    groups = estate.site.settings.cameras.groups
    return tuple(camera for camera in cameras if group_of(groups, camera)) if groups else ()


def read_cameras(estate: Estate, cameras: Sequence[Camera]) -> dict[str, CameraView]:
    """What each of `cameras` says, by name; at most `cameras.workers` of the site are talked to at once."""
    if not cameras:
        return {}
    workers = min(len(cameras), estate.site.settings.cameras.workers)
    with ThreadPoolExecutor(workers, thread_name_prefix="cameras") as pool:
        views = pool.map(lambda camera: _read(estate, camera), cameras)
        return {camera.name: view for camera, view in zip(cameras, views, strict=True)}


def _read(estate: Estate, camera: Camera) -> CameraView:
    with estate.talking:
        try:
            end = estate.camera_end(camera)
            if end is None:
                return CameraView(silence="it has no API")
            try:
                return CameraView(state=end.state())
            finally:
                end.close()
        except (CameraError, SecretError) as error:
            return CameraView(silence=message(error, estate).removeprefix(f"{camera.name}: "))


def both_ends(estate: Estate, ports: Sequence[PortIntent], looks: Sequence[Look], *, passing: bool) -> tuple[Look, ...]:
    """`looks` (one a port of `ports`) with the cameras' own views: of the ports that pass, or of those that do not."""
    wanted = {
        port.camera: port
        for port, look in zip(ports, looks, strict=True)
        if is_asked(port)
        and (look.verdict.outcome is Outcome.PASS) is passing
        and look.verdict.reason is not Reason.CAMERA_SAYS_UNSECURED  # it was asked already
    }
    named = (camera for camera in estate.site.site.cameras if camera.name in wanted) if wanted else ()
    views = read_cameras(estate, with_api(estate, named))
    return tuple(_with_view(look, wanted, views) if look.verdict.camera in views else look for look in looks)


def _with_view(look: Look, wanted: Mapping[str, PortIntent], views: Mapping[str, CameraView]) -> Look:
    camera = look.verdict.camera
    verdict = with_camera(look.verdict, wanted[camera], views[camera])
    return look.model_copy(update={"verdict": verdict, "camera": views[camera]})
