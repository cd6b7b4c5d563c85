"""Reading many switches: those that are only waited for hold no place, changes never give theirs away, and a stop waits for nothing more."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from nornir.core.task import Result, Task

from portseal.core.verdict import Outcome
from portseal.estate import Estate, open_estate
from portseal.fleet import on_all
from portseal.observe import commands, observe
from portseal.transport.fake import FakeSession
from portseal.verify import look_until

SWITCHES = 3
LONG = 60.0
"""Seconds that no test waits."""


@pytest.fixture
def estate(repository: Path, tmp_path: Path) -> Estate:
    """The example's three switches; one may be changed at a time, one read at a time, three logged in to."""
    site = tmp_path / "site"
    shutil.copytree(repository / "inventory" / "example-campus", site)
    settings = (site / "portseal.toml").read_text(encoding="utf-8")
    changed = settings.replace("workers = 20 ", "workers = 1 ") + "\n[read]\nworkers = 1\nsessions = 3\n"
    (site / "portseal.toml").write_text(changed, encoding="utf-8")
    return open_estate(site)


def resting(at_once: int, stop: Callable[[], None]) -> Callable[[Task, Estate], Result]:
    """A task that waits, and calls `stop` where so many of them do."""
    lock, names = threading.Lock(), list[str]()

    def task(task: Task, estate: Estate) -> Result:
        with lock:
            names.append(task.host.name)
            together = len(names)
        if together == at_once:
            stop()
        estate.rest(LONG)
        return Result(host=task.host, result=together)

    return task


def test_switches_that_are_read_are_waited_for_all_at_once_and_a_stop_wakes_them(estate: Estate) -> None:
    outcomes = on_all(estate, resting(SWITCHES, estate.stop.set), int, reading=True)
    assert sorted(outcomes.results.values()) == [1, 2, 3]
    assert not outcomes.failures


def test_a_switch_that_may_be_changed_keeps_its_place_while_it_is_waited_for(estate: Estate) -> None:
    outcomes = on_all(estate, resting(1, estate.stop.set), int)
    assert outcomes.results == {"acc-01": 1}
    assert sorted(outcomes.failures) == ["acc-02", "acc-03"]


def session(estate: Estate, stop: Callable[[], None] = lambda: None) -> FakeSession:
    """A switch that says nothing but that it encrypts nothing; `stop` is called once it was asked everything the first time."""
    ports = estate.intent("acc-01").ports
    pack = estate.pack("acc-01")
    asked, again = commands(pack, ports), commands(pack, ports, twice=True)

    class Told(FakeSession):
        def _output(self, command: str) -> str:
            if command == asked[-1]:
                stop()
            return super()._output(command)

    return Told("acc-01", {**dict.fromkeys(asked, ""), **dict.fromkeys(again, " MACsec is disabled\n")})


def test_counters_are_read_again_once_the_pause_is_over(estate: Estate) -> None:
    ports = estate.intent("acc-01").ports
    switch = session(estate)
    seen = observe(switch, ports, estate, pause=0.01)
    pack = estate.pack("acc-01")
    assert switch.commands == [*commands(pack, ports), *commands(pack, ports, twice=True)]
    assert seen.later_at is not None
    assert (seen.later_at - seen.first_at).total_seconds() >= 0.009


def test_what_was_read_once_before_a_stop_is_told_and_nothing_of_it_passes(estate: Estate) -> None:
    ports = estate.intent("acc-01").ports
    switch = session(estate, estate.stop.set)
    seen = observe(switch, ports, estate, pause=LONG)
    assert switch.commands == list(commands(estate.pack("acc-01"), ports))
    assert (seen.later_at, seen.twice) == (None, frozenset())
    looks = look_until(session(estate), ports, estate, seconds=LONG)
    assert len(looks) == len(ports)
    assert all(look.verdict.outcome is not Outcome.PASS and look.later is None for look in looks)
