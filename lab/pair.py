"""Two real Linux switches and one engineer: a playbook with a canary, of which one switch fails and comes back.

Two whole labs, each in namespaces of its own, and a wire from the engineer of the first to the switch of the second.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from lab.campus import RADIUS, RECORDER, SECRET, Campus, built
from lab.cases import Case, timed
from lab.net import SYSTEM_PATH
from lab.product import Product
from lab.site import PROFILES, SETTINGS

PORTS = 2
FIRST, SECOND = "sw-a", "sw-b"
NET = "10.99.2"
BOOK = """\
schema_version: 1
name: seal
action: seal
waves: {shares: ["1"], canaries: [sw-b]}
terms: {verify_seconds: 8, timer_minutes: 1}
"""


class Pair:
    """The two labs, the site of both, and the product."""

    def __init__(self, first: Campus, second: Campus) -> None:
        self.campuses = {FIRST: first, SECOND: second}
        self.path = first.keeper.work / "pair"
        self.path.mkdir()
        self.write()
        self.product = Product(first.keeper, self.path)
        self.book = self.path / "seal.yaml"
        self.book.write_text(BOOK)

    def write(self, *, reauthentication: int = 3600) -> None:
        """The site's files."""
        rows = ["name,mac,switch,port,profile,supplicant"]
        for name, campus in self.campuses.items():
            for number, station in enumerate(campus.stations, 1):
                rows.append(f"{name}-{station.name},{station.inventory_mac},{name},swp{number},eap-tls,eap-tls")
        self._put("cameras.csv", "\n".join(rows) + "\n")
        self._put("profiles.toml", PROFILES.format(reauthentication=reauthentication, mab_reauthentication=3600))
        self._put("portseal.toml", SETTINGS)
        self._put("defaults.yaml", "---\n{}\n")
        hosts = "".join(
            f"{name}:\n  hostname: {campus.switch.address}\n  groups: [access]\n"
            f"  data:\n    login: {{username: root, key_file: {campus.switch.folder / 'user_key'}}}\n"
            for name, campus in self.campuses.items()
        )
        self._put("hosts.yaml", f"---\n{hosts}")
        servers = f"{{servers: [{{name: lab, address: {RADIUS}, key: radius/lab}}]}}"
        self._put("groups.yaml", f"---\naccess:\n  platform: linux_hostapd\n  data:\n    radius: {servers}\n")
        self._put("known_hosts", "".join(campus.switch.known_hosts for campus in self.campuses.values()))

    def _put(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def run(self) -> str:
        """What the playbook came to: its exit code and, by switch, the ending."""
        done = self.product.run("run", str(self.book), "-s", str(self.path), "-y")
        endings = [
            f"{name} {next((word for word in ('rolled-back', 'not-begun', 'applied', 'armed') if _says(done, name, word)), '?')}"
            for name in self.campuses
        ]
        return f"exit {done.returncode}, {', '.join(endings)}"

    def files(self, name: str) -> str:
        """The owned files of a switch, by their digests."""
        return (
            self.campuses[name]
            .switch.run("sh", "-c", "cd /etc/portseal && find . -type f -exec sha256sum {} + | sort")
            .stdout
        )

    def reach(self) -> str:
        """How many cameras reach the recorder behind their switch."""
        stations = [station for campus in self.campuses.values() for station in campus.stations]
        end, waiting = time.monotonic() + 15, list(stations)
        while waiting and time.monotonic() < end:
            waiting = [station for station in waiting if not station.reaches(RECORDER, tries=1)]
        return f"{len(stations) - len(waiting)} of {len(stations)} reach the recorder"


def _says(done: subprocess.CompletedProcess[str], name: str, word: str) -> bool:
    return any(name in line and word in line for line in (done.stdout + done.stderr).splitlines())


def pair_cases(pair: Pair) -> Iterator[Case]:
    """A canary that fails, both that are sealed, and a second switch that fails and comes back."""
    everyone = "4 of 4 reach the recorder"
    yield timed("pair: unsealed, every camera", everyone, pair.reach)
    yield timed(
        "pair: the canary's RADIUS is dead",
        "exit 2, sw-a not-begun, sw-b rolled-back, files as before",
        lambda: _dead(pair, SECOND),
    )
    yield timed("pair: and every camera is there", everyone, pair.reach)
    yield timed("pair: canary first, then the other", "exit 0, sw-a applied, sw-b applied", pair.run)
    yield timed("pair: sealed, every camera", everyone, pair.reach)
    yield timed(
        "pair: the second switch fails and comes back",
        "exit 2, sw-a rolled-back, sw-b applied, files as before",
        lambda: _second(pair),
    )
    yield timed("pair: and every camera is there again", everyone, pair.reach)
    yield timed(
        "pair: the journal is whole",
        "exit 0",
        lambda: f"exit {pair.product.run('history', '--check', '-s', str(pair.path)).returncode}",
    )


def _dead(pair: Pair, name: str) -> str:
    """The playbook while one campus has no RADIUS server."""
    before = pair.files(name)
    pair.campuses[name].radius.stop()
    try:
        seen = pair.run()
    finally:
        pair.campuses[name].radius.start(SECRET)
    return f"{seen}, files {'as before' if pair.files(name) == before else 'changed'}"


def _second(pair: Pair) -> str:
    pair.write(reauthentication=1800)
    return _dead(pair, FIRST)


@contextmanager
def built_pair() -> Iterator[Pair]:
    """Two labs with a wire between them; nothing is left afterwards."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(built(PORTS, ssh=False)) for _ in range(2))
        _wire(first, second)
        second.switch.address = f"{NET}.1"
        for number, station in enumerate(second.stations, 1):
            station.plug(mac=f"02:00:00:00:02:{number:02x}")
            station.inventory_mac = station.mac
        for campus in (first, second):
            campus.switch.serve_ssh()
            for number in range(1, PORTS + 1):
                campus.authenticate(number)
        yield Pair(first, second)


def _wire(first: Campus, second: Campus) -> None:
    """From the engineer of the first to the switch of the second."""
    inside = ["nsenter", "-t", str(first.keeper.pid), "-n", "--", "ip", "link"]
    for command in (
        [*inside, "add", "wire", "type", "veth", "peer", "name", "far"],
        [*inside, "set", "far", "netns", str(second.keeper.pid)],
    ):
        subprocess.run(command, check=True, env={"PATH": SYSTEM_PATH})
    for keeper, device, where, address in (
        (first.keeper, "wire", "engineer", f"{NET}.2"),
        (second.keeper, "far", "switch", f"{NET}.1"),
    ):
        keeper.run("ip", "link", "set", device, "netns", where)
        keeper.run("ip", "-n", where, "address", "add", f"{address}/24", "dev", device)
        keeper.run("ip", "-n", where, "link", "set", device, "up")
