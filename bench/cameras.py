"""How long the cameras' own ends take to be read: side by side, and with some that are silent.

`python bench/cameras.py [--cameras N] [--workers N]` prints a table, and the same as JSON on the last line. Cameras are simulated in the
same process, so half of the processor's time is theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import tempfile
import time
from pathlib import Path

from portseal.estate import open_estate
from portseal.read_cameras import read_cameras
from portseal.simulator.farm import Farm
from portseal.simulator.world import CameraSpec, Device, PortSpec, SwitchSpec

TIMEOUT = 2.0
PORTS = 48
PROFILE = '[p]\n[p.dot1x]\nmethods = ["mab"]\n'
HOSTS = "---\nacc-01:\n  hostname: 192.0.2.1\n  platform: cisco_iosxe\n  data:\n    radius: {servers: [{name: n, address: 192.0.2.2, key: r/n}]}\n"


def measured(cameras: int, silent: int, workers: int) -> tuple[float, int]:
    """Seconds for reading all of them, and how many answered."""
    macs = [f"ac:cc:8e:00:{n // 256:02x}:{n % 256:02x}" for n in range(1, cameras + 1)]
    names = [f"cam-{n:03}" for n in range(1, cameras + 1)]
    ports = [f"GigabitEthernet{1 + n // PORTS}/0/{n % PORTS + 1}" for n in range(cameras)]
    devices = [
        Device(mac=mac, name=name, macsec="static", ckn="a1b2", cak="aa" * 16)
        for mac, name in zip(macs, names, strict=True)
    ]
    switch = SwitchSpec(
        name="acc-01",
        platform="cisco_iosxe",
        running_config="hostname acc-01\n",
        ports=tuple(PortSpec(name=port, device=device) for port, device in zip(ports, devices, strict=True)),
    )
    specs = [
        CameraSpec(name=name, mac=mac, switch="acc-01", port=port, password="bench", in_band=False)
        for name, mac, port in zip(names, macs, ports, strict=True)
    ]
    with (
        Farm([switch], username="a", password="b", cameras=specs) as farm,
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0), backlog=silent + 1) as nobody,  # takes connections and says nothing
    ):
        site = Path(folder)
        lines = [f"{n},{m},acc-01,{p},p" for n, m, p in zip(names, macs, ports, strict=True)]
        (site / "cameras.csv").write_text("name,mac,switch,port,profile\n" + "\n".join(lines) + "\n")
        (site / "profiles.toml").write_text(PROFILE)
        (site / "hosts.yaml").write_text(HOSTS)
        (site / "ca.pem").write_text(farm.authority.pem)
        text = f"[cameras]\nworkers = {workers}\ntimeout_seconds = {TIMEOUT}\n"
        for number, name in enumerate(names):
            port = nobody.getsockname()[1] if number < silent else farm.cameras[name].port
            text += f'[cameras.groups.{name}]\napi = "axis"\nnames = ["{name}"]\nuser = "root"\npassword = "l/c"\n'
            text += f'address = "127.0.0.1"\nport = {port}\nca = "ca.pem"\n'
        (site / "portseal.toml").write_text(text + '[secrets]\nsources = ["env:BENCH_"]\n')
        estate = open_estate(site)
        begun = time.perf_counter()
        views = read_cameras(estate, estate.site.site.cameras)
        return time.perf_counter() - begun, sum(view.state is not None for view in views.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=200)
    parser.add_argument("--workers", type=int, default=20)
    asked = parser.parse_args()
    os.environ["BENCH_L_C"] = "bench"
    rows = []
    print(f"{'cameras':>8} {'silent':>7} {'workers':>8} {'seconds':>8} {'answered':>9}")
    for silent in (0, asked.cameras // 10):
        seconds, answered = measured(asked.cameras, silent, asked.workers)
        rows.append({"cameras": asked.cameras, "silent": silent, "seconds": round(seconds, 2), "answered": answered})
        print(f"{asked.cameras:>8} {silent:>7} {asked.workers:>8} {seconds:>8.2f} {answered:>9}")
    print(json.dumps({"timeout_seconds": TIMEOUT, "rows": rows}))


if __name__ == "__main__":
    main()
