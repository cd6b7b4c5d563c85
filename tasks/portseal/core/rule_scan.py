"""A TextFSM template that looks at each different line once. What it gives is TextFSM's own.

What a line does in a state depends on nothing but its text, so that it is worked out once: which rules match, what each assigns. Of what a
switch prints for many ports most lines are the same for each, and most of those do nothing. A state's rules become one alternation, whose first
alternative that matches is the first rule that does, and whose groups within that alternative are what TextFSM would see. After `Continue` the
search goes on rule by rule. So it does until a state has seen enough lines for putting its rules together to be worth while, and where they cannot be
put together (they refer back to groups, or set flags).

A record is a list of values while it is filled, and belongs to one call, so that many threads read with one template at once. That is so for values
with the options `Required`, `Filldown` and `List`; a template with others, or with groups within a list's value, is left to TextFSM itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import accumulate
from threading import Lock
from typing import IO, NamedTuple, NoReturn

from textfsm import TextFSM, TextFSMError
from textfsm.parser import TextFSMRule, TextFSMValue

from portseal.core.remembered import Remembered

_NAMED = re.compile(r"\(\?P<\w+>")
_UNSUITED = re.compile(r"\\[1-9]|\(\?P=|\(\?\(|\(\?[aiLmsux-]+[:)]")
"""Back references, conditions and flags: what means something else within a longer expression."""
_PLAIN = re.compile("").flags
_OPTIONS: tuple[list[str], ...] = ([], ["Required"], ["Filldown"], ["Filldown", "Required"], ["List"])

Shown = str | tuple[str | None, ...] | None
"""A value of a row: None where nothing was assigned; of a list what was appended, with None for a group that took no part in a match."""


class _Effect(NamedTuple):
    """What one rule that matches a line does."""

    assigns: tuple[tuple[int, str | None], ...]
    """(number of the value, text)."""
    appends: tuple[tuple[int, str | None], ...]
    record: str
    """`Record`, `Clear`, `Clearall` or nothing."""
    state: str
    """The next one, or nothing."""
    refuses: TextFSMRule | None
    """The rule, where its line is an error."""


_Effects = tuple[_Effect, ...]
"""Of all rules that match a line, in turn; none where it does nothing."""
_Record = list[str | list[str | None] | tuple[str | None, ...] | None]


class RuleScan:
    """A compiled template; safe for use from many threads at once."""

    def __init__(self, template: IO[str], skip: Callable[[str], object] = lambda line: False) -> None:
        """Lines of which `skip` says so never reach the rules.

        Raises:
            TextFSMTemplateError: no such template.
        """
        self._machine = TextFSM(template)
        self._lock = Lock()
        self._skip = skip
        values: list[TextFSMValue] = self._machine.values
        self.names: tuple[str, ...] = tuple(value.name for value in values)
        self._quick = all(map(_is_simple, values))
        having = [set(value.OptionNames()) for value in values]
        self._required = [at for at, options in enumerate(having) if "Required" in options]
        self._filldown = [at for at, options in enumerate(having) if "Filldown" in options]
        self._lists = [at for at, options in enumerate(having) if "List" in options]
        states: dict[str, list[TextFSMRule]] = {"End": [], "EOF": [], **self._machine.states}
        self._effects = {
            name: _State(rules, self.names, frozenset(self._lists), skip).effects for name, rules in states.items()
        }
        self._records_at_end = "EOF" not in self._machine.states

    def rows(self, lines: Iterable[str]) -> list[list[Shown]]:
        """The records in `lines`, whose blank ends count for nothing.

        Raises:
            TextFSMError: a rule says that a line is an error; with TextFSM's own message.
        """
        return self._read(lines) if self._quick else self._read_by_textfsm(lines)

    def _read(self, lines: Iterable[str]) -> list[list[Shown]]:
        found: list[list[Shown]] = []
        fill: dict[int, str | None] = dict.fromkeys(self._filldown)
        now = self._blank(fill)
        name = "Start"
        effects = self._effects[name]
        for line in lines:
            for assigns, appends, record, state, refuses in effects[line]:
                for at, shown in assigns:
                    now[at] = shown
                    if at in fill:
                        fill[at] = shown
                for at, shown in appends:
                    if type(listed := now[at]) is list:
                        listed.append(shown)
                    else:
                        now[at] = [shown]
                if record == "Record":
                    now = self._keep(now, fill, found)
                elif record:
                    fill = dict.fromkeys(fill) if record == "Clearall" else fill
                    now = self._blank(fill)
                if refuses:
                    self._refuse(refuses, line)
                if state:
                    name, effects = state, self._effects[state]
        if name != "End" and self._records_at_end:
            self._keep(now, fill, found)
        return found

    def _keep(self, now: _Record, fill: dict[int, str | None], found: list[list[Shown]]) -> _Record:
        """Puts the record to those found, unless it lacks something or all; the next one."""
        for at in self._required:
            if not now[at]:
                return self._blank(fill)
        for at in self._lists:
            now[at] = tuple(now[at] or ())
        if self._required or now.count(None) + now.count(()) != len(now):
            found.append(now)  # type: ignore[arg-type]  # no list is left in it
        return self._blank(fill)

    def _blank(self, fill: dict[int, str | None]) -> _Record:
        now: _Record = [None] * len(self.names)
        for at, shown in fill.items():
            now[at] = shown
        return now

    def _refuse(self, rule: TextFSMRule, line: str) -> NoReturn:
        self._machine._Operations(rule, line.rstrip())
        raise TextFSMError(line)  # never reached: that raised it

    def _read_by_textfsm(self, lines: Iterable[str]) -> list[list[Shown]]:
        text = "".join(f"{line.rstrip()}\n" for line in lines if not self._skip(line))
        with self._lock:
            self._machine.Reset()
            found = self._machine.ParseText(text)
        return [[tuple(each) if isinstance(each, list) else each for each in row] for row in found]


def _is_simple(value: TextFSMValue) -> bool:
    nested = "List" in value.OptionNames() and value.compiled_regex.groupindex
    return sorted(value.OptionNames()) in _OPTIONS and not nested


_WORTH_JOINING = 100
"""Different lines of a state from which on its rules are put together: that takes as long as trying them one by one on as many."""
_Found = tuple[int, re.Match[str], int]
"""Which rule matches, the match, and how many groups of that stand before the rule's own."""
_Groups = tuple[tuple[int, int], ...]
"""(number of a value, number of its group in the rule's expression)."""


