"""Work on data in a process of its own: `python -m bench.pure` takes `{"what": ..., "size": ..., "runs": ...}` and answers in JSON.

Each answer has `seconds`, processor seconds of one run (the median), and `peak_mb` of the whole process.
"""

from __future__ import annotations

import difflib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import peak_mb
from bench.sites import write_site
from portseal.core.intent import SwitchIntent

Work = Callable[[], object]


def taken(work: Work, runs: int) -> float:
    """Median of the processor seconds of `work`, after one run that does not count."""
    work()
    found = []
    for _ in range(runs):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return statistics.median(found)


ANOTHER = "portseal, each time another switch"


def unread(ports: int, runs: int) -> float:
    """Median of the processor seconds for what a switch prints that was not read before: addresses, keys, counters, numbers of sessions are new."""
    from bench.data import sample

    with sample(switches=runs + 2, ports=ports) as given:
        first, second, *others = given.site.intents
        given.parse(first)  # what is compiled once a process, and once enough lines were seen
        given.parse(second)
        found = []
        for intent in others:
            began = time.process_time()
            given.parse(intent)
            found.append(time.process_time() - began)
    return statistics.median(found)


def parse(ports: int, runs: int, way: str) -> float:
    """State of so many ports out of what all commands of a verify print; `ntc-templates` and `regex` have the sessions only."""
    import re

    from bench.data import sample

    if way == ANOTHER:
        return unread(ports, runs)
    with sample(ports=ports) as given:
        (intent,) = given.site.intents
        if way == "portseal":
            return taken(lambda: given.parse(intent), runs)
        command = "show authentication sessions method dot1x details"
        text = given.shown[intent.switch][command]
    if way == "regex":
        pattern = re.compile(r"^\s*(?:Interface|MAC Address|User-Name|Status|Domain):\s+(\S+)", re.M)
        return taken(lambda: pattern.findall(text), runs)
    from ntc_templates.parse import parse_output

    status = given.shown[intent.switch]["show interfaces status"]
    return taken(lambda: parse_output("cisco_ios", "show interfaces status", status), runs)


