"""Comparing section by section, with answers that are remembered, says exactly what comparing the configurations as a whole says.

`PORTSEAL_EXAMPLES=300` tries that many pairs of configurations, other ones each time; without it, the same few.
"""

from __future__ import annotations

import functools
import os
import random

import pytest
from contract.bench import Bench
from contract.profiles import packs, possible
from hier_config.exceptions import DuplicateChildError
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from portseal.core import comparison, section_changes
from portseal.core.comparison import Difference, Sides, difference
from portseal.core.differences import sections
from portseal.core.owned import shared_section
from portseal.core.planning import plan_switch
from portseal.core.platforms import Negate, Order, Pack
from portseal.core.section_changes import Changes, changes_as_a_whole, changes_by_section

EXAMPLES = int(os.environ.get("PORTSEAL_EXAMPLES", "0"))
PLATFORMS = sorted(name for name, (pack, _) in packs().items() if not pack.files)
Bodies = dict[str, tuple[str, ...]]


@functools.cache
def compared(platform: str) -> tuple[Sides, Sides]:
    """What a plan asks for on a switch with nothing of ours, and on one with everything, some of it changed."""
    asked: list[Sides] = []

    def compare(pack: Pack, sides: Sides) -> Difference:
        asked.append(sides)
        return difference(pack, sides)

    for secrets in (0, 1):
        bench = Bench(platform, possible(platform).choices)
        if secrets:
            bench.apply()
            bench.generation = 1
        running, intent, folders = bench.running(), bench.intent, (bench.folder,)
        plan_switch(intent, running, bench.pack, folders, marks=bench.marks(), compare=compare)
    return asked[0], asked[1]


def text(bodies: Bodies) -> str:
    return "".join(f"{head}\n" + "".join(f"{line}\n" for line in lines) for head, lines in bodies.items())


def mixed(draw: random.Random, sides: tuple[Sides, Sides]) -> Sides:
    """Sections of all sides in any order, ports with each other's lines, lines left out, moved, and naming their own port."""
    known = [sections(side) for both in sides for side in (both.running, both.target)]
    heads = list(dict.fromkeys(head for bodies in known for head in bodies))
    ports = [head for head in heads if any(port in head.split()[-1] for port in sides[0].ports)]

    def lines(head: str) -> tuple[str, ...]:
        of = draw.choice(ports) if head in ports and draw.random() < 0.5 else head
        found = list(draw.choice([bodies.get(of, ()) for bodies in known]))
        if not any(line.startswith("  ") for line in found):
            found = [line for line in found if draw.random() < 0.9]
            if draw.random() < 0.2:
                draw.shuffle(found)
        if draw.random() < 0.2:
            found = list(dict.fromkeys([*found, f" named {head.rsplit(maxsplit=1)[-1]}"]))
        return tuple(found)

    def side() -> Bodies:
        chosen = [head for head in heads if draw.random() < 0.7]
        if draw.random() < 0.3:
            draw.shuffle(chosen)
        return {head: lines(head) for head in chosen}

    running = side()
    target = {**side(), **{head: body for head, body in running.items() if draw.random() < 0.2}}
    keep = {h: tuple(line for line in b if line[:2] != "  ") for h, b in running.items() if draw.random() < 0.3}
    return Sides(text(running), text(keep), text(target), tuple(port for port in sides[0].ports if draw.random() < 0.8))


def with_rules_for_one(draw: random.Random, pack: Pack, sides: Sides) -> Pack:
    """Rules of every kind that look at one section only, so that what holds for the others does not hold for it."""
    head = draw.choice(list(sections(sides.running)) or ["none"])
    only = f"^{head.replace('.', '[.]')}$"
    line = draw.choice([line.strip().split()[0] for line in sections(sides.running).get(head, ())] or ["."])
    rules: list[dict[str, object]] = [
        {"order": (Order(match=(only, line), weight=draw.choice([1, 999])), *pack.order)},
        {"order": (Order(match=(only,), weight=draw.choice([1, 999])), *pack.order)},
        {"idempotent": ((only, f"^{line}"), *pack.idempotent)},
        {"negate": (Negate(match=(only, line), search="$", use=" at all"), *pack.negate)},
        {"sequence": ((only, "."), *pack.sequence)},
        {"defaults": ((only, line), *pack.defaults)},
        {"defaults": ((only,), *pack.defaults)},
    ]
    return pack.model_copy(update=draw.choice(rules))


