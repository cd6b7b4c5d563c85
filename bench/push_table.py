"""Pushing the same lines of 48 ports to one switch, by everybody, at 0 and 50 ms of added round-trip time."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

from bench import peers
from bench.lines import has_them, lines
from bench.measure import in_child, medians
from bench.sites import write_site
from bench.switches import Switches
from bench.table import Table, beside

AT_ONCE = 6
"""How many of those that mostly wait run at a time."""


class Client(NamedTuple):
    """A way of pushing."""

    name: str
    module: str
    how: tuple[str, ...] = ()
    peer: bool = False
    """It runs in the peers' environment."""
    waits: bool = False
    """It takes many seconds and little of the processor, so that several of them can be measured at a time."""


OURS = "portseal"
RAW = "netmiko, one raw write"
PLAIN = "netmiko send_config_set"
ANSIBLE = "Ansible ios_config"
TUNED = "Ansible ios_config, timers tuned"
CLIENTS = (
    Client(OURS, "portseal"),
    Client(RAW, "netmiko_way", ("raw",)),
    Client("asyncssh, one raw write", "asyncssh_way"),
    Client("scrapli, echoes not looked at", "scrapli_way", ("eager",), peer=True),
    Client("napalm merge by SCP", "napalm_way", peer=True),
    Client("netmiko cmd_verify=False", "netmiko_way", ("unverified",), waits=True),
    Client(PLAIN, "netmiko_way", ("lines",), waits=True),
    Client("nornir-netmiko send_config", "nornir_way", ("send_config",), peer=True, waits=True),
    Client("scrapli send_inputs", "scrapli_way", ("lines",), peer=True, waits=True),
    Client(TUNED, "ansible_way", ("tuned",), peer=True, waits=True),
    Client(ANSIBLE, "ansible_way", peer=True, waits=True),
)
COLUMNS = (
    ("client", "client", 0),
    ("delay_ms", "delay, ms", 0),
    ("round_trips", "round trips", 0),
    ("login_seconds", "login, s", 2),
    ("work_seconds", "push, s", 3),
    ("seconds", "both, s", 2),
    ("times", "both ÷ portseal's", 1),
    ("cpu_seconds", "client CPU, s", 2),
    ("peak_mb", "peak, MB", 0),
    ("runs", "runs", 0),
)


def push_table(runs: int, *, quick: bool) -> Table:
    """The table; `quick` leaves those out that take minutes, and the delay of 0."""
    clients = [client for client in CLIENTS if not (quick and client.waits)]
    if any(client.peer for client in clients):
        peers.install()
    rows = []
    for delay in (0.05,) if quick else (0.0, 0.05):
        found = _measured(clients, delay, runs)
        some = [
            {"client": c.name, "delay_ms": delay * 1000, **medians(found[c.name]), "runs": len(found[c.name])}
            for c in clients
        ]
        beside(some, "seconds", some[0], into="times")
        rows += some
    counted = (
        f"{len(lines(48))} lines: 48 ports of 802.1X with MACsec, 17 switch-wide ones. Every run is a process of its own that logs in to a simulated "
        "IOS-XE switch, which is in another process. Round trips are those the switch sees, its login's included and the SSH handshake's not: how often more was "
        "typed after it had answered something (a client that does not wait for answers may have typed anyway). Login: TCP, SSH, prompt, terminal settings. Ansible is the whole "
        "command, for it has no other way; its peak is that of its largest process. Medians. "
        f"Clients that mostly wait were measured {AT_ONCE} at a time, the others alone and in turn."
    )
    return Table("push", "Push of 48 ports to one switch", counted, COLUMNS, rows)


def _measured(clients: list[Client], delay: float, runs: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with _switches(AT_ONCE, delay) as switches:
        free: Queue[str] = Queue()
        for name in switches.ports:
            free.put(name)

        def once(client: Client) -> None:
            name = free.get()
            print(f"push: {client.name}, {delay * 1000:.0f} ms", file=sys.stderr, flush=True)
            try:
                found[client.name].append(push(client, switches, name))
            finally:
                free.put(name)

        for _ in range(runs):
            for client in clients:
                if not client.waits:
                    once(client)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            slow = [client for client in reversed(clients) if client.waits]
            list(pool.map(once, [client for client in slow for _ in range(runs)]))
    return found


@contextmanager
def _switches(number: int, delay: float) -> Iterator[Switches]:
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder) / "origin", switches=number, ports=48)
        with Switches(Path(folder) / "origin", copy=Path(folder) / "site", delay=delay) as switches:
            yield switches


def push(client: Client, switches: Switches, name: str, what: str = "push") -> dict[str, Any]:
    """One run of one client on one switch.

    Raises:
        SystemExit: the switch does not have what was pushed.
    """
    job: dict[str, Any] = {"known_hosts": str(switches.known_hosts), "lines": lines(48)}
    if client.module == "nornir_way":
        job["switches"] = {name: switches.ports[name]}
    else:
        job |= {"port": switches.ports[name], "switch": name, "what": what}
    before = switches.counts()[name]
    python = str(peers.PYTHON) if client.peer else sys.executable
    cost = in_child(f"bench.clients.{client.module}", job, arguments=client.how, python=python)
    if what == "push" and not has_them(switches.running_config(name), 48):
        raise SystemExit(f"{client.name}: the switch does not have what was pushed")
    return {**cost, "round_trips": switches.counts()[name].round_trips - before.round_trips}
