"""Intent and observed state in, verdicts out: the task that says, port by port, whether a switch is as intended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from nornir.core.task import Result, Task

from portseal.core.intent import PortIntent
from portseal.core.observation import PortState
from portseal.core.record import Check, Look
from portseal.core.verdict import Outcome, Verdict, judge
from portseal.estate import Estate
from portseal.observe import Observation, observe
from portseal.read_along import ReadAlong
from portseal.read_cameras import both_ends
from portseal.transport.session import Reader

_SOONER = 4
"""What part of `apply.poll_seconds` is waited before the second look; twice as long before each further one, up to the whole."""

Enough = Callable[[Sequence[Verdict]], bool]
"""Whether verdicts are such that nobody needs to wait for better ones."""


def all_pass(found: Sequence[Verdict]) -> bool:
    """Whether every port passes."""
    return all(verdict.outcome is Outcome.PASS for verdict in found)


def verify_switch(
    task: Task, estate: Estate, wait: float = 0.0, running: Callable[[str, str], None] | None = None
) -> Result:
    """`result` is a tuple of `Look`, one a camera port, in the order of the ports; each has its `verdict`, and what was seen.

    `wait`: seconds for which a switch is read again as long as not all pass. `running` is told the switch's name and running
    configuration, which is then read in the same round trip.
    """
    session: Reader = estate.session(task.host)
    if running:
        session = ReadAlong(session, estate.pack(task.host.name).read.command, partial(running, task.host.name))
    looks = look_until(session, estate.intent(task.host.name).ports, estate, seconds=wait)
    return Result(host=task.host, result=looks)


def wait_for(
    session: Reader, ports: Sequence[PortIntent], estate: Estate, *, seconds: float, enough: Enough = all_pass
) -> tuple[Verdict, ...]:
    """The verdicts alone of `look_until`."""
    return tuple(look.verdict for look in look_until(session, ports, estate, seconds=seconds, enough=enough))


def look_until(
    session: Reader, ports: Sequence[PortIntent], estate: Estate, *, seconds: float, enough: Enough = all_pass
) -> tuple[Look, ...]:
    """Looks at `ports`, with verdicts that are `enough`, or the last ones once `seconds` are over; always at least one whole reading.

    Only ports that do not pass yet are read and judged again, at intervals that grow. A camera that has an API is asked for its own end too, once its
    port passes by the switch; and at the end, for what it can tell of why not, where it does not.
    """
    settings = estate.site.settings.apply
    until = time.monotonic() + seconds
    found: dict[str, Look] = {}
    pause = settings.poll_seconds / _SOONER
    while True:
        left = [port for port in ports if port.port not in found or not _passes(found[port.port])]
        observation = observe(session, left, estate, pause=settings.counter_pause_seconds, open_still=counters_decide)
        looks = both_ends(estate, left, look_at(left, observation, estate), passing=True)
        for port, now in zip(left, looks, strict=True):
            before = found.get(port.port)
            found[port.port] = _again(now, before) if before else now
        over = estate.stop.is_set() or time.monotonic() + pause > until
        if enough([each.verdict for each in found.values()]) or over:
            return both_ends(estate, ports, tuple(found[port.port] for port in ports), passing=False)
        estate.rest(pause)
        pause = min(2 * pause, settings.poll_seconds)


def counters_decide(port: PortIntent, state: PortState | None) -> bool:
    """Whether the verdict on a port can hang on a second read of its counters: it cannot where the first read shows a failure."""
    return judge(port, state).outcome is not Outcome.FAIL


def look_at(ports: Sequence[PortIntent], observation: Observation, estate: Estate) -> tuple[Look, ...]:
    """What was seen of each port, and the verdict on it; a foreign MAC address is told by name where it is another camera's of the site."""
    found: list[Look] = []
    for port in ports:
        state, later = observation.first.get(port.port), observation.later.get(port.port)
        found.append(
            Look(
                verdict=judge(port, state, later, owners=estate.site.owners),
                at=observation.first_at,
                state=state,
                later=later if port.port in observation.twice else None,
                later_at=observation.later_at if port.port in observation.twice else None,
            )
        )
    return tuple(found)


def _passes(look: Look) -> bool:
    return look.verdict.outcome is Outcome.PASS


def _again(now: Look, before: Look) -> Look:
    """`now`, with what the first look concluded."""
    said = before.verdict
    first = Check(at=before.at, outcome=said.outcome, reason=said.reason, detail=said.detail)
    return now.model_copy(update={"earlier": before.earlier or first, "count": before.count + 1})
