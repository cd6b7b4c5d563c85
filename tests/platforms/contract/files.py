"""A site in, the files that an engineer would have written for it out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contract.profiles import Choice
from portseal.core.inventory import Site

SETTINGS = """\
schema_version = 1
name = "contract"
[apply]
timer_minutes = 2
verify_seconds = 6
poll_seconds = 0.2
counter_pause_seconds = 0.1
[connect]
tries = 1  # a real switch reboots for longer than anybody tries; the simulated one does not
"""


def write_site(site: Site, choices: Mapping[str, Choice], folder: Path) -> None:
    """Write `site` into `folder`; `choices` are its profiles as profiles.toml has them."""
    folder.mkdir()
    write_cameras(site, folder)
    (folder / "profiles.toml").write_text("".join(_tables(choices)), encoding="utf-8")
    keys = {name: {"ckn": key.ckn, "cak": key.cak, "size": key.size} for name, key in site.keys.items()}
    (folder / "keys.toml").write_text("".join(_tables(keys)), encoding="utf-8")
    hosts = {
        switch.name: {
            "hostname": switch.address,
            "platform": switch.platform,
            "data": {
                "login": {"username": "portseal", "password": "login/switches"},
                "radius": switch.radius.model_dump(mode="json") if switch.radius else None,
                "options": dict(switch.options),
            },
        }
        for switch in site.switches.values()
    }
    (folder / "hosts.yaml").write_text(f"---\n{json.dumps(hosts, indent=1)}\n", encoding="utf-8")
    (folder / "groups.yaml").write_text("---\n{}\n", encoding="utf-8")
    (folder / "defaults.yaml").write_text("---\n{}\n", encoding="utf-8")
    (folder / "portseal.toml").write_text(SETTINGS, encoding="utf-8")


def write_cameras(site: Site, folder: Path) -> None:
    """Write the site's cameras.csv."""
    columns = ("name", "mac", "switch", "port", "profile", "vlan", "supplicant", "macsec", "stage")
    with (folder / "cameras.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, columns, extrasaction="ignore")
        rows.writeheader()
        rows.writerows(camera.model_dump(mode="json") for camera in site.cameras)


def _tables(tables: Mapping[str, Any], *above: str) -> Iterator[str]:
    """TOML of nested tables whose values JSON writes as TOML does: texts, numbers, lists of them."""
    for name, table in tables.items():
        plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
        head = ".".join((*above, name))
        yield f"[{head}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in plain.items())
        yield from _tables({k: v for k, v in table.items() if isinstance(v, Mapping)}, *above, name)
