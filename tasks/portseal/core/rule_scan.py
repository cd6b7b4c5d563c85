"""TextFSM that looks at each different line once, and finds the first rule that matches it in one search. What it gives is TextFSM's own.

What a line does in a state depends on nothing but its text, so that it is worked out once: which rules match, what each assigns. Of what a
switch prints for many ports most lines are the same for each, and most of those do nothing. A state's rules become one alternation, whose first
alternative that matches is the first rule that does; that rule's own expression is then matched alone, so that its groups are what
TextFSM would see. After `Continue` the search goes on among the rules behind it. A state whose rules cannot be put together so (they
refer back to groups, or set flags) is searched rule by rule.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import IO, NamedTuple

from textfsm import TextFSM
from textfsm.parser import SkipRecord, SkipValue, TextFSMRule, TextFSMValue

_NAMED = re.compile(r"\(\?P<\w+>")
_UNSUITED = re.compile(r"\\[1-9]|\(\?P=|\(\?\(|\(\?[aiLmsux-]+[:)]")
"""Back references, conditions and flags: what means something else within a longer expression."""
_PLAIN = re.compile("").flags
_KEPT = 20000
"""Different lines of a state that are remembered; with more, all are forgotten and learned anew."""


class _Effect(NamedTuple):
    """What one rule that matches a line does."""

    rule: TextFSMRule
    assigns: tuple[tuple[TextFSMValue, str | None], ...]


_Effects = tuple[_Effect, ...]
"""Of all rules that match a line, in turn; none where it does nothing."""


class _Search(NamedTuple):
    """The rules of a state from one of them on."""

    first: re.Pattern[str]
    rules: dict[int, int]
    """Number of the empty group behind an alternative → which rule of the state that is."""


class _State:
    """A state's rules, and what they do to each line that was seen in it."""

    def __init__(self, rules: list[TextFSMRule], values: dict[str, TextFSMValue]) -> None:
        self.known: dict[str, _Effects] = {}
        self._rules = rules
        self._joined = all(joinable(rule.regex) for rule in rules)
        self._searches: dict[int, _Search] = {}
        self._named = [
            tuple((name, values[name]) for name in re.compile(rule.regex).groupindex if name in values)
            for rule in rules
        ]

    def learn(self, line: str) -> _Effects:
        """What `line` does; remembered."""
        found: list[_Effect] = []
        at = self._first(line, 0)
        while at is not None:
            rule = self._rules[at]
            matched = rule.regex_obj.match(line)
            assigns = tuple((value, matched.group(name)) for name, value in self._named[at])
            if assigns or rule.record_op or rule.new_state or rule.line_op == "Error":
                found.append(_Effect(rule, assigns))
            if rule.line_op != "Continue":
                break
            at = self._first(line, at + 1)
        if len(self.known) >= _KEPT:
            self.known.clear()
        effects = self.known[line] = tuple(found)
        return effects

    def _first(self, line: str, begin: int) -> int | None:
        """The first rule from `begin` on that matches."""
        if not self._joined:
            return next((n for n in range(begin, len(self._rules)) if self._rules[n].regex_obj.match(line)), None)
        if begin == len(self._rules):
            return None
        search = self._searches.get(begin)
        if search is None:
            search = self._searches[begin] = _search(self._rules, begin)
        found = search.first.match(line)
        return search.rules[found.lastindex or 0] if found else None


class ScanningFSM(TextFSM):  # type: ignore[misc]  # textfsm has no types
    """A TextFSM. Not safe for use from two threads at once, as TextFSM itself is not."""

    def __init__(self, template: IO[str]) -> None:
        super().__init__(template)
        values = {value.name: value for value in reversed(self.values)}
        self._scanned = {name: _State(rules, values) for name, rules in self.states.items()}
        self._with_options = [value for value in self.values if value.options]
        self._without = [value for value in self.values if not value.options]

    def ParseText(self, text: str, eof: bool = True) -> list[list[str | list[str]]]:
        """As TextFSM's own."""
        state = self._scanned[self._cur_state_name]
        for line in text.splitlines() if text else ():
            effects = state.known.get(line)
            if effects is None:
                effects = state.learn(line)
            if effects:
                self._take(effects, line)
                if self._cur_state_name in ("End", "EOF"):
                    break
                state = self._scanned[self._cur_state_name]
        if self._cur_state_name != "End" and "EOF" not in self.states and eof:
            self._AppendRecord()
        result: list[list[str | list[str]]] = self._result
        return result

    def _AppendRecord(self) -> None:
        """As TextFSM's own; values without options have nobody to ask."""
        if not self.values:
            return
        left_out = set()
        for value in self._with_options:
            try:
                value.OnSaveRecord()
            except SkipRecord:
                self._ClearRecord()
                return
            except SkipValue:
                left_out.add(id(value))
        record = [value.value for value in self.values if id(value) not in left_out]
        if all(each is None or each == [] for each in record):
            return
        self._result.append(["" if each is None else each for each in record])
        self._ClearRecord()

    def _ClearRecord(self) -> None:
        """As TextFSM's own."""
        for value in self._without:
            value.value = None
        for value in self._with_options:
            value.ClearVar()

    def _take(self, effects: _Effects, line: str) -> None:
        for rule, assigns in effects:
            for value, shown in assigns:
                value.AssignVar(shown)
            if self._Operations(rule, line) and rule.new_state:
                if rule.new_state not in ("End", "EOF"):
                    self._cur_state = self.states[rule.new_state]
                self._cur_state_name = rule.new_state


def joinable(expression: str) -> bool:
    """Whether `expression` means the same as an alternative of a longer one."""
    return re.compile(expression).flags == _PLAIN and not _UNSUITED.search(expression)


def _search(rules: list[TextFSMRule], begin: int) -> _Search:
    expressions = [_NAMED.sub("(?:", rule.regex) for rule in rules[begin:]]
    groups = [re.compile(expression).groups for expression in expressions]
    marks = [behind + number for number, behind in enumerate(accumulate(groups), start=1)]
    return _Search(
        re.compile("|".join(f"(?:{expression})()" for expression in expressions)),
        {mark: begin + number for number, mark in enumerate(marks)},
    )
