"""A site as one run sees it: only some of its switches, no port further than a stage, some ports opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from portseal.core.errors import InputError
from portseal.core.intent import SwitchIntent, derive
from portseal.core.inventory import Camera, Stage
from portseal.core.model import Value
from portseal.core.planning import without_ports
from portseal.core.portname import long_port
from portseal.estate import Estate

_FAR = {Stage.MONITOR: 0, Stage.SHOULD_SECURE: 1, Stage.SEALED: 2}


class View(Value):
    """What a run sees otherwise than the site says; kept in the journal, so that whoever resumes it sees the same."""

    stage: Stage | None = None
    """Ports come no further than this."""
    released: dict[str, tuple[str, ...]] = {}
    """By switch, long names of ports that are opened although the inventory has them."""
    left_out: dict[str, tuple[str, ...]] = {}
    """By switch, long names of ports that are not touched, because something spoke against it."""


def seen_through(estate: Estate, view: View) -> Estate:
    """The estate as `view` sees it."""
    site = estate.site
    intents = site.intents
    if view.stage is not None:
        cameras = tuple(_held_back(camera, view.stage) for camera in site.site.cameras)
        whole = site.site.model_copy(update={"cameras": cameras})
        intents = derive(whole, site.packs, [intent.switch for intent in intents])
    if view.left_out:
        intents = tuple(without_ports(i, frozenset(view.left_out.get(i.switch, ()))) for i in intents)
    if view.released:
        intents = tuple(without_ports(i, frozenset(view.released.get(i.switch, ()))) for i in intents)
    released = {switch: frozenset(ports) for switch, ports in view.released.items()}
    return replace(estate, site=replace(site, intents=intents), released=released)


def _held_back(camera: Camera, stage: Stage) -> Camera:
    return camera if _FAR[camera.stage] <= _FAR[stage] else camera.model_copy(update={"stage": stage})


def chosen(
    estate: Estate, *, switches: tuple[str, ...] = (), locations: tuple[str, ...] = (), recorders: tuple[str, ...] = ()
) -> Estate:
    """The estate with the switches that are meant: `switches` are names, globs or `group:NAME`; all that is given must hold.

    Raises:
        InputError: none is.
    """
    hosts = estate.nornir.inventory.hosts
    names = set(hosts)
    if switches:
        names &= {
            n for n, host in hosts.items() if any(_is_meant(n, [g.name for g in host.groups], w) for w in switches)
        }
    cameras = estate.site.site.cameras
    if locations:
        names &= {c.switch for c in cameras if c.location and c.location.startswith(locations)}
    if recorders:
        names &= {c.switch for c in cameras if c.recorder in recorders}
    if not names:
        raise InputError(f"{estate.site.path}: no switch with cameras is among the targets")
    return estate.only(names)


def _is_meant(name: str, groups: list[str], wanted: str) -> bool:
    group = wanted.removeprefix("group:")
    return group in groups if group != wanted else fnmatchcase(name, wanted)


def groups_of(estate: Estate) -> Mapping[str, frozenset[str]]:
    """By switch, the places and recorders of its cameras: `location:Gate 2`, `recorder:rec-1`.

    Of a location that is a path (`North/Gate 2`), the first part counts.
    """
    found: dict[str, set[str]] = {}
    for camera in estate.site.site.cameras:
        groups = found.setdefault(camera.switch, set())
        if camera.location:
            groups.add(f"location:{camera.location.partition('/')[0].strip()}")
        if camera.recorder:
            groups.add(f"recorder:{camera.recorder}")
    return {switch: frozenset(groups) for switch, groups in found.items()}


def port_of(estate: Estate, text: str) -> tuple[SwitchIntent, str]:
    """The switch and the long port name that `SWITCH:PORT` or a camera's name stands for.

    Raises:
        InputError: the site has no such port or camera.
    """
    by_camera = {port.camera: (intent, port.port) for intent in estate.site.intents for port in intent.ports}
    if text in by_camera:
        return by_camera[text]
    switch, _, port = text.partition(":")
    for intent in estate.site.intents:
        if intent.switch == switch and port:
            name = long_port(estate.pack(switch).ports, port)
            if name in {each.port for each in intent.ports}:
                return intent, name
    raise InputError(f"{text}: write a camera's name, or SWITCH:PORT of a port that a camera of this site hangs on")
