"""Switch in, state of its ports out: the task that reads what 802.1X and MKA say, for all ports at once.

Two round trips whatever the number of ports: all commands in one batch, and after a pause those whose counters must rise. The second is
spared where nothing hangs on it; one more is taken where a switch that was asked for some lines of an output gave none that are understood.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from nornir.core.task import Result, Task

from portseal.core.commands import as_sent, recognise
from portseal.core.intent import PortIntent
from portseal.core.model import Value
from portseal.core.observation import PortState
from portseal.core.platforms import Pack
from portseal.core.profile import MacsecPolicy
from portseal.estate import Estate
from portseal.hearing import Hears
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
    pack, names = estate.pack(session.switch), tuple(port.port for port in ports)
    hearing = estate.processes.hearing(pack, estate.folder(session.switch))
    once = _read(session, pack, hearing, commands(pack, ports), names)
    secured = [port for port in ports if _secured(port) and open_still(port, once.states.get(port.port))]
    again = [_as_before(pack, command, once.asked) for command in commands(pack, secured, twice=True)]
    due = once.clock + pause
    if again:
        estate.rest(due - time.monotonic())
    if not again or (estate.stop.is_set() and time.monotonic() < due):
        return Observation(first=once.states, later=once.states, first_at=once.at, later_at=None)
    later = _read(session, pack, hearing, again, names)
    twice = frozenset(port.port for port in secured)
    return Observation(first=once.states, later=later.states, first_at=once.at, later_at=later.at, twice=twice)


def _secured(port: PortIntent) -> bool:
    return port.macsec.policy is not MacsecPolicy.OFF


class _Read(NamedTuple):
    """What a batch of commands gave."""

    states: dict[str, PortState]
    asked: frozenset[str]
    """Commands whose output counts."""
    at: datetime
    clock: float
    """The same in the seconds of `time.monotonic`."""


def _read(session: Reader, pack: Pack, hearing: Hears, batch: Sequence[str], ports: Sequence[str]) -> _Read:
    """The state of `ports`. Where only some lines were asked for and what came is not understood, the whole is asked for, in one more
    round trip: a switch may not know how to leave lines out, and what it objects may be among those that were."""
    outputs = dict(zip(batch, session.run(batch), strict=True))
    at, clock = datetime.now(UTC), time.monotonic()
    heard = hearing.hear(outputs, ports)
    lost = {some: whole for some in batch if some in heard.lost and (whole := recognise(pack, some).whole) != some}
    if lost:
        more = dict(zip(lost.values(), session.run(tuple(lost.values())), strict=True))
        at, clock = datetime.now(UTC), time.monotonic()
        heard = hearing.hear(more, ports, without=lost.keys())
    return _Read(heard.states, frozenset(outputs.keys() - lost.keys() | set(lost.values())), at, clock)


def _as_before(pack: Pack, command: str, asked: Collection[str]) -> str:
    """The command for the same, whole where the whole was asked for already."""
    whole = recognise(pack, command).whole
    return whole if whole in asked else command


def commands(pack: Pack, ports: Sequence[PortIntent], *, twice: bool = False) -> tuple[str, ...]:
    """The commands that tell of `ports`, each once; with `twice`, only those to read again."""
    secured = [port.port for port in ports if _secured(port)]
    every = [port.port for port in ports]
    batch: list[str] = []
    for entry in pack.observe:
        about = secured if entry.when == "macsec" else every
        if (twice and not entry.twice) or not about:
            continue
        sent = as_sent(pack, entry)
        batch.extend([sent.replace("{port}", port) for port in about] if "{port}" in sent else [sent])
    return tuple(dict.fromkeys(batch))
