"""The site's settings in, a function that opens a camera's end by the API it has out."""

from __future__ import annotations

import ssl
from functools import lru_cache
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
    where = site / group.ca
    try:
        pem = where.read_bytes().decode("ascii", errors="ignore") if group.ca else None
        if (
            pem is not None and "-----BEGIN CERTIFICATE-----" not in pem
        ):  # an empty one would mean: whatever this machine trusts
            raise CameraError(camera, f"its authority's file {where} cannot be used: it holds no certificate in PEM")
        return _context(pem, checked=not group.accept_any_certificate)
    except OSError as error:
        raise CameraError(camera, f"its authority's file {where} cannot be used: {error.strerror or error}") from None


@lru_cache(maxsize=8)
def _context(pem: str | None, *, checked: bool) -> ssl.SSLContext:
    """Shared between cameras: loading what a machine trusts takes longer than talking to one."""
    context = ssl.create_default_context(cadata=pem)
    if not checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
