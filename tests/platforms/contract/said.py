"""What a platform's captures folder says about the contract: `tests/golden/<platform>/contract.toml`.

`[options]`: host options that the switch needs. `[[never]]`: what no moment of a change may show. `[reasons]`: which reason a
situation leads to where the switch does not show it as others do, and why. `[not_produced]`: reasons that the platform never
gives, and why. `[unseen]`: situation that the switch does not show at all, and why. `[engineer]`: what somebody else may type.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from pydantic import BaseModel, ConfigDict

from contract.profiles import GOLDEN

JOIN = " / "
"""Stands between a line and the section it is in."""


class Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Never(Closed):
    """Something that must not be seen. Patterns are searched in lines written with their sections: `interface X / mab`."""

    what: str
    when: str
    """Named groups are what the other patterns have to agree on."""
    unless: tuple[str, ...] = ()
    """One of these makes it harmless."""
    needs: tuple[str, ...]
    """Each of these has to be there."""


class Other(Closed):
    """Another reason than the usual, and why."""

    reason: str
    why: str


class Engineer(Closed):
    """Lines that somebody else types; `{port}` is a sealed port, `{uplink}` one that is none of ours."""

    owned: tuple[str, ...]
    other: tuple[str, ...]


class Said(Closed):
    """All of one platform."""

    options: dict[str, str | int | bool] = {}
    never: tuple[Never, ...] = ()
    reasons: dict[str, Other] = {}
    not_produced: dict[str, str] = {}
    unseen: dict[str, str] = {}
    engineer: Engineer | None = None


@cache
def said(platform: str) -> Said:
    """What the platform's captures folder says."""
    file = GOLDEN / platform / "contract.toml"
    return Said.model_validate(tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {})


def paths(text: str) -> list[str]:
    """Every line of a configuration with its sections before it."""
    found: list[str] = []
    stack: list[tuple[int, str]] = []
    for line in text.splitlines():
        bare = line.strip()
        if bare == "#":
            stack.clear()
            continue
        if not bare or bare == "!":
            continue
        depth = len(line) - len(line.lstrip())
        while stack and stack[-1][0] >= depth:
            stack.pop()
        stack.append((depth, bare))
        found.append(JOIN.join(each for _, each in stack))
    return found


def seen(text: str, rules: tuple[Never, ...]) -> list[str]:
    """What `text` shows of what must never be seen."""
    flat = "\n".join(paths(text))

    @cache
    def matches(pattern: str) -> tuple[dict[str, str], ...]:
        return tuple(found.groupdict() for found in re.finditer(pattern, flat, re.MULTILINE))

    def agree(one: dict[str, str], other: dict[str, str]) -> bool:
        return all(one[name] == other[name] for name in one.keys() & other.keys())

    found = []
    for rule in rules:
        for here in matches(rule.when):
            if any(agree(here, other) for pattern in rule.unless for other in matches(pattern)):
                continue
            lacking = [p for p in rule.needs if not any(agree(here, other) for other in matches(p))]
            if lacking:
                found.append(f"{rule.what}: {' '.join(here.values())} lacks {', '.join(lacking)}")
    return found
