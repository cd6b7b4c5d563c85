"""The whole lab: a switch with ports, a device behind each, a RADIUS server, a recorder behind the uplink, an engineer.

::

    engineer ── 10.98.2.0/24 ──┐                      ┌── swp1 ── cam-01
    radius ──── 10.98.1.0/24 ──┤ switch ── br0 ───────┼── swp2 ── cam-02
                               └────────────┴─ uplink └── swp3 … swp6
                                                 └── recorder 10.98.0.1/24
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.certs import Authority, Identity, authority, issue, revoke
from lab.net import Keeper
from lab.radius import Radius
from lab.station import Station
from lab.switch import Switch

RECORDER = "10.98.0.1"
RADIUS = "10.98.1.2"
SWITCH_TO_RADIUS = "10.98.1.1"
SWITCH = "10.98.2.1"
ENGINEER = "10.98.2.2"
SECRET = "lab-radius-secret-5f2c"


class Campus:
    """Everything that was built, by name."""

    def __init__(self, keeper: Keeper, ports: int) -> None:
        self.keeper = keeper
        self.stations = [
            Station(keeper, f"cam-{n:02}", f"10.98.0.{10 + n}", f"02:00:00:00:00:{n:02x}") for n in range(1, ports + 1)
        ]
        _cables(keeper, self.stations)
        folder = keeper.work / "certificates"
        folder.mkdir()
        self.ca: Authority = authority(folder, "camera-ca")
        self.wrong_ca: Authority = authority(folder, "wrong-ca")
        self.server = issue(folder, self.ca, "radius.lab", server=True)
        self.good: dict[str, Identity] = {s.name: issue(folder, self.ca, s.name) for s in self.stations}
        self.wrong = issue(folder, self.wrong_ca, "cam-02")
        self.revoked = issue(folder, self.ca, "cam-03-stolen")
        trusted = revoke(folder, self.ca, (self.revoked.serial,))
        self.radius = Radius(keeper, "radius", client=SWITCH_TO_RADIUS, certificate=self.server, ca=trusted)
        self.switch = Switch(keeper, "switch", SWITCH)

    def port(self, number: int) -> Station:
        """What hangs behind `swp<number>`."""
        return self.stations[number - 1]

    def authenticate(self, number: int) -> None:
        """Start the supplicant behind `swp<number>` with the certificate that belongs there."""
        station = self.port(number)
        station.supplicant(station.name, self.good[station.name], self.ca.file)


def _cables(keeper: Keeper, stations: list[Station]) -> None:
    """Namespaces, bridge and wires: ports are ordinary bridge ports at first, as on a switch out of its box."""
    others = ("switch", "radius", "recorder", "engineer")
    lines = [f"netns add {name}" for name in (*others, *(s.name for s in stations))]
    wires = [(f"swp{n}", s.name, s.address, s.mac) for n, s in enumerate(stations, 1)]
    wires.append(("uplink", "recorder", RECORDER, "02:00:00:00:01:01"))
    wires.append(("mgmt", "engineer", ENGINEER, "02:00:00:00:01:02"))
    wires.append(("aaa", "radius", RADIUS, "02:00:00:00:01:03"))
    for port, name, _, mac in wires:
        lines.append(f"link add {port} netns switch type veth peer name eth0 netns {name} address {mac}")
    keeper.network(lines)
    for name in [*(s.name for s in stations), "radius", "recorder", "engineer", "switch"]:
        inside = ["link set lo up"]
        inside += [f"address add {address}/24 dev eth0" for _, where, address, _ in wires if where == name]
        inside += ["link set eth0 up"] if name != "switch" else _switch([port for port, *_ in wires])
        keeper.run("ip", "-n", name, "-batch", "-", data="\n".join(inside) + "\n")


def _switch(ports: list[str]) -> list[str]:
    bridged = [port for port in ports if port.startswith("swp") or port == "uplink"]
    return [
        "link add br0 type bridge mcast_snooping 0",
        "link set br0 up",
        *(f"link set {port} master br0" for port in bridged),
        f"address add {SWITCH}/24 dev mgmt",
        f"address add {SWITCH_TO_RADIUS}/24 dev aaa",
        *(f"link set {port} up" for port in ports),
    ]


@contextmanager
def built(ports: int, *, macs: Sequence[int] = (), ssh: bool = True) -> Iterator[Campus]:
    """The lab, and nothing left of it afterwards; `macs`: numbers of the ports whose MAC the RADIUS server knows."""
    work = Path(tempfile.mkdtemp(prefix="portseal-lab-"))
    keeper = None
    try:
        keeper = Keeper(work)
        campus = Campus(keeper, ports)
        campus.radius.macs = [campus.port(number).mac for number in macs]
        campus.radius.start(SECRET)
        if ssh:
            campus.switch.serve_ssh()
        yield campus
    finally:
        if keeper is not None:
            keeper.close()
        shutil.rmtree(work, ignore_errors=True)
