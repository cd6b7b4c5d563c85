"""Every error portseal raises on purpose, as one tree.

::

    PortsealError                 message says where, what, and what to do
    ├── InputError                something the user wrote is wrong; nothing has been connected to
    │   ├── SiteError             the site directory; carries every finding, not the first
    │   ├── PlatformError         a platform folder
    │   ├── SecretError           a secret reference that cannot be resolved
    │   └── PlanError             a plan file that is damaged, edited or expired
    ├── ParseError                output of a switch that was not understood
    ├── CameraError               one camera refused, or answered what was not understood; its name comes first
    │   └── CameraUnreachable     it did not answer: what it has now is not known
    └── SwitchError               one switch; the others go on
        ├── ConnectError          unreachable, wrong login, unknown host key, no prompt
        │   └── Unreached         no login was tried yet, so that it may be tried again
        ├── SessionCut            the session ended, or its output stopped, in the middle
        ├── PushRejected          the switch refused a line or asked a question nobody planned
        ├── StalePlan             the switch is no longer as the plan found it
        └── NotRevertable         the switch cannot undo by itself, so nothing was begun

Messages never hold a secret: whoever builds one from device output redacts first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portseal.core.model import Finding


class PortsealError(Exception):
    """What went wrong, in one message fit to be shown as it is."""


class InputError(PortsealError):
    """Something the user wrote is wrong."""


class SiteError(InputError):
    """The site cannot be used; `findings` has all that is wrong with it."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class PlatformError(InputError):
    """A platform folder is missing or wrong."""


class SecretError(InputError):
    """A secret reference cannot be resolved."""


class PlanError(InputError):
    """A plan file is damaged, was edited, or has expired."""


class ParseError(PortsealError):
    """Output of a switch that was not understood, so that nothing may be concluded from it."""


class CameraError(PortsealError):
    """Something failed at one camera; the message begins with its name."""

    def __init__(self, camera: str, message: str) -> None:
        super().__init__(f"{camera}: {message}")
        self.camera = camera


class CameraUnreachable(CameraError):
    """A camera did not answer, so that what it has now is not known."""


class SwitchError(PortsealError):
    """Something failed at one switch; the message begins with its name."""

    def __init__(self, switch: str, message: str) -> None:
        super().__init__(f"{switch}: {message}")
        self.switch = switch


class ConnectError(SwitchError):
    """No session could be opened."""


class Unreached(ConnectError):
    """No session could be opened, and nobody was logged in on the way: refused, no answer, no SSH banner."""


class SessionCut(SwitchError):
    """A session ended or fell silent in the middle."""


class PushRejected(SwitchError):
    """The switch refused a line."""


class StalePlan(SwitchError):
    """The switch is no longer as the plan found it."""


class NotRevertable(SwitchError):
    """The switch cannot undo a change by itself."""
