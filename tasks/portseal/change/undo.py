"""A change that is not to be kept in, the configuration as it was before out; what cannot be reached undoes itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from portseal.change.ending import Ending, SwitchResult
from portseal.change.standing import owned_digest
from portseal.change.terms import Change
from portseal.confirm import revert
from portseal.core.errors import InputError, PortsealError, SessionCut, SwitchError
from portseal.core.journal_entry import Event
from portseal.core.platforms import Pack
from portseal.core.verdict import Verdict
from portseal.push import is_idle
from portseal.transport.session import Session


def undo(
    change: Change,
    why: str,
    *,
    lost: bool = False,
    how: Callable[[Session, Pack], None] = revert,
    verdicts: tuple[Verdict, ...] = (),
) -> SwitchResult:
    """Revert now and read back. `lost`: the session is of no use any more. `how`: what reverts in the session there is."""
    plan = change.plan
    change.tell("rolling back")
    try:
        change.write(Event.REVERTING, why=why)
    except InputError as error:  # an unwritten note keeps nobody from going back
        why = f"{why}; {error}"
    try:
        session = change.reconnect() if lost else change.connect()
        why = f"{why}{_reverted(change, session, how)}"
        digest = _digest_after(change, session)
    except PortsealError as error:
        failed = f"{why}; could not be reverted from here ({error})"
        if not change.pack.commit.strategy.self_undoing:
            by_hand = "; ".join(change.pack.commit.revert)
            text = (
                f"{failed}, and the switch does not undo it by itself: look at it, and roll back there with `{by_hand}`"
            )
            return change.end(Ending.UNCERTAIN, text, verdicts)
        text = f"{failed}, the switch undoes it by itself when its timer ends"
        return change.end(Ending.ARMED, text, verdicts)
    if digest != plan.running_digest and not change.pack.commit.revert:
        text = f"{why}; the switch takes it back when its timer ends, which it has not yet"
        return change.end(Ending.ARMED, text, verdicts)
    if digest != plan.running_digest:
        text = f"{why}; reverted, but the owned configuration is not what it was before; look at it"
        return change.end(Ending.UNCERTAIN, text, verdicts)
    return change.end(Ending.ROLLED_BACK, f"{why}; rolled back, the configuration is as before", verdicts)


def _reverted(change: Change, session: Session, how: Callable[[Session, Pack], None]) -> str:
    """Revert; where the switch refuses because its timer was first, what is to be said of that.

    Raises:
        SwitchError: it refused, and its timer may run still.
    """
    try:
        how(session, change.pack)
    except SessionCut:
        raise
    except SwitchError:
        commit = change.pack.commit
        if not commit.strategy.self_undoing and _digest_after(change, session) == change.plan.running_digest:
            return "; there was nothing to take back"
        if not commit.pending:
            raise
        (shown,) = session.run([commit.pending])
        if not is_idle(shown, commit):
            raise
        return "; the switch's own timer was first"
    return ""


def _digest_after(change: Change, session: Session) -> str:
    """The digest of the owned lines once the switch is as before, or when it has had the time its platform may take."""
    commit, poll = change.pack.commit, change.estate.site.settings.apply.poll_seconds
    until = time.monotonic() + commit.reverts_within
    while True:
        (running,) = session.run([change.pack.read.command])
        digest = owned_digest(change, running)
        if digest == change.plan.running_digest or time.monotonic() >= until:
            return digest
        time.sleep(poll)