def inventory(cameras: int, runs: int, way: str) -> float:
    """A site's directory; peers read less of it."""
    import csv

    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        write_site(site, switches=-(-cameras // 48), ports=48)
        if way == "portseal":
            from portseal.site import open_site

            return taken(lambda: open_site(site), runs)
        text = (site / "cameras.csv").read_text(encoding="utf-8").splitlines()
        if way == "csv":
            return taken(lambda: list(csv.DictReader(text)), runs)
        from nornir import InitNornir

        options = {
            name: str(site / f"{kind}.yaml")
            for name, kind in (("host_file", "hosts"), ("group_file", "groups"), ("defaults_file", "defaults"))
        }
        plugin = {"plugin": "SimpleInventory", "options": options}
        return taken(lambda: InitNornir(inventory=plugin, logging={"enabled": False}), runs)


def render(ports: int, runs: int, way: str) -> float:
    """The configuration of 48 ports a switch, out of intents that are there; peers use a template with no thought in it."""
    import jinja2

    from bench.data import sample
    from bench.lines import HEAD, PORT

    with sample(switches=-(-ports // 48), speak=1) as given:
        if way == "portseal":
            return taken(lambda: [given.render(intent) for intent in given.site.intents], runs)
        source = f"{HEAD}{{% for port in ports %}}{PORT.replace('{port}', '{{ port }}')}{{% endfor %}}"
        numbers = [list(range(1, 49)) for _ in given.site.intents]
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(source)
    if way == "jinja2":
        return taken(lambda: [template.render(ports=each) for each in numbers], runs)
    return taken(lambda: [environment.from_string(source).render(ports=each) for each in numbers], runs)


UNLIKE = "portseal, no two ports alike"


def _unlike(number: int, intent: SwitchIntent) -> SwitchIntent:
    """The same switch, with a VLAN for each port that no other port of any switch has, as long as there are enough."""
    ports = (
        port.model_copy(update={"vlan": 120 + (number * len(intent.ports) + at) % 3900})
        for at, port in enumerate(intent.ports)
    )
    return intent.model_copy(update={"ports": tuple(ports)})


def diff(switches: int, runs: int, way: str) -> float:
    """The plans of so many switches with 48 ports, nothing there yet; of more than one in as many parts as runs, each counted once."""
    from bench.data import sample

    with sample(switches=switches if switches > 1 else runs + 1, speak=1) as given:
        running = given.sealed if way == "portseal, nothing to do" else given.bare
        intents = given.site.intents if way != UNLIKE else [_unlike(*each) for each in enumerate(given.site.intents)]
        pairs = [(intent, running[intent.switch]) for intent in intents]
        if way.startswith("portseal"):
            given.plan(*pairs[0])
            if switches == 1:
                return statistics.median(taken_once(partial(given.plan, *pair)) for pair in pairs[1:])

            def each_planned(part: list[tuple[SwitchIntent, str]]) -> list[object]:
                return [given.plan(*each) for each in part]

            size = -(-len(pairs) // runs)
            parts = [pairs[at : at + size] for at in range(0, len(pairs), size)]
            return statistics.median(taken_once(partial(each_planned, part)) / len(part) for part in parts) * switches
        intent, bare = pairs[0]
        wanted = given.render(intent)
    if way == "difflib":
        return taken(lambda: list(difflib.unified_diff(bare.splitlines(), wanted.splitlines())), runs)
    from hier_config import Platform, WorkflowRemediation, get_hconfig

    def compare() -> None:
        flow = WorkflowRemediation(get_hconfig(Platform.CISCO_IOS, bare), get_hconfig(Platform.CISCO_IOS, wanted))
        _ = (flow.remediation_config, flow.rollback_config)

    return taken(compare, runs)


def taken_once(work: Work) -> float:
    """Processor seconds of one run."""
    began = time.process_time()
    work()
    return time.process_time() - began


def memory(switches: int, runs: int, way: str) -> float:
    """Plan or verify of so many switches with 10 ports each whose answers are read from memory, so that none is connected to.

    `plan` writes the plan's file and finds what is alike; `verify` makes the records of all ports as they come, and goes over all verdicts.
    """
    from dataclasses import dataclass

    from nornir.core.inventory import Host
    from pydantic import SecretStr

    from bench.data import sample
    from portseal.core.probes import probe_commands
    from portseal.estate import Estate, open_estate
    from portseal.transport.session import Session

    with sample(switches=1, ports=10) as given:
        (shown,) = given.shown.values()
        (bare,) = given.bare.values()
        read = given.pack.read.command
        (probe,) = probe_commands(given.pack)

    @dataclass(frozen=True)
    class Canned(Estate):
        def session(self, host: Host, *, again: bool = False) -> Session:
            from portseal.transport.fake import FakeSession

            told = {probe: "Current configuration mode is legacy", read: bare.replace("acc-0", host.name)}
            return FakeSession(host.name, {**shown, **told})

    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), switches=switches, ports=10, settings="workers = 4\ncounter_pause_seconds = 0.001")
        estate = open_estate(Path(folder))
        if way == "open":
            return 0.0
        fields = {name: getattr(estate, name) for name in estate.__dataclass_fields__}
        canned = Canned(**{**fields, "resolve": lambda ref: SecretStr((ref.encode().hex() * 8)[:32])})
        began = time.process_time()
        (_planned if way == "plan" else _verified)(canned, Path(folder))
        return time.process_time() - began


def _planned(estate: Any, folder: Path) -> None:
    from datetime import UTC, datetime, timedelta

    from portseal.core.plan_file import make_plan, plan_text
    from portseal.core.review import review
    from portseal.plan import plan_all
    from portseal.transport.whole_file import write_pieces

    switches, unread = plan_all(estate)
    plan = make_plan(
        version="1", site="bench", now=datetime.now(UTC), valid=timedelta(hours=1), switches=switches, unread=unread
    )
    write_pieces(folder / "plan.json", plan_text(plan))
    if unread or review(plan).extent.ports != len(estate.site.site.cameras):
        raise SystemExit("not every port was planned")


def _verified(estate: Any, folder: Path) -> None:
    from portseal.core.record_text import jsonl_lines
    from portseal.core.report import summary
    from portseal.looks import look_at_all, recorder

    records = recorder(estate)
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        looks = look_at_all(estate, in_turn=lambda found: file.writelines(jsonl_lines(records(found))))
    if not summary(looks.verdicts).startswith(f"{len(estate.site.site.cameras)} ports"):
        raise SystemExit("not every port was looked at")


WAYS: dict[str, Callable[[int, int, str], float]] = {
    "parse": parse,
    "inventory": inventory,
    "render": render,
    "diff": diff,
    "memory": memory,
}


def main() -> None:
    asked: dict[str, Any] = json.load(sys.stdin)
    seconds = WAYS[asked["what"]](asked["size"], asked["runs"], asked["way"])
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
