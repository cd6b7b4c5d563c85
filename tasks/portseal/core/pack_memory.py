"""A platform in, what was made of it once in this process out: compiled patterns and rules, and what they remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from portseal.core.platforms import Pack

_PACKS = 64
"""Platforms that are remembered; no site has as many."""
_Made = TypeVar("_Made")


def once_a_pack(make: Callable[[Pack], _Made]) -> Callable[[Pack], _Made]:
    """`make`, called once for each platform. Safe to call from several threads: at worst two make the same, and one is kept."""
    known: dict[int, tuple[Pack, _Made]] = {}

    def made(pack: Pack) -> _Made:
        found = known.get(id(pack))
        if found is None or found[0] is not pack:
            if len(known) >= _PACKS:
                known.clear()
            found = known[id(pack)] = pack, make(pack)
        return found[1]

    return made
