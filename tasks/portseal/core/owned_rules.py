"""Lines of a configuration in, which of a platform's rules look at them out: owned lines, secrets, requirements, forbidden ports.

A switch has thousands of lines, and few different ones below the sections that matter, so that what the rules say of a line is
remembered, for all switches. Never remembered are lines in which a secret stands, and lines of sections that no rule looks at.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from portseal.core.pack_memory import once_a_pack
from portseal.core.platforms import Pack, SecretPlace

_LINES = 2048
"""Lines that are remembered of each kind of section."""
_KINDS = 128
"""Kinds of sections that are remembered of each platform."""
_SWITCHES = 64
"""Sets of ports and servers whose patterns are remembered of each platform; each with as many of its sections' own lines:"""
_HEADS = 1024
_NAME = re.compile(r"\(\?P<\w+>")
_REFERS = re.compile(r"\\[1-9]|\(\?P=|\(\?\(|\(\?[aiLmsux]+\)")

Patterns = tuple[re.Pattern[str], ...]


class Said(NamedTuple):
    """What the rules say of one line."""

    owner: bool | None
    """None where the line is not ours; else whether it is one that is never removed."""
    met: tuple[tuple[int, str], ...]
    """(index of each requirement that the line is, text of its group `why`)."""
    forbidden: tuple[tuple[str, str], ...]
    """(code, reason) of each rule by which the line makes its port none of our business."""
    secret: tuple[re.Pattern[str], SecretPlace] | None
    """Where a secret stands in a line that is ours."""


class _Kind(NamedTuple):
    """Which rules look at the lines of a section; sections of one kind are looked at alike."""

    owned: tuple[tuple[Patterns, bool], ...]
    """What of each rule concerns the lines under the section's own, and whether they are never removed."""
    require: tuple[int, ...]
    secrets: tuple[int, ...]
    forbid: tuple[int, ...]


class Section(NamedTuple):
    """The rules that look at one section."""

    port: str | None
    """Long name of the managed port that the section is of."""
    shared: bool
    """Whether only some lines of the section are ours, so that it never goes away as a whole."""
    itself: Said
    """What they say of its own line."""
    below: Below
    """What they say of the others."""


class Below:
    """The rules that look at the lines under the own line of a section of one kind."""

    def __init__(self, kind: _Kind, rules: PackRules) -> None:
        self._owned = kind.owned
        self._require = [(at, rules.require[at][1:]) for at in kind.require]
        self._secrets = [(match[1:], place) for match, place in (rules.secrets[at] for at in kind.secrets)]
        self._forbid = [(rules.forbid[at][1], rules.forbid[at][2]) for at in kind.forbid]
        self._remembered = functools.lru_cache(_LINES)(self._said)

    def said(self, above: tuple[str, ...], text: str) -> Said:
        """What they say of the line `text`, under the section's own and the lines `above`."""
        secret = any(match[-1].search(text) for match, _ in self._secrets)
        return self._said(above, text) if secret else self._remembered(above, text)

    def _said(self, above: tuple[str, ...], text: str) -> Said:
        lines = (*above, text)
        fits = (keep for match, keep in self._owned if len(lines) >= len(match) and _fit(match, lines))
        owner = next(fits, None)
        required = ((at, match) for at, match in self._require if len(match) == len(lines) and _fit(match, lines))
        return Said(
            owner,
            tuple(_met(required, text)),
            tuple(told for pattern, told in self._forbid if pattern.search(text)),
            _place(self._secrets, lines) if owner is not None else None,
        )


