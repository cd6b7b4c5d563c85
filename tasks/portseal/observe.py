"""Switch in, state of its ports out: the task that reads what 802.1X and MKA say, for all ports at once.

Two round trips whatever the number of ports: all commands in one batch, and after a pause those whose counters must rise. The second is
spared where nothing hangs on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from nornir.core.task import Result, Task

from portseal.core.intent import PortIntent
from portseal.core.model import Value
from portseal.core.observation import Heard, PortState, port_states
from portseal.core.platforms import Pack
from portseal.core.profile import MacsecPolicy
from portseal.estate import Estate
from portseal.transport.session import Reader


class Observation(Value):
    """What a switch said of its ports, by long port name."""

    first: dict[str, PortState]
    later: dict[str, PortState]
    """The same after the pause; where nothing is read twice, `first` again."""
    first_at: datetime
    later_at: datetime | None
    """None where nothing was read twice."""
    twice: frozenset[str] = frozenset()
    """The ports that were read twice."""


def observe_switch(task: Task, estate: Estate) -> Result:
    """`result` is an `Observation` of the ports of the inventory; nothing is written."""
    observation = observe(
        estate.session(task.host),
        estate.intent(task.host.name).ports,
        estate,
        pause=estate.site.settings.apply.counter_pause_seconds,
    )
    return Result(host=task.host, result=observation)


def observe(
    session: Reader,
    ports: Sequence[PortIntent],
    estate: Estate,
    *,
    pause: float,
    open_still: Callable[[PortIntent, PortState | None], bool] = lambda port, state: True,
) -> Observation:
    """What the switch says of `ports`; at least `pause` seconds between the two reads of counters, of which nothing is waited that is over already.

    Where the estate's `stop` is set meanwhile, there is no second read. Only ports of which `open_still` says, after the first read, that counters can make a difference are read twice.

    Raises:
        SessionCut: the session ended in the middle.
    """
    pack, folder = estate.pack(session.switch), estate.folder(session.switch)
    names = tuple(port.port for port in ports)
    outputs = _read(session, commands(pack, ports))
    first_at, due = datetime.now(UTC), time.monotonic() + pause
    heard: dict[tuple[str, str], Heard] = {}
    first = port_states(pack, folder, outputs, names, heard_before=heard)
    secured = [port for port in ports if _secured(port) and open_still(port, first.get(port.port))]
    again = commands(pack, secured, twice=True)
    if again:
        estate.rest(due - time.monotonic())
    if not again or (estate.stop.is_set() and time.monotonic() < due):
        return Observation(first=first, later=first, first_at=first_at, later_at=None)
    outputs = {**outputs, **_read(session, again)}
    later_at = datetime.now(UTC)
    later = port_states(pack, folder, outputs, names, heard_before=heard)
    twice = frozenset(port.port for port in secured)
    return Observation(first=first, later=later, first_at=first_at, later_at=later_at, twice=twice)


def _secured(port: PortIntent) -> bool:
    return port.macsec.policy is not MacsecPolicy.OFF


def _read(session: Reader, batch: Sequence[str]) -> Mapping[str, str]:
    return dict(zip(batch, session.run(batch), strict=True))


def commands(pack: Pack, ports: Sequence[PortIntent], *, twice: bool = False) -> tuple[str, ...]:
    """The commands that tell of `ports`, each once; with `twice`, only those to read again."""
    secured = [port.port for port in ports if _secured(port)]
    every = [port.port for port in ports]
    batch: list[str] = []
    for entry in pack.observe:
        about = secured if entry.when == "macsec" else every
        if (twice and not entry.twice) or not about:
            continue
        if "{port}" in entry.command:
            batch.extend(entry.command.replace("{port}", port) for port in about)
        else:
            batch.append(entry.command)
    return tuple(dict.fromkeys(batch))
