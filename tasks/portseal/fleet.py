"""One task over many switches: what each gave, and what went wrong where, as two plain tables."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from portseal.core.errors import PortsealError
from portseal.estate import Estate, message

T = TypeVar("T")

_QUIET = logging.getLogger("nornir")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False  # it logs tracebacks, which may hold what a switch echoed


@dataclass(frozen=True)
class Outcomes(Generic[T]):
    """What a task gave, by switch."""

    results: dict[str, T]
    failures: dict[str, str]
    """Message fit to be shown: our errors as they are, others with their kind, secrets taken out."""


def on_all(
    estate: Estate,
    task: Callable[..., Result],
    kind: type[T],
    *,
    done: Callable[[str], None] = lambda _: None,
    **arguments: Any,
) -> Outcomes[T]:
    """Run `task` on every switch of the estate; `done` is told each switch that is finished.

    One switch's failure never keeps another from being worked on. Sessions are closed when all are done.
    """
    nornir = estate.nornir.with_processors([_Finished(done)])
    try:
        gathered = nornir.run(task=task, estate=estate, on_failed=True, **arguments)
    finally:
        estate.close()
    results: dict[str, T] = {}
    failures: dict[str, str] = {}
    for switch, several in gathered.items():
        last = several[0]
        if isinstance(last.result, kind) and not last.failed:
            results[switch] = last.result
        else:
            failures[switch] = _failure(switch, last, estate)
    return Outcomes(results=results, failures=failures)


def _failure(switch: str, result: Result, estate: Estate) -> str:
    error = result.exception
    if error is None:
        return f"{switch}: the task gave nothing that can be used"
    text = message(error, estate)
    return text if isinstance(error, PortsealError) else f"{switch}: {text}"


class _Finished:
    """A Nornir processor that tells which switch is finished."""

    def __init__(self, done: Callable[[str], None]) -> None:
        self._done = done

    def task_started(self, task: Task) -> None:
        """Nothing to tell."""

    def task_completed(self, task: Task, result: AggregatedResult) -> None:
        """Nothing to tell."""

    def task_instance_started(self, task: Task, host: Host) -> None:
        """Nothing to tell."""

    def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """One switch is finished."""
        self._done(host.name)

    def subtask_instance_started(self, task: Task, host: Host) -> None:
        """Nothing to tell."""

    def subtask_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
        """Nothing to tell."""
