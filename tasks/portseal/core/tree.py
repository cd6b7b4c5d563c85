"""A pack's rules as a hier_config driver: two canonical configurations in, the lines that lead from one to the other out."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hier_config import get_hconfig
from hier_config.child import HConfigChild
from hier_config.models import IdempotentCommandsRule, MatchRule, NegationSubRule
from hier_config.platforms.driver_base import HConfigDriverBase, HConfigDriverRules
from hier_config.root import HConfig

from portseal.core.pack_memory import once_a_pack
from portseal.core.paths import unfolded
from portseal.core.platforms import Lineage, Pack

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


Patterns = tuple[re.Pattern[str], ...]
_HEADS = 4096
"""Sections' own lines of which is remembered which rules look at them, for each platform."""
_UNLISTED = 500
"""Weight of a line that stands in no order."""


class PackDriver(HConfigDriverBase):
    """hier_config's rules, read from a platform folder. What it asks of every line is answered here, patterns compiled once."""

    def __init__(self, pack: Pack) -> None:
        self._negation = pack.negation
        super().__init__()
        self.order = [(_compiled(order.match), order.weight) for order in pack.order]
        self.sequence = [_compiled(match) for match in pack.sequence]
        self.defaults = [_compiled(match) for match in pack.defaults]
        idempotent = [IdempotentCommandsRule(match_rules=_rules(match)) for match in pack.idempotent]
        self._idempotent = [(_compiled(match), rule) for match, rule in zip(pack.idempotent, idempotent, strict=True)]
        self.rules = HConfigDriverRules(
            idempotent_commands=idempotent,
            negation_sub=[
                NegationSubRule(match_rules=_rules(n.match), search=n.search, replace=n.use) for n in pack.negate
            ],
        )
        replaceable = [match[0] for match in pack.idempotent if len(match) == 1]
        self.fits_of = functools.lru_cache(_HEADS)(functools.partial(_fits_of, tuple(_of_heads(pack))))
        self.may_replace = functools.lru_cache(_HEADS)(functools.partial(_fits_any, _compiled(replaceable)))

    @property
    def negation_prefix(self) -> str:
        """What stands before a line to take it away."""
        return self._negation

    def idempotent_for(self, config: HConfigChild, other_children: Iterable[HConfigChild]) -> HConfigChild | None:
        """As hier_config's own: the line among `other_children` whose place `config` takes."""
        above = _lineage(config)
        fitting = [(patterns, rule) for patterns, rule in self._idempotent if _fits(patterns, above)]
        if not fitting:
            return None
        others = [(child, _lineage(child)) for child in other_children]
        for patterns, rule in fitting:
            key = self._idempotency_key(config, rule.match_rules)
            for child, texts in others:
                if _fits(patterns, texts) and self._idempotency_key(child, rule.match_rules) == key:
                    return child
        return None

    @staticmethod
    def _instantiate_rules() -> HConfigDriverRules:
        return HConfigDriverRules()


driver_of = once_a_pack(PackDriver)
"""The driver of a platform, made once in a process: it holds rules, and remembers which look at what."""


def _of_heads(pack: Pack) -> Iterator[re.Pattern[str]]:
    """Every pattern by which a rule looks at the own line of a section, when lines below it are concerned too."""
    rules = [
        pack.idempotent,
        pack.sequence,
        pack.defaults,
        [o.match for o in pack.order],
        [n.match for n in pack.negate],
    ]
    found = [f"^{re.escape(pack.negation)}", *(match[0] for match in itertools.chain.from_iterable(rules))]
    if pack.paths:
        found += [section for section, _ in (*pack.paths.lists, *pack.paths.containers)]
    return map(re.compile, dict.fromkeys(found))


def _fits_of(patterns: Patterns, head: str) -> frozenset[int]:
    return frozenset(at for at, pattern in enumerate(patterns) if pattern.search(head))


def _fits_any(patterns: Patterns, head: str) -> bool:
    return any(pattern.search(head) for pattern in patterns)


def _compiled(match: Iterable[str]) -> Patterns:
    return tuple(re.compile(pattern) for pattern in match)


def _lineage(child: HConfigChild) -> tuple[str, ...]:
    """The texts from the top down to `child`."""
    texts = [child.text]
    above = child.parent
    while isinstance(above, HConfigChild):
        texts.append(above.text)
        above = above.parent
    return tuple(reversed(texts))


def _fits(patterns: Patterns, texts: tuple[str, ...]) -> bool:
    if len(patterns) != len(texts) or not patterns[-1].search(texts[-1]):
        return False
    return all(pattern.search(text) for pattern, text in zip(patterns, texts, strict=True))


def _weigh(children: Iterable[HConfigChild], order: Sequence[tuple[Patterns, int]], depth: int = 0) -> None:
    """Give each line its weight: of the first order that it stands in. `order`: those that the lines above fit in."""
    for child in children:
        here = [(patterns, weight) for patterns, weight in order if patterns[depth].search(child.text)]
        child.order_weight = next((weight for patterns, weight in here if len(patterns) == depth + 1), _UNLISTED)
        if child.children:
            _weigh(child.children, [each for each in here if len(each[0]) > depth + 1], depth + 1)


def _rules(match: Lineage) -> tuple[MatchRule, ...]:
    return tuple(MatchRule(re_search=pattern) for pattern in match)


def tree(text: str, driver: HConfigDriverBase) -> HConfig:
    """Canonical configuration as a tree."""
    return get_hconfig(driver, text)


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
    _weigh(delta.children, driver.order)
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
    _weigh(delta.children, driver.order)
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
    rules = driver_of(pack).defaults
    found = [*_alone(running, wanted, rules), *_alone(wanted, running, rules)]
    for child in found:
        child.delete()


def _alone(
    config: HConfig | HConfigChild, other: HConfig | HConfigChild, rules: Iterable[Patterns], depth: int = 0
) -> Iterator[HConfigChild]:
    """The lines of `config` that one of `rules` fits and `other` has not. `rules`: those that the lines above fit in."""
    for child in config.children:
        here = [match for match in rules if match[depth].search(child.text)]
        if not here:
            continue
        twin = other.children.get(child.text)
        if twin is not None:
            yield from _alone(child, twin, [match for match in here if len(match) > depth + 1], depth + 1)
        elif any(len(match) == depth + 1 for match in here):
            yield child


def text(config: HConfig) -> str:
    """A tree as canonical configuration."""
    return "".join(f"{' ' * (child.depth() - 1)}{child.text}\n" for child in config.all_children())


def add_kept(target: HConfig, kept: HConfig, driver: HConfigDriverBase) -> None:
    """Put into `target` each line of `kept` that has no successor there, since it is never removed."""
    for section in kept.children:
        twin = target.children.get(section.text) or target.add_child(section.text)
        for line in section.children:
            if driver.idempotent_for(line, twin.children) is None and line.text not in twin.children:
                twin.add_deep_copy_of(line)
