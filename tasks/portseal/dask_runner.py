"""Nornir's runner for more than one process, and more than one machine: `portseal-dask`, on `dask.distributed`.

Named in portseal.toml (`[nornir.runner]`) or in Nornir's own configuration. A task goes to a worker as pure data (`errand.py`) and its
result comes back as such; what does not travel is carried out in threads here. Nothing is given to a second worker when a first one dies.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, Task
from pydantic import ValidationError

from portseal.core.errors import InputError
from portseal.dask_cluster import DaskOptions, check_installed
from portseal.dask_dispatch import Dispatch
from portseal.errand import (
    NotPure,
    packed,
    sorted_arguments,
    stops_of,
)
from portseal.estate import Estate
from portseal.threads import Threads

_LOG = logging.getLogger("portseal")


class DaskRunner:
    """Nornir's runner plugin `portseal-dask`."""

    elsewhere = True
    """Switches are worked on by other processes."""

    def __init__(self, **options: Any) -> None:
        """`options` are those of `DaskOptions`.

        Raises:
            InputError: one is wrong, or Dask is not installed.
        """
        check_installed()
        try:
            self.options = DaskOptions.model_validate(options)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise InputError(f"nornir.runner.options of portseal-dask: {wrong}") from error

    def run(self, task: Task, hosts: Iterable[Host]) -> AggregatedResult:
        """The results of the hosts that were begun.

        Raises:
            InputError: no scheduler answers, or it has no workers.
        """
        chosen = list(hosts)
        given: Mapping[str, object] = task.params
        try:
            arguments = sorted_arguments(given)
            if chosen:
                packed((task.task, arguments.common, stops_of([chosen[0].name], given, arguments)))
        except NotPure as error:
            _LOG.warning(
                "%s is carried out by threads of this process, because it does not travel: %s", task.name, error
            )
            estate = next((value for value in given.values() if isinstance(value, Estate)), None)
            stop = estate.stop if estate else threading.Event()
            return Threads(estate.site.settings.apply.workers if estate else 20, stop).run(task, chosen)
        return Dispatch(self.options, task, arguments).carry_out(chosen)
