"""The site's settings in, a function that opens a camera's end by the API it has out."""

from __future__ import annotations

import ssl
from pathlib import Path

from portseal.core.camera_api import address_of, group_of
from portseal.core.errors import CameraError
from portseal.core.inventory import Camera
from portseal.core.secrets import Resolve
from portseal.core.settings import CameraGroup, CameraSettings
from portseal.transport.camera_end import CameraEnd, CameraEnds


def camera_ends(settings: CameraSettings, site: Path, resolve: Resolve) -> CameraEnds:
    """Opens the camera's end; None for a camera of no group."""

    def opened(camera: Camera) -> CameraEnd | None:
        from portseal.transport.axis import AxisCamera, Reach

        group = group_of(settings.groups, camera)
        if group is None:
            return None
        host = address_of(group, camera)
        if not host:
            raise CameraError(camera.name, "has no address; give it an `ip` in cameras.csv")
        reach = Reach(
            host=host,
            port=group.port,
            user=group.user,
            password=resolve(group.password),
            trust=trust(group, site, camera.name),
            made_out_to=camera.name if group.certificate_name == "name" else None,
            timeout=settings.timeout_seconds,
        )
        return AxisCamera(camera, reach)

    return opened


def trust(group: CameraGroup, site: Path, camera: str) -> ssl.SSLContext:
    """What a camera's HTTPS certificate has to be signed by and made out to.

    Raises:
        CameraError: the authority's file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=str(site / group.ca) if group.ca else None)
    except OSError as error:
        why = error.strerror or "it holds no certificate"
        raise CameraError(camera, f"its authority's file {site / group.ca} cannot be used: {why}") from None
    if group.accept_any_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
