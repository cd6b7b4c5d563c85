"""Intent in, rendered configuration out: the task."""

from __future__ import annotations

from nornir.core.task import Result, Task

from portseal.core.rendering import render
from portseal.estate import Estate


def render_switch(task: Task, estate: Estate) -> Result:
    """`result` is the rendered configuration as text, secrets as references. Reads nothing from the switch."""
    return Result(host=task.host, result=render(estate.intent(task.host.name), estate.folder(task.host.name)))
