"""A platform's capabilities and conflicts in, profiles out: every value it claims, in a profile that nothing forbids."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from portseal.core.capability import CLAIMED, OF_CAMERA, check, field_values
from portseal.core.claims import understood_by
from portseal.core.evidence import Evidence
from portseal.core.intent import PortIntent, SwitchIntent, derive
from portseal.core.inventory import Camera, CameraMacsec, LinkKey, Radius, Site, Stage, Switch
from portseal.core.model import Severity
from portseal.core.platform_files import layers
from portseal.core.platforms import Capability, Kind, Pack, load_pack, platform_folders
from portseal.core.profile import CakSource, MacsecPolicy, Method, Mode, Profile
from portseal.core.profiles_file import read_profiles
from portseal.core.toml_source import TomlSource

SWITCH = "acc-01"
GOLDEN = Path(__file__).parents[2] / "golden"
SERVERS = (
    {"name": "nac-1", "address": "198.51.100.11", "key": "radius/nac-1"},
    {"name": "nac-2", "address": "198.51.100.12", "key": "radius/nac-2"},
)
Choice = dict[str, Any]
"""A profile as profiles.toml would have it, without its name."""


class Wish(NamedTuple):
    """One value of one field."""

    feature: str
    value: str

    def __str__(self) -> str:
        return f"{self.feature}={self.value}"


@cache
def packs() -> dict[str, tuple[Pack, Path]]:
    """Every shipped platform with its folder."""
    return {name: (load_pack(folder), folder) for name, folder in sorted(platform_folders().items())}


def standing_on(platform: str) -> tuple[str, ...]:
    """The platform and those whose folders it stands on: what a folder does not have is in the next."""
    return tuple(layer.name for layer in layers(packs()[platform][1]))


def captures_file(platform: str, name: str) -> Path:
    """A file of the platform's captures folder, or that of a platform it stands on."""
    files = [GOLDEN / each / name for each in standing_on(platform)]
    return next((file for file in files if file.is_file()), files[0])


@cache
def port_stem(platform: str) -> str:
    """What a camera port of the platform is called without its last number, as its reviewed plans have it."""
    case = next(iter(sorted((GOLDEN / platform / "plan").glob("*/intent.json"))))
    intent = SwitchIntent.model_validate_json(case.read_text(encoding="utf-8"))
    return re.sub(r"\d+$", "", intent.ports[0].port)


def wishes(pack: Pack) -> tuple[Wish, ...]:
    """Every value that the platform claims of a profile's or a camera's field."""
    claims = (claim for claim in _claims(pack) if claim.feature.split(".")[0] in {"dot1x", "macsec", "mac_limit"})
    found = (Wish(claim.feature, value) for claim in claims for values in claim.values for value in _ends(values))
    return tuple(dict.fromkeys(found))


def _claims(pack: Pack) -> Iterator[Capability]:
    """Those that hold without a host option."""
    return (claim for claim in pack.capability if claim.option is None)


def _ends(values: str) -> tuple[str, ...]:
    """The smallest and the greatest of a range (`0..65535`); a word is itself."""
    found = re.fullmatch(r"(\d+)\.\.(\d+)", values)
    return found.groups() if found else (values,)


def _claimed(pack: Pack, feature: str) -> tuple[str, ...]:
    values = [value for claim in _claims(pack) if claim.feature == feature for value in claim.values]
    return tuple(dict.fromkeys([*values, *([CLAIMED[feature]] if CLAIMED.get(feature) else [])]))


def with_wish(choice: Choice, wish: Wish) -> Choice:
    """`choice` with one field set, and what has to stand beside it."""
    made = deepcopy(choice)
    here = made
    *sections, field = wish.feature.split(".")
    if field.isdecimal():  # a place in a list, of which the first is all there is
        return with_wish(choice, Wish(".".join(sections), wish.value))
    for section in sections:
        here = here.setdefault(section, {})
    value: Any = int(wish.value) if wish.value.isdigit() else wish.value
    here[field] = value
    if field == "action" and value == "vlan":
        here["vlan"] = 666
    elif field == "action":
        here.pop("vlan", None)
    if wish.feature in ("dot1x.methods", "macsec.ciphers"):
        here[field] = [value]
    if sections == ["mac_limit"]:
        here.setdefault("maximum", 2)
    return made


