"""The part of a simulated site's copy that leads to simulated cameras, and to no other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portseal.simulator.farm import Farm

CAMERA_LOGIN = "login/simulated-cameras"
_TABLES = re.compile(r"^\[cameras\b[^\]]*\][^\n]*\n(?:(?!\[).*\n?)*", re.MULTILINE)


def lead_to_cameras(target: Path, farm: Farm) -> dict[str, str]:
    """Settings of the copy at `target` with the farm's cameras instead of the site's; the secrets that go with them."""
    settings = target / "portseal.toml"
    text = _TABLES.sub("", settings.read_text(encoding="utf-8")) if settings.is_file() else "schema_version = 1\n"
    known: dict[str, str] = {}
    for camera in farm.cameras.values():
        known[CAMERA_LOGIN] = camera.password
        text = text.rstrip("\n") + (
            f"\n\n[cameras.groups.{json.dumps(camera.name)}]\n"
            f'api = "axis"\nnames = [{json.dumps(camera.name)}]\nuser = {json.dumps(camera.user)}\n'
            f'password = "{CAMERA_LOGIN}"\naddress = "{camera.host}"\nport = {camera.port}\nca = "simulated-cameras.pem"\n'
        )
    if known:
        (target / "simulated-cameras.pem").write_text(farm.authority.pem, encoding="ascii")
    settings.write_text(text, encoding="utf-8")
    return known
