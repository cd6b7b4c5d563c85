"""What became of a switch when a plan was carried out."""

from __future__ import annotations

from enum import StrEnum

from portseal.core.model import Value
from portseal.core.verdict import Verdict


class Ending(StrEnum):
    """What became of a switch."""

    APPLIED = "applied"
    TAKEN_BACK = "taken-back"
    """What an earlier step or run had confirmed is undone, and that is confirmed: the configuration is as before."""
    UNCHANGED = "unchanged"
    OPENED = "opened"
    """Changed for a limited time: the switch takes it back when its timer ends."""
    ROLLED_BACK = "rolled-back"
    """Pushed, not verified, undone: the configuration is as before, and was read back."""
    REFUSED = "refused"
    """Nothing was sent: the switch is no longer as the plan found it, or could not be begun."""
    UNREACHABLE = "unreachable"
    ARMED = "armed"
    """The session was lost after the arming; the switch undoes the change by itself."""
    INTERRUPTED = "interrupted"
    """Somebody ended the run before the switch was confirmed: it is as before, and `resume` begins it again."""
    NOT_BEGUN = "not-begun"
    """The run ended before its turn came."""
    UNCERTAIN = "uncertain"
    """What the switch has now could not be read back; look at it."""


class SwitchResult(Value):
    """What became of one switch."""

    switch: str
    ending: Ending
    message: str
    verdicts: tuple[Verdict, ...] = ()
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether the switch is as the plan wants it."""
        return self.ending in (Ending.APPLIED, Ending.TAKEN_BACK, Ending.UNCHANGED, Ending.OPENED)
