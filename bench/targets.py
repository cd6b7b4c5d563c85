"""The targets beside what is measured now. `python -m bench.targets [--quick] [--only trips,push,parse,diff,estate]` takes about a minute.

Counts are the same on any machine; ratios are of two things measured side by side; seconds of processor time are this machine's.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.lines import has_them, lines
from bench.measure import in_child, medians
from bench.sites import write_site
from bench.switches import Switches


class Target(NamedTuple):
    """One target and what was measured."""

    name: str
    value: float
    limit: float | None
    """None: no target, told for information."""
    unit: str
    at_least: bool = False
    """The value is to be the limit or more, not or less."""
    told: str = ""

    @property
    def reached(self) -> bool:
        return self.limit is None or (self.value >= self.limit if self.at_least else self.value <= self.limit)


APPLY_TRIPS, VERIFY_TRIPS, RAW, PLAIN, ANSIBLE, PORTS_A_SECOND, CORE_SECONDS, OVER_HANDSHAKES = (
    12,
    6,
    2.0,
    15.0,
    40.0,
    10_000,
    240.0,
    1.2,
)
FLAT = 1.5
PLAIN_CLIENT, ANSIBLE_CLIENT, TUNED_CLIENT = (
    "netmiko send_config_set",
    "Ansible ios_config",
    "Ansible ios_config, timers tuned",
)
"""What they are called in the table of pushes."""


def of_trips(rows: list[dict[str, Any]]) -> Iterator[Target]:
    """Round trips of the verbs at 48 ports, and at more, beside those at one."""
    found = {(row["verb"], row["ports"]): row for row in rows}
    for verb, limit in (("apply", APPLY_TRIPS), ("verify", VERIFY_TRIPS), ("plan", 2)):
        one = found[verb, 1]["round_trips"]
        for ports in sorted({row["ports"] for row in rows} - {1}):
            many = found[verb, ports]
            told = f"at 1 port {one}; {many['typed']:,} characters typed, {many['printed']:,} printed, {many['logins']} login"
            yield Target(
                f"{verb} of {ports} ports: round trips beyond the login", many["round_trips"], limit, "", told=told
            )


def of_push(runs: int) -> Iterator[Target]:
    """A push at 50 ms beside one raw write of the same, and beside plain `send_config_set`."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder) / "origin", switches=4, ports=48)
        with Switches(Path(folder) / "origin", copy=Path(folder) / "site", delay=0.05) as switches:

            def push(number: int, client: str, *how: str) -> dict[str, float]:
                name = f"acc-{number % 4}"
                job = {
                    "port": switches.ports[name],
                    "known_hosts": str(switches.known_hosts),
                    "switch": name,
                    "lines": lines(48),
                }
                cost = in_child(f"bench.clients.{client}", job, arguments=how)
                if not has_them(switches.running_config(name), 48):
                    raise SystemExit(f"{client}: the switch does not have what was pushed")
                return cost

            ours, raw = [], []
            for number in range(runs):
                ours.append(push(number, "portseal"))
                raw.append(push(number, "netmiko_way", "raw"))
            plain = push(3, "netmiko_way", "lines")
    us, them = medians(ours), medians(raw)
    told = f"{us['work_seconds'] * 1000:.0f} ms, raw {them['work_seconds'] * 1000:.0f} ms"
    yield Target("push at 50 ms / one raw write", us["work_seconds"] / them["work_seconds"], RAW, "x", told=told)
    told = f"with the login {us['seconds']:.2f} s, raw {them['seconds']:.2f} s"
    yield Target("the same, login included", us["seconds"] / them["seconds"], RAW, "x", told=told)
    told = f"send_config_set {plain['seconds']:.1f} s with its login (one run)"
    yield Target("send_config_set / ours, login included", plain["seconds"] / us["seconds"], PLAIN, "x", True, told)