def bases(pack: Pack) -> Iterator[Choice]:
    """Combinations of what decides the most: mode, methods, MACsec and MAC limit; the endpoint default comes first."""
    modes = sorted(_claimed(pack, "dot1x.mode"), key=["closed", "monitor", "off"].index)
    methods = [m for m in ("dot1x", "mab") if m in _claimed(pack, "dot1x.methods")]
    orders = [list(order) for n in (1, 2) for order in itertools.permutations(methods, n)]
    policies = [p for p in _claimed(pack, "macsec.policy") if p != "off"]
    links: list[Choice] = [{}, *({"policy": p, "cak": c} for p in policies for c in _claimed(pack, "macsec.cak"))]
    limits: list[Choice | None] = [
        None,
        *({"maximum": 2, "violation": v} for v in _claimed(pack, "mac_limit.violation")[:1]),
    ]
    violations = _claimed(pack, "dot1x.violation")
    violation = {"violation": violations[0]} if violations and "shutdown" not in violations else {}
    for limit, link, mode, order in itertools.product(limits, links, modes, orders):
        choice: Choice = {"dot1x": {"mode": mode, "methods": order, **violation}, "macsec": dict(link)}
        yield {**choice, "mac_limit": dict(limit)} if limit else choice


def profile_of(name: str, choice: Choice) -> Profile | None:
    """The profile, or None where profiles.toml may not have it, whatever the platform."""
    read = read_profiles(TomlSource("profiles.toml", "", {name: choice}))
    return None if read.findings else read.profiles[name]


def has(choice: Choice, wish: Wish, pack: Pack) -> bool:
    """Whether a port with this profile has the wished value in effect."""
    site = site_of(pack, {"wished": choice})
    (intent,) = derive(site, {pack.name: pack})
    return wish.value in field_values(intent.ports[0], wish.feature)


def refused(pack: Pack, choice: Choice, stage: Stage = Stage.SEALED) -> bool:
    """Whether the platform cannot do this profile, at this stage."""
    if profile_of("tried", choice) is None:
        return True
    site = site_of(pack, {"tried": choice})
    cameras = tuple(camera.model_copy(update={"stage": stage}) for camera in site.cameras)
    (intent,) = derive(site.model_copy(update={"cameras": cameras}), {pack.name: pack})
    return any(found.severity is Severity.ERROR for found in check(intent, pack))


class Possible(NamedTuple):
    """What a platform can do."""

    choices: Mapping[str, Choice]
    """By a name that tells the value it stands for."""
    never: tuple[Wish, ...]
    """Claimed values that are in no profile which the platform's own conflicts allow."""


@cache
def possible_bases(platform: str) -> tuple[Choice, ...]:
    """The bases that the platform can do, with what it asks for beside them."""
    pack = packs()[platform][0]
    able = (next((made for made in helped(base, pack) if not refused(pack, made)), None) for base in bases(pack))
    return tuple(made for made in able if made is not None)


def helped(choice: Choice, pack: Pack) -> Iterator[Choice]:
    """`choice`; then with what some platforms ask for beside a value of it: another host mode, a next method."""
    modes = [mode for mode in _claimed(pack, "dot1x.host_mode") if mode != "single-host"]
    nexts = [action for action in _claimed(pack, "dot1x.on_failure.action") if action == "next-method"]
    yield choice
    if "host_mode" not in choice["dot1x"]:
        yield from (with_wish(choice, Wish("dot1x.host_mode", mode)) for mode in modes)
    if "on_failure" not in choice["dot1x"] and len(choice["dot1x"]["methods"]) > 1:
        yield from (with_wish(choice, Wish("dot1x.on_failure.action", action)) for action in nexts)


@cache
def possible(platform: str) -> Possible:
    """Profiles that together have every value that the platform claims."""
    pack = packs()[platform][0]
    found: dict[str, Choice] = {"plain": possible_bases(platform)[0]}
    never = []
    for wish in wishes(pack):
        made = next(covering(pack, wish, possible_bases(platform)), None)
        if made is None:
            never.append(wish)
        elif made not in found.values():
            found[re.sub(r"[^A-Za-z0-9]+", "-", str(wish))] = made
    for number, base in enumerate(bases(pack)):
        if base not in found.values() and not refused(pack, base):
            found[f"base-{number}"] = base
    return Possible(found, tuple(never))


