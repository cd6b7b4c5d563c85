"""Switch in, state of its ports out: the task that reads what 802.1X and MKA say, for all ports at once.

Two round trips whatever the number of ports: all commands in one batch, and after a pause those whose counters must rise. The second is
spared where nothing hangs on it; one more is taken where a switch that was asked for some lines of an output gave none that are understood.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from nornir.core.task import Result, Task

from portseal.core.commands import as_sent, recognise
from portseal.core.intent import PortIntent
from portseal.core.model import Value
from portseal.core.observation import Heard, PortState, hear, port_states
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
    heard: dict[tuple[str, str], Heard] = {}
    outputs = _read(session, pack, folder, commands(pack, ports), heard)
    first_at, due = datetime.now(UTC), time.monotonic() + pause
    first = port_states(pack, folder, outputs, names, heard_before=heard)
    secured = [port for port in ports if _secured(port) and open_still(port, first.get(port.port))]
    again = [_as_before(pack, command, outputs) for command in commands(pack, secured, twice=True)]
    if again:
        estate.rest(due - time.monotonic())
    if not again or (estate.stop.is_set() and time.monotonic() < due):
        return Observation(first=first, later=first, first_at=first_at, later_at=None)
    outputs = {**outputs, **_read(session, pack, folder, again, heard)}
    later_at = datetime.now(UTC)
    later = port_states(pack, folder, outputs, names, heard_before=heard)
    twice = frozenset(port.port for port in secured)
    return Observation(first=first, later=later, first_at=first_at, later_at=later_at, twice=twice)


def _secured(port: PortIntent) -> bool:
    return port.macsec.policy is not MacsecPolicy.OFF


def _read(
    session: Reader, pack: Pack, folder: Path, batch: Sequence[str], heard: dict[tuple[str, str], Heard]
) -> dict[str, str]:
    """What each command prints. Where only some lines were asked for and what came is not understood, the whole is asked for, in one more
    round trip: a switch may not know how to leave lines out, and what it objects may be among those that were."""
    outputs = dict(zip(batch, session.run(batch), strict=True))
    some = {command: whole for command in batch if (whole := recognise(pack, command).whole) != command}
    hear(pack, folder, {command: outputs[command] for command in some}, heard)
    lost = {command: whole for command, whole in some.items() if heard[command, outputs[command]].problem}
    if not lost:
        return outputs
    kept = {command: text for command, text in outputs.items() if command not in lost}
    return {**kept, **dict(zip(lost.values(), session.run(tuple(lost.values())), strict=True))}


def _as_before(pack: Pack, command: str, outputs: Mapping[str, str]) -> str:
    """The command for the same, whole where the whole was asked for already."""
    whole = recognise(pack, command).whole
    return whole if whole in outputs else command


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
