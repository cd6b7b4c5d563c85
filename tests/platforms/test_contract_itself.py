"""The contract can fail: a platform folder with a mistake in it does not pass."""

from __future__ import annotations

import pytest
from contract.bench import SPARE_VLAN, Bench, simulated
from contract.profiles import packs, possible_bases, takes_vlans
from contract.said import Never, said, seen

from portseal.core.errors import PortsealError
from portseal.core.owned import owned_configuration

BY_LINE = [name for name in sorted(simulated()) if not packs()[name][0].commit.strategy.candidate]


def bench_of(platform: str, *, every: int = 1) -> Bench:
    bases = possible_bases(platform)[::every]
    vlan = SPARE_VLAN if takes_vlans(packs()[platform][0]) else None
    return Bench(platform, {f"base-{number}": base for number, base in enumerate(bases)}, vlan=vlan)


@pytest.mark.parametrize("platform", BY_LINE)
def test_without_its_order_a_platform_shows_what_must_never_be_seen_or_is_refused(platform: str) -> None:
    bench = bench_of(platform, every=3)
    found: list[str] = []
    bench.session.after_line = lambda line: found.extend(seen(bench.clear(), said(platform).never))
    bench.pack = bench.pack.model_copy(update={"order": ()})
    try:
        bench.type(bench.apply().undo)
    except PortsealError:
        return
    assert found


@pytest.mark.parametrize("platform", sorted(packs()))
def test_an_owned_line_that_is_forgotten_is_planned_again_and_again(platform: str) -> None:
    bench = bench_of(platform)
    bench.apply()
    pack, running = bench.pack, bench.running()
    ports = tuple(port.port for port in bench.intent.ports)
    addresses = tuple(str(server.address) for server in bench.intent.radius.servers) if bench.intent.radius else ()

    def lines(owned: tuple[object, ...]) -> str:
        less = pack.model_copy(update={"owned": owned})
        return owned_configuration(
            running, less, ports=ports, radius_addresses=addresses, mark=bench.marks().running
        ).text

    whole = lines(pack.owned)
    for number, rule in enumerate(pack.owned):
        left = (*pack.owned[:number], *pack.owned[number + 1 :])
        if lines(left) == whole:
            continue  # another rule has the same lines, or the switch has none of them
        bench.pack = pack.model_copy(update={"owned": left})
        assert bench.plan().changes, f"nothing misses {rule.match}"


def test_a_rule_of_what_must_never_be_seen_tells_where_it_is_seen() -> None:
    rule = Never(
        what="closed without a method",
        when=r"^interface (?P<port>\S+) / closed$",
        unless=(r"^interface (?P<port>\S+) / open$",),
        needs=(r"^interface (?P<port>\S+) / method",),
    )
    text = "interface 1\n closed\n method eap\ninterface 2\n closed\ninterface 3\n closed\n open\n"
    assert [found.split(" lacks")[0] for found in seen(text, (rule,))] == ["closed without a method: 2"]
