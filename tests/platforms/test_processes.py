"""Differences worked out in other processes: the same ones, without a secret on the way, and without a word when somebody presses Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Iterator

import pytest
from contract.bench import Bench, secret
from contract.profiles import judged, packs

from portseal.core.comparison import Difference, Sides, difference
from portseal.core.planning import SwitchPlan, plan_switch
from portseal.core.platforms import Pack
from portseal.processes import PAYS_FROM, Processes, processes_for

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


def test_processes_are_begun_only_where_there_are_switches_enough() -> None:
    few, many = processes_for(PAYS_FROM - 1, 4, {}), processes_for(PAYS_FROM, 0, {})
    assert [few.most, many.most] == [0, 0]
    assert Processes(64, {}).most == (os.cpu_count() or 1)
