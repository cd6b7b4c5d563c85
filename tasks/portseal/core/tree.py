"""A pack's rules as a hier_config driver: two canonical configurations in, the lines that lead from one to the other out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from hier_config import get_hconfig
from hier_config.child import HConfigChild
from hier_config.models import IdempotentCommandsRule, MatchRule, NegationSubRule, OrderingRule
from hier_config.platforms.driver_base import HConfigDriverBase, HConfigDriverRules
from hier_config.root import HConfig

from portseal.core.model import Value
from portseal.core.paths import unfolded
from portseal.core.platforms import Lineage, Pack

_AWAY, _AGAIN = 1000, 1001
"""Weights of lines that are taken away to be put last: behind all that has a weight of the platform's own."""


class Section(Value):
    """One top-level section of a change, in the order of its lines."""

    head: str
    """The section's own line."""
    lines: tuple[str, ...]
    """As sent: `head`, what it holds with one space a level, and what leaves it; or one whole path a line."""
    weight: int


class PackDriver(HConfigDriverBase):
    """hier_config's rules, read from a platform folder."""

    def __init__(self, pack: Pack) -> None:
        self._negation = pack.negation
        super().__init__()
        self.rules = HConfigDriverRules(
            idempotent_commands=[IdempotentCommandsRule(match_rules=_rules(match)) for match in pack.idempotent],
            # hier_config lets the last match win; in a pack the first one does.
            ordering=[
                *(OrderingRule(match_rules=(MatchRule(),) * depth, weight=500) for depth in range(1, 6)),
                *(OrderingRule(match_rules=_rules(o.match), weight=o.weight) for o in reversed(pack.order)),
            ],
            negation_sub=[
                NegationSubRule(match_rules=_rules(n.match), search=n.search, replace=n.use) for n in pack.negate
            ],
        )

    @property
    def negation_prefix(self) -> str:
        """What stands before a line to take it away."""
        return self._negation

    @staticmethod
    def _instantiate_rules() -> HConfigDriverRules:
        return HConfigDriverRules()


def _rules(match: Lineage) -> tuple[MatchRule, ...]:
    return tuple(MatchRule(re_search=pattern) for pattern in match)


def tree(text: str, driver: HConfigDriverBase) -> HConfig:
    """Canonical configuration as a tree."""
    return get_hconfig(driver, text)


def change(before: HConfig, after: HConfig, pack: Pack) -> tuple[Section, ...]:
    """The sections to send, in order, to get from `before` to `after`; empty where there is nothing to do."""
    delta = before.config_to_get_to(after)
    moved = [
        placed
        for match in pack.sequence
        for placed in _put_in_order(before, after, delta, tuple(re.compile(pattern) for pattern in match))
    ]
    delta.set_order_weight()
    for line, weight in moved:
        line.order_weight = weight
    return tuple(
        Section(head=child.text, lines=tuple(_sent(child, before, after, pack)), weight=child.order_weight)
        for child in sorted(delta.children)
    )


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


def drop_defaults(config: HConfig, other: HConfig, pack: Pack) -> None:
    """Take out of `config` the default lines that `other` does not have, in sections that stand in both.

    There, present and absent mean the same. A section that is new is sent whole, defaults included.
    """
    for match in pack.defaults:
        _drop(config, other, tuple(re.compile(pattern) for pattern in match))


def _drop(config: HConfig | HConfigChild, other: HConfig | HConfigChild, match: tuple[re.Pattern[str], ...]) -> None:
    for child in tuple(config.children):
        if not match[0].search(child.text):
            continue
        twin = other.children.get(child.text)
        if len(match) > 1:
            if twin is not None:
                _drop(child, twin, match[1:])
        elif twin is None:
            child.delete()


def add_kept(target: HConfig, kept: HConfig, driver: HConfigDriverBase) -> None:
    """Put into `target` each line of `kept` that has no successor there, since it is never removed."""
    for section in kept.children:
        twin = target.children.get(section.text) or target.add_child(section.text)
        for line in section.children:
            if driver.idempotent_for(line, twin.children) is None and line.text not in twin.children:
                twin.add_deep_copy_of(line)
