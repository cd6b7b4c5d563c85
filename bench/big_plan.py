"""A plan as large as one likes: a generated site, planned against generated running configurations of several platforms.

`python -m bench.big_plan [--switches 500] [--ports 40] [-o plan.json]` writes the plan and prints how long its patterns take to be
found, and the same as JSON on the last line. `big_plan(...)` gives the plan to whoever imports it. Nothing here connects to anything.

Most switches go from monitor to sealed. Some have nothing of ours yet, some are sealed already, and one in some differs: a port
with somebody's own settings, a trunk, another VLAN, a camera that is gone, a key that changes, a server less, a switch that is not ready.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from portseal.core.alike import alike
from portseal.core.differences import sections
from portseal.core.intent import SwitchIntent, derive
from portseal.core.inventory import Camera, LinkKey, Radius, Site, Stage, Switch
from portseal.core.marks import Marks
from portseal.core.plan_file import Plan, dump_plan, make_plan
from portseal.core.planning import SwitchPlan, plan_switch
from portseal.core.platforms import Pack, load_pack, platform_folders
from portseal.core.portname import long_port
from portseal.core.profile import Profile
from portseal.core.rendering import render
from portseal.core.secrets import reveal
from portseal.simulator.platforms import Access, Start, simulations

VLANS = (20, 20, 20, 20, 20, 20, 20, 20, 20, 30)
BUILDINGS = ("main building", "car park", "yard", "gate <3>", "Lagerhalle Süd", "倉庫")
_STATIC = "static"
_BARE, _OTHER_VLAN, _DONE, _GONE, _TRUNK, _BY_HAND, _SERVER_LESS, _NOT_READY, _OTHER_KEY, _LONG = (
    3,
    5,
    9,
    11,
    13,
    14,
    17,
    19,
    21,
    23,
)
"""Of 25 switches, which one is odd in which way."""


class Kind(NamedTuple):
    """What a platform can have of the generated site."""

    platform: str
    share: int
    """Of a hundred switches."""
    profiles: tuple[str, ...]
    """The profiles of ten ports in turn."""
    vlan: bool = True


KINDS = (
    Kind("cisco_iosxe", 40, ("closed",) * 6 + ("sealed",) * 2 + ("legacy", "keyed")),
    Kind("cisco_iosxe_ibns2", 20, ("sealed",) * 8 + ("legacy",) * 2),
    Kind("arista_eos", 12, ("closed-eos",) * 10),
    Kind("aruba_aoscx", 8, ("closed-aos",) * 8 + ("sealed-aos",) * 2),
    Kind("juniper_junos", 8, ("closed-junos",) * 9 + ("keyed",)),
    Kind("hpe_comware", 6, ("closed-comware",) * 10),
    Kind("cisco_nxos", 3, ("closed-nxos",) * 10),
    Kind("linux_hostapd", 3, ("closed-linux",) * 10, vlan=False),
)


def profiles() -> dict[str, Profile]:
    """The profiles of the generated site."""
    derived = {"policy": "must-secure", "cak": "derived"}
    given: dict[str, dict[str, Any]] = {
        "closed": {"mac_limit": {"maximum": 1}},
        "sealed": {"macsec": derived},
        "legacy": {"dot1x": {"methods": ["mab"], "violation": "restrict"}},
        "keyed": {"dot1x": {"mode": "off"}, "macsec": {"policy": "must-secure", "cak": _STATIC}},
        "closed-eos": {"dot1x": {}},
        "closed-aos": {"dot1x": {"violation": "restrict"}},
        "sealed-aos": {"dot1x": {"violation": "restrict"}, "macsec": derived},
        "closed-junos": {"dot1x": {}},
        "closed-comware": {"dot1x": {}},
        "closed-nxos": {"dot1x": {}},
        "closed-linux": {"dot1x": {"methods": ["dot1x", "mab"], "on_failure": {"action": "next-method"}}},
    }
    return {name: Profile.model_validate({"name": name, **profile}) for name, profile in given.items()}


def big_plan(
    switches: int = 500, ports: int = 40, *, now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC), workers: int = 1
) -> Plan:
    """The plan of a generated site, always the same for the same numbers; `workers` processes share the work."""
    jobs = [(number, ports) for number in range(switches)]
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            planned = list(pool.map(_planned, jobs, chunksize=8))
    else:
        planned = [_planned(job) for job in jobs]
    return make_plan(
        version="0",
        site="big-campus",
        now=now,
        valid=timedelta(hours=24),
        switches=tuple(planned),
        unread={"acc-unread-1": "acc-unread-1: connection refused"} if switches > 50 else {},
    )


@cache
def _folder(platform: str) -> tuple[Pack, Path]:
    folder = platform_folders()[platform]
    return load_pack(folder), folder


def _kind(number: int) -> Kind:
    """Platforms in turn, by their shares."""
    at = (number * 37) % 100
    for kind in KINDS:
        if at < kind.share:
            return kind
        at -= kind.share
    return KINDS[0]


def _planned(job: tuple[int, int]) -> SwitchPlan:
    number, ports = job
    kind, odd = _kind(number), number % 25
    pack, folder = _folder(kind.platform)
    after = _intent(number, ports, kind, odd=odd)
    running = _running(after, _held(number, ports, kind, odd=odd), pack, folder)
    running = _with_oddities(running, after.ports[2].port, after.ports[3].port, pack, odd=odd)
    gone = frozenset({_port(kind, ports + 1)}) if odd == _GONE else frozenset()
    return plan_switch(after, running, pack, (folder,), marks=_marks(after.switch), managed=gone)


def _marks(switch: str) -> Marks:
    return Marks(switch, _secret, SecretStr("key of fingerprints"))


def _secret(ref: str) -> SecretStr:
    return SecretStr((ref.encode().hex() * 8)[:32])


def _stem(kind: Kind) -> str:
    simulation = simulations().get(kind.platform)
    return simulation.stem if simulation else "swp"


def _port(kind: Kind, number: int) -> str:
    return long_port(_folder(kind.platform)[0].ports, f"{_stem(kind)}{number}")


def _intent(
    number: int, ports: int, kind: Kind, *, odd: int, stage: Stage = Stage.SEALED, ckn: str = "00"
) -> SwitchIntent:
    switch = f"acc-{number + 1:03}"
    cameras = tuple(_cameras(switch, number, ports, kind, odd=odd, stage=stage))
    servers = [
        {"name": f"nac-{n}", "address": f"198.51.100.{10 + n}", "key": f"radius/nac-{n}"}
        for n in ((1,) if odd == _SERVER_LESS else (1, 2))
    ]
    keyed = [camera for camera in cameras if camera.macsec == _STATIC]
    site = Site(
        name="big-campus",
        cameras=cameras,
        profiles=profiles(),
        switches={
            switch: Switch(name=switch, platform=kind.platform, radius=Radius.model_validate({"servers": servers}))
        },
        keys={
            camera.name: LinkKey(ckn=camera.mac.replace(":", "").rjust(30, "0") + ckn, cak=f"cak/{camera.name}")
            for camera in keyed
        },
    )
    (intent,) = derive(site, {kind.platform: _folder(kind.platform)[0]})
    return intent


def _cameras(switch: str, number: int, ports: int, kind: Kind, *, odd: int, stage: Stage) -> Iterator[Camera]:
    for at in range(1, ports + 1):
        count = number * ports + at
        profile = kind.profiles[(at - 1) % 10]
        vlan = 40 if odd == _OTHER_VLAN and at == 7 else VLANS[at % 10]
        yield Camera.model_validate(
            {
                "name": f"{'entrance-north-west-tower-' if odd == _LONG else ''}cam-{count:05}",
                "mac": f"ac:cc:8e:{count >> 16 & 255:02x}:{count >> 8 & 255:02x}:{count & 255:02x}",
                "switch": switch,
                "port": _port(kind, at),
                "profile": profile,
                "supplicant": "none" if profile in ("legacy", "keyed") else "eap-tls",
                "macsec": _STATIC if profile == "keyed" else "derived" if profile.startswith("sealed") else "none",
                "vlan": vlan if kind.vlan else None,
                "location": f"{BUILDINGS[number % len(BUILDINGS)]}, floor {at % 4}, camera {at}",
                "stage": stage,
                "row": count + 1,
            }
        )


def _held(number: int, ports: int, kind: Kind, *, odd: int) -> SwitchIntent | None:
    """What the switch has so far; None: nothing of ours."""
    if odd == _DONE:
        return _intent(number, ports, kind, odd=odd)
    if odd in (_BARE, _BARE + 1) or kind.share < 4:
        return None
    if odd == _OTHER_KEY:
        return _intent(number, ports, kind, odd=odd, ckn="ee")
    named = _LONG if odd == _LONG else 0
    return _intent(number, ports + (odd == _GONE), kind, odd=named, stage=Stage.MONITOR)


def _running(after: SwitchIntent, held: SwitchIntent | None, pack: Pack, folder: Path) -> str:
    """A running configuration: the vendor's usual beginning, and what the switch has of ours."""
    vlans = {port.port: port.vlan or 20 for port in (held or after).ports}
    more = re.sub(r"\d+$", "", after.ports[0].port)
    vlans |= {f"{more}{len(after.ports) + n}": 20 for n in (1, 2)}
    base = _base(after.switch, vlans, after.platform)
    ours = reveal(render(held, folder), _secret) if held else ""
    return base if not ours else _merged(base, ours, pack)


