"""Owned configuration in, what each port is in the intent's words out: the platform's templates, read backwards.

What the lines mean stands in the platform's folder (`[[meaning]]`, `[[follow]]`). Lines that no rule there explains are
unknown wording, never a guess.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from portseal.core.differences import sections
from portseal.core.platforms import Pack
from portseal.core.wording_rules import Follow, Meaning
from portseal.core.words import UNKNOWN, Words, effective

_Said: TypeAlias = tuple[str, ...]
"""All that is said of one port: its sections' own lines, lines as paths below their section, and what is followed."""


def read_words(text: str, pack: Pack, ports: Iterable[str]) -> dict[str, Words]:
    """What each port is by `text` (an `OwnedConfiguration`'s, or a canonical one); nothing where the folder has no `[[meaning]]`.

    A port that `text` has nothing of is what its platform is without configuration.
    """
    if not pack.meaning:
        return {}
    reader = _Reader(sections(text), pack)
    known: dict[_Said, Words] = {}
    found: dict[str, Words] = {}
    for port in ports:
        said = reader.said(port)
        key = tuple(line.replace(port, "") for line in said)
        if key not in known:
            known[key] = _meant(said, pack.meaning)
        found[port] = dict(known[key])
    return found


class _Reader:
    """One switch's sections, looked up by port and by name."""

    def __init__(self, held: Mapping[str, Sequence[str]], pack: Pack) -> None:
        self._held = held
        self._follow = tuple((_compiled(rule.line), rule) for rule in pack.follow)
        self._of_port: dict[str, list[str]] = {}
        self._followed: dict[tuple[str, str], _Said] = {}
        section = re.compile(pack.port_section)
        for head in held:
            if found := section.search(head):
                self._of_port.setdefault(found["port"], []).append(head)

    def said(self, port: str) -> _Said:
        lines: list[str] = []
        for head in self._of_port.get(port, ()):
            lines += (head, *_paths(self._held[head], 1))
        seen: set[tuple[str, str]] = set()
        for line in lines:  # grows under way: what is followed may lead on
            for pattern, rule in self._follow:
                found = pattern.search(line)
                if found and (rule.called, found["name"]) not in seen:
                    seen.add((rule.called, found["name"]))
                    lines += self._at(rule, found["name"])
        return tuple(lines)

    def _at(self, rule: Follow, name: str) -> _Said:
        key = (rule.called, name)
        if key not in self._followed:
            self._followed[key] = tuple(" / ".join((rule.called, *path)) for path in self._below(rule, name))
        return self._followed[key]

    def _below(self, rule: Follow, name: str) -> Iterator[Sequence[str]]:
        """The path to each line below the place that the rule leads to; an empty one for the place itself."""
        first, *others = (re.compile(part.replace("<name>", re.escape(name))) for part in rule.to)
        for head, lines in self._held.items():
            if first.search(head):
                paths = [(), *(path.split(" / ") for path in _paths(lines, 1))]
                yield from (path[len(others) :] for path in paths if _leads(path, others))


def _leads(path: Sequence[str], match: Sequence[re.Pattern[str]]) -> bool:
    return len(path) >= len(match) and all(p.search(part) for p, part in zip(match, path, strict=False))


def _paths(lines: Iterable[str], depth: int) -> Iterator[str]:
    """Each line with the lines it stands under in front, ` / ` between them; those at `depth` stand for themselves."""
    above: list[str] = []
    for line in lines:
        bare = line.lstrip()
        above[len(line) - len(bare) - depth :] = [bare]
        yield " / ".join(above)


def _meant(said: _Said, meanings: Sequence[Meaning]) -> Words:
    found: Words = {}
    for meaning in meanings:
        if found.get(meaning.feature, UNKNOWN) == UNKNOWN:
            found[meaning.feature] = _word(said, meaning) or UNKNOWN
    if found.get("ckn") == UNKNOWN:
        del found["ckn"]  # most ports have none
    return effective(found)


def _word(said: _Said, meaning: Meaning) -> str | None:
    """The word where the rule fits; None where it does not, or where it meets a word it does not have."""
    groups: dict[str, str] = {}
    for pattern in map(_compiled, meaning.has):
        found = next((match for line in said if (match := pattern.search(line))), None)
        if found is None:
            return None
        groups |= {name: text for name, text in found.groupdict().items() if text is not None}
    if any(_compiled(pattern).search(line) for pattern in meaning.lacks for line in said):
        return None
    if meaning.words and "value" in groups:
        ours = [meaning.words.get(word) for word in groups["value"].split()]
        if None in ours:
            return None
        groups["value"] = " ".join(word for word in ours if word)
    return meaning.value.format_map(groups)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
