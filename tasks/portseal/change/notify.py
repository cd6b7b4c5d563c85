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
    wrong: list[str] = []
    for sink in sinks:
        if event not in sink.on:
            continue
        try:
            secret = resolve(sink.authorization) if sink.authorization else None
            failed = post(sink.webhook, {"event": event, **content}, authorization=secret)
        except SecretError as error:
            failed = str(error)
        if failed:
            wrong.append(f"{sink.webhook}: {failed}")
    return tuple(wrong)
