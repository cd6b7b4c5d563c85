"""Intent and observed state in, verdicts out: the task that says, port by port, whether a switch is as intended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from nornir.core.task import Result, Task

from portseal.core.intent import PortIntent
from portseal.core.verdict import Outcome, Verdict, judge
from portseal.estate import Estate
from portseal.observe import Observation, observe
from portseal.read_cameras import both_ends
from portseal.transport.session import Session

Enough = Callable[[Sequence[Verdict]], bool]
"""Whether verdicts are such that nobody needs to wait for better ones."""


def all_pass(found: Sequence[Verdict]) -> bool:
    """Whether every port passes."""
    return all(verdict.outcome is Outcome.PASS for verdict in found)


def verify_switch(task: Task, estate: Estate, wait: float = 0.0) -> Result:
    """`result` is a tuple of `Verdict`, one a camera port, in the order of the ports.

    `wait`: seconds for which a switch is read again as long as not all pass.
    """
    session = estate.session(task.host)
    verdicts = wait_for(session, estate.intent(task.host.name).ports, estate, seconds=wait)
    return Result(host=task.host, result=verdicts)


def wait_for(
    session: Session, ports: Sequence[PortIntent], estate: Estate, *, seconds: float, enough: Enough = all_pass
) -> tuple[Verdict, ...]:
    """Verdicts on `ports` once they are `enough` or `seconds` are over; always at least one whole reading.

    Only ports that do not pass yet are read and judged again. A camera that has an API is asked for its own end too, once its
    port passes by the switch; and at the end, for what it can tell of why not, where it does not.
    """
    settings = estate.site.settings.apply
    until = time.monotonic() + seconds
    found: dict[str, Verdict] = {}
    while True:
        left = [port for port in ports if port.port not in found or found[port.port].outcome is not Outcome.PASS]
        observation = observe(session, left, estate, pause=settings.counter_pause_seconds)
        by_switch = verdicts(left, observation, estate)
        found.update({verdict.port: verdict for verdict in both_ends(estate, left, by_switch, passing=True)})
        if enough(tuple(found.values())) or time.monotonic() + settings.poll_seconds > until:
            return both_ends(estate, ports, tuple(found[port.port] for port in ports), passing=False)
        time.sleep(settings.poll_seconds)


def verdicts(ports: Sequence[PortIntent], observation: Observation, estate: Estate) -> tuple[Verdict, ...]:
    """The verdict on each port; a foreign MAC address is told by name where it is another camera's of the site."""
    owners = {camera.mac: camera.name for camera in estate.site.site.cameras}
    return tuple(
        judge(port, observation.first.get(port.port), observation.later.get(port.port), owners=owners) for port in ports
    )