class _Rule(NamedTuple):
    """A rule, and what it does to a line that it matches."""

    pattern: re.Pattern[str]
    assigns: _Groups
    appends: _Groups
    record: str
    state: str
    refuses: TextFSMRule | None
    goes_on: bool
    """Whether the rules behind it see the line too."""

    @classmethod
    def of(cls, rule: TextFSMRule, values: tuple[str, ...], lists: frozenset[int]) -> _Rule:
        """What TextFSM makes of `rule`."""
        pattern: re.Pattern[str] = rule.regex_obj.regex
        named = [(values.index(name), number) for name, number in pattern.groupindex.items() if name in values]
        is_error = rule.line_op == "Error"
        return cls(
            pattern,
            tuple(each for each in named if each[0] not in lists),
            tuple(each for each in named if each[0] in lists),
            "" if rule.record_op == "NoRecord" else rule.record_op,
            "" if is_error else rule.new_state,
            rule if is_error else None,
            rule.line_op == "Continue",
        )

    def effect(self, matched: re.Match[str], before: int) -> _Effect:
        """`before`: groups in the expression that stand before the rule's own."""
        return _Effect(
            tuple([(value, matched.group(before + number)) for value, number in self.assigns]),
            tuple([(value, matched.group(before + number)) for value, number in self.appends]),
            self.record,
            self.state,
            self.refuses,
        )


class _Joined(NamedTuple):
    """All rules of a state in one search."""

    pattern: re.Pattern[str]
    rules: dict[int, tuple[int, int]]
    """Number of the empty group behind an alternative → which rule that is, and how many groups stand before its own."""

    @classmethod
    def of(cls, rules: list[_Rule]) -> _Joined:
        """Of rules all of which can be put together."""
        patterns = [rule.pattern for rule in rules]
        groups = [pattern.groups + 1 for pattern in patterns]
        marks = list(accumulate(groups))
        return cls(
            re.compile("|".join(f"(?:{_NAMED.sub('(', pattern.pattern)})()" for pattern in patterns)),
            {mark: (number, mark - groups[number]) for number, mark in enumerate(marks)},
        )

    def first(self, line: str) -> _Found | None:
        """The first rule that matches."""
        matched = self.pattern.match(line)
        if not matched:
            return None
        at, before = self.rules[matched.lastindex or 0]
        return at, matched, before


class _State:
    """A state's rules, and what they do to each line that was seen in it."""

    def __init__(
        self, rules: list[TextFSMRule], values: tuple[str, ...], lists: frozenset[int], skip: Callable[[str], object]
    ) -> None:
        self.effects = Remembered(self._learn)
        self._rules = [_Rule.of(rule, values, lists) for rule in rules]
        self._skip = skip
        self._joined: _Joined | None = None
        self._joinable = all(_is_joinable(rule.pattern) for rule in self._rules)

    def _learn(self, line: str) -> _Effects:
        """What `line` does."""
        if self._skip(line):
            return ()
        line = line.rstrip()
        if self._joinable and self._joined is None and len(self.effects) >= _WORTH_JOINING:
            self._joined = _Joined.of(self._rules)
        found: list[_Effect] = []
        first = self._joined.first(line) if self._joined else self._next(line, 0)
        while first:
            at, matched, before = first
            rule = self._rules[at]
            effect = rule.effect(matched, before)
            if any(effect):
                found.append(effect)
            first = self._next(line, at + 1) if rule.goes_on else None
        return tuple(found)

    def _next(self, line: str, begin: int) -> _Found | None:
        """The first rule from `begin` on that matches."""
        for at in range(begin, len(self._rules)):
            if matched := self._rules[at].pattern.match(line):
                return at, matched, 0
        return None


def joinable(expression: str) -> bool:
    """Whether `expression` means the same as an alternative of a longer one."""
    return _is_joinable(re.compile(expression))


def _is_joinable(pattern: re.Pattern[str]) -> bool:
    return pattern.flags == _PLAIN and not _UNSUITED.search(pattern.pattern)