def _base(switch: str, vlans: dict[str, int], platform: str) -> str:
    simulation = simulations().get(platform)
    if simulation is None:
        ports = "".join(f"interface {name}\n master br0 bridge\n" for name in vlans)
        return f"agent 1\nmacsec static yes\nmacsec derived yes\n{ports}end\n"
    return simulation.configuration(
        Start(switch, 11, tuple(Access(name, None, vlan) for name, vlan in vlans.items()), (20, 30, 40))
    )


def _merged(base: str, ours: str, pack: Pack) -> str:
    """`base` with `ours`, each section once."""
    lines = base.splitlines()
    ends = pack.read.complete
    end = next((at for at, line in enumerate(lines) if ends and re.search(ends, line)), len(lines))
    if pack.paths:
        leaves = {line.rsplit(" ", 1)[0] for line in ours.splitlines()}
        others = (line for line in lines if line.rsplit(" ", 1)[0] not in leaves)
        return "\n".join([*others, *ours.splitlines()]) + "\n"
    added = sections(ours)
    found: list[str] = []
    for at, line in enumerate(lines[:end]):
        found.append(line)
        under = added.pop(line, ())
        depth = _indent(under[0]) if under else 0
        there = {each.strip() for each in itertools.takewhile(lambda each: each[:1] in " !", lines[at + 1 :])}
        found += [each for each in under if _indent(each) > depth or each.strip() not in there]
    found += [each for head, under in added.items() for each in (head, *under)]
    return "\n".join([*found, *lines[end:]]) + "\n"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _with_oddities(running: str, port: str, other: str, pack: Pack, *, odd: int) -> str:
    """What somebody did to a switch by hand: `port` and `other` are two of its ports."""
    lines = running.splitlines()
    if odd == _TRUNK:
        lines = list(_in_section(lines, port, "switchport mode access", "switchport mode trunk"))
        lines = list(_in_section(lines, port, "port link-type access", "port link-type trunk"))
    elif odd == _BY_HAND:
        lines = list(_in_section(lines, other, "host-mode single-host", "host-mode multi-auth"))
    elif odd == _NOT_READY and pack.require:
        need = re.compile(pack.require[0].match[-1])
        lines = [line for line in lines if not need.search(line.strip())]
    return "\n".join(lines) + "\n"


