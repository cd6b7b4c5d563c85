"""What a run would do and when: wave, switch, earliest start, worst-case end, cameras, and how long each may be dark.

An estimate from the site's settings, on the pessimistic side; nothing of it is measured at the switches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from portseal.change.run import Orders
from portseal.core.intent import PortIntent
from portseal.core.model import Value
from portseal.core.planning import SwitchPlan
from portseal.core.profile import Dot1x, MacsecPolicy, Method, Mode
from portseal.core.waves import Wave
from portseal.estate import Estate

AROUND = 60
"""Seconds allowed for connecting, reading and saving, besides the timer."""
QUICK = 20
"""Seconds that a switch takes where nothing has to be waited for."""
_MKA_LIFE = 6
"""Seconds after which a station without a live peer is known to be without one (MKA Life Time, IEEE 802.1X-2020 Table 11-5)."""


class Slot(Value):
    """One switch's place in a run."""

    wave: int
    switch: str
    earliest: datetime
    latest_end: datetime
    """By then it is confirmed, or back as it was."""
    ports: int
    cameras: int
    """Whose ports change."""
    dark_seconds: int
    """Longest time for which one of them may be without network, if all goes as planned."""


def worst_seconds(minutes: int) -> float:
    """How long a switch may take from its beginning until it is confirmed or back as it was."""
    return minutes * 60.0 + AROUND


def may_begin(orders: Orders, clock: Callable[[], datetime], switch: str, *, workers: int) -> str:
    """Why a switch may not be begun any more; nothing where it may. `workers`: how many are changed at a time."""
    if orders.opening is None or orders.opening.may_begin(clock(), budget_seconds(orders, switch, workers=workers)):
        return ""
    return "the window leaves no time for another switch, and for taking back what its wave confirmed"


def budget_seconds(orders: Orders, switch: str, *, workers: int) -> float:
    """How long may go by from the beginning of a switch until it, and what would be taken back with it, is as before.

    Where a wave fails, what it confirmed is taken back, and with `keep_finished` false what earlier waves did too.
    """
    worst = worst_seconds(orders.terms.minutes)
    number = next((wave.number for wave in orders.waves if switch in wave.switches), 0)
    reach = [w for w in orders.waves if w.number == number or (not orders.keep_finished and w.number < number)]
    others = sum(len(wave.switches) for wave in reach) - 1
    return worst * (1 + -(-max(others, 0) // workers))


def timeline(
    estate: Estate, plans: Sequence[SwitchPlan], orders: Orders, start: datetime, *, pause: float = 0.0
) -> tuple[Slot, ...]:
    """A slot for each switch that changes, in the order of the run."""
    by_switch = {plan.switch: plan for plan in plans}
    workers = estate.site.settings.apply.workers
    worst = timedelta(seconds=worst_seconds(orders.terms.minutes))
    slots: list[Slot] = []
    for wave in orders.waves or (Wave(number=1, switches=tuple(by_switch)),):
        names = [name for name in wave.switches if name in by_switch]
        for index, name in enumerate(names):
            earliest = start + timedelta(seconds=QUICK * (index // workers))
            slots.append(_slot(estate, by_switch[name], wave.number, earliest, earliest + worst))
        start += timedelta(seconds=QUICK * -(-len(names) // workers) + pause)
    return tuple(slots)


def _slot(estate: Estate, plan: SwitchPlan, wave: int, earliest: datetime, latest: datetime) -> Slot:
    touched = [port for port in estate.intent(plan.switch).ports if port.port in plan.changed_ports]
    dark = max((dark_seconds(port) for port in touched), default=0)
    return Slot(
        wave=wave,
        switch=plan.switch,
        earliest=earliest,
        latest_end=latest,
        ports=len(plan.changed_ports),
        cameras=len(touched),
        dark_seconds=dark,
    )


def dark_seconds(port: PortIntent) -> int:
    """How long a camera may be without network when its port becomes what it must be (IEEE 802.1X-2020 §8, §9)."""
    secured = _MKA_LIFE if port.macsec.policy is MacsecPolicy.MUST_SECURE else 0
    return _admission(port.dot1x) + secured


def _admission(dot1x: Dot1x) -> int:
    if dot1x.mode is not Mode.CLOSED:
        return 0
    silent = dot1x.tx_period * (dot1x.max_reauth_requests + 1)
    if dot1x.methods[0] is Method.MAB:
        return 5
    return silent if Method.MAB in dot1x.methods else dot1x.tx_period
