"""A run dies while it takes a change back, and somebody else confirms that change: what a resume makes of it, on every platform."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from contract.bench import simulated
from contract.faults import FAULTS, Gone
from contract.profiles import SWITCH, packs
from contract.unattended import PASSWORD, Happening, change, get_ready, let_in, scene_of
from pydantic import JsonValue

from portseal.change.apply import apply_switch
from portseal.change.ending import Ending
from portseal.change.resume import resume_switch
from portseal.change.terms import Change
from portseal.cli.sim import write_copy
from portseal.confirm import confirm
from portseal.core.journal_entry import Entry, Event
from portseal.estate import Estate, open_estate
from portseal.simulator.farm import Farm, Handle

DIES = next(fault for fault in FAULTS if fault.name == "tool gone before rolling back")
LONG_AGO = timedelta(hours=3)
"""Every timer that ran then is over."""


class Seen(NamedTuple):
    """What a resume said, and whether the switch is as it was before the run."""

    ending: Ending
    message: str
    as_before: bool


def test_it_is_taken_back_by_its_lines_or_left_alone_and_told(tmp_path: Path) -> None:
    names = sorted(name for name in simulated() if packs()[name][0].commit.strategy.self_undoing)
    with ThreadPoolExecutor(len(names)) as pool:
        seen = dict(zip(names, pool.map(lambda name: resumed(name, tmp_path / name), names), strict=True))
    told = {name for name in names if packs()[name][0].commit.pending}
    assert {name for name in told if seen[name].ending is Ending.ROLLED_BACK} == told
    for found in seen.values():
        assert (found.ending, found.as_before) in {(Ending.ROLLED_BACK, True), (Ending.UNCERTAIN, False)}
        assert ("somebody else confirmed it there" in found.message) is found.as_before
    assert len(told) < sum(
        found.as_before for found in seen.values()
    )  # by the journal's time, where nothing tells of timers


def resumed(platform: str, folder: Path) -> Seen:
    folder.mkdir()
    ready = get_ready(platform, folder)
    spec = ready.spec.model_copy(update={"minute": 60.0})
    with Farm((spec,), username="admin", password=PASSWORD) as farm:
        copy, switch = folder / "site", farm[SWITCH]
        write_copy(ready.opened, copy, farm, ready.secrets, "admin")
        shutil.copytree(ready.memory, copy / ".portseal")
        estate = open_estate(copy)
        try:
            happening = Happening(DIES, scene_of(ready, estate, switch))
            let_in(switch, {port.port: port.mac for port in estate.intent(SWITCH).ports})
            return _resumed(estate, switch, happening)
        finally:
            estate.close()


def _resumed(estate: Estate, switch: Handle, happening: Happening) -> Seen:
    before, rows = switch.running_config(), list[Entry]()
    plan = change(estate).plan

    def note(event: Event, name: str, data: dict[str, JsonValue]) -> None:
        at = datetime.now(UTC) - LONG_AGO
        row = Entry(number=len(rows) + 1, at=at, run="r", event=event, switch=name, data=data, previous="", digest="")
        rows.append(row)
        happening.note(event, name, data)

    def part(tell: object = None, note: object = None) -> Change:
        return Change(**{**change(estate, tell=tell, note=note).__dict__, "plan": plan})

    first = part(happening.tell, note)
    try:
        apply_switch(first)
    except Gone:
        first.connect().close()
    assert rows[-1].event is Event.REVERTING
    confirm(first.reconnect(), estate.pack(SWITCH))
    found = resume_switch(part(), rows, begin=False)
    return Seen(found.ending, found.message, switch.running_config() == before)
