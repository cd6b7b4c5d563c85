"""Fault × platform: in which state a switch ends, unattended. Every cell of docs/fault-matrix.md is what a run here saw."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from contract.bench import simulated
from contract.faults import FAULTS, ROGUE, Fault, Gone, Scene, disk_full
from contract.files import write_cameras, write_site
from contract.profiles import SWITCH, judged, packs, site_of
from contract.said import said
from pydantic import JsonValue

from portseal.change.apply import apply_switch
from portseal.change.standing import Standing, standing
from portseal.change.terms import Change, Terms
from portseal.cli.sim import LOGIN, write_copy
from portseal.core.errors import SwitchError
from portseal.core.journal_entry import Event
from portseal.estate import Estate, open_estate
from portseal.plan import plan_from
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle
from portseal.simulator.world import Device
from portseal.site import open_site

PASSWORD = "login-to-the-simulator"
PAGE = Path(__file__).parents[2] / "docs" / "fault-matrix.md"
MINUTE = 4.0
"""Seconds that a minute of the switch's timer lasts."""
SETTLE = 0.4
"""Seconds until ports follow, so that what happens as verification begins finds nobody let in yet."""
PATIENCE = 20.0


def change(estate: Estate, *, tell: object = None, note: object = None) -> Change:
    host = estate.nornir.inventory.hosts[SWITCH]
    session = estate.session(host)
    (running,) = session.run([estate.pack(SWITCH).read.command])
    return Change(
        plan=plan_from(running, SWITCH, estate),
        estate=estate,
        terms=Terms(minutes=1, verify_seconds=2.5, without_timer=True),
        connect=lambda: estate.session(host),
        reconnect=lambda: estate.session(host, again=True),
        say=tell if callable(tell) else lambda switch, what: None,
        note=note if callable(note) else lambda event, switch, data: None,
    )


def carried_out(estate: Estate, scene: Scene, fault: Fault) -> tuple[str, Change, str]:
    """What the engine says became of the switch, its part, and the digest of what it was to confirm."""
    happened: set[str] = set()
    digests = [""]

    def tell(switch: str, what: str) -> None:
        if what == fault.told and what not in happened:
            happened.add(what)
            fault.happens(scene)

    def note(event: Event, switch: str, data: dict[str, JsonValue]) -> None:
        digests.extend([str(data["digest"])] if event is Event.CONFIRMING else [])
        if event is fault.noted and not happened:
            happened.add(event)
            if fault.full:
                raise disk_full()
            raise Gone

    part = change(estate, tell=tell, note=note)
    try:
        ending = str(apply_switch(part).ending)
    except Gone:
        estate.session(estate.nornir.inventory.hosts[SWITCH]).close()
        ending = "gone"
    assert happened, "the fault never happened"
    return ending, part, digests[-1]


def settled(estate: Estate, part: Change, switch: Handle, before: str, kept: str) -> Standing:
    """Where the switch stands once its timers are over."""
    switch.heal()
    over = time.monotonic() + MINUTE * 1.5
    while time.monotonic() < over and switch.running_config() != before:
        time.sleep(0.1)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            host = estate.nornir.inventory.hosts[SWITCH]
            (running,) = estate.session(host, again=True).run([estate.pack(SWITCH).read.command])
            break
        except SwitchError:  # it reboots
            assert time.monotonic() < end
            time.sleep(0.2)
    stands = standing(part, running, kept=kept)
    return Standing.OTHER if stands is Standing.BEFORE and switch.running_config() != before else stands


