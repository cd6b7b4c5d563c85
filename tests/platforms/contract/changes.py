"""Every kind of change that a site can bring to a switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from contract.bench import SPARE_VLAN, Bench
from contract.profiles import (
    SERVERS,
    Choice,
    camera_for,
    port_stem,
    possible,
    possible_bases,
    site_of,
    takes_vlans,
)
from portseal.core.inventory import Site, Stage
from portseal.core.platforms import Pack


class Change(NamedTuple):
    """One kind of change."""

    name: str
    make: Callable[[Bench], None]
    profiles: Callable[[str], Mapping[str, Choice]]
    """What the platform is tried with before the change."""
    possible: Callable[[Bench], bool] = lambda bench: bool(bench.site.cameras)
    start: Callable[[Bench], None] = lambda bench: None
    """What is done to the site before anything is applied."""


def _some(platform: str) -> dict[str, Choice]:
    """Some of the platform's bases, from all of their range; the property tests have the others."""
    bases = possible_bases(platform)
    return {f"base-{number}": base for number, base in enumerate(bases[:: max(1, len(bases) // 8)])}


def _all(platform: str) -> Mapping[str, Choice]:
    return possible(platform).choices


def _stages(platform: str) -> dict[str, Choice]:
    """Profiles with MACsec, once as should-secure where the platform can do both."""
    bases = possible_bases(platform)
    found = {}
    for number, base in enumerate(bases):
        weaker = {**base, "macsec": {**base["macsec"], "policy": "should-secure"}}
        if base["macsec"].get("policy") == "must-secure" and weaker in bases:
            found[f"secured-{number}"] = base
    return found


def _site(bench: Bench, **changed: Any) -> None:
    bench.want(bench.site.model_copy(update=changed))


def _turn_profiles(bench: Bench) -> None:
    """Every port gets its neighbour's profile; each camera can do what its new one asks for."""
    names = list(bench.site.profiles)
    cameras = [
        camera_for(bench.site.profiles[names[number % len(names)]], number, bench.pack)
        for number in range(1, len(names) + 1)
    ]
    bench.want(site_of(bench.pack, _choices(bench.site), cameras=cameras, options=bench.options))


def _choices(site: Site) -> dict[str, Choice]:
    return {
        name: profile.model_dump(mode="json", exclude={"name", "description"}, exclude_none=True)
        for name, profile in site.profiles.items()
    }


def _move(bench: Bench) -> None:
    """The first camera hangs on another port."""
    first, *others = bench.site.cameras
    free = first.model_copy(update={"port": f"{port_stem(bench.pack.name)}{len(others) + 2}"})
    _site(bench, cameras=(free, *others))


def _swap(bench: Bench) -> None:
    """The first two cameras have changed places."""
    one, two, *others = bench.site.cameras
    swapped = (one.model_copy(update={"port": two.port}), two.model_copy(update={"port": one.port}))
    _site(bench, cameras=(*swapped, *others))


def _stage(stage: Stage) -> Callable[[Bench], None]:
    def make(bench: Bench) -> None:
        _site(bench, cameras=tuple(c.model_copy(update={"stage": stage}) for c in bench.site.cameras))

    return make


def _servers(*servers: Mapping[str, Any], **more: Any) -> Callable[[Bench], None]:
    def make(bench: Bench) -> None:
        (switch,) = bench.site.switches.values()
        assert switch.radius is not None
        radius = type(switch.radius).model_validate({"servers": list(servers), **more})
        _site(bench, switches={switch.name: switch.model_copy(update={"radius": radius})})

    return make


def _secret(bench: Bench) -> None:
    bench.generation += 1


def _keys(bench: Bench) -> None:
    """Every static key has another name and another secret."""
    keys = {
        name: key.model_copy(update={"ckn": f"ff{key.ckn}"[: len(key.ckn)]}) for name, key in bench.site.keys.items()
    }
    _site(bench, keys=keys)
    bench.generation += 1


def second_keys(bench: Bench) -> None:
    """Every static link has a second key, to be changed to later."""
    keys = {
        name: key.model_copy(
            update={
                "fallback": key.model_copy(update={"ckn": f"ee{key.ckn}"[: len(key.ckn)], "cak": f"{key.cak}-next"})
            }
        )
        for name, key in bench.site.keys.items()
    }
    _site(bench, keys=keys)


def two_keys(pack: Pack) -> bool:
    """Whether the platform takes a second key on a link."""
    return pack.keys is not None and pack.keys.max_keys > 1


def _vlan(number: int) -> Callable[[Bench], None]:
    def make(bench: Bench) -> None:
        _site(bench, cameras=tuple(c.model_copy(update={"vlan": number}) for c in bench.site.cameras))

    return make


def _claims(feature: str, value: str) -> Callable[[Bench], bool]:
    def tell(bench: Bench) -> bool:
        claims = [claim for claim in bench.pack.capability if claim.feature == feature]
        return not claims or any(value in claim.values for claim in claims)

    return tell


NAC_1, NAC_2 = SERVERS
NAC_3 = {"name": "nac-3", "address": "198.51.100.13", "key": "radius/nac-3", "auth_port": 1645, "acct_port": 1646}
CHANGES = (
    Change("every port gets another profile", _turn_profiles, _all),
    Change("a camera moves to a free port", _move, _some),
    Change("two cameras change places", _swap, _some),
    Change("a camera is removed", lambda bench: _site(bench, cameras=bench.site.cameras[1:]), _some),
    Change("every camera but one is removed", lambda bench: _site(bench, cameras=bench.site.cameras[:1]), _some),
    Change(
        "a camera is added",
        lambda bench: _site(
            bench,
            cameras=(
                *bench.site.cameras,
                camera_for(next(iter(bench.site.profiles.values())), len(bench.site.cameras) + 2, bench.pack),
            ),
        ),
        _some,
    ),
    Change(
        "should-secure becomes must-secure",
        _stage(Stage.SEALED),
        _stages,
        start=_stage(Stage.SHOULD_SECURE),
    ),
    Change("must-secure becomes should-secure", _stage(Stage.SHOULD_SECURE), _stages),
    Change("ports are monitored again", _stage(Stage.MONITOR), _some, _claims("dot1x.mode", "monitor")),
    Change(
        "monitored ports are sealed",
        _stage(Stage.SEALED),
        _some,
        _claims("dot1x.mode", "monitor"),
        _stage(Stage.MONITOR),
    ),
    Change("a RADIUS server has another address", _servers({**NAC_1, "address": "198.51.100.21"}, NAC_2), _some),
    Change("a RADIUS server is added", _servers(NAC_1, NAC_2, NAC_3), _some),
    Change("a RADIUS server is removed", _servers(NAC_2), _some),
    Change("RADIUS servers change places", _servers(NAC_2, NAC_1), _some),
    Change(
        "a RADIUS server has other ports",
        _servers({**NAC_1, "auth_port": 1645, "acct_port": 1646}, NAC_2),
        _some,
        lambda bench: not any(claim.feature == "radius.servers.*.auth_port" for claim in bench.pack.capability),
    ),
    Change("accounting ends", _servers(NAC_1, NAC_2, accounting=False), _some),
    Change(
        "servers may change authorizations",
        _servers(NAC_1, NAC_2, dynamic_author=True),
        _some,
        _claims("radius.dynamic_author", "True"),
    ),
    Change("every secret is another", _secret, _some),
    Change("every static key is another", _keys, _some, lambda bench: bool(bench.site.keys)),
    Change(
        "every link gets a second key",
        second_keys,
        _some,
        lambda bench: two_keys(bench.pack) and bool(bench.site.keys),
    ),
    Change("every camera gets a VLAN", _vlan(SPARE_VLAN), _some, lambda bench: takes_vlans(bench.pack)),
)
