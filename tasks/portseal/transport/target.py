"""Where a switch is and how it is logged in to: what has to be known before a session can be opened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from portseal.core.model import Name, Value
from portseal.core.platforms import Errors, Terminal

Seconds = Annotated[float, Field(gt=0)]


class Target(Value):
    """One switch and its login; it holds references, never a secret."""

    switch: Name
    address: str
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    username: str
    password_ref: str | None = None
    """Secret reference; exactly one of this and `key_file` is given."""
    key_file: Path | None = None
    """Private SSH key, without a passphrase."""
    enable_ref: str | None = None
    """Secret reference for the privileged mode, where the login does not lead there."""
    device_type: str
    """What netmiko calls this platform."""
    privileged: bool = True
    """Whether its privileged mode is one of the switch's own."""
    terminal: Terminal | None = None
    """How its terminal is prepared at once."""
    errors: Errors
    """What an objection or a question looks like here."""
    known_hosts: Path | None = None
    accept_unknown_host_key: bool = False
    """An unknown key is taken for the switch's own; a changed one never is."""
    connect_timeout: Seconds = 10.0
    prompt_timeout: Seconds = 20.0
    window: Annotated[int, Field(ge=1)] | None = None
    """Bytes of configuration that may be on their way without an answer, for a switch that loses typed-ahead text; None: as `exchange.Window` has it."""

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if (self.password_ref is None) == (self.key_file is None):
            raise ValueError("give a login either `password` (a secret reference) or `key_file`")
        return self
