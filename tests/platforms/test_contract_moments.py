"""One contract, every platform: from any intent to any other and back, and what every moment on the way shows.

`PORTSEAL_EXAMPLES=300` tries that many pairs of intents, other ones each time; without it, the same few.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from contract.bench import SPARE_VLAN, Bench
from contract.profiles import (
    SERVERS,
    Choice,
    camera_for,
    packs,
    possible_bases,
    profile_of,
    refused,
    site_of,
    takes_vlans,
    wishes,
    with_wish,
)
from contract.said import said, seen
from contract.text import outside, owned_lines
from hypothesis import given, settings
from hypothesis import strategies as st

from portseal.core.inventory import Site, Stage

PORTS = 4
EXAMPLES = int(os.environ.get("PORTSEAL_EXAMPLES", "0"))
Draw = Callable[[st.SearchStrategy[object]], object]


@st.composite
def choices(draw: st.DrawFn, platform: str) -> Choice:
    """A profile that the platform can do."""
    pack = packs()[platform][0]
    choice = draw(st.sampled_from(possible_bases(platform)))
    for wish in draw(st.lists(st.sampled_from(wishes(pack)), max_size=4)):
        made = with_wish(choice, wish)
        if profile_of("tried", made) is not None and not refused(pack, made):
            choice = made
    return choice


@st.composite
def sites(draw: st.DrawFn, platform: str) -> Site:
    """A site of one switch, some of whose ports have a camera."""
    pack = packs()[platform][0]
    profiles = {f"profile-{n}": draw(choices(platform)) for n in range(draw(st.integers(1, 2)))}
    made = {name: profile_of(name, choice) for name, choice in profiles.items()}
    stages = [Stage.SEALED, *[stage for stage in Stage if not _refused_at(platform, stage, profiles)]]
    cameras = []
    for port in draw(st.sets(st.integers(1, PORTS), max_size=PORTS)):
        profile = made[draw(st.sampled_from(sorted(made)))]
        assert profile is not None
        vlan = draw(st.sampled_from([None, SPARE_VLAN])) if takes_vlans(pack) else None
        camera = camera_for(profile, port, pack, vlan=vlan)
        cameras.append(camera.model_copy(update={"stage": draw(st.sampled_from(stages))}))
    servers = draw(st.permutations(SERVERS))[: draw(st.integers(1, 2))]
    return site_of(pack, profiles, cameras=cameras, servers=servers, options=said(platform).options)


def _refused_at(platform: str, stage: Stage, profiles: dict[str, Choice]) -> bool:
    pack = packs()[platform][0]
    return any(refused(pack, choice, stage) for choice in profiles.values())


@pytest.mark.parametrize("platform", sorted(packs()))
def test_from_any_intent_to_any_other_and_back(platform: str) -> None:
    rules = said(platform).never

    @settings(max_examples=EXAMPLES or 10, derandomize=not EXAMPLES)
    @given(one=sites(platform), other=sites(platform))
    def there_and_back(one: Site, other: Site) -> None:
        bench = Bench(platform, {"plain": possible_bases(platform)[0]}, spare=PORTS)
        found: list[str] = []

        def look(line: str) -> None:
            found.extend(f"after `{line.strip()}`: {what}" for what in seen(bench.clear(), rules))

        if bench.simulated:
            bench.session.after_line = look
        others = outside(bench)
        bench.want(one)
        bench.apply()
        owned = owned_lines(bench)
        for site in (other, one):
            bench.want(site)
            bench.apply()
            assert bench.plan().diff == ""
            assert found or seen(bench.clear(), rules) == []
            assert found == []
        assert owned_lines(bench) == owned
        assert outside(bench) == others

    there_and_back()
