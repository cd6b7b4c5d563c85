"""Lines whose order counts: what is sent to get from one order to another, carried out as a switch does that puts a new line last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portseal.core import tree
from portseal.core.pack_driver import PackDriver
from portseal.core.platforms import Pack, load_pack, platform_folders

FOLDER = next(iter(sorted(platform_folders().items())))[1]
PACK = load_pack(FOLDER).model_copy(update={"sequence": (("^group$", "^server "),), "order": (), "exit": "exit"})
SERVERS = st.lists(st.sampled_from("abcdef"), min_size=1, unique=True)


def group(servers: list[str]) -> str:
    return "group\n" + "".join(f" server {name}\n" for name in servers)


def sent(before: list[str], after: list[str], pack: Pack = PACK) -> list[str]:
    driver = PackDriver(pack)
    sections = tree.change(tree.tree(group(before), driver), tree.tree(group(after), driver), pack)
    return [line.strip() for section in sections for line in section.lines[1:] if line.strip() != "exit"]


def carried_out(before: list[str], lines: list[str]) -> list[str]:
    left = list(before)
    for line in lines:
        name = line.split()[-1]
        if line.startswith("no "):
            left.remove(name)
        elif name not in left:
            left.append(name)
        assert left, "no server is left to ask"
    return left


@given(SERVERS, SERVERS)
def test_any_order_is_reached_from_any_other_and_the_group_is_not_empty_in_between(
    before: list[str], after: list[str]
) -> None:
    lines = sent(before, after)
    if set(before) & set(after):
        assert carried_out(before, lines) == after
    assert (lines == []) == (before == after)


def test_an_order_that_stands_already_is_left_alone() -> None:
    assert sent(["a", "b", "c"], ["a", "c"]) == ["no server b"]
    assert sent(["a", "b"], ["a", "b", "c"]) == ["server c"]
    assert sent(["a", "b"], ["b", "a"]) == ["no server a", "server a"]


def test_where_the_order_does_not_count_nothing_is_sent() -> None:
    assert sent(["a", "b"], ["b", "a"], PACK.model_copy(update={"sequence": ()})) == []
