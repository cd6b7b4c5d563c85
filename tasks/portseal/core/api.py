"""What a platform folder says of the switch's API, which napalm speaks: part of its description."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from portseal.core.model import Value
from portseal.core.pattern import Pattern


class Need(Value):
    """A line that has to stand in the running configuration before the driver can work; it is nothing that portseal adds."""

    line: Pattern
    told: str
    """What to configure, and why."""


class Api(Value):
    """`[api]`: how a host with `transport: napalm` is reached by the driver that `names.napalm` names.

    Without this table that transport is not offered: a driver that cannot be told to check whom it talks to is not used.
    """

    check: Literal["tls", "ssh", "netmiko"]
    """How the driver is told whom to trust: by a TLS context, by an SSH configuration file, or by what netmiko takes."""
    port: Annotated[int, Field(ge=1, le=65535)]
    candidate: Literal["text", "set", "changes"] = "text"
    """The format in which the driver shows a candidate as `read.command` shows the running configuration; `changes`: it shows
    the lines that would be sent, and no candidate."""
    options: dict[str, bool | int | str] = {}
    """napalm's `optional_args` for this driver."""
    as_file: bool = False
    """The driver copies a file to the switch. It is given one that nobody else can read, where it would write one that all can."""
    closing: str = ""
    """The line that such a file has to end with."""
    needs: tuple[Need, ...] = ()
    remove: tuple[str, ...] = ()
    """Commands that take away what the driver leaves behind on the switch, secrets among it."""
