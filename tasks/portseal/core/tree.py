"""Two canonical configurations in, as trees of hier_config; the lines that lead from one to the other under a pack's rules out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hier_config import get_hconfig, get_hconfig_fast_load
from hier_config.child import HConfigChild
from hier_config.platforms.driver_base import HConfigDriverBase
from hier_config.root import HConfig

from portseal.core.pack_driver import PackDriver, driver_of
from portseal.core.paths import unfolded
from portseal.core.platforms import Pack

_AWAY, _AGAIN = 1000, 1001
"""Weights of lines that are taken away to be put last: behind all that has a weight of the platform's own."""


class Section(NamedTuple):
    """One top-level section of a change, in the order of its lines."""

    head: str
    """The section's own line."""
    lines: tuple[str, ...]
    """As sent: `head`, what it holds with one space a level, and what leaves it; or one whole path a line."""
    weight: int
    late: int = 0
    """Where nothing but the order of its lines changes, the number of the rule that says so, from one: such sections follow the others."""


def _weigh(
    children: Iterable[HConfigChild], driver: PackDriver, orders: tuple[int, ...] | None = None, depth: int = 0
) -> None:
    """Give each line its weight. `orders`: those that the lines above stand in; None: all."""
    for child in children:
        child.order_weight, below = driver.weights(orders, depth, child.text)
        if child.children:
            _weigh(child.children, driver, below, depth + 1)


def tree(text: str, driver: HConfigDriverBase) -> HConfig:
    """Canonical configuration as a tree."""
    return get_hconfig(driver, text)


def section_tree(head: str, body: str, driver: HConfigDriverBase) -> HConfig:
    """The same of one section that is no banner."""
    return get_hconfig_fast_load(driver, (head, *body.splitlines()))


def change(before: HConfig, after: HConfig, pack: Pack) -> tuple[Section, ...]:
    """The sections to send, in order, to get from `before` to `after`; empty where there is nothing to do."""
    driver = driver_of(pack)
    delta = before.config_to_get_to(after)
    late: dict[str, int] = {}
    moved: list[tuple[HConfigChild, int]] = []
    for number, match in enumerate(driver.sequence, 1):
        there = len(delta.children)
        moved += _put_in_order(before, after, delta, match)
        late |= {child.text: number for child in delta.children[there:]}
    _weigh(delta.children, driver)
    for line, weight in moved:
        line.order_weight = weight
    return tuple(
        Section(child.text, tuple(_sent(child, before, after, pack)), child.order_weight, late.get(child.text, 0))
        for child in sorted(delta.children)
    )


def removals(gone: Sequence[str], left: Iterable[str], pack: Pack) -> tuple[Section, ...]:
    """What takes away the sections whose own lines are `gone`, while those of `left` stand; in their turn, and not in order."""
    driver = driver_of(pack)
    before, after = HConfig(driver), HConfig(driver)
    before.add_children(gone)
    after.add_children(head for head in left if driver.may_replace(head))
    delta = before.config_to_get_to(after)
    _weigh(delta.children, driver)
    return tuple(
        Section(child.text, tuple(_sent(child, before, after, pack)), child.order_weight)
        for child in delta.children
        if not child.new_in_config
    )


def renamed(section: Section, head: str, pack: Pack) -> Section:
    """The same change of a section that has another line of its own, and the same rules."""
    if section.head == head:
        return section
    if not pack.paths:
        return section._replace(head=head, lines=(head, *section.lines[1:]))
    verbs = sorted(
        (pack.paths.set, pack.paths.deactivate, pack.paths.activate, pack.negation, ""), key=len, reverse=True
    )
    lines = []
    for line in section.lines:
        verb = next(verb for verb in verbs if line.startswith(verb + section.head))
        lines.append(f"{verb}{head}{line[len(verb) + len(section.head) :]}")
    return section._replace(head=head, lines=tuple(lines))


