"""A pack's rules as a hier_config driver: what hier_config, and what leads from one tree to another, ask of every line."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator

from hier_config.child import HConfigChild
from hier_config.models import IdempotentCommandsRule, MatchRule
from hier_config.platforms.driver_base import HConfigDriverBase, HConfigDriverRules
from hier_config.root import HConfig

from portseal.core.pack_memory import once_a_pack
from portseal.core.platforms import Lineage, Pack

Patterns = tuple[re.Pattern[str], ...]
_KNOWN = 4096
"""Lines of which is remembered which rules look at them, for each platform and kind of rule."""
_UNLISTED = 500
"""Weight of a line that stands in no order."""


def _rules(match: Lineage) -> tuple[MatchRule, ...]:
    return tuple(MatchRule(re_search=pattern) for pattern in match)


class PackDriver(HConfigDriverBase):
    """hier_config's rules, read from a platform folder. What it asks of every line is answered here, patterns compiled once."""

    def __init__(self, pack: Pack) -> None:
        self._negation = pack.negation
        super().__init__()
        self._order = [(_compiled(order.match), order.weight) for order in pack.order]
        self.sequence = [_compiled(match) for match in pack.sequence]
        self._defaults = [_compiled(match) for match in pack.defaults]
        self._negations = [(_compiled(n.match), n.search, n.use) for n in pack.negate]
        idempotent = [IdempotentCommandsRule(match_rules=_rules(match)) for match in pack.idempotent]
        self._idempotent = [(_compiled(match), rule) for match, rule in zip(pack.idempotent, idempotent, strict=True)]
        self.rules = HConfigDriverRules(idempotent_commands=idempotent)
        replaceable = [match[0] for match in pack.idempotent if len(match) == 1]
        self.fits_of = functools.lru_cache(_KNOWN)(functools.partial(_fits_of, tuple(_of_heads(pack))))
        self.may_replace = functools.lru_cache(_KNOWN)(functools.partial(_fits_any, _compiled(replaceable)))
        self.weights = functools.lru_cache(_KNOWN)(self._weights)
        self._replacing = functools.lru_cache(_KNOWN)(self._replacing_under)
        self._places = functools.lru_cache(_KNOWN)(self._places_of)
        self.hides = functools.lru_cache(_KNOWN)(self._hides)
        self._negated = functools.lru_cache(_KNOWN)(self._negated_under)

    @property
    def negation_prefix(self) -> str:
        """What stands before a line to take it away."""
        return self._negation

    def idempotent_for(self, config: HConfigChild, other_children: Iterable[HConfigChild]) -> HConfigChild | None:
        """As hier_config's own: the line among `other_children` whose place `config` takes. Both stand under the same lines."""
        rules = self._replacing(_lineage(config.parent))
        places = self._places(rules, config.text) if rules else ()
        if not places:
            return None
        others = [(child, self._places(rules, child.text)) for child in other_children]
        return next((child for place in places for child, theirs in others if place in theirs), None)

    def negate_with(self, config: HConfigChild) -> str | None:
        """How a line is taken away of which a rule says so; None where none does."""
        for patterns, search, use in self._negated(_lineage(config.parent)):
            if patterns[-1].search(config.text):
                return re.sub(search, use, f"{self._negation}{config.text}")
        return None

    def _negated_under(self, above: tuple[str, ...]) -> list[tuple[Patterns, str, str]]:
        """The rules of how lines under those of `above` are taken away."""
        return [rule for rule in self._negations if len(rule[0]) == len(above) + 1 and _fits(rule[0][:-1], above)]

    def _hides(self, defaults: tuple[int, ...] | None, depth: int, text: str) -> tuple[bool, tuple[int, ...]]:
        """Whether a line is one of `defaults` (None: all), and those of them that lines under it may be."""
        found = range(len(self._defaults)) if defaults is None else defaults
        here = [at for at in found if self._defaults[at][depth].search(text)]
        below = tuple(at for at in here if len(self._defaults[at]) > depth + 1)
        return len(below) < len(here), below

    def _replacing_under(self, above: tuple[str, ...]) -> tuple[int, ...]:
        """The rules by which a line under those of `above` may take another's place."""
        return tuple(
            at
            for at, (patterns, _) in enumerate(self._idempotent)
            if len(patterns) == len(above) + 1 and _fits(patterns[:-1], above)
        )

    def _places_of(self, rules: tuple[int, ...], text: str) -> tuple[tuple[int, str], ...]:
        """Each place that the line `text` takes by one of `rules`, in their turn; two lines that take one are not there at once."""
        line = HConfigChild(HConfig(self), text)
        return tuple(
            (at, self._idempotency_component_key(line, rule.match_rules[-1]))
            for at, (patterns, rule) in ((at, self._idempotent[at]) for at in rules)
            if patterns[-1].search(text)
        )

    def _weights(self, orders: tuple[int, ...] | None, depth: int, text: str) -> tuple[int, tuple[int, ...]]:
        """The weight of a line, of the first order that it stands in, and those of `orders` (None: all) that lines under it may stand in."""
        found = range(len(self._order)) if orders is None else orders
        here = [at for at in found if self._order[at][0][depth].search(text)]
        weight = next((self._order[at][1] for at in here if len(self._order[at][0]) == depth + 1), _UNLISTED)
        return weight, tuple(at for at in here if len(self._order[at][0]) > depth + 1)

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


def _lineage(child: HConfig | HConfigChild) -> tuple[str, ...]:
    """The texts from the top down to `child`."""
    texts = []
    while isinstance(child, HConfigChild):
        texts.append(child.text)
        child = child.parent
    return tuple(reversed(texts))


def _fits(patterns: Patterns, texts: tuple[str, ...]) -> bool:
    return all(pattern.search(text) for pattern, text in zip(patterns, texts, strict=True))
