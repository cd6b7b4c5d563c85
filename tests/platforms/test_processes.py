"""Differences and states worked out in other processes: the same ones, without a secret on the way, and without a word when somebody presses Ctrl-C."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Iterator

import pytest
from contract.bench import Bench, secret, simulated
from contract.profiles import judged, packs

from portseal.core.comparison import Difference, Sides, difference
from portseal.core.planning import SwitchPlan, plan_switch
from portseal.core.platforms import Pack
from portseal.core.section_changes import questions
from portseal.hearing import Hearing, Understood
from portseal.observe import commands
from portseal.processes import KEPT, PAYS_FROM, WORTH, Processes, processes_for

PLATFORM = next(name for name, (pack, _) in packs().items() if pack.commit.strategy.self_undoing and not pack.files)


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    running = Processes(1, {name: pack for name, (pack, _) in packs().items()})
    yield running
    running.close()


@pytest.fixture(scope="module")
def asked() -> list[tuple[Pack, Sides]]:
    """What a plan of every camera of a platform asks for."""
    found: list[tuple[Pack, Sides]] = []

    def compare(pack: Pack, sides: Sides) -> Difference:
        found.append((pack, sides))
        return difference(pack, sides)

    bench = Bench(PLATFORM, judged(PLATFORM))
    plan: SwitchPlan = plan_switch(
        bench.intent, bench.running(), bench.pack, (bench.folder,), marks=bench.marks(), compare=compare
    )
    assert plan.secrets
    return found


def test_no_secret_crosses(asked: list[tuple[Pack, Sides]]) -> None:
    crossing = pickle.dumps([sides for _, sides in asked])
    assert b"PORTSEAL" in crossing or len(crossing) > 1000
    bench = Bench(PLATFORM, judged(PLATFORM))
    for key in bench.site.keys.values():
        assert secret(key.cak).get_secret_value().encode() not in crossing


def test_a_difference_is_the_same_beside_as_here_also_once_somebody_pressed_ctrl_c_or_killed_the_process(
    processes: Processes, asked: list[tuple[Pack, Sides]]
) -> None:
    ((pack, sides),) = asked
    here = difference(pack, sides)
    assert here.steps
    assert processes.difference(pack, sides) == here
    (beside,) = [child for child in multiprocessing.active_children() if child.pid]
    os.kill(beside.pid or 0, signal.SIGINT)
    assert processes.difference(pack, sides) == here
    assert beside.is_alive()
    os.kill(beside.pid or 0, signal.SIGKILL)
    end = time.monotonic() + 10
    while beside.is_alive():
        assert time.monotonic() < end
        time.sleep(0.02)
    assert processes.difference(pack, sides) == here


def test_ports_that_change_alike_are_not_worth_a_process(asked: list[tuple[Pack, Sides]]) -> None:
    ((pack, sides),) = asked
    alike = "".join(f"interface Ethernet{number}\n" for number in range(480))
    few = sides._replace(running=alike, keep="", target=alike.replace("\n", "\n dot1x pae authenticator\n"))
    assert questions(few.running, few.target) == 1
    assert questions(sides.running, sides.target) >= WORTH
    beside = Processes(1, {pack.name: pack})
    assert beside.difference(pack, few) == difference(pack, few)
    assert not beside._pools


def test_processes_are_begun_only_where_there_are_switches_enough() -> None:
    few, many = processes_for(PAYS_FROM - 1, 4, {}), processes_for(PAYS_FROM, 0, {})
    assert [few.most, many.most] == [0, 0]
    assert Processes(64, {}).most == (os.cpu_count() or 1)


class Said:
    """What a simulated switch prints of its ports: once, and again with counters that have risen."""

    def __init__(self) -> None:
        bench = Bench(simulated()[0], judged(simulated()[0]))
        bench.push(bench.plan())
        self.pack, self.folder = bench.pack, bench.folder
        self.ports = tuple(port.port for port in bench.intent.ports)
        first, again = commands(bench.pack, bench.intent.ports), commands(bench.pack, bench.intent.ports, twice=True)
        self.once = dict(zip(first, bench.session.run(first), strict=True))
        self.again = dict(zip(again, bench.session.run(again), strict=True))
        self.strange = first[0]
        self.once[self.strange] = "what nobody understands"

    def heard(self, processes: Processes) -> list[Understood]:
        """What is understood of the first batch, of the second, and once the one strange output is told no more."""
        hearing = processes.hearing(self.pack, self.folder)
        return [
            hearing.hear(self.once, self.ports),
            hearing.hear(self.again, self.ports),
            hearing.hear({}, self.ports, without=[self.strange]),
        ]


@pytest.fixture(scope="module")
def said() -> Said:
    return Said()


def test_what_a_switch_says_is_understood_beside_as_here_batch_after_batch(processes: Processes, said: Said) -> None:
    here = said.heard(Processes(0, {}))
    assert isinstance(Processes(0, {}).hearing(said.pack, said.folder), Hearing)
    first, _, _ = here
    assert (first.lost, set(first.states) >= set(said.ports)) == (frozenset({said.strange}), True)
    fresh = Processes(1, {said.pack.name: said.pack})
    try:
        assert said.heard(fresh) == here
        assert fresh.most == 1
        assert multiprocessing.active_children()
    finally:
        fresh.close()
    assert said.heard(fresh) == here  # begun anew
    fresh.most = 0
    assert said.heard(fresh) == here  # nowhere to be had


def test_a_switch_that_was_forgotten_beside_is_understood_from_its_beginning(said: Said) -> None:
    processes = Processes(1, {said.pack.name: said.pack})
    try:
        (first, later, _) = said.heard(Processes(0, {}))
        waited_for = [processes.hearing(said.pack, said.folder) for _ in range(KEPT + 2)]
        few = {said.strange: said.once[said.strange]}
        assert waited_for[0].hear(said.once, said.ports) == first
        for other in waited_for[1:]:
            other.hear(few, ())
        assert waited_for[0].hear(said.again, said.ports) == later
    finally:
        processes.close()


def test_processes_that_nobody_has_any_more_have_ended(said: Said) -> None:
    before = set(multiprocessing.active_children())
    processes = Processes(1, {said.pack.name: said.pack})
    processes.hearing(said.pack, said.folder).hear(said.once, said.ports)
    assert set(multiprocessing.active_children()) - before
    del processes
    gc.collect()
    assert not set(multiprocessing.active_children()) - before