def said(ask: object, pack: Pack, sides: Sides) -> Changes | str | None:
    shared = shared_section(pack, sides.ports)
    try:
        return ask(pack, sides.running, sides.keep, sides.target, shared)  # type: ignore[operator, no-any-return]
    except DuplicateChildError:
        return "a line twice"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_by_section_is_as_a_whole(platform: str) -> None:
    sides = compared(platform)
    pack = packs()[platform][0]
    found = {"by section": 0}

    @settings(max_examples=EXAMPLES or 8, derandomize=not EXAMPLES, phases=[Phase.generate])
    @given(st.integers(0, 2**32), st.booleans())
    def same(seed: int, for_one: bool) -> None:
        draw = random.Random(seed)
        mix = mixed(draw, sides)
        rules = with_rules_for_one(draw, pack, mix) if for_one else pack
        for both in (mix, mix._replace(running=mix.target, keep="", target=mix.running)):
            whole, parts = said(changes_as_a_whole, rules, both), said(changes_by_section, rules, both)
            assert parts is None or parts == whole or whole == "a line twice"
            found["by section"] += isinstance(parts, Changes)

    same()
    assert found["by section"] > 3


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_plan_compares_is_compared_by_section(platform: str) -> None:
    pack = packs()[platform][0]
    for both in compared(platform):
        parts = said(changes_by_section, pack, both)
        assert isinstance(parts, Changes)
        assert parts == said(changes_as_a_whole, pack, both)


def test_ports_that_change_alike_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = PLATFORMS[0]
    pack = packs()[platform][0].model_copy()
    asked: list[str] = []

    def answer(pack: Pack, question: section_changes._Question) -> section_changes._Answer:
        asked.append(question.head)
        return real(pack, question)

    real = section_changes._answer
    monkeypatch.setattr(section_changes, "_answer", answer)
    ports = tuple(f"Ethernet{number}" for number in range(48))
    bare, sealed = (
        text({f"interface {port}": lines for port in ports}) for lines in ((), (" dot1x pae authenticator",))
    )
    found = comparison.difference(pack, Sides(bare, "", sealed, ports))
    assert [scope for scope, _ in found.steps] == list(ports)
    assert asked == ["interface Ethernet0"]
    assert comparison.difference(pack, Sides(sealed, "", sealed, ports)) == comparison.NOTHING
    assert asked == ["interface Ethernet0"]


def test_sections_that_are_not_by_themselves_are_compared_as_a_whole() -> None:
    pack = packs()[PLATFORMS[0]][0]
    no = pack.negation
    asked = [
        (" indented\n", ""),
        ("banner motd ^C\n", ""),
        ("twice\n", "twice\ntwice\n"),
        (f"{no}feature\nfeature x\n", "feature\n"),
    ]
    for running, target in asked:
        assert changes_by_section(pack, running, "", target, lambda _: False) is None, target
    twice = "feature x\n line\n line\n"
    assert difference(pack, Sides(twice, "", twice, ())) == comparison.NOTHING
    first = pack.model_copy(update={"sequence": (("^server ",),)})
    assert changes_by_section(first, "server a\n", "", "server b\n", lambda _: False) is None


def test_a_section_of_which_only_the_order_changes_follows_the_others_in_both_ways_of_comparing() -> None:
    update = {"sequence": (("^group", "."),), "order": (), "owned": (), "defaults": ()}
    pack = packs()[PLATFORMS[0]][0].model_copy(update=update)
    running, target = "group\n a\n b\nother\n a\n", "group\n b\n a\nother\n b\n"
    for compare in (changes_as_a_whole, changes_by_section):
        found = compare(pack, running, "", target, lambda _: False)
        assert found is not None
        assert [section.head for section in found.forth] == ["other", "group"]
