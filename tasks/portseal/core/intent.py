"""Site in, what each switch and port must be out. All thinking happens here, so that templates need none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from portseal.core.errors import InputError
from portseal.core.inventory import Camera, LinkKey, Radius, Site, Stage, Supplicant
from portseal.core.model import Mac, Name, Value, Vlan, lean
from portseal.core.platforms import Pack
from portseal.core.port_spelling import PortSpelling
from portseal.core.profile import CakSource, Dot1x, MacLimit, Macsec, MacsecPolicy, Mode, Profile


class PortIntent(Value):
    """What one port must be."""

    switch: Name
    port: str
    """The platform's long spelling, e.g. `GigabitEthernet1/0/5`."""
    camera: Name
    mac: Mac
    profile: Name
    stage: Stage
    vlan: Vlan | None
    identity: str | None
    dot1x: Dot1x
    """The profile's policy after the stage is applied."""
    macsec: Macsec
    """The profile's policy after the stage is applied; policy `off` where there is none."""
    mac_limit: MacLimit | None
    key: LinkKey | None
    """Set exactly where MACsec is on with a static CAK."""
    fallback_key: LinkKey | None = None
    """A second key that the port has to take as well; only where the platform's `[keys]` has room for two."""
    row: int
    """Line of cameras.csv."""
    macsec_policy: str | None = None
    """Which of the switch's `macsec_policies` this port uses; None where MACsec is off."""
    policy: str | None = None
    """Which of the switch's `policies` this port has; None only in what was written before there were any."""
    supplicant: Supplicant = Supplicant.NONE
    """What the camera can speak: with one, MAB is not how it should have been let in."""
    location: str | None = None
    """Where the camera hangs, as people call it; in no line of configuration."""


class PortPolicy(Value):
    """What ports of one profile at one stage have in common."""

    dot1x: Dot1x
    macsec: Macsec


class SwitchIntent(Value):
    """What one switch must be: its ports in the platform's order, and what they need switch-wide."""

    switch: Name
    platform: Name
    radius: Radius | None
    options: Mapping[str, str | int | bool]
    ports: tuple[PortIntent, ...]
    macsec_policies: Mapping[str, Macsec]
    """Each distinct MACsec policy that a port of this switch uses, by profile name; `PROFILE-should-secure` besides, where
    ports of one profile are at both stages and the profile itself is must-secure."""
    policies: Mapping[str, PortPolicy] = {}
    """Each policy that a port of this switch has, for platforms that name one on the port: by profile name, and
    `PROFILE@STAGE` where a stage changes it."""


def derive(site: Site, packs: Mapping[str, Pack], switches: Iterable[str] | None = None) -> tuple[SwitchIntent, ...]:
    """What every switch must be, in natural order of their names; its ports likewise.

    Without `switches`, those that have cameras; with it, those that are named, also without cameras.

    Raises:
        InputError: a switch, its platform or one of its ports is unknown; a site that was linted has none such.
    """
    cameras: dict[str, list[Camera]] = {}
    for camera in site.cameras:
        cameras.setdefault(camera.switch, []).append(camera)
    staged = _staged_profiles(site)
    spelling = PortSpelling(packs)
    wanted = cameras if switches is None else set(switches)
    two = frozenset(name for name, pack in packs.items() if pack.keys and pack.keys.max_keys > 1)
    return tuple(
        _switch(name, cameras.get(name, []), site, spelling, staged=staged, two=two)
        for name in sorted(wanted, key=natural)
    )


