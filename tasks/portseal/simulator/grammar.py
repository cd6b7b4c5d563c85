"""A table of command lines in, a matcher of what somebody typed out: keywords cut short, arguments checked.

A line of the table reads ``authentication event fail ; [retry <0-5>] action (next-method|authorize vlan <vlan>)``:
words are keywords, ``<...>`` arguments, ``[...]`` may be left out, ``(a|b)`` is a choice. What stands before ``;`` names
the setting: a new line with the same beginning replaces the old one, and ``no`` needs no more than it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Accepts = Callable[[str], str | None]
"""An argument's check: the word as it was typed in, its canonical spelling out, None where it does not fit."""

_TOKENS = re.compile(r"<[^>]+>|[()\[\]|;]|[^\s()\[\]|;]+")
_RANGE = re.compile(r"<(\d+)-(\d+)>")
_REMEMBERED = 5000
REST_OF_LINE = frozenset({"<line>", "<secret>"})
"""Arguments that take all that follows, blanks included."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    pattern: str
    enters: str | None = None
    """Level whose lines this one opens."""
    flags: frozenset[str] = frozenset()
    default: str | None = None
    """What follows the slot by default; such a line is not kept."""
    rank: int = 0
    group: int = 0
    """Rules of one group are printed without a separator between them."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a line was understood as."""

    rule: Rule
    words: tuple[str, ...]
    """Canonical."""
    slot: tuple[str, ...]
    arguments: tuple[tuple[str, str], ...] = ()
    """(kind, canonical word) of each argument."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a line was not understood, and at which character of it."""

    kind: str
    """invalid, incomplete or ambiguous."""
    offset: int


@dataclass(frozen=True, slots=True)
class _Typed:
    line: str
    words: list[tuple[str, int]]
    """Each with where it begins."""
    negated: bool


@dataclass(slots=True)
class _Node:
    keywords: dict[str, _Node] = field(default_factory=dict)
    arguments: dict[str, _Node] = field(default_factory=dict)
    rule: Rule | None = None
    """A line may end here."""
    slot: Rule | None = None
    """A `no` may end here."""
    slot_length: int = 0


def _sequences(tokens: list[str]) -> list[list[str]]:
    """Every flat spelling of a pattern; consumes `tokens` up to a closing bracket."""
    choices: list[list[list[str]]] = [[[]]]
    while tokens:
        part = tokens.pop(0)
        if part in ")]":
            break
        if part == "|":
            choices.append([[]])
            continue
        inner = [[part]]
        if part in "([":
            inner = _sequences(tokens) + ([[]] if part == "[" else [])
        choices[-1] = [[*before, *after] for before in choices[-1] for after in inner]
    return [sequence for choice in choices for sequence in choice]


