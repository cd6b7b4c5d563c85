"""One contract, every platform: its lines read back in the intent's words are what they were made from."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from contract.bench import Bench
from contract.profiles import packs, possible, takes_vlans

from portseal.core.differences import sections
from portseal.core.owned import canonical
from portseal.core.platforms import Pack
from portseal.core.rendering import render
from portseal.core.wording import read_words
from portseal.core.words import UNKNOWN, intended, phrase

PLATFORMS = sorted(packs())
VLAN = 120


def bench_of(platform: str) -> Bench:
    pack, _ = packs()[platform]
    return Bench(platform, possible(platform).choices, simulate=False, vlan=VLAN if takes_vlans(pack) else None)


def canonical_text(bench: Bench) -> str:
    return canonical(render(bench.intent, bench.folder), bench.pack, mark=bench.marks().target)


def without_defaults(text: str, pack: Pack) -> str:
    """As the switch shows it that hides its defaults."""
    rules = [(re.compile(first), [re.compile(part) for part in rest]) for first, *rest in pack.defaults]

    def hidden(above: Sequence[str], line: str) -> bool:
        lineage = (*above, line)
        return any(
            len(lineage) == len(rest) + 1
            and first.search(lineage[0])
            and all(pattern.search(part) for pattern, part in zip(rest, lineage[1:], strict=True))
            for first, rest in rules
        )

    kept: list[str] = []
    for head, lines in sections(text).items():
        above = [head]
        kept.append(head)
        for line in lines:
            bare = line.lstrip()
            del above[len(line) - len(bare) :]
            if not hidden(above, bare):
                kept.append(line)
            above.append(bare)
    return "\n".join(kept) + "\n"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_possible_port_reads_back_as_what_it_was_made_from(platform: str) -> None:
    """Also where the switch hides its defaults; what the folder has no rule for is not told on either side."""
    bench = bench_of(platform)
    told = {meaning.feature for meaning in bench.pack.meaning}
    assert {"dot1x.mode", "dot1x.methods", "dot1x.host_mode"} <= told
    assert ("macsec.policy" in told) == ("macsec.cak" in told)
    ports = [port.port for port in bench.intent.ports]
    text = canonical_text(bench)
    for shown in (text, without_defaults(text, bench.pack)):
        words = read_words(shown, bench.pack, ports)
        for port in bench.intent.ports:
            wanted = {feature: word for feature, word in intended(port).items() if feature in told}
            assert words[port.port] == wanted, port.profile


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_port_without_configuration_is_open(platform: str) -> None:
    bench = bench_of(platform)
    (words,) = read_words("", bench.pack, [bench.intent.ports[0].port]).values()
    assert words["dot1x.mode"] == "off"
    assert words.get("macsec.policy", "off") == "off"
    assert {feature for feature, word in words.items() if word == UNKNOWN} <= {"vlan"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_plan_tells_what_a_port_was_and_what_it_becomes(platform: str) -> None:
    bench = Bench(platform, {"plain": possible(platform).choices["plain"]})
    (first,) = bench.plan().stories
    assert first.camera == "cam-1"
    assert next((change.what, change.before, change.after) for change in first.changes) == (
        "802.1X",
        "off",
        "closed, dot1x",
    )
    bench.apply()
    (again,) = bench.plan().stories
    assert again.changes == ()
    bench.want(bench.site.model_copy(update={"cameras": ()}))
    (gone,) = bench.plan().stories
    assert gone.camera is None
    assert ("802.1X", "closed", "off") in [(change.what, change.before, change.after) for change in gone.changes]
    assert "open" in phrase(gone.after)
