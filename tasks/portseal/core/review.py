"""A plan in, what a reviewer has to know of it out: how much changes, in which ways, what is risky, what is left out.

This is what the terminal and the page both tell; how it looks is theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from portseal.core.alike import alike
from portseal.core.intent import natural
from portseal.core.model import Value
from portseal.core.patterns import Patterns
from portseal.core.plan_file import Plan
from portseal.core.planning import SwitchPlan
from portseal.core.steps import SWITCH_WIDE
from portseal.core.words import KEY, WordChange


class Kind(Value):
    """One kind of change, and how much there is of it."""

    change: WordChange
    ports: int
    switches: int


class Place(Value):
    """A port of a switch, or the switch itself."""

    switch: str
    scope: str
    """Long port name, or `switch`."""


class Noted(Value):
    """A risk or a refusal, and all the places that it is about."""

    code: str
    message: str
    places: tuple[Place, ...]
    """In natural order."""

    @property
    def switches(self) -> int:
        """How many switches it is about."""
        return len({place.switch for place in self.places})

    @property
    def ports(self) -> int:
        """How many ports; 0 where it is about switches as a whole."""
        return sum(place.scope != SWITCH_WIDE for place in self.places)


class Extent(Value):
    """How much changes, and in which ways."""

    ports: int
    """That change."""
    cameras: int
    """On ports that change."""
    kinds: tuple[Kind, ...]
    """In words: 802.1X, MACsec, then the others; of each the one with the most ports first."""
    wordless: int
    """Ports on which only lines change that no word stands for."""
    untold: int
    """Ports that change, of which the platform's folder does not tell what they were."""


class Review(Value):
    """What there is to know of a plan."""

    site: str
    created: datetime
    expires: datetime
    switches: int
    """That were to be planned."""
    changing: int
    as_intended: int
    """Switches with nothing to do and nothing left out."""
    unread: Mapping[str, str]
    """Switch → why it could not be planned."""
    ports: int
    """That are managed, those that are left out included."""
    extent: Extent
    risks: tuple[Noted, ...]
    refusals: tuple[Noted, ...]
    patterns: Patterns


def review(plan: Plan) -> Review:
    """What there is to know of `plan`; the same for the same plan."""
    patterns = alike(plan.switches)
    tally: Counter[str] = Counter()
    risks: list[Found] = []
    refusals: list[Found] = []
    for switch in plan.switches:
        tally["changing"] += switch.changes
        tally["as intended"] += not switch.changes and not switch.refusals
        tally["ports"] += len(switch.stories) or len(switch.ports)
        risks += [(switch.switch, risk.code, risk.message, risk.scope) for risk in switch.risks]
        refusals += [(switch.switch, refusal.code, refusal.reason, refusal.scope) for refusal in switch.refusals]
    return Review(
        site=plan.site,
        created=plan.created,
        expires=plan.expires,
        switches=len(plan.switches) + len(plan.unread),
        changing=tally["changing"],
        as_intended=tally["as intended"],
        unread=plan.unread,
        ports=tally["ports"],
        extent=extent(plan.switches, patterns),
        risks=_noted(risks),
        refusals=_noted(refusals),
        patterns=patterns,
    )


Found = tuple[str, str, str, str]
"""(switch, code, message, scope)."""


def extent(plans: Sequence[SwitchPlan], patterns: Patterns) -> Extent:
    """How much of `plans` changes; `patterns` are theirs."""
    wordless = {(each.switch, each.port) for pattern in patterns.ports if not pattern.changes for each in pattern.ports}
    told = {
        (plan.switch, story.port)
        for plan in (plans if wordless else ())
        for story in plan.stories
        if story.before is not None and (plan.switch, story.port) in wordless
    }
    untold = len(wordless - told)
    return Extent(
        ports=sum(len(pattern.ports) for pattern in patterns.ports),
        cameras=len({member.camera for pattern in patterns.ports for member in pattern.ports if member.camera}),
        kinds=_kinds(patterns),
        wordless=len(wordless) - untold,
        untold=untold,
    )


def _kinds(patterns: Patterns) -> tuple[Kind, ...]:
    ports: Counter[WordChange] = Counter()
    switches: dict[WordChange, set[str]] = {}
    for pattern in patterns.ports:
        for told in pattern.changes:
            change = told.model_copy(update={"before": "", "after": ""}) if told.what == KEY else told
            ports[change] += len(pattern.ports)
            switches.setdefault(change, set()).update(member.switch for member in pattern.ports)
    order = list(dict.fromkeys(change.what for change in ports))
    told_in_turn = sorted(ports, key=lambda change: (_place(change.what), order.index(change.what), -ports[change]))
    return tuple(Kind(change=change, ports=ports[change], switches=len(switches[change])) for change in told_in_turn)


def _place(what: str) -> int:
    return {"802.1X": 0, "MACsec": 1}.get(what, 2)


def _noted(found: Iterable[Found]) -> tuple[Noted, ...]:
    """Those of one code and message together; the graver codes first, and of one code what is about most places."""
    places: dict[tuple[str, str], list[Place]] = {}
    for switch, code, message, scope in found:
        places.setdefault((code, message), []).append(Place(switch=switch, scope=scope))
    return tuple(
        Noted(
            code=code,
            message=message,
            places=tuple(sorted(where, key=lambda place: (natural(place.switch), natural(place.scope)))),
        )
        for (code, message), where in sorted(
            places.items(), key=lambda item: (_gravity(item[0][0]), -len(item[1]), item[0])
        )
    )


_GRAVE = (
    "opens-port",
    "closes-port",
    "undo-incomplete",
    "no-self-undo",
    "removes-switch-wide",
    "timer",
    "experimental",
)
"""Codes of risks, those first that a reviewer must not overlook; refusals are in no such order."""


def _gravity(code: str) -> int:
    return _GRAVE.index(code) if code in _GRAVE else len(_GRAVE)