class Grammar:
    """The lines one level understands."""

    def __init__(self, rules: Sequence[Rule], types: Mapping[str, Accepts]) -> None:
        self._types = types
        self._root = _Node()
        self._known: dict[tuple[str, bool], Match | Misfit] = {}
        for rule in rules:
            for sequence in _sequences(_TOKENS.findall(rule.pattern)):
                self._add(rule, sequence)

    def _add(self, rule: Rule, sequence: list[str]) -> None:
        boundary = sequence.index(";") if ";" in sequence else len(sequence)
        node = self._root
        for index, part in enumerate(part for part in sequence if part != ";"):
            branch = node.arguments if part.startswith("<") else node.keywords
            node = branch.setdefault(part, _Node())
            if index + 1 >= boundary and node.slot is None:
                node.slot, node.slot_length = rule, boundary
        if node.rule is None:
            node.rule, node.slot, node.slot_length = rule, node.slot or rule, boundary

    def match(self, line: str, *, negated: bool = False) -> Match | Misfit:
        """What `line` (without its `no`) is, or why it is nothing."""
        known = self._known.get((line, negated))
        if known is None:
            # ports are configured alike, so most lines come many times
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            known = self._known[line, negated] = self._understand(line, negated=negated)
        return known

    def _understand(self, line: str, *, negated: bool) -> Match | Misfit:
        words = [(m.group(), m.start()) for m in re.finditer(r"\S+", line)]
        return self._walk(self._root, _Typed(line, words, negated), 0, ())

    def _walk(self, node: _Node, typed: _Typed, at: int, taken: tuple[tuple[str, str], ...]) -> Match | Misfit:
        """Try what may follow `node`; `taken` has (kind, canonical word) of the words before."""
        if at == len(typed.words):
            rule = node.slot if typed.negated else node.rule
            if rule is None:
                return Misfit("incomplete", len(typed.line))
            canonical_words = tuple(word for _, word in taken)
            arguments = tuple(item for item in taken if item[0].startswith("<"))
            return Match(rule, canonical_words, canonical_words[: node.slot_length], arguments)
        offset = typed.words[at][1]
        worst = Misfit("invalid", offset)
        for name, canonical, after, used in self._candidates(node, typed, at):
            if canonical is None:
                return Misfit("ambiguous", offset)
            found = self._walk(after, typed, at + used, (*taken, (name, canonical)))
            if isinstance(found, Match):
                return found
            if found.offset >= worst.offset:
                worst = found
        return worst

    def _candidates(self, node: _Node, typed: _Typed, at: int) -> Iterator[tuple[str, str | None, _Node, int]]:
        """(what it matched, canonical word or None if ambiguous, node after it, words used)."""
        line, words = typed.line, typed.words
        word, offset = words[at]
        lower = word.lower()
        if lower in node.keywords:
            yield lower, lower, node.keywords[lower], 1
        elif starts := [key for key in node.keywords if key.startswith(lower) and not lower.isdigit()]:
            if len(starts) > 1 and not node.arguments:
                yield lower, None, node, 1
            elif len(starts) == 1:
                yield starts[0], starts[0], node.keywords[starts[0]], 1
        for name, after in node.arguments.items():
            if name in REST_OF_LINE:
                yield name, line[offset:], after, len(words) - at
                continue
            # `interface gi 1/0/1` is as good as `gi1/0/1`
            for used in (1, 2) if name == "<interface>" else (1,):
                canonical = self._accept(name, "".join(w for w, _ in words[at : at + used]))
                if canonical is not None and at + used <= len(words):
                    yield name, canonical, after, used
                    break

    def _accept(self, name: str, word: str) -> str | None:
        if limits := _RANGE.fullmatch(name):
            low, high = int(limits[1]), int(limits[2])
            return str(int(word)) if word.isdigit() and low <= int(word) <= high else None
        return self._types[name](word)

    def completions(self, line: str) -> tuple[str, ...]:
        """What may be typed next, as `?` shows it."""
        node, words = self._root, line.split()
        partial = words.pop() if words and not line.endswith(" ") else ""
        for word in words:
            lower = word.lower()
            starts = [key for key in node.keywords if key.startswith(lower)]
            if lower in node.keywords or len(starts) == 1:
                node = node.keywords[lower if lower in node.keywords else starts[0]]
            elif node.arguments:
                node = next(iter(node.arguments.values()))
            else:
                return ()
        found = [key for key in sorted(node.keywords) if key.startswith(partial.lower())]
        if not partial:
            found += [name.upper() if name[1].isalpha() else name for name in node.arguments]
            found += ["<cr>"] if node.rule else []
        return tuple(found)


def read_rules(table: str) -> dict[str, tuple[Rule, ...]]:
    """Rules by level from a table: ``[level]`` heads a level, a blank line ends a group, ``@flag``, ``= default``, ``> level``."""
    levels: dict[str, list[Rule]] = {}
    level, group = "", 0
    for rank, raw in enumerate(table.splitlines()):
        line = raw.split("  !")[0].strip()
        if not line:
            group += 1
        elif line.startswith("[") and line.endswith("]") and " " not in line:
            level = line[1:-1]
            levels.setdefault(level, [])
        else:
            flags = frozenset(re.findall(r"\s@(\w+)", line))
            line = re.sub(r"\s@\w+", "", line)
            enters = re.search(r"\s>\s(\S+)$", line)
            line = re.sub(r"\s>\s\S+$", "", line)
            pattern, _, default = (part.strip() for part in line.partition(" = "))
            levels[level].append(Rule(pattern, enters[1] if enters else None, flags, default or None, rank, group))
    return {name: tuple(rules) for name, rules in levels.items()}
