"""Settings in, Nornir's runner out: threads of this process, or a plugin that is installed."""

from __future__ import annotations

import threading

from nornir.core.exceptions import PluginNotRegistered
from nornir.core.plugins.runners import RunnerPlugin, RunnersPluginRegister

from portseal.core.errors import InputError
from portseal.core.findings import listed
from portseal.core.settings import Settings
from portseal.threads import Threads


def runner_of(settings: Settings, stop: threading.Event) -> RunnerPlugin:
    """The runner that `[nornir.runner]` names; `stop` ends one of threads in good order.

    Raises:
        InputError: no such plugin is installed, or it does not take its options.
    """
    chosen = settings.nornir.runner
    if chosen.plugin == "threads":
        return Threads(settings.apply.workers, stop)
    RunnersPluginRegister.auto_register()
    try:
        plugin = RunnersPluginRegister.get_plugin(chosen.plugin)
    except PluginNotRegistered as error:
        known = listed(sorted({"threads", *RunnersPluginRegister.available}))
        raise InputError(f"nornir.runner.plugin: no runner is called {chosen.plugin!r}; there are {known}") from error
    try:
        return plugin(**chosen.options)
    except TypeError as error:
        raise InputError(f"nornir.runner.options: {chosen.plugin} does not take them ({error})") from error
