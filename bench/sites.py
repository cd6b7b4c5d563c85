"""Sites to measure with: alike switches, a camera on every port, all of them sealed by 802.1X with MACsec."""

from __future__ import annotations

from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "inventory" / "example-campus"
PLATFORM = "cisco_iosxe"
LOGIN_USER = "admin"
LOGIN_PASSWORD = "bench-password"
_HEADER = "name,mac,switch,port,profile,ip,model,serial,vlan,identity,supplicant,macsec,recorder,location,stage\n"
_SETTINGS = """\
schema_version = 1
name = "bench"
[apply]
timer_minutes = 15
verify_seconds = 300
plan_valid_hours = 72
{settings}
[secrets]
sources = ["env:PORTSEAL_SECRET_"]
"""


def write_site(path: Path, *, switches: int, ports: int, settings: str = "") -> None:
    """A site of so many switches with so many cameras each; `settings` are lines of `[apply]` in portseal.toml.

    More than 48 ports make a stack: GigabitEthernet2/0/1 follows GigabitEthernet1/0/48.
    """
    path.mkdir(parents=True, exist_ok=True)
    for name in ("profiles.toml", "groups.yaml", "defaults.yaml"):
        (path / name).write_text((EXAMPLE / name).read_text(encoding="utf-8"), encoding="utf-8")
    (path / "portseal.toml").write_text(_SETTINGS.format(settings=settings), encoding="utf-8")
    hosts = (f"acc-{n}:\n  hostname: 192.0.2.{n % 254 + 1}\n  groups: [access]\n" for n in range(switches))
    (path / "hosts.yaml").write_text("---\n" + "".join(hosts), encoding="utf-8")
    rows = (_row(n, ports) for n in range(switches * ports))
    (path / "cameras.csv").write_text(_HEADER + "".join(rows), encoding="utf-8")


def _row(n: int, ports: int) -> str:
    switch, at = divmod(n, ports)
    return (
        f"cam-{n},ac:cc:8e:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x},acc-{switch},Gi{at // 48 + 1}/0/{at % 48 + 1},"
        f"eap-tls-macsec,198.51.100.{n % 254 + 1},AXIS P3265-LVE,ACCC8E{n:06X},110,axis-accc8e{n:06x},eap-tls,derived,"
        f"rec-{n % 40:02d},Building {n % 90},sealed\n"
    )
