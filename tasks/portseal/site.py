"""A site's directory in, everything that stands on it out: settings, cameras, switches, platforms, intents.

::

    site = open_site(Path("inventory/example-campus"), limit="acc-0*")
    for intent in site.intents: ...
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nornir.core import Nornir

from portseal.core.camera_api import check_groups
from portseal.core.camera_rules import Known, check_cameras, unused
from portseal.core.cameras import CameraRow
from portseal.core.capability import check
from portseal.core.errors import InputError, SiteError
from portseal.core.findings import LintCode, finding, has_errors, located, nearest
from portseal.core.intent import SwitchIntent, derive, natural
from portseal.core.inventory import Camera, Site, Switch
from portseal.core.model import Finding, Severity
from portseal.core.platforms import Pack
from portseal.core.profile import CakSource, Mode, Profile
from portseal.core.settings import Settings
from portseal.core.switches import read_switches
from portseal.hosts import host_file
from portseal.site_files import CAMERAS, KEYS, PROFILES, SETTINGS, SiteFiles, read_files, rows_of_keys

_FILES = (SETTINGS, "hosts.yaml", "groups.yaml", "defaults.yaml", PROFILES, KEYS, CAMERAS)


@dataclass(frozen=True)
class OpenSite:
    """A site without errors, limited to some of its switches where that was asked for."""

    path: Path
    settings: Settings
    site: Site
    """The whole site, whatever the limit."""
    nornir: Nornir
    """Nornir with the chosen switches."""
    packs: Mapping[str, Pack]
    """Every platform that a switch of the site has, by name."""
    folders: Mapping[str, Path]
    """Every platform folder there is, by name."""
    intents: tuple[SwitchIntent, ...]
    """Of the chosen switches: with a limit also of those without cameras, otherwise of those that have any."""
    findings: tuple[Finding, ...]
    """Warnings."""

    @cached_property
    def by_switch(self) -> Mapping[str, SwitchIntent]:
        """The intents by the names of their switches."""
        return {intent.switch: intent for intent in self.intents}

    def with_intents(self, intents: tuple[SwitchIntent, ...]) -> OpenSite:
        """The same site, with these intents; what does not hang on them is not worked out again."""
        other = replace(self, intents=intents)
        vars(other)["owners"] = self.owners
        return other

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """MAC address → name of the camera, of the whole site."""
        return {camera.mac: camera.name for camera in self.site.cameras}


class Inspection(NamedTuple):
    """What came of looking at a site; `opened` is None where an error refuses it."""

    opened: OpenSite | None
    findings: tuple[Finding, ...]
    """All of them, in the order of files and lines; with a limit, only those that concern the chosen switches."""


def open_site(path: Path | str, *, limit: str | None = None, instead: Mapping[str, str] = {}) -> OpenSite:
    """The site in directory `path`, limited to the switches that `limit` names.

    `limit` is a list with commas of switch names, patterns (`acc-*`) and `group:NAME`. `instead`: texts in place of those of the
    site's files, by name.

    Raises:
        SiteError: the site is wrong, on whatever switch; has every finding.
        InputError: there is no such directory, or `limit` names nothing.
    """
    inspected = inspect_site(path, limit=limit, everything=True, instead=instead)
    if inspected.opened is None:
        errors = [found for found in inspected.findings if found.severity is Severity.ERROR]
        raise SiteError(f"{path}: {len(errors)} mistakes in the inventory; see `portseal lint`", tuple(errors))
    return inspected.opened


def inspect_site(
    path: Path | str, *, limit: str | None = None, everything: bool = False, instead: Mapping[str, str] = {}
) -> Inspection:
    """All that is wrong with the site in directory `path`, and the site itself where nothing is.

    With `everything`, `limit` does not leave findings out.

    Raises:
        InputError: there is no such directory, or `limit` names nothing.
    """
    path = Path(path)
    if not path.is_dir():
        raise InputError(f"{path}: no such directory; a site is a directory with {CAMERAS}, {PROFILES} and hosts.yaml")
    with _without_collector():
        return _inspect(path, limit, everything, instead)


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection meanwhile: a hundred thousand values are made and none is dropped; a quarter of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _inspect(path: Path, limit: str | None, everything: bool, instead: Mapping[str, str]) -> Inspection:
    read = read_files(path, instead)
    chosen = None if limit is None or read.hosts.nornir is None else chosen_switches(read.hosts.nornir, limit)
    checked_site = _check(path, read)
    findings = located(checked_site.findings, rows_of_keys(path, checked_site.findings, read))
    refused = has_errors(findings)
    if chosen is not None and not everything:
        findings = _concerning(findings, chosen, read)
    findings = tuple(sorted(dict.fromkeys(findings), key=_place))
    if refused or checked_site.site is None or read.hosts.nornir is None:
        return Inspection(None, findings)
    nornir = read.hosts.nornir
    opened = OpenSite(
        path=path,
        settings=read.settings,
        site=checked_site.site,
        nornir=nornir if chosen is None else nornir.filter(filter_func=lambda host: host.name in chosen),
        packs=read.packs,
        folders=read.folders,
        intents=_limited(checked_site, read.packs, chosen),
        findings=findings,
    )
    return Inspection(opened, findings)


def chosen_switches(nornir: Nornir, limit: str) -> frozenset[str]:
    """The names of the hosts that `limit` names.

    Raises:
        InputError: part of it names nothing.
    """
    hosts, groups = nornir.inventory.hosts, nornir.inventory.groups
    chosen: set[str] = set()
    for part in filter(None, (part.strip() for part in limit.split(","))):
        if part.startswith("group:"):
            group = part.removeprefix("group:")
            if group not in groups:
                raise InputError(f"--limit: no group is called {group!r}{nearest(group, groups)}")
            found = {name for name, host in hosts.items() if host.has_parent_group(group)}
        else:
            found = {name for name in hosts if fnmatchcase(name, part)}
        if not found:
            raise InputError(f"--limit: no switch is called {part!r}{nearest(part, hosts)}")
        chosen |= found
    if not chosen:
        raise InputError(
            "--limit: names no switch; give names, patterns like 'acc-*', or group:NAME, with commas between"
        )
    return frozenset(chosen)


class _Checked(NamedTuple):
    site: Site | None
    intents: tuple[SwitchIntent, ...]
    findings: tuple[Finding, ...]


def _check(path: Path, read: SiteFiles) -> _Checked:
    """What the files say together; the site, where no error refuses it."""
    place = host_file(read.settings)
    options = {name: pack.option for name, pack in read.packs.items()}
    with_api = [name for name, pack in read.packs.items() if pack.api and pack.names.napalm]
    switches = read_switches(read.hosts.records, read.folders, options, place, with_api=with_api)
    known = Known(
        platforms={record.name: record.platform for record in read.hosts.records} if read.hosts.nornir else None,
        packs=read.packs,
        profiles=read.profiles.profiles if read.profiles else {},
        profile_names=read.profiles.names if read.profiles else None,
        keys=read.keys.names if read.keys else None,
    )
    rows = read.cameras.rows if read.cameras else ()
    findings = [*read.findings, *switches.findings, *check_cameras(rows, known)]
    groups = read.settings.cameras.groups
    missing = frozenset(group.ca for group in groups.values() if group.ca and not (path / group.ca).is_file())
    sound = [row.camera for row in rows if not row.wrong]
    findings += check_groups(groups, sound, missing=missing, file=SETTINGS)
    findings += _without_radius(rows, known.profiles, switches.switches, place)
    if read.cameras and not has_errors(read.cameras.findings):
        findings += unused(rows, known)
        if not rows:
            findings.append(finding(LintCode.NO_CAMERAS, "no camera stands in this file", file=CAMERAS))
    site = Site(
        name=read.settings.name or path.resolve().name,
        cameras=tuple(row.camera for row in rows),
        profiles=known.profiles,
        switches=switches.switches,
        keys=read.keys.keys if read.keys else {},
    )
    # What platforms cannot do is told as well where there are errors, for the rows that can be derived.
    intents = _derivable(site, rows, read.packs, findings) if has_errors(findings) else derive(site, read.packs)
    findings += dict.fromkeys(told for intent in intents for told in check(intent, read.packs[intent.platform]))
    return _Checked(None if has_errors(findings) else site, intents, tuple(findings))


def _derivable(
    site: Site, rows: Iterable[CameraRow], packs: Mapping[str, Pack], findings: Iterable[Finding]
) -> tuple[SwitchIntent, ...]:
    """Intents of the rows without an error."""
    wrong = {found.row for found in findings if found.file == CAMERAS}
    cameras = tuple(
        row.camera
        for row in rows
        if not row.wrong
        and row.camera.row not in wrong
        and row.camera.profile in site.profiles
        and (switch := site.switches.get(row.camera.switch))
        and switch.platform in packs
        and (row.camera.name in site.keys or site.profiles[row.camera.profile].macsec.cak is not CakSource.STATIC)
    )
    return derive(site.model_copy(update={"cameras": cameras}), packs)


def _without_radius(
    rows: Iterable[CameraRow], profiles: Mapping[str, Profile], switches: Mapping[str, Switch], file: str
) -> list[Finding]:
    """Switches that have to authenticate cameras and know no server to ask."""
    authenticating: dict[str, Camera] = {}
    for camera, wrong in rows:
        profile, switch = profiles.get(camera.profile), switches.get(camera.switch)
        asks = profile is not None and profile.dot1x.mode is not Mode.OFF
        if not wrong and asks and switch and not (switch.radius and switch.radius.servers):
            authenticating.setdefault(camera.switch, camera)
    return [
        finding(
            LintCode.MISSING_RADIUS,
            f"profile {camera.profile} of camera {camera.name} authenticates, and {name} has no RADIUS server; "
            "give data `radius: {servers: [...]}` to the host or a group",
            file=file,
            column=name,
        )
        for name, camera in authenticating.items()
    ]


def _limited(done: _Checked, packs: Mapping[str, Pack], chosen: frozenset[str] | None) -> tuple[SwitchIntent, ...]:
    if chosen is None or done.site is None:
        return done.intents
    with_cameras = {intent.switch: intent for intent in done.intents}
    bare = {intent.switch: intent for intent in derive(done.site, packs, chosen - with_cameras.keys())}
    return tuple((with_cameras | bare)[name] for name in sorted(chosen, key=natural))


def _concerning(findings: Iterable[Finding], chosen: frozenset[str], read: SiteFiles) -> tuple[Finding, ...]:
    """`findings` without those about rows and hosts of other switches of this site."""
    others = {record.name for record in read.hosts.records} - chosen
    rows = {row.camera.row for row in (read.cameras.rows if read.cameras else ()) if row.camera.switch in others}
    place = host_file(read.settings)
    return tuple(
        found
        for found in findings
        if not (found.file == CAMERAS and found.row in rows)
        and not (found.file == place and any(_is_of(found.column, other) for other in others))
    )


def _is_of(column: str | None, host: str) -> bool:
    return column is not None and (column == host or column.startswith(f"{host}."))


def _place(found: Finding) -> tuple[int, str, int, str, str]:
    order = _FILES.index(found.file) if found.file in _FILES else len(_FILES)
    return order, found.file, found.row or 0, found.column or "", found.code
