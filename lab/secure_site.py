"""The site of the MACsec lab: what an engineer would write for its one switch, and the keys of its links."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import NamedTuple

from lab.machine import MACHINE, OUTSIDE
from lab.secure_campus import SecureCampus
from lab.site import SETTINGS, SWITCH

PROFILES = """\
[static]
description = "a key of its own for each link"
[static.dot1x]
mode = "off"
[static.macsec]
policy = "must-secure"
cak = "static"

[derived]
description = "EAP-TLS, and the key that comes of it"
[derived.dot1x]
eap = "eap-tls"
tx_period = 2
max_reauth_requests = 1
reauthentication = {reauthentication}
[derived.macsec]
policy = "must-secure"
cak = "derived"
"""


class Key(NamedTuple):
    """A static key of a link."""

    ckn: str
    cak: str


def new_key() -> Key:
    """A key that no other link has."""
    return Key(secrets.token_hex(8), secrets.token_hex(16))


class SecureSite:
    """The directory of the site; its files are written anew by `write`."""

    def __init__(self, campus: SecureCampus, derived: tuple[int, ...], should_secure: tuple[int, ...]) -> None:
        self._campus, self._derived = campus, derived
        self.should_secure = set(should_secure)
        """Numbers of the ports that are at the stage should-secure."""
        self.keys = {c.name: new_key() for n, c in enumerate(campus.cameras, 1) if n not in derived}
        self.reauthentication = 0
        self.path = campus.keeper.work / "site"
        self.path.mkdir()
        self.write()

    def write(self) -> None:
        """All files, as keys and stages are now."""
        rows = ["name,mac,switch,port,profile,supplicant,macsec,stage"]
        for number, camera in enumerate(self._campus.cameras, 1):
            kind = "derived,eap-tls,derived" if number in self._derived else "static,none,static"
            stage = "should-secure" if number in self.should_secure else "sealed"
            rows.append(f"{camera.name},{camera.mac},{SWITCH},swp{number},{kind},{stage}")
        self._put("cameras.csv", "\n".join(rows) + "\n")
        self._put("profiles.toml", PROFILES.format(reauthentication=self.reauthentication))
        keys = [f'[{name}]\nckn = "{key.ckn}"\ncak = "cak/{name}"\n' for name, key in self.keys.items()]
        self._put("keys.toml", "\n".join(keys))
        self._put(
            "portseal.toml",
            SETTINGS.replace("verify_seconds = 20", "verify_seconds = 60").replace(
                "timer_minutes = 1", "timer_minutes = 3"
            )
            + "counter_pause_seconds = 1\n",  # cameras send five frames a second
        )
        self._put("defaults.yaml", "---\n{}\n")
        self._put("hosts.yaml", f"---\n{SWITCH}:\n  hostname: {MACHINE}\n  groups: [access]\n")
        self._put("groups.yaml", self._groups(self._campus.machine.folder / "user_key"))
        self._put("known_hosts", self._campus.machine.known_hosts)

    @staticmethod
    def _groups(key: Path) -> str:
        return (
            "---\naccess:\n  platform: linux_hostapd\n  data:\n"
            f"    login: {{username: root, key_file: {key}}}\n"
            f"    radius: {{servers: [{{name: lab, address: {OUTSIDE}, key: radius/lab}}]}}\n"
        )

    def _put(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")
