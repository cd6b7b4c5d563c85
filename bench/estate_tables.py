"""plan, apply, verify of 1, 50 and 200 switches, and logging in to them, beside nornir-netmiko doing the like."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench import peers
from bench.lines import lines
from bench.measure import in_child, medians
from bench.push_table import CLIENTS, push
from bench.sites import write_site
from bench.switches import Switches
from bench.table import Table, beside

_WORKERS = 50
_MANY = f"workers = {_WORKERS}\nconnect_workers = {_WORKERS}"
_READ = (
    "show authentication sessions method dot1x details",
    "show mka sessions",
    "show interfaces status",
    "show mac address-table",
)
"""What the peer reads instead of a verify: fewer commands than ours, and it judges nothing."""
VERBS = (
    ("work", "what", 0),
    ("switches", "switches", 0),
    ("delay_ms", "delay, ms", 0),
    ("seconds", "s", 2),
    ("pause_seconds", "of it pause, s", 1),
    ("each", "switches/s", 1),
    ("times", "÷ portseal's", 1),
    ("cpu_each", "client CPU a switch, ms", 0),
    ("round_trips", "round trips a switch", 0),
    ("peak_mb", "peak, MB", 0),
    ("runs", "runs", 0),
)
CONNECT = tuple(column for column in VERBS if column[0] not in ("peak_mb", "pause_seconds"))


@contextmanager
def farm(switches: int, delay: float, *, ports: int = 48) -> Iterator[Switches]:
    """So many switches that can be planned, applied and verified; as many workers as the peers have."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder) / "origin", switches=switches, ports=ports, settings=_MANY)
        with Switches(Path(folder) / "origin", copy=Path(folder) / "site", delay=delay) as running:
            yield running


def ours(running: Switches, verb: str) -> dict[str, Any]:
    """One run of a verb, in a process of its own."""
    print(f"{verb} of {len(running.ports)} switches", file=sys.stderr, flush=True)
    running.reset()
    cost = in_child("bench.verbs", {"site": str(running.site), "verb": verb})
    return {**cost, "round_trips": median(count.round_trips for count in running.counts().values())}


def nornir(running: Switches, how: str) -> dict[str, Any]:
    """One run of nornir-netmiko, with 50 threads."""
    print(f"nornir-netmiko {how} on {len(running.ports)} switches", file=sys.stderr, flush=True)
    running.reset()
    job = {"switches": running.ports, "known_hosts": str(running.known_hosts), "lines": lines(48), "workers": _WORKERS}
    commands = ["show running-config"] if how == "running" else _READ
    how = "read" if how == "running" else how
    cost = in_child(
        "bench.clients.nornir_way", {**job, "commands": commands}, arguments=(how,), python=str(peers.PYTHON)
    )
    return {**cost, "round_trips": median(count.round_trips for count in running.counts().values())}


def row(work: str, switches: int, delay: float, runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A line of the table."""
    cost = medians([{k: v for k, v in run.items() if isinstance(v, int | float)} for run in runs])
    each = {"each": switches / cost["seconds"], "cpu_each": cost["cpu_seconds"] / switches * 1000}
    return {"work": work, "switches": switches, "delay_ms": delay * 1000, **cost, **each, "runs": len(runs)}


def verbs_table(runs: int, *, quick: bool) -> Table:
    """Ours at each size and delay; the peer at the sizes that it does in a bearable time."""
    rows: list[dict[str, Any]] = []
    for delay in (0.05,) if quick else (0.0, 0.05):
        for switches in (1, 10) if quick else (1, 50, 200) if delay else (1, 200):
            rows += _of_size(switches, delay, runs, peer=not quick and delay > 0)
    counted = (
        "48 ports a switch. A run is one process; imports and opening the site are not counted, nor are a peer's, logging in is. Plan: from nothing of ours to 48 sealed ports. Apply: read, arm, push, read back, verify, "
        f"confirm, save, each step journaled. Pause: what a verify waits between two readings of counters that must rise (`counter_pause_seconds`). Peers: nornir-netmiko with {_WORKERS} threads, as many as portseal has here; "
        "for plan it only reads the running configuration, for apply it only pushes the lines of the table above (`cmd_verify=False`), for verify it only reads four of the commands, and parses none. "
        "Plan is repeated before the apply and verify after it, on the same switches, and the peer comes last. At 200 switches everything takes a minute or more together, so that there is one apply, and one run of the peer. "
        "Round trips as the switches see them, login included, median over switches."
    )
    return Table("verbs", "plan, apply, verify of 1, 50 and 200 switches", counted, VERBS, rows)


def _of_size(switches: int, delay: float, runs: int, *, peer: bool) -> list[dict[str, Any]]:
    """An apply changes the switches, so that each needs new ones; what only reads is repeated on those that are there."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    farms = 1 if switches > _WORKERS else runs
    for _ in range(farms):
        with farm(switches, delay) as running:
            found["plan"] += [ours(running, "plan") for _ in range(runs // farms)]
            found["apply"].append(ours(running, "apply"))
            found["verify"] += [ours(running, "verify") for _ in range(runs // farms)]
            if peer:
                for verb, how in (("plan", "running"), ("verify", "read"), ("apply", "unverified")):
                    found[f"{verb}, peer"].append(nornir(running, how))
    rows = []
    for verb in ("plan", "apply", "verify"):
        some = [row(f"portseal {verb}", switches, delay, found[verb])]
        if theirs := found.get(f"{verb}, peer"):
            some.append(row(f"nornir-netmiko instead of {verb}", switches, delay, theirs))
        beside(some, "seconds", some[0], into="times")
        rows += some
    return rows


def connect_table(runs: int, *, quick: bool) -> Table:
    """Logging in to one switch and to 50 at once, doing nothing there."""
    rows: list[dict[str, Any]] = []
    peers.install()
    for delay in (0.05,) if quick else (0.0, 0.05):
        with farm(10 if quick else 50, delay) as running:
            some = []
            for client in CLIENTS:
                if client.waits:
                    continue
                taken = [push(client, running, "acc-0", "connect") for _ in range(runs)]
                some.append(row(client.name.partition(",")[0], 1, delay, taken))
            beside(some, "seconds", some[0], into="times")
            many = {
                "portseal": [ours(running, "connect") for _ in range(runs)],
                "nornir-netmiko": [nornir(running, "connect") for _ in range(runs)],
            }
            all_at_once = [row(name, len(running.ports), delay, taken) for name, taken in many.items()]
            beside(all_at_once, "seconds", all_at_once[0], into="times")
            rows += [*some, *all_at_once]
    counted = (
        f"TCP, SSH handshake with the host key checked, password, prompt, terminal settings; asyncssh stops at the prompt. Many switches: {_WORKERS} threads each. Round trips as the switch sees them, "
        "without the handshake's."
    )
    return Table("connect", "Connection set-up", counted, CONNECT, rows)