def _sent(child: HConfigChild, before: HConfig, after: HConfig, pack: Pack) -> Iterator[str]:
    if not pack.paths:
        return _lines(child, pack.exit, 0)
    old, new = before.children.get(child.text), after.children.get(child.text)
    valued = [re.compile(match[1]) for match in pack.idempotent if len(match) == 2 and re.search(match[0], child.text)]

    def leaf(line: str) -> str:
        """Of a leaf with one value, what stands before the value."""
        return next((found[0].strip() for pattern in valued if (found := pattern.search(line))), line)

    return unfolded(
        child.text,
        (line.text for line in sorted(child.children)),
        pack.paths,
        pack.negation,
        held=[line.text for line in old.children] if old is not None else (),
        wanted=[line.text for line in new.children] if new is not None else (),
        leaf=leaf,
    )


def _put_in_order(
    before: HConfig | HConfigChild,
    after: HConfig | HConfigChild,
    delta: HConfig | HConfigChild,
    match: tuple[re.Pattern[str], ...],
) -> Iterator[tuple[HConfigChild, int]]:
    """Let `delta` lead to the order of `after` too; gives the lines that this puts into it, with their weights.

    What stays is the longest beginning of the wanted order that stands in it already. The others are taken away and put last in
    turn, once new ones that come before them are there, so that the section is not empty in between.
    """
    if len(match) > 1:
        for section in after.children:
            old = before.children.get(section.text)
            if old is not None and match[0].search(section.text):
                change = delta.children.get(section.text) or delta.add_child(section.text)
                yield from _put_in_order(old, section, change, match[1:])
                if not change.children:
                    change.delete()
        return
    here = [child.text for child in before.children if match[0].search(child.text)]
    wanted = [child.text for child in after.children if match[0].search(child.text)]
    standing = iter(here)
    stay = len(tuple(itertools.takewhile(lambda text: text in standing, wanted)))
    moved = [text for text in wanted[stay:] if text in here]
    for text in moved:
        yield delta.add_child(text).negate(), _AWAY
    for place, text in enumerate(itertools.dropwhile(lambda text: text not in moved, wanted[stay:])):
        yield delta.children.get(text) or delta.add_child(text), _AGAIN + place


def _lines(child: HConfigChild, leave: str, depth: int) -> Iterator[str]:
    yield " " * depth + child.text
    if child.children:
        for grandchild in sorted(child.children):
            yield from _lines(grandchild, leave, depth + 1)
        yield " " * (depth + 1) + leave


def drop_defaults(running: HConfig, wanted: HConfig, pack: Pack) -> None:
    """Take out of both the default lines that the other does not have, in sections that stand in both.

    There, present and absent mean the same. A section that is new is sent whole, defaults included.
    """
    driver = driver_of(pack)
    found = [*_alone(running.children, wanted, driver), *_alone(wanted.children, running, driver)]
    for child in found:
        child.delete()


def _alone(
    children: Iterable[HConfigChild],
    other: HConfig | HConfigChild,
    driver: PackDriver,
    defaults: tuple[int, ...] | None = None,
    depth: int = 0,
) -> Iterator[HConfigChild]:
    """The default lines that `other` has not. `defaults`: the rules that the lines above fit; None: all."""
    for child in children:
        hidden, below = driver.hides(defaults, depth, child.text)
        twin = other.children.get(child.text)
        if twin is None and hidden:
            yield child
        elif twin is not None and below:
            yield from _alone(child.children, twin, driver, below, depth + 1)


def text(config: HConfig) -> str:
    """A tree as canonical configuration."""
    return "".join(_indented(config.children, ""))


def _indented(children: Iterable[HConfigChild], indent: str) -> Iterator[str]:
    for child in children:
        yield f"{indent}{child.text}\n"
        if child.children:
            yield from _indented(child.children, indent + " ")


def add_kept(target: HConfig, kept: HConfig, driver: HConfigDriverBase) -> None:
    """Put into `target` each line of `kept` that has no successor there, since it is never removed."""
    for section in kept.children:
        twin = target.children.get(section.text) or target.add_child(section.text)
        for line in section.children:
            if driver.idempotent_for(line, twin.children) is None and line.text not in twin.children:
                twin.add_deep_copy_of(line)
