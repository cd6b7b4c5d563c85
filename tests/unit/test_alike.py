"""Patterns of a plan: what is alike is told once, and every line of every port can be had back from what is told."""

from __future__ import annotations

from collections import Counter

import pytest
from bench.big_plan import big_plan
from hypothesis import given
from hypothesis import strategies as st

from portseal.core.alike import alike
from portseal.core.blanks import filled
from portseal.core.patterns import Patterns, lines_of
from portseal.core.plan_file import Plan
from portseal.core.planning import SwitchPlan
from portseal.core.port_lines import Lines, port_lines
from portseal.core.steps import SWITCH_WIDE, Step
from portseal.core.words import PortStory


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A generated site of every platform, with everything that can be odd about a switch."""
    return big_plan(50, 10)


def reproduced(found: Patterns, plans: tuple[SwitchPlan, ...]) -> None:
    """The patterns have every port of every switch once, with the lines that it has in the plan."""
    lines = {plan.switch: port_lines(plan) for plan in plans}
    told = [(member.switch, member.port) for pattern in found.ports for member in pattern.ports]
    assert sorted(told) == sorted((switch, port) for switch in lines for port in lines[switch].ports)
    for pattern in found.ports:
        for member in pattern.ports:
            assert tuple(dict(lines_of(pattern, member)).values()) == tuple(lines[member.switch].ports[member.port])


def whole(plan: SwitchPlan) -> None:
    """A plan that was taken apart has each of its lines once."""
    parts = port_lines(plan)
    every = (parts.own, *parts.ports.values())
    for steps, own, wide in ((plan.steps, "sent", "sent_wide"), (plan.undo, "undo", "undo_wide")):
        told = Counter(line for part in every for name in (own, wide) for line in getattr(part, name))
        assert told == Counter(line for step in steps for line in step.lines)
    assert Counter(line for part in every for line in part.diff) == Counter(plan.diff.splitlines())


@pytest.mark.source_tree
def test_the_patterns_of_a_large_plan_reproduce_every_line_of_every_port(plan: Plan) -> None:
    found = alike(plan.switches)
    changing = tuple(switch for switch in plan.switches if switch.changes)
    for switch in changing:
        whole(switch)
    reproduced(found, changing)
    assert sorted(name for pattern in found.switches for name in pattern.switches) == sorted(s.switch for s in changing)
    assert sum(pattern.ports for pattern in found.switches) == sum(len(pattern.ports) for pattern in found.ports)


@pytest.mark.source_tree
def test_a_switch_is_its_pattern_and_its_exceptions(plan: Plan) -> None:
    """Whatever a switch has that its pattern has not is told as an exception, and nothing else is."""
    found = alike(plan.switches)
    kind_of = {(member.switch, member.port): pattern.name for pattern in found.ports for member in pattern.ports}
    switches = {switch.switch: switch for switch in plan.switches}
    for pattern in found.switches:
        odd = {exception.switch: exception for exception in pattern.exceptions}
        kinds = {kind_of[key] for key in kind_of if key[0] in pattern.switches and key[0] not in odd}
        for name in pattern.switches:
            parts = port_lines(switches[name])
            own = Counter(filled(line, {"switch": name}) for line in pattern.lines.diff)
            strange = {port: kind_of[name, port] for port in parts.ports if kind_of[name, port] not in kinds}
            exception = odd.get(name)
            assert dict(exception.ports if exception else ()) == strange
            more, less = (Counter(exception.more), Counter(exception.less)) if exception else (Counter(), Counter())
            assert own - less + more == Counter(parts.own.diff)


@pytest.mark.source_tree
def test_the_same_plan_has_the_same_patterns_in_whatever_order_its_switches_come(plan: Plan) -> None:
    assert alike(reversed(plan.switches)) == alike(plan.switches)


WORDS = st.sampled_from(
    [
        "vlan",
        "20",
        "30",
        "cam-1",
        "PS-cam-1-2",
        "PS-cam-1-ab12",
        "‹VLAN›",
        "‹",
        "›",
        "‹hmac:aa›",
        "{{secret:cak/cam-1}}",
        "{",
        "ge-0/0/1",
        "ge-0/0/10.0",
        "key",
        "0a1b",
        '"{{secret:x}}"',
        "a‹b",
        "switch",
        "sw-1",
        "}}",
    ]
)
LINES = st.lists(
    st.tuples(st.integers(0, 2), st.lists(WORDS, min_size=1, max_size=4)).map(lambda of: " " * of[0] + " ".join(of[1])),
    min_size=1,
    max_size=4,
)
PORTS = ("ge-0/0/1", "ge-0/0/10")
STEPS = st.lists(
    st.builds(
        lambda scope, lines: Step(scope=scope, lines=tuple(lines)), st.sampled_from((*PORTS, SWITCH_WIDE)), LINES
    ),
    min_size=1,
    max_size=4,
)
STORIES = tuple(
    PortStory(port=port, camera=camera, ckns=ckns, before={"vlan": "30"}, after={"vlan": "20"})
    for port, camera, ckns in zip(PORTS, ("cam-1", "cam-1-2"), (("0a1b",), ()), strict=True)
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[SwitchPlan, ...]:
    def one(number: int) -> SwitchPlan:
        shown = draw(LINES)
        diff = [draw(st.sampled_from(" +-")) + line for line in [shown[0].lstrip(), *shown[1:]]]
        heads = sum(line[1:2] != " " for line in diff)
        return SwitchPlan(
            switch=f"sw-{number}",
            platform="any",
            ports=PORTS,
            running_digest="",
            rendered_digest="",
            secrets={},
            steps=tuple(draw(STEPS)),
            undo=tuple(draw(STEPS)),
            diff="\n".join(diff),
            diff_scopes=tuple(draw(st.sampled_from((*PORTS, SWITCH_WIDE))) for _ in range(heads)),
            stories=STORIES,
        )

    return tuple(one(number) for number in range(draw(st.integers(1, 4))))


@given(plans())
def test_no_line_is_lost_or_changed_however_it_is_written(made: tuple[SwitchPlan, ...]) -> None:
    """Lines from outside may hold our own signs, cameras' names in one another, secrets and numbers that look alike."""
    for plan in made:
        whole(plan)
    reproduced(alike(made), made)


def test_ports_that_differ_in_a_word_of_the_profile_are_not_alike() -> None:
    def plan(switch: str, mode: str) -> SwitchPlan:
        step = Step(scope=PORTS[0], lines=("interface ge-0/0/1", f" host-mode {mode}"))
        return SwitchPlan(
            switch=switch,
            platform="any",
            ports=PORTS,
            running_digest="",
            rendered_digest="",
            secrets={},
            steps=(step,),
            undo=(step,),
        )

    found = alike([plan("a", "single-host"), plan("b", "multi-auth"), plan("c", "single-host")])
    assert [[member.switch for member in pattern.ports] for pattern in found.ports] == [["a", "c"], ["b"]]
    assert [(pattern.name, pattern.switches) for pattern in found.switches] == [("A", ("a", "c")), ("B", ("b",))]


def test_a_port_without_a_story_has_its_lines_all_the_same() -> None:
    step = Step(scope="x1", lines=("interface x1", " a ‹text› b"))
    plan = SwitchPlan(
        switch="s",
        platform="any",
        ports=("x1",),
        running_digest="",
        rendered_digest="",
        secrets={},
        steps=(step,),
        undo=(),
    )
    (pattern,) = alike([plan]).ports
    assert lines_of(pattern, pattern.ports[0]).sent == step.lines
    assert port_lines(plan).own == Lines()
