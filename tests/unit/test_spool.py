"""What many switches gave is kept on disk, comes back as it was, and leaves nothing behind; memory does not grow with it."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from portseal.core.errors import InputError
from portseal.core.one_by_one import OneByOne
from portseal.core.plan_file import dump_plan, make_plan, plan_text
from portseal.core.planning import SwitchPlan
from portseal.core.review import review
from portseal.core.steps import Step
from portseal.core.words import PortStory
from portseal.spool import Spool
from portseal.transport.whole_file import write_pieces

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLANS = TypeAdapter(SwitchPlan)


def plan_of(switch: str, ports: int = 24) -> SwitchPlan:
    names = tuple(f"Port 1/{number}" for number in range(1, ports + 1))
    steps = tuple(
        Step(scope=name, lines=(f"interface {name}", f" description {switch} {name}", " close")) for name in names
    )
    return SwitchPlan(
        switch=switch,
        platform="any",
        ports=names,
        running_digest="a",
        rendered_digest="b",
        secrets={},
        steps=steps,
        undo=steps,
        diff="\n".join(f"+{line}" for step in steps for line in step.lines),
        diff_scopes=names,
        stories=tuple(PortStory(port=name, before={"802.1X": "off"}, after={"802.1X": "closed"}) for name in names),
    )


def spooled(switches: int, folder: Path | None = None) -> OneByOne[SwitchPlan]:
    spool = Spool(PLANS, folder, in_memory=0)
    for number in range(switches):
        spool[f"sw-{number:04}"] = plan_of(f"sw-{number:04}")
    return OneByOne(sorted(spool), spool.__getitem__)


def test_what_is_kept_comes_back_as_it_was_from_memory_and_from_disk(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    spool = Spool(PLANS, folder, in_memory=2000)
    plans = {f"sw-{number}": plan_of(f"sw-{number}") for number in range(20)}
    for name, plan in plans.items():
        spool[name] = plan
    assert spool.on_disk
    assert spool.octets > 2000
    assert dict(spool) == plans
    spool["sw-3"] = plans["sw-4"]
    del spool["sw-5"]
    assert spool["sw-3"] == plans["sw-4"]
    assert "sw-5" not in spool
    assert len(spool) == 19
    with pytest.raises(KeyError):
        spool["sw-5"]
    assert list(folder.iterdir()) == []  # the file has no name: whoever dies leaves nothing
    assert folder.stat().st_mode & 0o777 == 0o700


def test_few_results_make_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    spool = Spool(PLANS, folder)
    spool["sw-1"] = plan_of("sw-1")
    assert not spool.on_disk
    assert not folder.exists()


def test_where_the_folder_cannot_be_written_to_there_are_other_places(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(PLANS, tmp_path / "file", in_memory=0)
    spool["sw-1"] = plan_of("sw-1")
    assert spool["sw-1"] == plan_of("sw-1")


def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    spool = Spool(PLANS, tmp_path, in_memory=0)
    with pytest.raises(InputError, match=r"cannot be kept there \(No space left on device\)"):
        spool["sw-1"] = plan_of("sw-1")
    assert "sw-1" not in spool


def test_threads_put_and_take_at_the_same_time(tmp_path: Path) -> None:
    spool = Spool(TypeAdapter(tuple[int, ...]), tmp_path, in_memory=500)
    wrong: list[str] = []

    def work(worker: int) -> None:
        for number in range(200):
            spool[f"{worker}-{number}"] = (worker, number, *range(number))
            if spool[f"{worker}-{number // 2}"][:2] != (worker, number // 2):
                wrong.append(f"{worker}-{number}")

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, len(spool)) == ([], 800)


def test_a_plan_that_is_read_one_by_one_is_the_same_plan() -> None:
    lazy = spooled(12)
    arguments = {"version": "1", "site": "s", "now": NOW, "valid": timedelta(hours=1)}
    there = make_plan(switches=lazy, unread={}, **arguments)  # type: ignore[arg-type]
    whole = make_plan(switches=tuple(lazy), unread={}, **arguments)  # type: ignore[arg-type]
    assert isinstance(there.switches, OneByOne)
    assert dump_plan(there) == dump_plan(whole)
    assert review(there) == review(whole)
    some = there.only({"sw-0003", "sw-0001"})
    assert [each.switch for each in some.switches] == ["sw-0001", "sw-0003"]
    assert dump_plan(some) == dump_plan(whole.only({"sw-0003", "sw-0001"}))
    assert [each.switch for each in there.switches[3:5]] == ["sw-0003", "sw-0004"]


def grown(what: Callable[[int], object], few: int, many: int) -> float:
    """Octets by which the most memory at a time grows with each switch."""
    peaks = []
    for size in (few, many):
        gc.collect()
        tracemalloc.start()
        kept = what(size)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        del kept
    return (peaks[1] - peaks[0]) / (many - few)


def test_planning_and_writing_the_plan_take_the_same_memory_for_many_switches(tmp_path: Path) -> None:
    def written(switches: int) -> OneByOne[SwitchPlan]:
        found = spooled(switches, tmp_path)
        plan = make_plan(version="1", site="s", now=NOW, valid=timedelta(hours=1), switches=found, unread={})
        assert sum(map(len, plan_text(plan))) > switches * 1000
        return found

    written(2)
    one = grown(lambda switches: [plan_of(f"sw-{number}") for number in range(switches)], 10, 40)
    assert grown(written, 60, 200) < one / 25


def test_a_file_in_pieces_gets_its_name_once_it_is_whole_and_what_a_dead_writer_left_goes(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    (tmp_path / ".plan.json.x1.unfinished").write_text("half a plan")

    def pieces() -> Iterator[str]:
        yield "a"
        assert [file.name for file in tmp_path.iterdir()] != ["plan.json"]
        assert not path.exists()
        (left,) = tmp_path.iterdir()
        assert left.stat().st_mode & 0o777 == 0o600
        write_pieces(path, ["another writer"])
        assert left.exists()  # it is at work still
        path.unlink()
        yield "b"

    write_pieces(path, pieces())
    assert path.read_text() == "ab"
    path.chmod(0o640)

    def broken() -> Iterator[str]:
        yield "c"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_pieces(path, broken())
    assert path.read_text() == "ab"
    write_pieces(path, ["d"])
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("d", 0o640)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.json"]