def cpu(work: Callable[[], object], runs: int) -> float:
    """Median of the processor seconds that `work` takes."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def of_parse(runs: int) -> Iterator[Target]:
    """Ports a second out of what 48 and 480 of them print: again and again, and of another switch each time."""
    from bench.data import sample
    from bench.pure import unread

    for ports in (48, 480):
        with sample(ports=ports) as given:
            (intent,) = given.site.intents
            given.parse(intent)  # what is compiled once a process
            taken = cpu(partial(given.parse, intent), runs)
        told = f"{taken * 1000:.1f} ms of CPU for {ports} ports, all commands of a verify"
        yield Target(f"parse of {ports} ports, ports a second", ports / taken, PORTS_A_SECOND, "/s", True, told)
        taken = unread(ports, runs)
        name = f"the same, each time of another switch with {ports} ports"
        yield Target(name, ports / taken, PORTS_A_SECOND, "/s", True, f"{taken * 1000:.1f} ms of CPU")


def of_diff(runs: int) -> Iterator[Target]:
    """Core seconds that the plan of 1,000 switches with 48 ports takes, by a few of them."""
    from bench.data import sample

    with sample(switches=2 * runs + 1, ports=48, speak=1) as given:
        first, *others = given.site.intents
        given.plan(first, given.bare[first.switch])  # what is compiled once a process
        for name, running, some in (
            ("nothing there yet", given.bare, others[:runs]),
            ("nothing to do", given.sealed, others[runs:]),
        ):
            each = []
            for intent in some:
                began = time.process_time()
                given.plan(intent, running[intent.switch])
                each.append(time.process_time() - began)
            middle = statistics.median(each)
            told = f"{middle * 1000:.0f} ms a switch"
            yield Target(
                f"plan of 1,000 switches x 48 ports, {name}", middle * 1000, CORE_SECONDS, " core s", told=told
            )


def of_estate(switches: int) -> Iterator[Target]:
    """Verify of many switches beside logging in to them alone."""
    with tempfile.TemporaryDirectory() as folder:
        site, origin = Path(folder) / "site", Path(folder) / "origin"
        write_site(origin, switches=switches, ports=48)
        with Switches(origin, copy=site) as farm:
            for verb in ("plan", "apply"):
                in_child("bench.verbs", {"site": str(site), "verb": verb})
            connect, verify = [], []
            for _ in range(3):
                connect.append(in_child("bench.verbs", {"site": str(site), "verb": "connect"}))
                farm.reset()
                verify.append(in_child("bench.verbs", {"site": str(site), "verb": "verify"}))
    alone, whole = medians(connect), medians(verify)
    told = f"verify {whole['seconds']:.1f} s ({whole['cpu_seconds']:.1f} CPU), logins alone {alone['seconds']:.1f} s ({alone['cpu_seconds']:.2f} CPU)"
    name = f"verify of {switches} switches / "
    yield Target(
        f"{name}CPU of their handshakes", whole["seconds"] / alone["cpu_seconds"], OVER_HANDSHAKES, "x", told=told
    )
    yield Target(f"{name}logins alone", whole["seconds"] / alone["seconds"], OVER_HANDSHAKES, "x")
    share = alone["cpu_seconds"] / whole["cpu_seconds"]
    yield Target("handshakes' share of the CPU of a verify", share * 100, 50, " %", True)


def measured_now(runs: int, *, quick: bool) -> Iterator[Target]:
    """All targets but those that need a table, measured now."""
    from bench.trips import trips_table

    yield from of_trips(trips_table(runs, quick=quick).rows)
    yield from of_push(runs)
    yield from of_parse(runs)
    yield from of_diff(2 * runs)
    yield from of_estate(20 if quick else 200)


def of_tables(tables: dict[str, Any]) -> Iterator[Target]:
    """The targets by what the tables have; nothing is measured for it."""
    trips, push, state, diff, memory, verbs, connect, profile = (
        _rows(tables, name) for name in ("trips", "push", "state", "diff", "memory", "verbs", "connect", "profile")
    )
    if trips:
        yield from of_trips(trips)
    if push:
        yield from _pushed({row["client"]: row for row in push if row["delay_ms"] == 50})
    for row in state:
        if row["way"].startswith("parse: portseal"):
            told = f"{row['seconds'] * 1000:.1f} ms of CPU"
            name = f"parse of {row['size']} ports, ports a second"
            if row["way"] != "parse: portseal":
                name = f"the same, each time of another switch with {row['size']} ports"
            yield Target(name, row["rate"], PORTS_A_SECOND, "/s", True, told)
    if diff:
        whole = next(row for row in reversed(diff) if row["way"] == "portseal")
        seconds = whole["seconds"] / whole["size"] * 1000
        name = "plan of 1,000 switches x 48 ports"
        yield Target(name, seconds, CORE_SECONDS, " core s", told=f"{seconds:.0f} ms a switch")
    if memory:
        yield from _of_memory(memory)
    if verbs and connect:
        yield from _of_many(verbs, connect)
    for row in profile:
        told = f"{row['cpu_each']:.0f} ms a switch"
        yield Target(f"login's share of the CPU of {row['verb']}", row["login"], 50, " %", True, told)


def _of_memory(rows: list[dict[str, Any]]) -> Iterator[Target]:
    *_, some, most = rows
    more, less = (row["verify_mb"] - row["open_mb"] for row in (most, some))
    told = f"{less:.0f} MB more than the open site at {some['size']:,} switches, {more:.0f} MB at {most['size']:,}"
    yield Target("memory of a verify, ten times the switches", more / less, FLAT, "x", told=told)


def _rows(tables: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return tables[name]["rows"] if name in tables else []


def _pushed(clients: dict[str, dict[str, Any]]) -> Iterator[Target]:
    us = clients["portseal"]
    if raw := clients.get("netmiko, one raw write"):
        told = f"{us['work_seconds'] * 1000:.0f} ms, raw {raw['work_seconds'] * 1000:.0f} ms"
        yield Target("push at 50 ms / one raw write", us["work_seconds"] / raw["work_seconds"], RAW, "x", told=told)
    for name, limit in ((PLAIN_CLIENT, PLAIN), (ANSIBLE_CLIENT, ANSIBLE), (TUNED_CLIENT, None)):
        if name in clients:
            told = f"{clients[name]['seconds']:.1f} s, ours {us['seconds']:.2f} s"
            value = clients[name]["seconds"] / us["seconds"]
            yield Target(f"{name} / ours, at 50 ms, login included", value, limit, "x", True, told)


def _of_many(verbs: list[dict[str, Any]], connect: list[dict[str, Any]]) -> Iterator[Target]:
    verify = next(
        row
        for row in verbs
        if row["work"] == "portseal verify"
        and row["delay_ms"] == verbs[0]["delay_ms"]
        and row["switches"] == verbs[-1]["switches"]
    )
    login = max(
        (row for row in connect if row["work"] == "portseal"), key=lambda row: (row["switches"], -row["delay_ms"])
    )
    handshakes = login["cpu_each"] / 1000 * verify["switches"]
    told = f"verify {verify['seconds']:.1f} s, of it 2 s pause between two readings, {verify['cpu_each'] * verify['switches'] / 1000:.1f} CPU s; handshakes {handshakes:.1f} CPU s"
    name = f"verify of {verify['switches']} switches / CPU of their handshakes"
    yield Target(name, verify["seconds"] / handshakes, OVER_HANDSHAKES, "x", told=told)


def shown(target: Target) -> str:
    """One line."""
    limit = "" if target.limit is None else f"{'>=' if target.at_least else '<='} {target.limit:g}"
    verdict = "told" if target.limit is None else "reached" if target.reached else "MISSED"
    return f"{verdict:<7}  {target.value:>10,.2f}{target.unit:<7} {limit:<9} {target.name}  [{target.told}]"


def _trips_now() -> Iterator[Target]:
    from bench.trips import trips_table

    return of_trips(trips_table(1, quick=False).rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs, fewer switches")
    parser.add_argument("--only", default="trips,parse,diff,push,estate", help="which, with commas between")
    call = parser.parse_args()
    runs = 3 if call.quick else 5
    parts: dict[str, Callable[[], Iterator[Target]]] = {
        "trips": _trips_now,
        "parse": lambda: of_parse(runs),
        "diff": lambda: of_diff(runs * 2),
        "push": lambda: of_push(runs),
        "estate": lambda: of_estate(20 if call.quick else 200),
    }
    for part in call.only.split(","):
        if part not in parts:
            sys.exit(f"--only: no part is called {part!r}; there are {', '.join(parts)}")
        for target in parts[part]():
            print(shown(target), flush=True)


if __name__ == "__main__":
    main()