def cell(platform: str, fault: Fault, folder: Path) -> str:
    """What a run with this fault on this platform sees."""
    pack, choices = packs()[platform][0], judged(platform)
    site = site_of(pack, choices, options=said(platform).options)
    write_site(site, choices, folder / "origin")
    opened = open_site(folder / "origin")
    secrets = demo_secrets(opened.site)
    changed = {"minute": MINUTE, "settle": SETTLE}
    specs = tuple(spec.model_copy(update=changed) for spec in site_specs(opened.site, secrets))
    with Farm(specs, username="admin", password=PASSWORD) as farm:
        copy, switch = folder / "site", farm[SWITCH]
        write_copy(opened, copy, farm, {**secrets, LOGIN: PASSWORD}, "admin")
        write_cameras(site.model_copy(update={"cameras": site.cameras[:1]}), copy)
        estate = open_estate(copy)
        assert apply_switch(change(estate)).good
        estate.close()
        write_cameras(site, copy)
        estate = open_estate(copy)
        ports = {port.port: port.mac for port in estate.intent(SWITCH).ports}
        first, *_, last = ports
        worked = {port for port, mac in ports.items() if switch.far_end(port, mac).reached}
        before = switch.running_config()
        ending, part, kept = carried_out(estate, Scene(switch, last), fault)
        stands = settled(estate, part, switch, before, kept)
        estate.close()
        missing = {last} if "wrong camera" in fault.name else set()
        radius = {"RADIUS dies before verification"}
        switch.set_radius(*(server.model_copy(update={"alive": True}) for server in switch.radius()))
        time.sleep(SETTLE + 0.3)
        dark = [port for port in sorted(worked - missing) if not switch.far_end(port, ports[port]).reached]
        switch.plug(first, Device(mac=ROGUE, traffic=True))
        time.sleep(SETTLE + 0.2)
        opened_up = switch.far_end(first, ROGUE).reached
        assert fault.name not in radius or switch.radius()
    words = {Standing.BEFORE: "as before", Standing.AFTER: "as planned", Standing.OTHER: "neither"}
    shown = words[stands] + (f", DARK: {len(dark)}" if dark else "") + (", OPEN" if opened_up else "")
    return f"{shown} ({ending})"


def written() -> dict[tuple[str, str], str]:
    """The cells of the page."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("|")]
    head, _, *body = [[text.strip(" `") for text in row] for row in rows]
    return {(row[0], platform): text for row in body for platform, text in zip(head[1:], row[1:], strict=True)}


@pytest.mark.parametrize("platform", sorted(simulated()))
def test_switches_end_as_the_page_says(platform: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    def seen(fault: Fault) -> str:
        folder = tmp_path / re.sub(r"\W+", "-", fault.name)
        folder.mkdir()
        return cell(platform, fault, folder)

    with ThreadPoolExecutor(6) as pool:  # a cell waits for timers more than it works
        cells = dict(zip([fault.name for fault in FAULTS], pool.map(seen, FAULTS), strict=True))
    if request.config.getoption("--update-golden"):
        update(platform, cells)
    page = written()
    assert {name: page.get((name, platform)) for name in cells} == cells
    if packs()[platform][0].commit.strategy.self_undoing:
        assert not [name for name, text in cells.items() if "neither" in text]


def update(platform: str, cells: dict[str, str]) -> None:
    """Put one platform's cells into the page."""
    known = {where: text for where, text in written().items() if where[1] in simulated()}
    known |= {(name, platform): text for name, text in cells.items()}
    platforms = sorted({each for _, each in known})
    intro = PAGE.read_text(encoding="utf-8").partition("\n|")[0]
    rows = [["fault", *(f"`{each}`" for each in platforms)], ["---"] * (len(platforms) + 1)]
    rows += [[fault.name, *(known.get((fault.name, each), "?") for each in platforms)] for fault in FAULTS]
    PAGE.write_text(intro + "\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows), encoding="utf-8")


@pytest.mark.source_tree
def test_the_page_has_every_fault_and_no_camera_dark_nor_door_open() -> None:
    cells = written()
    assert {name for name, _ in cells} == {fault.name for fault in FAULTS}
    assert {platform for _, platform in cells} == set(simulated())
    assert [where for where, text in cells.items() if "DARK" in text or "OPEN" in text] == []
