"""How many connections are made at once, and which are tried again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from portseal.core.errors import ConnectError, Unreached
from portseal.transport.gate import Gate


class Switch:
    """Counts who is being connected to at the same time; the first `refusals` connections fail before any login."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.tried = self.inside = self.most = 0
        self.lock = threading.Lock()
        self.hold = threading.Event()

    def open(self) -> str:
        with self.lock:
            self.tried += 1
            self.inside += 1
            self.most = max(self.most, self.inside)
            fails = self.tried <= self.refusals
        self.hold.wait(0.02)
        with self.lock:
            self.inside -= 1
        if fails:
            raise Unreached("acc-01", "connection refused")
        return "session"


def connect(gate: Gate, switch: Switch, servers: list[str]) -> list[str]:
    with ThreadPoolExecutor(len(servers)) as pool:
        return list(pool.map(lambda server: gate.connect(switch.open, server), servers))


def test_no_more_connections_are_made_at_once_than_the_limit_says() -> None:
    switch = Switch()
    assert connect(Gate(at_once=3), switch, [""] * 12) == ["session"] * 12
    assert switch.most == 3


def test_switches_that_ask_one_server_are_logged_in_to_a_few_at_a_time_and_hold_up_no_others() -> None:
    gate, busy, others = Gate(at_once=8, per_server=2), Switch(), Switch()
    with ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(gate.connect, busy.open, "tacacs-hq") for _ in range(8)]
        free = [pool.submit(gate.connect, others.open, "") for _ in range(2)]
        done = [each.result() for each in [*waiting, *free]]
    assert done == ["session"] * 10
    assert busy.most == 2


def test_what_failed_before_any_login_is_tried_again_after_a_pause_that_doubles() -> None:
    waited: list[float] = []
    gate, switch = Gate(tries=4, pause=2.0, wait=waited.append, share=lambda: 1.0), Switch(refusals=2)
    assert gate.connect(switch.open) == "session"
    assert waited == [2.0, 4.0]


def test_a_random_half_of_the_pause_is_left_out() -> None:
    waited: list[float] = []
    Gate(tries=2, pause=2.0, wait=waited.append, share=lambda: 0.0).connect(Switch(refusals=1).open)
    assert waited == [1.0]


def test_while_one_waits_before_another_try_its_place_is_free() -> None:
    first, second = Switch(refusals=1), Switch()

    def meanwhile(_: float) -> None:
        gate.connect(second.open, "tacacs-hq")

    gate = Gate(at_once=1, per_server=1, tries=2, wait=meanwhile)
    assert gate.connect(first.open, "tacacs-hq") == "session"
    assert second.tried == 1


def test_who_connects_may_wait_in_a_way_of_their_own_and_give_up_meanwhile() -> None:
    rested: list[float] = []

    def rest(seconds: float) -> bool:
        rested.append(seconds)
        return len(rested) < 2

    gate, switch = Gate(tries=4, pause=2.0, wait=lambda _: pytest.fail("waited"), share=lambda: 1.0), Switch(refusals=9)
    with pytest.raises(Unreached):
        gate.connect(switch.open, rest=rest)
    assert (rested, switch.tried) == ([2.0, 4.0], 2)


def test_the_last_try_that_comes_to_nothing_is_told() -> None:
    switch = Switch(refusals=9)
    with pytest.raises(Unreached, match="refused"):
        Gate(tries=3, wait=lambda _: None).connect(switch.open)
    assert switch.tried == 3


def test_nothing_else_is_tried_again() -> None:
    tried: list[int] = []

    def refused() -> None:
        tried.append(1)
        raise ConnectError("acc-01", "login of 'admin' was refused")

    with pytest.raises(ConnectError):
        Gate(tries=5, wait=lambda _: None).connect(refused)
    assert len(tried) == 1
