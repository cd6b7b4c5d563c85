"""Work on data alone: state read and parsed, inventory, rendering, differences, memory."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from bench.estate_tables import farm
from bench.measure import in_child, medians
from bench.pure import ANOTHER, UNLIKE
from bench.table import Table, beside

_COST = (("seconds", "CPU, s", 4), ("rate", "a second", 0), ("times", "÷ portseal's", 2), ("peak_mb", "peak, MB", 0))
_WHAT = (("way", "what", 0), ("size", "size", 0))


def _pure(what: str, sizes: Sequence[int], ways: Sequence[str], runs: int) -> list[dict[str, Any]]:
    """Each way at each size, beside the first."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        some = []
        for way in ways:
            print(f"{what}: {way}, {size}", file=sys.stderr, flush=True)
            job = {"what": what, "size": size, "way": way, "runs": runs}
            cost = in_child("bench.pure", job)
            some.append({"way": way, "size": size, **cost, "rate": size / cost["seconds"] if cost["seconds"] else None})
        beside(some, "seconds", some[0], into="times")
        rows += some
    return rows


def state_table(runs: int, *, quick: bool) -> Table:
    """Reading what 48 ports say over an open session at 50 ms, and parsing it."""
    from bench.push_table import CLIENTS

    rows = []
    commands = _commands()
    with farm(1, 0.05) as running:
        in_child("bench.verbs", {"site": str(running.site), "verb": "plan"})
        in_child("bench.verbs", {"site": str(running.site), "verb": "apply"})
        for client in CLIENTS:
            if (client.waits and client.name != "netmiko send_config_set") or client.peer:
                continue
            taken = []
            for _ in range(runs):
                running.reset()
                job = {
                    "port": running.ports["acc-0"],
                    "known_hosts": str(running.known_hosts),
                    "what": "read",
                    "commands": commands,
                }
                taken.append(in_child(f"bench.clients.{client.module}", job, arguments=client.how))
            name = "netmiko send_command, one by one" if client.waits else client.name
            rows.append(
                {"way": f"read: {name}", "size": 48, "seconds": medians(taken)["work_seconds"], "peak_mb": None}
            )
    beside(rows, "seconds", rows[0], into="times")
    for way in _pure("parse", (48, 480), ("portseal", ANOTHER, "ntc-templates", "regex"), runs):
        rows.append({**way, "way": f"parse: {way['way']}"})
    counted = (
        f"Read: seconds at 50 ms over an open session for the {len(commands)} commands that say the state of 48 ports; everybody sends the same ones. Parse: processor seconds of one core, ports a second; portseal's is all commands of a verify, "
        "with the verdict's values made of them, of the same text again or of a switch that was not read before (its addresses, keys, counters and numbers of sessions are new, about one line in five); ntc-templates through its index parses `show interfaces status` only, `regex` is one plain pattern over the sessions."
    )
    return Table("state", "State of ports, read and parsed", counted, (*_WHAT, *_COST), rows)


def _commands() -> list[str]:
    from bench.data import sample

    with sample() as given:
        (shown,) = given.shown.values()
        return list(shown)


def inventory_table(runs: int, *, quick: bool) -> Table:
    """A site of 10,000 and of 100,000 cameras."""
    rows = _pure("inventory", (10_000,) if quick else (10_000, 100_000), ("portseal", "csv", "nornir"), runs)
    counted = (
        "portseal: the whole site from its directory: CSV, YAML, profiles, every rule, intents, what platforms can do. csv: `csv.DictReader` of cameras.csv alone, "
        "nothing checked. nornir: `InitNornir` with hosts.yaml (a switch for 48 cameras), no camera read. Cameras a second."
    )
    return Table("inventory", "Inventory load", counted, (*_WHAT, *_COST), rows)


def render_table(runs: int, *, quick: bool) -> Table:
    """10,000 ports."""
    rows = _pure("render", (960 if quick else 10_000,), ("portseal", "jinja2", "jinja2, compiled each time"), runs)
    counted = (
        "48 ports a switch, one render a switch. jinja2: the same kind of lines out of a template that only counts ports, compiled once; and compiled for each "
        "switch, as a task that is given a template's text does. Ports a second."
    )
    return Table("render", "Rendering of 10,000 ports", counted, (*_WHAT, *_COST), rows)


def diff_table(runs: int, *, quick: bool) -> Table:
    """One switch and 1,000 of them, 48 ports each, no connection."""
    rows = _pure("diff", (1,), ("portseal", UNLIKE, "portseal, nothing to do", "hier_config", "difflib"), runs)
    rows += _pure("diff", (20 if quick else 1000,), ("portseal",), runs)
    counted = (
        "Processor seconds of one core for switches with 48 ports on which nothing of ours stands yet: owned lines, rendering, comparison both ways, order, steps, risks, words. 1,000 switches are planned once, in as many parts as runs; "
        "the median part counts. What ports or switches have alike is worked out once a process: no two ports alike is with a VLAN of its own for each. hier_config: parse both, remediation and rollback, nothing else. difflib: a unified diff of the text, which knows no sections."
    )
    return Table("diff", "Plan of a 48-port switch and of 1,000", counted, (*_WHAT, *_COST), rows)


def memory_table(runs: int, *, quick: bool) -> Table:
    """100, 1,000 and 10,000 switches with 10 ports each."""
    rows = []
    for size in (100, 1000) if quick else (100, 1000, 10_000):
        whole = {}
        for way in ("open", "plan", "verify"):
            print(f"memory: {way}, {size} switches", file=sys.stderr, flush=True)
            whole[way] = in_child("bench.pure", {"what": "memory", "size": size, "way": way, "runs": runs})
        opened = whole["open"]["peak_mb"]
        rows.append(
            {
                "size": size,
                "ports": size * 10,
                "open_mb": opened,
                "plan_mb": whole["plan"]["peak_mb"],
                "plan_more": (whole["plan"]["peak_mb"] - opened) * 1024 / size,
                "verify_mb": whole["verify"]["peak_mb"],
                "more": (whole["verify"]["peak_mb"] - opened) * 1024 / size,
                "seconds": whole["verify"]["seconds"],
            }
        )
    columns = (
        ("size", "switches", 0),
        ("ports", "ports", 0),
        ("open_mb", "site open, peak MB", 0),
        ("plan_mb", "plan, peak MB", 0),
        ("plan_more", "plan alone, kB a switch", 1),
        ("verify_mb", "verify, peak MB", 0),
        ("more", "verify alone, kB a switch", 1),
        ("seconds", "verify, CPU s", 1),
    )
    counted = (
        "10 ports a switch. The switches' answers come from memory, so that this is the client's own part: of a plan that is written to its file and whose patterns are found, "
        "and of a verify that writes every port's record. Up to 200 switches are at work at once, whose own memory is the same for 200 switches and for more. One run each: memory does not vary."
    )
    return Table("memory", "Memory of many switches", counted, columns, rows)
