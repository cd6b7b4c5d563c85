"""One task over many switches: what each gave, and what went wrong where, as two plain tables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from portseal.core.errors import PortsealError
from portseal.estate import Estate, message
from portseal.transport.connection import forget_session

T = TypeVar("T")

_QUIET = logging.getLogger("nornir")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False  # it logs tracebacks, which may hold what a switch echoed


@dataclass(frozen=True)
class Outcomes(Generic[T]):
    """What a task gave, by switch."""

    results: Mapping[str, T]
    """In the order of the estate's switches."""
    failures: dict[str, str]
    """Message fit to be shown: our errors as they are, others with their kind, secrets taken out."""


def on_all(
    estate: Estate,
    task: Callable[..., Result],
    kind: type[T],
    *,
    reading: bool = False,
    done: Callable[[str], None] = lambda _: None,
    came: Callable[[str, T | None], None] = lambda switch, result: None,
    failed: Callable[[str, str], None] = lambda switch, why: None,
    kept: MutableMapping[str, T] | None = None,
    **arguments: Any,
) -> Outcomes[T]:
    """Run `task` on every switch of the estate; `done` is told each switch that is finished, `came` what it gave as well, `failed` why it gave nothing.

    `reading`: the task changes nothing, so that as many switches are worked on at once as `[read]` says, and not as `[apply]` does.
    One switch's failure never keeps another from being worked on. A session is closed when its switch is done.
    Results are put into `kept` (a `Spool`, where there may be many), else into memory.
    """
    results: MutableMapping[str, T] = {} if kept is None else kept
    failures: dict[str, str] = {}

    def finished(host: Host, several: MultiResult) -> None:
        forget_session(host)
        last = several[0]
        several.clear()  # Nornir would keep all of it a second time until the end
        result = last.result if isinstance(last.result, kind) and not last.failed else None
        if result is not None:
            results[host.name] = result
        else:
            failures[host.name] = failure(host.name, last, estate)
            failed(host.name, failures[host.name])
        came(host.name, result)
        done(host.name)

    if reading:
        estate = estate.reading()
    nornir = estate.nornir.with_processors([_Finished(finished)])
    try:
        nornir.run(task=task, estate=estate, on_failed=True, **arguments)
    finally:
        estate.close()
    hosts = nornir.inventory.hosts
    for switch in hosts.keys() - results.keys() - failures.keys():
        failures[switch] = interrupted(switch)
    return Outcomes(
        results=_InTurn(results, [switch for switch in hosts if switch in results]),
        failures={switch: failures[switch] for switch in hosts if switch in failures},
    )


def interrupted(switch: str) -> str:
    """Why nothing is known of a switch that was not begun any more."""
    return f"{switch}: interrupted before its turn came"


class _InTurn(Mapping[str, T], Generic[T]):
    """`values`, in the order of `names`."""

    def __init__(self, values: Mapping[str, T], names: Sequence[str]) -> None:
        self._values, self._names = values, dict.fromkeys(names)

    def __getitem__(self, name: str) -> T:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def failure(switch: str, result: Result, estate: Estate) -> str:
    """Why a task gave nothing, fit to be shown."""
    error = result.exception
    if error is None:
        return f"{switch}: the task gave nothing that can be used"
    text = message(error, estate)
    return text if isinstance(error, PortsealError) else f"{switch}: {text}"


class _Finished:
    """A Nornir processor that tells which switch is finished."""

    def __init__(self, finished: Callable[[Host, MultiResult], None]) -> None:
        self._finished = finished

    def task_started(self, task: Task) -> None:
        """Nothing to tell."""

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Nothing to tell."""

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Nothing to tell."""

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """One switch is finished."""
        self._finished(host, result)

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        """Nothing to tell."""

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Nothing to tell."""
