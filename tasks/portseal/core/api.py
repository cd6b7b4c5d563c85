"""What a platform folder says of the switch's API, which napalm speaks: part of its description."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from portseal.core.model import Value


class Api(Value):
    """`[api]`: how a host with `transport: napalm` is reached by the driver that `names.napalm` names.

    Without this table that transport is not offered: a driver that cannot be told to check whom it talks to is not used.
    """

    check: Literal["tls", "ssh"]
    """How the driver is told whom to trust: by a TLS context, or by a known_hosts file."""
    port: Annotated[int, Field(ge=1, le=65535)]
    candidate: Literal["text", "set"] = "text"
    """The format in which the driver shows a candidate as `read.command` shows the running configuration."""