def _in_section(lines: list[str], port: str, old: str, new: str) -> Iterator[str]:
    inside = False
    for line in lines:
        if line[:1] != " ":
            inside = line.endswith(f"interface {port}")
        yield line.replace(old, new) if inside else line


def main() -> None:
    """Write the plan, and measure what finding its patterns takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--switches", type=int, default=500)
    parser.add_argument("--ports", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("-o", "--out", type=Path, default=None)
    call = parser.parse_args()
    begun = time.perf_counter()
    plan = big_plan(call.switches, call.ports, workers=call.workers, now=datetime.now(UTC).replace(microsecond=0))
    planning = time.perf_counter() - begun
    text = dump_plan(plan)
    if call.out:
        call.out.write_text(text, encoding="utf-8")
    begun = time.process_time()
    found = alike(plan.switches)
    finding = time.process_time() - begun
    changed = sum(len(switch.changed_ports) for switch in plan.switches)
    print(f"{call.switches} switches, {changed} ports change, {len(text) / 1e6:.1f} MB, planned in {planning:.1f} s")
    print(f"{len(found.switches)} switch patterns, {len(found.ports)} port patterns, found in {finding:.2f} s of CPU")
    result = {
        "switches": call.switches,
        "ports": changed,
        "bytes": len(text.encode()),
        "switch_patterns": len(found.switches),
        "port_patterns": len(found.ports),
        "exceptions": sum(len(pattern.exceptions) for pattern in found.switches),
        "seconds": round(finding, 2),
    }
    print(json.dumps({"benchmark": "patterns", "results": [result]}))


if __name__ == "__main__":
    main()
