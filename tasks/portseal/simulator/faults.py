"""What can be made to go wrong with a simulated switch, and with a camera's API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from portseal.core.model import Value

Pattern = Annotated[str, Field(min_length=1)]
"""A regular expression, searched in the line as it was typed."""


class CutAfterBytes(Value):
    """Every session ends after the switch sent `count` more bytes, in the middle of a line if need be; once."""

    kind: Literal["cut-after-bytes"] = "cut-after-bytes"
    count: Annotated[int, Field(ge=0)]


class CutAtLine(Value):
    """The session ends when a line that matches is typed, before it takes effect (or after); once."""

    kind: Literal["cut-at-line"] = "cut-at-line"
    pattern: Pattern
    after: bool = False


class Slow(Value):
    """Each line takes `seconds` longer."""

    kind: Literal["slow"] = "slow"
    seconds: Annotated[float, Field(ge=0)]


class WrongOutput(Value):
    """A line that matches prints `text` instead of what it should; it takes effect all the same."""

    kind: Literal["wrong-output"] = "wrong-output"
    pattern: Pattern
    text: str


class RefuseNthLine(Value):
    """The `number`-th configuration line from now on (1-based) prints `text` and has no effect; once."""

    kind: Literal["refuse-nth-line"] = "refuse-nth-line"
    number: Annotated[int, Field(ge=1)]
    text: str = "% Configuration failed: resource temporarily unavailable"


class NoPrompt(Value):
    """No prompt is printed any more: from the login on, or after a line that matches."""

    kind: Literal["no-prompt"] = "no-prompt"
    pattern: Pattern | None = None


class RadiusDead(Value):
    """Authentication servers stop answering: all, or the one at `address`."""

    kind: Literal["radius-dead"] = "radius-dead"
    address: str | None = None


class RadiusAlive(Value):
    """Authentication servers answer again: all, or the one at `address`."""

    kind: Literal["radius-alive"] = "radius-alive"
    address: str | None = None


class Reboot(Value):
    """Now: sessions are cut, the running configuration is lost to the startup one; back after `seconds`."""

    kind: Literal["reboot"] = "reboot"
    seconds: Annotated[float, Field(ge=0)] = 0.0


class LoginRefused(Value):
    """The next `times` logins fail whatever the password is; None: all of them."""

    kind: Literal["login-refused"] = "login-refused"
    times: int | None = None


class OtherEngineer(Value):
    """Somebody else types configuration lines: `seconds` from now, or when a line that matches has been typed."""

    kind: Literal["other-engineer"] = "other-engineer"
    lines: tuple[str, ...]
    seconds: Annotated[float, Field(ge=0)] = 0.0
    pattern: Pattern | None = None


class ClockOff(Value):
    """The switch's clock is `seconds` ahead from now on, behind where that is negative; its timers run as before."""

    kind: Literal["clock-off"] = "clock-off"
    seconds: float


class ApiDown(Value):
    """The camera's API does not answer."""

    kind: Literal["api-down"] = "api-down"


class ApiLoginRefused(Value):
    """The camera's API refuses every login."""

    kind: Literal["api-login-refused"] = "api-login-refused"


class ApiError(Value):
    """Calls of `method` (None: all) are answered with an error object."""

    kind: Literal["api-error"] = "api-error"
    method: str | None = None
    code: int = 1000
    message: str = "Internal error"


class SaysUnsecured(Value):
    """The camera says that its link is not secured, whatever the switch says."""

    kind: Literal["says-unsecured"] = "says-unsecured"


class ForgetsKey(Value):
    """The camera says that it takes a key, and goes on with the one it has."""

    kind: Literal["forgets-key"] = "forgets-key"


CameraFault = ForgetsKey | ApiDown | ApiLoginRefused | ApiError | SaysUnsecured

Fault = (
    CutAfterBytes
    | CutAtLine
    | Slow
    | WrongOutput
    | RefuseNthLine
    | NoPrompt
    | RadiusDead
    | RadiusAlive
    | Reboot
    | LoginRefused
    | OtherEngineer
    | ClockOff
)
