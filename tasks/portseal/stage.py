"""Ports in, where each stands on its way to its profile out, by what switch and camera say now. Nothing is written."""

from __future__ import annotations

from nornir.core.task import Result, Task

from portseal.core.errors import CameraError
from portseal.core.intent import PortIntent
from portseal.core.inventory import Camera, Stage
from portseal.core.staging import (
    KeyEvidence,
    asked,
    key_evidence,
    needs_camera_key,
    next_stage,
    stage_row,
)
from portseal.estate import Estate
from portseal.verify import wait_for


def assess_stages(task: Task, estate: Estate, wait: float = 0.0) -> Result:
    """`result` is a tuple of `StageRow`, one a camera port, in the order of the ports."""
    session, switch = estate.session(task.host), task.host.name
    ports = estate.intent(switch).ports
    following = {port.port: _next(estate, port) for port in ports}
    wanted = [asked(port, estate.site.site.profiles[port.profile], following[port.port]) for port in ports]
    verdicts = wait_for(session, wanted, estate, seconds=wait)
    rows = tuple(
        stage_row(
            port,
            estate.site.site.profiles[port.profile],
            following[port.port],
            verdict,
            key=_key(estate, port, following[port.port]),
        )
        for port, verdict in zip(ports, verdicts, strict=True)
    )
    return Result(host=task.host, result=rows)


def _next(estate: Estate, port: PortIntent) -> Stage | None:
    return next_stage(port, estate.site.site.profiles[port.profile], estate.pack(port.switch))


def _key(estate: Estate, port: PortIntent, following: Stage | None) -> KeyEvidence | None:
    if not needs_camera_key(port, estate.site.site.profiles[port.profile], following):
        return None
    link = estate.site.site.keys.get(port.camera)
    camera = next(each for each in estate.site.site.cameras if each.name == port.camera)
    return _asked_camera(camera, link.ckn if link else None, estate)


def _asked_camera(camera: Camera, ckn: str | None, estate: Estate) -> KeyEvidence:
    try:
        end = estate.camera_end(camera)
        if end is None:
            return key_evidence(camera.name, ckn, None)
        try:
            return key_evidence(camera.name, ckn, end.state())
        finally:
            end.close()
    except CameraError as error:
        return key_evidence(camera.name, ckn, None, str(error))
