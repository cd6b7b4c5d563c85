"""A platform and a fault in, in which state the simulated switch ends out: nobody resumes, aborts or logs in."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import JsonValue

from contract.faults import ROGUE, Fault, Gone, Scene, Window, disk_full
from contract.files import write_cameras, write_site
from contract.profiles import SWITCH, judged, packs, possible, site_of
from contract.said import said
from portseal.change.apply import apply_switch
from portseal.change.perform import perform_playbook
from portseal.change.playbook import Playbook
from portseal.change.prepare import Call, prepare
from portseal.change.run import open_journal
from portseal.change.standing import Standing, standing
from portseal.change.terms import Change, Terms
from portseal.cli.sim import LOGIN, write_copy
from portseal.core.errors import SwitchError
from portseal.core.inventory import Site
from portseal.core.journal_entry import Event
from portseal.core.profile import CakSource, MacsecPolicy
from portseal.estate import Estate, open_estate
from portseal.plan import plan_from
from portseal.simulator.campus import camera_device, demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle, SwitchSpec
from portseal.simulator.world import Device
from portseal.site import OpenSite, open_site

PASSWORD = "login-to-the-simulator"
MINUTE = 4.0
"""Seconds that a minute of the switch's timer, and of a window, lasts."""
SETTLE = 0.4
"""Seconds until ports follow, so that what happens as verification begins finds nobody let in yet."""
PATIENCE = 20.0
PORTS = 8
"""So many cameras, with profiles as different as the platform has them."""
OPENS = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LONG = 160
"""Seconds of a window that leaves time for one switch with a timer of a minute, and hardly more."""


@dataclass(frozen=True)
class Ready:
    """A site of one switch of which one port is sealed, to begin a cell with."""

    site: Site
    opened: OpenSite
    secrets: dict[str, str]
    spec: SwitchSpec
    memory: Path


