"""The MACsec lab: in the machine a switch with a camera behind each port and a recorder; outside it the RADIUS server and the engineer.

::

    engineer, radius 10.97.0.1 ── tap ── vec0 10.97.0.2, switch ── br0 ──┬── (ms-swp1) swp1 ── cam-01
                                                                         ├── …
                                                                         └── uplink ── recorder 10.98.0.1
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab import artifacts
from lab.campus import RECORDER, SECRET
from lab.certs import authority, issue, revoke
from lab.machine import MACHINE, Machine
from lab.net import Keeper, LabError, wait_for
from lab.radius import Radius
from lab.secure_camera import SecureCamera
from lab.switch import install_agent

ENGINEER = "engineer"


class SecureCampus:
    """Everything that was built, by name."""

    def __init__(self, keeper: Keeper, ports: int) -> None:
        kernel, hostapd = artifacts.kernel(), artifacts.hostapd()
        self.keeper = keeper
        install_agent(keeper)
        keeper.run("install", "-m", "755", str(hostapd), "/usr/local/sbin/hostapd")
        keeper.network([f"netns add {ENGINEER}"])
        keeper.run("ip", "-n", ENGINEER, "link", "set", "lo", "up")
        self.machine = Machine(keeper, ENGINEER, kernel)
        self.cameras = [
            SecureCamera(self.machine, keeper.work, f"cam-{n:02}", f"10.98.0.{10 + n}", f"02:00:00:00:00:{n:02x}")
            for n in range(1, ports + 1)
        ]
        folder = keeper.work / "certificates"
        folder.mkdir()
        self.ca = authority(folder, "camera-ca")
        server = issue(folder, self.ca, "radius.lab", server=True)
        self.certificates = {camera.name: issue(folder, self.ca, camera.name) for camera in self.cameras}
        trusted = revoke(folder, self.ca, ())
        self.radius = Radius(keeper, ENGINEER, client=MACHINE, certificate=server, ca=trusted)
        self.radius.start(SECRET)
        self.machine.run(self._cables(), seconds=120)

    def _cables(self) -> str:
        """Shell that makes namespaces, bridge and wires: ports are ordinary bridge ports at first."""
        lines = ["set -e", "ip netns add recorder", "ip link add uplink type veth peer name eth0 netns recorder"]
        lines += [
            "ip link add br0 type bridge mcast_snooping 0",
            "ip link set br0 up",
            "ip link set uplink master br0 up",
        ]
        lines += [f"ip -n recorder address add {RECORDER}/24 dev eth0", "ip -n recorder link set eth0 up"]
        for number, camera in enumerate(self.cameras, 1):
            lines.append(f"ip netns add {camera.name}")
            lines.append(f"ip link add swp{number} type veth peer name eth0 netns {camera.name} address {camera.mac}")
            lines.append(f"ip link set swp{number} master br0 up")
            lines.append(camera.setting_up())
        return "\n".join(lines)

    def camera(self, number: int) -> SecureCamera:
        """What hangs behind `swp<number>`."""
        return self.cameras[number - 1]

    def agent(self, *arguments: str, check: bool = True) -> str:
        """What one `portseal-switch` command prints on the switch's console."""
        done = self.machine.run(f"portseal-switch {' '.join(arguments)}", check=check)
        return done.stdout + done.stderr

    def rows(self, table: str) -> dict[str, dict[str, str]]:
        """The rows of `links`, `sessions`, `mka` or `macsec` by port, each by column."""
        head, *lines = self.agent(table).splitlines()
        found = [dict(zip(head.split(), line.split(), strict=True)) for line in lines]
        return {row["Interface"]: row for row in found}

    def session(self, port: str) -> dict[str, str]:
        """The session of a port; empty where there is none."""
        return self.rows("sessions").get(port, {})

    def transmit_key(self, channel: str) -> str:
        """The identifier of the SAK that a MACsec interface of the switch sends under; empty where it has none."""
        shown = self.machine.run(f"ip macsec show {channel}").stdout
        found = re.search(r"TXSC:(?:.*\n\s+\d: PN \d+, state off.*)*.*\n\s+\d: PN \d+, state on, key (\w+)", shown)
        return found[1] if found else ""

    def reaching(self, address: str, cameras: Sequence[SecureCamera], *, tries: int = 3) -> set[str]:
        """The names of those of `cameras` for which any of `tries` pings is answered; all try at once."""
        pings = [
            f"ip netns exec {each.name} ping -n -q -i 0.2 -W 0.5 -c {tries} {address} >/dev/null 2>&1 && echo {each.name} &"
            for each in cameras
        ]
        return set(self.machine.run("\n".join([*pings, "wait"])).stdout.split())

    def wait_for_key(self, port: str, ckn: str, seconds: float) -> None:
        """Wait on the switch's own console until the daemon of `port` has this CKN: to ask from outside would slow what is waited for.

        Raises:
            LabError: it has not within `seconds`.
        """
        rounds = int(seconds / 0.2)
        waiting = f"for _ in $(seq {rounds}); do grep -qs {ckn} /run/portseal/mka/.{port}.conf && exit 0; sleep 0.2; done; exit 1"
        if self.machine.run(waiting, check=False, seconds=seconds * 5).returncode:
            raise LabError(f"the daemon of {port} has no CKN {ckn} within {seconds:g} s")

    def wait_for_status(self, port: str, status: str, seconds: float = 20.0) -> float:
        """Seconds until MKA on `port` has this status."""
        return wait_for(f"{port} is {status}", lambda: self.rows("mka")[port]["Status"] == status, seconds, every=0.2)


@contextmanager
def built(ports: int) -> Iterator[SecureCampus]:
    """The lab, and nothing left of it afterwards."""
    work = Path(tempfile.mkdtemp(prefix="portseal-lab-"))
    keeper = None
    try:
        keeper = Keeper(work)
        yield SecureCampus(keeper, ports)
    finally:
        if keeper is not None:
            keeper.close()
        shutil.rmtree(work, ignore_errors=True)
