"""The site that portseal is given: what an engineer would write for the lab's one switch."""

from __future__ import annotations

from pathlib import Path

from lab.campus import RADIUS, Campus

SWITCH = "sw-lab"
MAB_PORTS = (5, 6)

PROFILES = """\
[eap-tls]
description = "cameras with a certificate"
[eap-tls.dot1x]
eap = "eap-tls"
tx_period = 2
max_reauth_requests = 1
reauthentication = {reauthentication}

[by-mac]
description = "old cameras without a supplicant"
[by-mac.dot1x]
methods = ["dot1x", "mab"]
violation = "restrict"
tx_period = 1
max_reauth_requests = 1
reauthentication = {mab_reauthentication}
"""
SETTINGS = """\
schema_version = 1
name = "lab"
[secrets]
sources = ["env:PORTSEAL_SECRET_"]
[apply]
timer_minutes = 1
verify_seconds = 20
poll_seconds = 0.5
"""


class Site:
    """The directory of the site; its files are written anew by `write`."""

    def __init__(self, campus: Campus) -> None:
        self._campus = campus
        self.path = campus.keeper.work / "site"
        self.path.mkdir()
        self.write()

    def write(self, *, reauthentication: int = 3600, mab_reauthentication: int = 3600) -> None:
        """All files, with these reauthentication periods in the two profiles."""
        campus = self._campus
        rows = ["name,mac,switch,port,profile,supplicant"]
        for number, station in enumerate(campus.stations, 1):
            kind = "by-mac,none" if number in MAB_PORTS else "eap-tls,eap-tls"
            rows.append(f"{station.name},{station.inventory_mac},{SWITCH},swp{number},{kind}")
        self._put("cameras.csv", "\n".join(rows) + "\n")
        periods = {"reauthentication": reauthentication, "mab_reauthentication": mab_reauthentication}
        self._put("profiles.toml", PROFILES.format(**periods))
        self._put("portseal.toml", SETTINGS)
        self._put("defaults.yaml", "---\n{}\n")
        self._put("hosts.yaml", f"---\n{SWITCH}:\n  hostname: {campus.switch.address}\n  groups: [access]\n")
        self._put("groups.yaml", self._groups(campus.switch.folder / "user_key"))
        self._put("known_hosts", campus.switch.known_hosts)

    @staticmethod
    def _groups(key: Path) -> str:
        return (
            "---\naccess:\n  platform: linux_hostapd\n  data:\n"
            f"    login: {{username: root, key_file: {key}}}\n"
            f"    radius: {{servers: [{{name: lab, address: {RADIUS}, key: radius/lab}}]}}\n"
        )

    def _put(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")
