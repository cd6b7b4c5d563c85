"""Where it is told how a run goes: a JSON object by HTTPS POST. What cannot be told is said, and stops nothing."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from portseal.change.playbook import Notify
from portseal.core.errors import SecretError
from portseal.core.secrets import Resolve
from portseal.transport.webhook import post


def tell(sinks: Sequence[Notify], event: str, content: dict[str, JsonValue], resolve: Resolve) -> tuple[str, ...]:
    """Tell every sink that wants to hear of `event`; gives what went wrong."""
    told = (send(sink, event, content, resolve) for sink in sinks if event in sink.on)
    return tuple(wrong for wrong in told if wrong)


def send(sink: Notify, event: str, content: dict[str, JsonValue], resolve: Resolve) -> str:
    """Tell one sink of `event`, whether it wants to hear of it or not; gives what went wrong, or nothing."""
    try:
        secret = resolve(sink.authorization) if sink.authorization else None
        failed = post(sink.webhook, {"event": event, **content}, authorization=secret)
    except SecretError as error:
        failed = str(error)
    return f"{sink.webhook}: {failed}" if failed else ""