def profiles_of(platform: str, *, keyed: bool) -> dict[str, dict[str, object]]:
    """The first profile of the platform, one with a static key where there is one, and others that lie far from each other.

    `keyed`: also one with a static key whose ports get no verdict, if no other has one.
    """
    pack, choices = packs()[platform][0], judged(platform)
    static = _keyed(site_of(pack, choices))
    if keyed and not static:
        choices = {**choices, **possible(platform).choices}
        static = _keyed(site_of(pack, choices))
    names = list(choices)
    spread = names[1 :: max(1, len(names) // (PORTS - 2))][: PORTS - 2]
    return {name: choices[name] for name in dict.fromkeys([names[0], *static[:1], *spread])}


def _keyed(site: Site) -> list[str]:
    """Names of the profiles with a static key; those first that let nothing through without."""
    profiles = site.profiles.values()
    found = [p for p in profiles if p.macsec.policy is not MacsecPolicy.OFF and p.macsec.cak is CakSource.STATIC]
    return [p.name for p in sorted(found, key=lambda p: p.macsec.policy is not MacsecPolicy.MUST_SECURE)]


def get_ready(platform: str, folder: Path, *, keyed: bool = False) -> Ready:
    """Seal the first port of a switch, and keep what it and the site's folder are then."""
    choices = profiles_of(platform, keyed=keyed)
    site = site_of(packs()[platform][0], choices, options=said(platform).options)
    write_site(site, choices, folder / "origin")
    opened = open_site(folder / "origin")
    secrets = {**demo_secrets(opened.site), LOGIN: PASSWORD}
    changed = {"minute": MINUTE, "settle": SETTLE}
    (spec,) = (each.model_copy(update=changed) for each in site_specs(opened.site, secrets))
    with Farm((spec,), username="admin", password=PASSWORD) as farm:
        copy = folder / "first"
        write_copy(opened, copy, farm, secrets, "admin")
        write_cameras(site.model_copy(update={"cameras": site.cameras[:1]}), copy)
        estate = open_estate(copy)
        assert apply_switch(change(estate)).good
        estate.close()
        sealed = spec.model_copy(update={"running_config": farm[SWITCH].startup_config()})
    return Ready(site, opened, secrets, sealed, copy / ".portseal")


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


class Happening:
    """A fault that waits for its moment."""

    def __init__(self, fault: Fault, scene: Scene) -> None:
        self.fault, self.scene = fault, scene
        self.over = fault.window is Window.LATE
        """Whether it happened; that a window is too short is no event."""
        self.digest = ""
        """Of what was to be confirmed."""
        self._beside = False

    def planned(self) -> None:
        """The plan is made."""
        if self.fault.planned:
            self.over = True
            self.fault.happens(self.scene)

    def tell(self, switch: str, what: str) -> None:
        """The engine says what it does."""
        if what == "pushing" and not self._beside:
            self._beside = True
            self.fault.beside(self.scene)
        if what == self.fault.told and not self.over:
            self.over = True
            self.fault.happens(self.scene)
            if self.fault.gone:
                raise Gone

    def note(self, event: Event, switch: str, data: dict[str, JsonValue]) -> None:
        """The engine has noted what it is about to do."""
        if event is Event.CONFIRMING:
            self.digest = str(data["digest"])
        if event is self.fault.noted and not self.over:
            self.over = True
            self.fault.happens(self.scene)
            if self.fault.full:
                raise disk_full()
            if self.fault.gone:
                raise Gone


def by_engine(estate: Estate, happening: Happening, plan: Change) -> str:
    """What the engine says became of the switch."""
    part = change(estate, tell=happening.tell, note=happening.note)
    part = Change(**{**part.__dict__, "plan": plan.plan})
    return str(apply_switch(part).ending)


def by_playbook(estate: Estate, happening: Happening) -> str:
    """What `portseal run` says became of it: preflight first, within a window, in waves."""
    book = Playbook.model_validate(
        {
            "schema_version": 1,
            "name": "matrix",
            "action": "seal",
            "terms": {"timer_minutes": 1, "verify_seconds": 2, "accept_no_timer": True, "second_login": False},
            "gates": {"accept_risks": ["opens-port", "no-self-undo"]},
            "window": {
                "timezone": "UTC",
                "recurrence": "FREQ=DAILY",
                "start": f"{OPENS:%H:%M}",
                "duration": LONG,
                "margin": 1,
            },
        }
    )
    prepared = prepare(book, estate, Call(folder=Path(), now=OPENS))
    began = time.monotonic()
    late = timedelta(seconds=LONG - 30 if happening.fault.window is Window.LATE else 0)

    def clock() -> datetime:
        return OPENS + late + timedelta(seconds=(time.monotonic() - began) * 60 / MINUTE)

    performed = perform_playbook(prepared, reason="", ticket="", clock=clock, say=happening.tell)
    with open_journal(estate) as journal:
        rows = journal.entries(performed.run, SWITCH)
    happening.digest = next((str(r.data["digest"]) for r in rows if r.event is Event.CONFIRMING), "")
    return str(performed.results[0].ending)


def settled(part: Change, switch: Handle, kept: str, *, seconds: float, back: Callable[[], bool]) -> Standing:
    """Where the switch stands once its timers are over, or `seconds` are."""
    switch.heal()
    over = time.monotonic() + seconds
    while time.monotonic() < over and not back():
        time.sleep(0.1)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            session = part.reconnect()
            (running,) = session.run([part.pack.read.command])
            break
        except SwitchError:  # it reboots
            assert time.monotonic() < end
            time.sleep(0.2)
    if back():
        return Standing.BEFORE
    stands = standing(part, running, kept=kept)
    return Standing.OTHER if stands is Standing.BEFORE else stands


def cell(ready: Ready, fault: Fault, folder: Path) -> str:
    """What a run with this fault sees."""
    with Farm((ready.spec,), username="admin", password=PASSWORD) as farm:
        copy, switch = folder / "site", farm[SWITCH]
        write_copy(ready.opened, copy, farm, ready.secrets, "admin")
        shutil.copytree(ready.memory, copy / ".portseal")
        estate = open_estate(copy)
        try:
            return _cell(ready, fault, estate, switch)
        finally:
            estate.close()


def _cell(ready: Ready, fault: Fault, estate: Estate, switch: Handle) -> str:
    scene = scene_of(ready, estate, switch)
    if fault.key and scene.typo is None:
        return "no static key there"
    ports = {port.port: port.mac for port in estate.intent(SWITCH).ports}
    let_in(switch, ports)
    part, happening = change(estate), Happening(fault, scene)
    happening.planned()
    before = switch.running_config().splitlines()

    def back() -> bool:
        """Whether the configuration is, line by line, what it was; what somebody else did meanwhile is theirs."""
        now, theirs = switch.running_config().splitlines(), {*scene.theirs, *scene.replaced}
        return [x for x in now if x not in theirs] == [x for x in before if x not in theirs]

    began = time.monotonic()
    try:
        ending = by_playbook(estate, happening) if fault.window else by_engine(estate, happening, part)
    except Gone:
        part.connect().close()
        ending = "gone"
    assert happening.over, "the fault never happened"
    seconds = MINUTE * 1.5
    if fault.window is Window.ENDS:
        seconds = began + LONG / 60 * MINUTE - time.monotonic()
    stands = settled(part, switch, happening.digest, seconds=seconds, back=back)
    words = {Standing.BEFORE: "as before", Standing.AFTER: "as planned", Standing.OTHER: "neither"}
    return f"{words[stands]}{_theirs(scene)}{_dark(fault, scene, ports)} ({ending})"


def let_in(switch: Handle, ports: dict[str, str]) -> None:
    """Wait until every camera has network."""
    end = time.monotonic() + PATIENCE
    while not all(switch.far_end(port, mac).reached for port, mac in ports.items()):
        assert time.monotonic() < end
        time.sleep(0.1)


def scene_of(ready: Ready, estate: Estate, switch: Handle) -> Scene:
    """What a fault may touch on the switch."""
    sealed, *_, last = (port.port for port in estate.intent(SWITCH).ports)
    engineer = said(ready.spec.platform).engineer
    assert engineer is not None
    profiles = _keyed(ready.site)
    typo: tuple[str, Device] | None = None
    if profiles:
        camera = next(each for each in ready.opened.site.cameras if each.profile == profiles[0])
        device = camera_device(ready.opened.site, camera, ready.secrets)
        assert device.cak is not None
        wrong = device.cak[:-1] + ("0" if device.cak[-1] != "0" else "1")
        port = next(p.port for p in estate.intent(SWITCH).ports if p.camera == camera.name)
        typo = port, device.model_copy(update={"cak": wrong})
    uplink = ready.spec.ports[-1].name
    return Scene(switch, sealed=sealed, port=last, uplink=uplink, engineer=engineer, typo=typo)


def _theirs(scene: Scene) -> str:
    """What became of another engineer's lines."""
    if not scene.theirs:
        return ""
    now = set(scene.switch.running_config().splitlines())
    return ", theirs kept" if set(scene.theirs) <= now else ", theirs gone"


def _dark(fault: Fault, scene: Scene, ports: dict[str, str]) -> str:
    """How many cameras that worked are without network, once RADIUS answers again; whether the sealed port lets a stranger in."""
    switch = scene.switch
    switch.set_radius(*(server.model_copy(update={"alive": True}) for server in switch.radius()))
    time.sleep(SETTLE + 0.3)
    missing = {scene.port} if fault.missing else set()
    dark = [port for port in sorted(ports.keys() - missing) if not switch.far_end(port, ports[port]).reached]
    switch.plug(scene.sealed, Device(mac=ROGUE, traffic=True))
    time.sleep(SETTLE + 0.2)
    opened_up = switch.far_end(scene.sealed, ROGUE).reached
    return (f", DARK: {len(dark)}" if dark else "") + (", OPEN" if opened_up else "")
