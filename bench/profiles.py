"""Where the processor's time of a verb goes: the SSH handshake, reading and writing, parsing, comparing, the rest."""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench.estate_tables import farm
from bench.measure import in_child
from bench.table import Table
from bench.verbs import run_verb

_PARTS = (
    (
        "parsing (TextFSM)",
        (
            "textfsm/",
            "core/parsing",
            "core/rule_scan",
            "core/fields",
            "core/commands",
            "core/remembered",
            "core/observation",
            "core/meaning",
        ),
    ),
    (
        "comparing (hier_config)",
        (
            "hier_config/",
            "core/tree",
            "core/pack_driver",
            "core/section_changes",
            "core/differences",
            "core/owned",
            "core/planning",
            "core/steps",
        ),
    ),
    ("SSH and its cryptography", ("paramiko/", "cryptography/", "netmiko/")),
    ("values (pydantic)", ("pydantic/",)),
    ("rendering (Jinja2)", ("jinja2/",)),
    ("portseal's other code", ("portseal/",)),
)
COLUMNS = (
    ("verb", "verb of 20 switches", 0),
    ("cpu_each", "CPU a switch, ms", 0),
    ("login", "of it login, %", 0),
    *((name, f"{name}, %", 0) for name, _ in _PARTS),
    ("Python and the rest", "Python and the rest, %", 0),
)


def profile_table(runs: int, *, quick: bool) -> Table:
    """Shares of the time of each verb, by the file of the function that spent it."""
    switches = 5 if quick else 20
    plain: dict[str, float] = {}
    shares: dict[str, dict[str, Any]] = {}
    with farm(switches, 0.0) as running:
        for verb in ("connect", "plan", "apply", "verify"):
            cost = in_child("bench.verbs", {"site": str(running.site), "verb": verb})
            plain[verb] = cost["cpu_seconds"] / switches * 1000
    with farm(switches, 0.0) as running:
        for verb in ("plan", "apply", "verify"):
            shares[verb] = in_child("bench.profiles", {"site": str(running.site), "verb": verb})
    rows = [
        {"verb": verb, "cpu_each": plain[verb], "login": plain["connect"] / plain[verb] * 100, **found}
        for verb, found in shares.items()
    ]
    counted = (
        "cProfile of all threads; a built-in function counts for the file that called it. Login is the processor's time of logging in to the same switches and doing nothing, beside the verb's own. Shares are of the profiled time, "
        "which the profiler makes longer where many small functions are called; the milliseconds are without it."
    )
    return Table("profile", "Where the client's processor time goes", counted, COLUMNS, rows)


def profiled(site: Path, verb: str) -> dict[str, Any]:
    """Shares in hundredths of the time that functions spent themselves."""
    every: list[cProfile.Profile] = []
    run = threading.Thread.run

    def watched(self: threading.Thread) -> None:
        profile = cProfile.Profile(time.thread_time)
        every.append(profile)
        profile.runcall(run, self)

    threading.Thread.run = watched  # type: ignore[method-assign]
    whole = cProfile.Profile(time.thread_time)
    every.append(whole)
    whole.runcall(run_verb, site, verb)
    stats = pstats.Stats(*every)
    spent: dict[str, float] = {name: 0.0 for name, _ in _PARTS}
    rest = 0.0
    for (file, _, _), (_, _, own, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        sources = [(file, own)] if file != "~" else [(caller[0], each[2]) for caller, each in callers.items()]
        for place, seconds in sources:
            part = next((name for name, files in _PARTS if any(one in place for one in files)), None)
            if part is None:
                rest += seconds
            else:
                spent[part] += seconds
    total = sum(spent.values()) + rest
    shares = {name: seconds / total * 100 for name, seconds in spent.items()}
    return {**shares, "Python and the rest": rest / total * 100}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps(profiled(Path(asked["site"]), asked["verb"])))
