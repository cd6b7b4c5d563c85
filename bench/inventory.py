"""How long a site takes to be read, checked and turned into intents, at 10,000 and 100,000 cameras.

`python bench/inventory.py [--cameras N]...` prints a table, and the same as JSON on the last line. One run of each size counts:
what is measured takes long enough.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from portseal.core.camera_rules import Known, check_cameras
from portseal.core.cameras import read_cameras
from portseal.site import inspect_site

EXAMPLE = Path(__file__).parents[1] / "inventory" / "example-campus"
PORTS = 48


class Measured(NamedTuple):
    """One size."""

    cameras: int
    switches: int
    read_seconds: float
    """cameras.csv as text to validated rows."""
    rules_seconds: float
    """Rows together: duplicates, ports, references, abilities."""
    open_seconds: float
    """The whole site from its directory: the two above, the YAML of the hosts, intents, capability."""
    rows_per_second: int
    """Cameras of the whole site by `open_seconds`."""
    peak_mebibytes: int
    """Of this process so far."""


def write_site(path: Path, cameras: int) -> int:
    """A site of alike switches with 48 cameras each, with the example's profiles; the number of its switches."""
    for name in ("profiles.toml", "portseal.toml", "groups.yaml", "defaults.yaml"):
        (path / name).write_text((EXAMPLE / name).read_text(encoding="utf-8"), encoding="utf-8")
    switches = -(-cameras // PORTS)
    hosts = (f"acc-{n}:\n  hostname: 192.0.2.{n % 254 + 1}\n  groups: [access]\n" for n in range(switches))
    (path / "hosts.yaml").write_text("".join(hosts), encoding="utf-8")
    header = "name,mac,switch,port,profile,ip,model,serial,vlan,identity,supplicant,macsec,recorder,location,stage\n"
    rows = (
        f"cam-{n},ac:cc:8e:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x},acc-{n // PORTS},Gi1/0/{n % PORTS + 1},"
        f"eap-tls-macsec,198.51.100.{n % 254 + 1},AXIS P3265-LVE,ACCC8E{n:06X},110,axis-accc8e{n:06x},eap-tls,derived,"
        f"rec-{n % 40:02d},Building {n % 90},sealed\n"
        for n in range(cameras)
    )
    (path / "cameras.csv").write_text(header + "".join(rows), encoding="utf-8")
    return switches


def measure(cameras: int) -> Measured:
    """One size, in a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        switches = write_site(path, cameras)
        text = (path / "cameras.csv").read_text(encoding="utf-8")
        begun = time.perf_counter()
        read = read_cameras(text)
        reading = time.perf_counter() - begun
        begun = time.perf_counter()
        opened, findings = inspect_site(path)
        whole = time.perf_counter() - begun
        if opened is None:
            raise SystemExit(f"the measured site is wrong: {findings[0].message}")
        platforms = {name: switch.platform for name, switch in opened.site.switches.items()}
        profiles = opened.site.profiles
        begun = time.perf_counter()
        check_cameras(read.rows, Known(platforms, opened.packs, profiles, frozenset(profiles), frozenset()))
        rules = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Measured(
        cameras, switches, round(reading, 2), round(rules, 2), round(whole, 2), round(cameras / whole), peak
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, action="append", help="a size; may be given several times")
    sizes = parser.parse_args().cameras or [10_000, 100_000]
    results = [measure(size) for size in sizes]
    print("cameras  switches  csv s  rules s  whole site s  rows/s  peak MiB")
    for it in results:
        print(
            f"{it.cameras:7}  {it.switches:8}  {it.read_seconds:5.2f}  {it.rules_seconds:7.2f}  {it.open_seconds:12.2f}"
            f"  {it.rows_per_second:6}  {it.peak_mebibytes:8}"
        )
    print(json.dumps({"benchmark": "inventory", "results": [it._asdict() for it in results]}))


if __name__ == "__main__":
    main()
