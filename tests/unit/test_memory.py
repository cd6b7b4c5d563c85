"""What a site remembers of its switches: a line a change, read by whoever else is at work, and not lost by who dies in the middle."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from portseal.core.errors import InputError
from portseal.memory import Memory

OLD = '{"schema_version": 1, "switches": {"acc-01": {"ports": ["Gi1/0/1"], "stored": {"a": "b"}}}}'


def remember(memory: Memory, switch: str, *ports: str, **stored: str) -> None:
    memory.remember(switch, ports=frozenset(ports), stored=stored)


def test_what_an_older_portseal_remembered_is_known_and_added_to(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(OLD)
    memory = Memory(tmp_path)
    assert (memory.sealed("acc-01"), dict(memory.stored("acc-01"))) == (frozenset({"Gi1/0/1"}), {"a": "b"})
    remember(memory, "acc-02", "Gi1/0/2", c="d")
    remember(memory, "acc-01")
    for each in (memory, Memory(tmp_path)):
        assert (each.sealed("acc-01"), dict(each.stored("acc-01"))) == (frozenset(), {})
        assert (each.sealed("acc-02"), dict(each.stored("acc-02"))) == (frozenset({"Gi1/0/2"}), {"c": "d"})
        assert each.sealed("acc-03") == frozenset()
    assert (tmp_path / "state.json").read_text() == OLD


def test_one_change_writes_one_line_whatever_is_remembered_already(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    sizes = []
    for number in range(40):
        before = memory.added.stat().st_size if memory.added.exists() else 0
        remember(memory, f"acc-{number:02}", "Gi1/0/1")
        sizes.append(memory.added.stat().st_size - before)
    assert set(sizes) == {sizes[0]}
    assert memory.added.stat().st_mode & 0o777 == 0o600


def test_lines_are_put_together_once_they_are_many_and_nothing_is_lost(tmp_path: Path) -> None:
    memory, other = Memory(tmp_path), Memory(tmp_path)
    for number in range(200):
        remember(memory, f"acc-{number % 3}", f"Gi1/0/{number}")
        assert other.sealed(f"acc-{number % 3}") == {f"Gi1/0/{number}"}
    assert memory.added.read_bytes().count(b"\n") == 200 - 3 * 64
    for each in (memory, other, Memory(tmp_path)):
        assert [each.sealed(f"acc-{number}") for number in range(3)] == [{"Gi1/0/198"}, {"Gi1/0/199"}, {"Gi1/0/197"}]
    assert memory.path.stat().st_mode & 0o777 == 0o600


def test_half_a_line_of_who_died_is_none_and_the_next_takes_its_place(tmp_path: Path) -> None:
    remember(Memory(tmp_path), "acc-01", "Gi1/0/1")
    with (tmp_path / "state.jsonl").open("a") as file:
        file.write('{"ports": ["Gi1/0/9"], "sto')
    memory = Memory(tmp_path)
    assert memory.sealed("acc-01") == {"Gi1/0/1"}
    remember(memory, "acc-02", "Gi1/0/2")
    for each in (memory, Memory(tmp_path)):
        assert (each.sealed("acc-01"), each.sealed("acc-02")) == (frozenset({"Gi1/0/1"}), frozenset({"Gi1/0/2"}))


def test_who_died_between_putting_together_and_taking_the_lines_away_has_lost_nothing(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    for number in range(64):
        remember(memory, "acc-01", f"Gi1/0/{number}")
    lines = memory.added.read_bytes()
    remember(memory, "acc-02", "Gi1/0/1")
    memory.added.write_bytes(lines)
    again = Memory(tmp_path)
    assert again.sealed("acc-01") == {"Gi1/0/63"}


@pytest.mark.parametrize(
    ("name", "text"), [("state.json", "{"), ("state.jsonl", "no\n"), ("state.jsonl", '{"ports": []}\n')]
)
def test_a_damaged_file_is_told_and_not_taken_for_an_empty_one(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="damaged; restore them"):
        Memory(tmp_path).sealed("acc-01")
    with pytest.raises(InputError, match="damaged; restore them"):
        remember(Memory(tmp_path), "acc-01")
    assert (tmp_path / name).read_text() == text


def test_threads_and_several_openers_write_side_by_side(tmp_path: Path) -> None:
    def work(worker: int) -> None:
        memory = Memory(tmp_path)
        for number in range(20):
            remember(memory, f"acc-{worker}-{number}", "Gi1/0/1")

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    memory = Memory(tmp_path)
    assert all(memory.sealed(f"acc-{worker}-{number}") for worker in range(3) for number in range(20))
