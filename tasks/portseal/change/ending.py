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
    NOT_TAKEN_BACK = "not-taken-back"
    """What was to be undone stands there still, confirmed: taking it back was refused, or did not come to its end."""
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


_STANDS = frozenset({Ending.REFUSED, Ending.UNREACHABLE, Ending.ROLLED_BACK, Ending.ARMED})
"""Endings of a taking back after which what was to be taken back stands."""


def of_taking_back(result: SwitchResult) -> SwitchResult:
    """The result of a change that was to take an earlier one back, in words that say whether it did."""
    if result.ending not in _STANDS:
        return result
    text = f"what was confirmed there stands, though it was to be taken back: {result.message}; `portseal rollback` tries again"
    return result.model_copy(update={"ending": Ending.NOT_TAKEN_BACK, "message": text})
