"""Host or group data `transport`: by what a switch is reached, and what it needs otherwise than most."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import Field, model_validator

from portseal.core.findings import LintCode, finding, listed
from portseal.core.model import Finding, Value
from portseal.core.toml_source import checked


class Transport(Value):
    """All of it optional. `napalm` alone is `{via: napalm}`."""

    via: Literal["ssh", "napalm"] = "ssh"
    ca_file: str | None = None
    """napalm: certificates that the switch's own must be signed by (or itself), in PEM, beside the site's other files."""
    window: int | None = Field(default=None, ge=1)
    """Most bytes of configuration ahead of the answers, for a switch that loses what is typed ahead; None: as many as the transport sees fit."""
    connect_timeout: float = Field(default=10.0, gt=0)
    prompt_timeout: float = Field(default=20.0, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _a_word_says_by_what(cls, given: object) -> object:
        return {"via": given} if isinstance(given, str) else given


def transport_mistakes(
    given: object, platform: str | None, with_api: Collection[str], *, file: str, column: str
) -> Iterator[Finding]:
    """What is wrong with one host's `transport`; `with_api` are the platforms that napalm is offered for."""
    read, mistakes = checked(Transport, given, file=file, prefix=column)
    yield from mistakes
    if read is not None and read.via == "napalm" and platform not in with_api:
        only = f", only for {listed(sorted(with_api))}" if with_api else ""
        message = f"napalm is not offered for {platform}{only}; leave `transport` out for SSH"
        yield finding(LintCode.NOT_POSSIBLE, message, file=file, column=column)