class PackRules:
    """A pack's patterns, as far as they are the same for every switch."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.port_section = re.compile(pack.port_section)
        self.require = [tuple(map(re.compile, rule.match)) for rule in pack.require]
        self.secrets = [(tuple(map(re.compile, rule.match)), rule) for rule in pack.secrets]
        self.forbid = [(re.compile(f.section), re.compile(f.match), (f.code, f.reason)) for f in pack.forbid]
        self.of_switch = functools.lru_cache(_SWITCHES)(functools.partial(Rules, self))
        self.below = functools.lru_cache(_KINDS)(lambda kind: Below(kind, self))
        self._secret = any_of(match[-1].pattern for match, _ in self.secrets)

    def secret_in(self, above: list[str], text: str) -> tuple[re.Pattern[str], SecretPlace] | None:
        """Where a secret stands in the line `text`, under the lines `above` from the top."""
        return _place(self.secrets, (*above, text)) if self._secret.search(text) else None


class Rules:
    """A pack's patterns for one switch's ports and servers."""

    def __init__(self, common: PackRules, ports: tuple[str, ...], addresses: tuple[str, ...]) -> None:
        self._common, self._ports = common, frozenset(ports)
        names = {"<port>": _any_of(ports), "<radius-address>": _any_of(addresses)}
        fill = functools.cache(lambda pattern: _filled(pattern, names))
        owned, require = common.pack.owned, common.pack.require
        self._owned = [(tuple(re.compile(fill(part)) for part in rule.match), rule.keep) for rule in owned]
        looks = [fill(rule.match[0]) for rule in owned] + [rule.match[0] for rule in require]
        self._looks = any_of([*dict.fromkeys(looks), common.pack.port_section])
        self._remembered = functools.lru_cache(_HEADS)(self._section)

    def section(self, head: str) -> Section | None:
        """The rules that look at the section `head`; None where none does."""
        if not self._looks.search(head):
            return None
        secret = any(len(match) == 1 and match[0].search(head) for match, _ in self._common.secrets)
        return self._section(head) if secret else self._remembered(head)

    def _section(self, head: str) -> Section | None:
        common = self._common
        found = common.port_section.search(head)
        port = found["port"] if found and found["port"] in self._ports else None
        owned = [rule for rule in self._owned if rule[0][0].search(head)]
        kind = _Kind(
            tuple((match[1:], keep) for match, keep in owned),
            tuple(at for at, match in enumerate(common.require) if match[0].search(head)),
            tuple(at for at, (match, _) in enumerate(common.secrets) if len(match) > 1 and match[0].search(head)),
            tuple(at for at, (where, _, _) in enumerate(common.forbid) if where.search(head)) if port else (),
        )
        if not (owned or kind.require or port):
            return None
        owner = next((keep for match, keep in owned if len(match) == 1), None)
        itself = Said(
            owner,
            tuple(_met(((at, common.require[at]) for at in kind.require if len(common.require[at]) == 1), head)),
            (),
            _place(common.secrets, (head,)) if owner is not None else None,
        )
        shared = bool(owned) and all(len(match) > 1 for match, _ in owned)
        return Section(port, shared, itself, common.below(kind))


pack_rules = once_a_pack(PackRules)


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """What fits wherever one of `patterns` does; where that cannot be said in one pattern, what fits everywhere."""
    found = list(patterns)
    if any(_REFERS.search(pattern) for pattern in found):
        return re.compile("")
    return re.compile("|".join(f"(?:{_NAME.sub('(?:', pattern)})" for pattern in found) or "(?!)")


def _any_of(words: Sequence[str]) -> str:
    return "(?:" + "|".join(map(re.escape, words)) + ")" if words else r"(?!)"


def _filled(pattern: str, names: dict[str, str]) -> str:
    for name, words in names.items():
        pattern = pattern.replace(name, words)
    return pattern


def _fit(match: Patterns, lines: tuple[str, ...]) -> bool:
    return all(pattern.search(line) for pattern, line in zip(match, lines, strict=False))


def _met(fitting: Iterable[tuple[int, Patterns]], text: str) -> Iterator[tuple[int, str]]:
    for at, match in fitting:
        if found := match[-1].search(text):
            yield at, found.groupdict().get("why") or ""


def _place(
    secrets: Iterable[tuple[Patterns, SecretPlace]], lines: tuple[str, ...]
) -> tuple[re.Pattern[str], SecretPlace] | None:
    """The first of `secrets` that stands in the last of `lines`."""
    return next(
        ((match[-1], place) for match, place in secrets if len(match) == len(lines) and _fit(match, lines)), None
    )
