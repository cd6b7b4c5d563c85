"""Pushing the same lines of 48 ports to one switch, by everybody, at 0 and 50 ms of added round-trip time."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench import peers
from bench.lines import has_them, lines
from bench.measure import in_child, medians
from bench.sites import write_site
from bench.switches import Switches
from bench.table import Table, beside
from bench.targets import ANSIBLE_CLIENT, PLAIN_CLIENT, TUNED_CLIENT

AT_ONCE = 10
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
    minute: bool = False
    """A run takes more than a minute where there is a delay."""


OURS = "portseal"
RAW = "netmiko, one raw write"
_FEW = 3
"""Runs of those that take more than a minute each."""
CLIENTS = (
    Client(OURS, "portseal"),
    Client(RAW, "netmiko_way", ("raw",)),
    Client("asyncssh, one raw write", "asyncssh_way"),
    Client("scrapli, echoes not looked at", "scrapli_way", ("eager",), peer=True),
    Client("napalm merge by SCP", "napalm_way", peer=True),
    Client("netmiko cmd_verify=False", "netmiko_way", ("unverified",), waits=True),
    Client(PLAIN_CLIENT, "netmiko_way", ("lines",), waits=True),
    Client("nornir-netmiko send_config", "nornir_way", ("send_config",), peer=True, waits=True),
    Client("scrapli send_inputs", "scrapli_way", ("lines",), peer=True, waits=True, minute=True),
    Client(TUNED_CLIENT, "ansible_way", ("tuned",), peer=True, waits=True),
    Client(ANSIBLE_CLIENT, "ansible_way", peer=True, waits=True, minute=True),
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
            if found[c.name]
        ]
        beside(some, "seconds", some[0], into="times")
        rows += some
    counted = (
        f"{len(lines(48))} lines: 48 ports of 802.1X with MACsec, 17 switch-wide ones. Every run is a process of its own that logs in to a simulated "
        "IOS-XE switch that nobody has pushed to before, in another process. Round trips are those the switch sees, its login's included and the SSH handshake's not: how often more was "
        "typed when it had dealt with all that was typed before (a client that does not wait for answers may have typed anyway). Login: TCP, SSH, prompt, terminal settings. Ansible is the whole "
        "command, for it has no other way: a play with one task, `src`, which sends what the running configuration has not; its peak is that of its largest process. `timers tuned`: with "
        "ANSIBLE_PERSISTENT_BUFFER_READ_TIMEOUT at 1 ms instead of 100, so that it takes the first prompt for the end of an answer. Medians; a client of which one run takes over a minute has fewer runs, and a run that failed is not counted. "
        f"Clients that mostly wait were measured {AT_ONCE} at a time, the others alone and in turn."
    )
    return Table("push", "Push of 48 ports to one switch", counted, COLUMNS, rows)


def _measured(clients: list[Client], delay: float, runs: int) -> dict[str, list[dict[str, Any]]]:
    """Each run has a switch of its own: on one that has the lines already, Ansible would send few of them. A peer's run that fails is left out."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    alone = [client for _ in range(runs) for client in clients if not client.waits]
    side_by_side = [
        client
        for client in reversed(clients)
        if client.waits
        for _ in range(min(runs, _FEW) if client.minute and delay else runs)
    ]
    with _switches(len(alone) + len(side_by_side), delay) as switches:

        def once(client: Client, name: str) -> None:
            print(f"push: {client.name}, {delay * 1000:.0f} ms", file=sys.stderr, flush=True)
            try:
                found[client.name].append(push(client, switches, name))
            except SystemExit as error:
                if client.name == OURS:
                    raise
                print(f"push: a run of {client.name} failed: {error}", file=sys.stderr, flush=True)

        names = iter(switches.ports)
        for client in alone:
            once(client, next(names))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(once, side_by_side, names))
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
