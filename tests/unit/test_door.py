"""Where workers of this machine ask: who is answered, who is told that a switch is not theirs, and what is left once it is closed."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from portseal.core.errors import InputError
from portseal.dask_home import Hearth, Places
from portseal.door import MARK, DoorWay
from portseal.errand import packed
from portseal.home import Here


def refuse(switch: str) -> None:
    raise InputError(f"{switch}: the disk is full")


def nothing_kept(switch: str, *, ports: frozenset[str], stored: dict[str, str]) -> None:
    """Nobody remembers here."""


@pytest.fixture
def hearth() -> Iterator[Hearth]:
    pytest.importorskip("distributed", reason="needs the extra dask")
    found = Hearth(None, Places(1, 1), nothing_kept, near=True)  # type: ignore[arg-type] # a door needs no client
    found.expect(1, Here({"stopping": lambda: False, "note": refuse}))
    yield found
    found.close()


def ask(way: DoorWay, carrier: str, what: str, *about: object, errand: int = 1) -> object:
    way.send((errand, carrier, 7, packed((what, about))), 5)
    number, kind, value = way.receive(5)
    assert number == 7
    return kind, value


def test_an_errand_is_answered_to_whoever_asks_first_and_to_nobody_once_it_is_over(hearth: Hearth) -> None:
    way, other = DoorWay(hearth.inbox), DoorWay(hearth.inbox)
    assert ask(way, "first", "stopping") == ("done", False)
    assert ask(way, "first", "note", "acc-1") == ("error", "acc-1: the disk is full")
    assert ask(other, "second", "stopping") == ("lost", "its worker was lost, and it is given to no other one")
    assert ask(way, "first", "stopping", errand=2) == ("lost", "this switch was given up where the run is led")
    hearth.forget(1)
    assert ask(way, "first", "stopping") == ("lost", "this switch was given up where the run is led")
    way.close()
    other.close()


def test_what_is_only_told_gets_no_answer_and_still_gives_a_place_back(hearth: Hearth) -> None:
    way = DoorWay(hearth.inbox)
    assert ask(way, "first", "enter", "") == ("done", True)
    assert ask(way, "first", "enter", "") == ("done", False)
    way.send((1, "first", 8, packed(("leave", ("",)))), 5)
    assert ask(way, "first", "enter", "") == ("done", True)
    with pytest.raises(TimeoutError):
        way.receive(0.01)
    way.close()


def test_nobody_else_reaches_the_door_and_nothing_of_it_is_left(hearth: Hearth) -> None:
    place = Path(hearth.inbox.removeprefix(MARK))
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    inside = DoorWay(hearth.inbox)
    assert ask(inside, "first", "stopping") == ("done", False)
    hearth.close()
    assert ask(inside, "first", "stopping") == ("lost", "this switch was given up where the run is led")
    inside.close()
    assert not place.parent.exists()
    with pytest.raises(OSError, match="No such file"):
        DoorWay(hearth.inbox)