def covering(pack: Pack, wish: Wish, among: Sequence[Choice]) -> Iterator[Choice]:
    """Profiles that have the wished value and are possible."""
    if wish.value == "*":
        yield from among
        return
    wished = [with_wish(base, wish) for base in among]
    if wish.value == "vlan":  # some platforms have one VLAN for two events
        events = [event for event in ("on_failure", "on_no_response", "on_server_dead") if event not in wish.feature]
        beside = {event: {event: {"action": "vlan", "vlan": 666}} for event in events}
        wished += [{**made, "dot1x": {**made["dot1x"], **also}} for made in wished for also in beside.values()]
    others = (made for choice in wished for made in itertools.islice(helped(choice, pack), 1, None))
    for made in itertools.chain(wished, others):
        if profile_of("tried", made) is not None and has(made, wish, pack) and not refused(pack, made):
            yield made


def unseen(pack: Pack, port: PortIntent) -> bool:
    """Whether the port's encryption hangs on output that nobody has seen, so that its verdict is unknown whatever it is."""
    shows = [understood_by(pack, each) for each in pack.observe]
    kinds = {show.kind for show in shows if show.evidence is Evidence.NONE}
    return port.macsec.policy is not MacsecPolicy.OFF and bool(kinds & {Kind.MKA, Kind.COUNTERS})


def judged(platform: str) -> dict[str, Choice]:
    """The possible profiles whose ports get a verdict other than unknown."""
    pack, choices = packs()[platform][0], possible(platform).choices
    (intent,) = derive(site_of(pack, choices), {pack.name: pack})
    left_out = {port.profile for port in intent.ports if unseen(pack, port)}
    return {name: choice for name, choice in choices.items() if name not in left_out}


def site_of(
    pack: Pack,
    profiles: Mapping[str, Choice],
    *,
    cameras: Sequence[Camera] | None = None,
    vlan: int | None = None,
    servers: Sequence[Mapping[str, Any]] = SERVERS,
    options: Mapping[str, str | int | bool] | None = None,
) -> Site:
    """One switch with a camera for each profile, on ports 1, 2, ...; or with the `cameras` that are given."""
    made = {name: profile for name, choice in profiles.items() if (profile := profile_of(name, choice))}
    rows = (
        cameras
        if cameras is not None
        else [camera_for(made[name], number, pack, vlan=vlan) for number, name in enumerate(made, start=1)]
    )
    keyed = [camera for camera in rows if camera.macsec is CameraMacsec.STATIC]
    return Site(
        name="contract",
        cameras=tuple(rows),
        profiles=made,
        switches={
            SWITCH: Switch(
                name=SWITCH,
                platform=pack.name,
                address="192.0.2.11",
                radius=Radius.model_validate({"servers": list(servers)}),
                options=dict(options or {}),
            )
        },
        keys={camera.name: link_key(camera, made[camera.profile]) for camera in keyed},
    )


def camera_for(
    profile: Profile, number: int, pack: Pack, *, vlan: int | None = None, port: int | None = None
) -> Camera:
    """Camera `number`, able to do what its profile asks for."""
    secured = profile.macsec.policy is not MacsecPolicy.OFF
    derived = secured and profile.macsec.cak is CakSource.DERIVED
    speaks = profile.dot1x.mode is not Mode.OFF and (Method.DOT1X in profile.dot1x.methods or derived)
    return Camera.model_validate(
        {
            "name": f"cam-{number}",
            "mac": f"ac:cc:8e:00:{number >> 8:02x}:{number & 255:02x}",
            "switch": SWITCH,
            "port": f"{port_stem(pack.name)}{port or number}",
            "profile": profile.name,
            "supplicant": "eap-tls" if speaks else "none",
            "macsec": profile.macsec.cak if secured else "none",
            "vlan": vlan,
            "row": number + 1,
        }
    )


def link_key(camera: Camera, profile: Profile) -> LinkKey:
    """The static key of a camera's link, as long as its cipher suites want it."""
    size = 256 if profile.macsec.ciphers[0].endswith("256") else 128
    return LinkKey.model_validate(
        {"ckn": camera.mac.replace(":", "").rjust(16, "0"), "cak": f"cak/{camera.name}", "size": size}
    )


def takes_vlans(pack: Pack) -> bool:
    """Whether the platform takes a camera's VLAN."""
    claims = [claim for claim in pack.capability if claim.feature in OF_CAMERA and claim.feature == "vlan"]
    return not claims or any(claim.values for claim in claims)
