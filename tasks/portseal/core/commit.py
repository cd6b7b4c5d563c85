"""How a platform arms, confirms and undoes a change: part of its folder's description."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from portseal.core.model import Value
from portseal.core.pattern import Pattern


class Strategy(StrEnum):
    """The closed set of commit strategies (docs/architecture.md)."""

    COMMIT_CONFIRMED = "commit-confirmed"
    SESSION_TIMER = "session-timer"
    REVERT_TIMER = "revert-timer"
    CHECKPOINT_AUTO = "checkpoint-auto"
    COMMIT_DELAY = "commit-delay"
    FILE_SWAP = "file-swap"
    CHECKPOINT_ROLLBACK = "checkpoint-rollback"

    @property
    def candidate(self) -> bool:
        """Whether lines take effect only when they are activated, all at once and with the timer running."""
        return self in (Strategy.COMMIT_CONFIRMED, Strategy.SESSION_TIMER)

    @property
    def self_undoing(self) -> bool:
        """Whether the switch undoes an unconfirmed change without being told to."""
        return self is not Strategy.CHECKPOINT_ROLLBACK


Lines = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
"""Lines to send in this order, each only once the one before was answered; one line may be written without the brackets."""


class Commit(Value):
    """How a change is armed, confirmed and undone; `{minutes}`, `{seconds}` and `{hhmmss}` are the timer.

    Order of a push: `arm`, the plan's lines, then `leave` and `activate`. Where the strategy works on a candidate, `activate` goes
    out only once every line was taken, so that a refused line leaves the running configuration alone.
    """

    strategy: Strategy
    pending: str | None = None
    """Command that shows whether a timer runs."""
    pending_none: Pattern | None = None
    """What `pending` prints when none does; anything else is somebody's unconfirmed change."""
    arm: Lines
    """Lines ahead of the change: they start the timer, or open the candidate, and lead into configuration mode."""
    again: Lines | None = None
    """Leads back into configuration mode while the timer runs, so that ports can go out in batches; `[]` where nothing has to.
    Without it a switch's ports all go out at once."""
    leave: Lines = ()
    """Leaves configuration mode, from any depth of it."""
    activate: Lines = ()
    """Makes what was sent take effect: written files, or a candidate together with its timer."""
    confirm: Lines
    """Stops the timer and keeps the change; sent outside configuration mode, as are `revert`, `abandon` and `save`."""
    revert: Lines
    """Undoes a change that has taken effect; empty where nothing but the timer does, which is waited for (`reverts_within`)."""
    reverts_within: Annotated[float, Field(ge=0, le=600)] = 0.0
    """Seconds that a switch may take to be as before once `revert` was sent; it is looked at until then. 0: at once."""
    discard: Lines = ()
    """Throws a candidate away in the session that a line of it was refused in, and leaves configuration mode."""
    abandon: Lines = ()
    """Throws away, from a new session, a candidate that a lost session may have left behind."""
    save: Lines = ()
    minutes: tuple[int, int] = (1, 120)
    """Shortest and longest timer the platform takes."""
    caution: str = ""
    """What a reviewer should know of the timer; told as a risk of every plan."""

    @model_validator(mode="after")
    def _a_candidate_can_be_let_go(self) -> Self:
        if self.strategy.candidate and not (self.activate and self.discard and self.pending and self.pending_none):
            raise ValueError(f"strategy {self.strategy} needs activate, discard, pending and pending_none")
        if not self.revert and not (self.strategy.self_undoing and self.reverts_within):
            raise ValueError(
                "revert may be empty only where the switch's own timer reverts, with reverts_within to wait for it"
            )
        return self


class Files(Value):
    """`file-swap` only: the owned configuration is a set of files, each a section `file PATH` of lines."""

    write: str
    """Command that writes `{content}` (quoted for the shell) to `{path}`."""
    remove: str
    section: Pattern = r"^file (?P<path>\S+)$"
