"""Switches and their cameras in, waves out: which switches are changed together, and after which others.

A canary first, then shares of the whole. Switches that see the same place, or feed the same recorder, are spread over the
waves, so that one wave that goes wrong does not take every camera of a place or of a recorder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from portseal.core.model import Value

_SHARE = re.compile(r"(?:[1-9][0-9]{0,5}|(?:100|[1-9]?[0-9])%)")


def _share(text: str) -> str:
    if not _SHARE.fullmatch(text) or text == "0%":
        raise ValueError(f"{text!r} is no share; write a number of switches (`1`) or a percentage (`10%`)")
    return text


Share = Annotated[str, AfterValidator(_share)]
"""How many switches may have been begun by the end of a wave: `1`, or `10%` of all."""


class Placed(Value):
    """One switch that is to be changed."""

    switch: str
    cameras: int
    groups: frozenset[str] = frozenset()
    """The places and recorders of its cameras, each with what it is: `area:gate-2`, `recorder:rec-1`."""


class Wave(Value):
    """Switches that are changed together."""

    number: Annotated[int, Field(ge=1)]
    switches: tuple[str, ...]
    takes_all_of: tuple[str, ...] = ()
    """Places and recorders all of whose switches are in this wave although there are several: it could not be helped."""


def waves(switches: Sequence[Placed], shares: Sequence[Share], *, canaries: Sequence[str] = ()) -> tuple[Wave, ...]:
    """The waves for `switches`; whatever `shares` leave over is a last wave.

    `canaries` come first, in their order; after them the switch with the fewest cameras whose groups were least touched.
    """
    left = sorted(switches, key=lambda s: (s.switch not in canaries, _place(canaries, s.switch), s.cameras, s.switch))
    members: dict[str, set[str]] = {}
    for switch in switches:
        for group in switch.groups:
            members.setdefault(group, set()).add(switch.switch)
    found: list[Wave] = []
    begun = 0
    for share in (*shares, "100%"):
        until = max(min(_until(share, len(switches)), len(switches)), begun)
        chosen = _choose(left, until - begun, members, canaries)
        if not chosen:
            continue
        begun += len(chosen)
        left = [switch for switch in left if switch.switch not in chosen]
        whole = [group for group, of in members.items() if len(of) > 1 and of <= set(chosen)]
        found.append(Wave(number=len(found) + 1, switches=tuple(chosen), takes_all_of=tuple(sorted(whole))))
    return tuple(found)


def _place(canaries: Sequence[str], switch: str) -> int:
    return canaries.index(switch) if switch in canaries else len(canaries)


def _until(share: str, total: int) -> int:
    """At least one; a percentage is rounded up."""
    return max(1, -(-total * int(share[:-1]) // 100)) if share.endswith("%") else int(share)


def _choose(
    left: Sequence[Placed], count: int, members: Mapping[str, set[str]], canaries: Sequence[str]
) -> dict[str, None]:
    """`count` of `left`, taking next the one whose groups have lost the smallest share in this wave so far."""
    if count >= len(left):
        return dict.fromkeys(switch.switch for switch in left)
    chosen: dict[str, None] = {}
    taken: dict[str, int] = {}
    waiting = list(left)
    while waiting and len(chosen) < count:
        named = next((s for s in waiting if s.switch in canaries), None)
        best = named or min(
            waiting, key=lambda s: max((_loss(group, taken, members) for group in s.groups), default=0.0)
        )
        waiting.remove(best)
        chosen[best.switch] = None
        for group in best.groups:
            taken[group] = taken.get(group, 0) + 1
    return chosen


def _loss(group: str, taken: Mapping[str, int], members: Mapping[str, set[str]]) -> float:
    """The share of a group that this wave would have after one more of it; a group of one switch cannot be spread."""
    of = len(members[group])
    return 0.0 if of == 1 else (taken.get(group, 0) + 1) / of


class Budget(Value):
    """How much may go wrong before no further switch is begun."""

    failures: Share = "1"
    """Switches of a wave that may fail without the run being stopped, less one: `1` stops at the first."""

    def exhausted(self, failed: int, of: int) -> bool:
        """Whether `failed` of a wave's `of` switches are too many."""
        return failed >= _until(self.failures, of)