@lru_cache(maxsize=4096)
def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key by which `Gi1/0/9` comes before `Gi1/0/10`.

    >>> sorted(["acc-10", "acc-9"], key=natural)
    ['acc-9', 'acc-10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((0, int(part), part) if part.isdigit() else (1, 0, part) for part in parts)


def at_stage(profile: Profile, stage: Stage) -> Profile:
    """The profile as far as a stage has come; `sealed` is the profile itself.

    `monitor` enforces nothing: 802.1X authenticates but the port is open (where the profile has 802.1X at all), MACsec and
    MAC limiting are off; MACsec, because an EAP-derived key needs a closed port on platforms that document it.
    `should-secure` is the profile with must-secure weakened to should-secure, so that both ends can get their key first.
    """
    if stage is Stage.SEALED:
        return profile
    if stage is Stage.SHOULD_SECURE:
        if profile.macsec.policy is not MacsecPolicy.MUST_SECURE:
            return profile
        macsec = profile.macsec.model_copy(update={"policy": MacsecPolicy.SHOULD_SECURE})
        return profile.model_copy(update={"macsec": macsec})
    mode = Mode.OFF if profile.dot1x.mode is Mode.OFF else Mode.MONITOR
    weakened = {
        "dot1x": profile.dot1x.model_copy(update={"mode": mode}),
        "macsec": profile.macsec.model_copy(update={"policy": MacsecPolicy.OFF}),
        "mac_limit": None,
    }
    return profile.model_copy(update=weakened)


def _staged_profiles(site: Site) -> Mapping[tuple[str, Stage], Profile]:
    """Every profile at every stage, so that ports share the values."""
    return {(name, stage): at_stage(profile, stage) for name, profile in site.profiles.items() for stage in Stage}


def _switch(
    name: str,
    cameras: Iterable[Camera],
    site: Site,
    spelling: PortSpelling,
    *,
    staged: Mapping[tuple[str, Stage], Profile],
    two: frozenset[str],
) -> SwitchIntent:
    switch = site.switches.get(name)
    if switch is None or switch.platform not in spelling:
        raise InputError(f"{name}: no such switch" if switch is None else f"{name}: no platform {switch.platform!r}")
    unnamed = [
        _port(
            camera,
            site,
            _long(spelling, switch.platform, camera),
            staged[camera.profile, camera.stage],
            room_for_two=switch.platform in two,
        )
        for camera in cameras
    ]
    ports = sorted(_named(unnamed), key=lambda port: natural(port.port))
    policies = {port.macsec_policy: port.macsec for port in ports if port.macsec_policy}
    return SwitchIntent(
        switch=name,
        platform=switch.platform,
        radius=switch.radius,
        options=switch.options,
        ports=tuple(ports),
        macsec_policies=dict(sorted(policies.items())),
        policies={port.policy: PortPolicy(dot1x=port.dot1x, macsec=port.macsec) for port in ports if port.policy},
    )


def _long(spelling: PortSpelling, platform: str, camera: Camera) -> str:
    try:
        return spelling.long(platform, camera.port)
    except ValueError as error:
        raise InputError(f"{camera.switch}: camera {camera.name}: {error}") from error


def _port(camera: Camera, site: Site, port: str, profile: Profile, *, room_for_two: bool) -> PortIntent:
    secured = profile.macsec.policy is not MacsecPolicy.OFF
    static = secured and profile.macsec.cak is CakSource.STATIC
    if static and camera.name not in site.keys:
        raise InputError(f"{camera.switch} {port}: camera {camera.name} needs a static key and keys.toml has none")
    made = PortIntent(
        switch=camera.switch,
        port=port,
        camera=camera.name,
        mac=camera.mac,
        profile=camera.profile,
        stage=camera.stage,
        vlan=camera.vlan,
        identity=camera.identity,
        dot1x=profile.dot1x,
        macsec=profile.macsec,
        mac_limit=profile.mac_limit,
        key=_bare(site.keys[camera.name]) if static else None,
        fallback_key=site.keys[camera.name].fallback if static and room_for_two else None,
        row=camera.row,
        macsec_policy=camera.profile if secured else None,
        policy=camera.profile if profile is site.profiles[camera.profile] else f"{camera.profile}@{camera.stage}",
        supplicant=camera.supplicant,
        location=camera.location,
    )
    return lean(made)


def _bare(key: LinkKey) -> LinkKey:
    """The key alone, without what is remembered of the link's other keys."""
    return key if key.fallback is None and not key.retired else key.model_copy(update={"fallback": None, "retired": ()})


def _named(ports: list[PortIntent]) -> list[PortIntent]:
    """`ports`, a should-secure one with a policy of its own where the profile's name means must-secure on this switch."""
    must = {port.profile for port in ports if port.macsec.policy is MacsecPolicy.MUST_SECURE}
    return [
        port.model_copy(update={"macsec_policy": f"{port.profile}-should-secure"})
        if port.profile in must and port.macsec.policy is MacsecPolicy.SHOULD_SECURE
        else port
        for port in ports
    ]
