"""A change that is not to be kept in, the configuration as it was before out; what cannot be reached undoes itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from portseal.change.ending import Ending, SwitchResult
from portseal.change.standing import owned_digest
from portseal.change.terms import Change
from portseal.confirm import confirm, revert, save
from portseal.core.errors import InputError, PortsealError, SessionCut, SwitchError
from portseal.core.journal_entry import Event
from portseal.core.platforms import Pack
from portseal.core.reversal import reversal, turned
from portseal.core.stray import stray_lines
from portseal.core.verdict import Verdict
from portseal.push import is_idle, push
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
    change.tell("rolling back")
    try:
        change.write(Event.REVERTING, why=why)
    except InputError as error:  # an unwritten note keeps nobody from going back
        why = f"{why}; {error}"
    try:
        try:
            return _undone(change, change.reconnect() if lost else change.connect(), how, why, verdicts)
        except SessionCut:
            if lost:
                raise
            return _undone(change, change.reconnect(), revert, why, verdicts)
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


def undo_confirmed(change: Change, session: Session, running: str, why: str) -> SwitchResult:
    """Take a change back that did not pass, and that somebody else confirmed all the same; `running` has it."""
    change.tell("rolling back")
    try:
        change.write(Event.REVERTING, why=why)
    except InputError as error:  # an unwritten note keeps nobody from going back
        why = f"{why}; {error}"
    return _by_lines(change, session, running, f"{why}; {_CONFIRMED}", ())


_CONFIRMED = "somebody else confirmed it there"


def _undone(
    change: Change, session: Session, how: Callable[[Session, Pack], None], why: str, verdicts: tuple[Verdict, ...]
) -> SwitchResult:
    """Reverted and read back.

    Raises:
        PortsealError: it could not be.
    """
    commit, was = change.pack.commit, change.plan.running_digest
    held = session.run([change.pack.read.command])[0] if how is revert else ""
    why = f"{why}{_reverted(change, session, how)}"
    running = _running_after(change, session)
    if owned_digest(change, running) == was:
        text = f"{why}{_gone_with_it(change, held, running)}; rolled back, the configuration is as before"
        return change.end(Ending.ROLLED_BACK, text, verdicts)
    if _nothing_pends(change, session):
        return _by_lines(change, session, running, f"{why}; {_CONFIRMED}", verdicts)
    if not commit.revert:
        text = f"{why}; the switch takes it back when its timer ends, which it has not yet"
        return change.end(Ending.ARMED, text, verdicts)
    text = f"{why}; reverted, but the owned configuration is not what it was before; look at it"
    return change.end(Ending.UNCERTAIN, text, verdicts)


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
        if not commit.strategy.self_undoing and _digest(change, session) == change.plan.running_digest:
            return "; there was nothing to take back"
        if not commit.pending:
            raise
        if not _nothing_pends(change, session):
            raise
        if _digest(change, session) == change.plan.running_digest:
            return "; the switch's own timer was first"
    return ""


def _nothing_pends(change: Change, session: Session) -> bool:
    """Whether the switch says that no timer runs; not where it cannot say."""
    commit = change.pack.commit
    if not commit.pending:
        return False
    (shown,) = session.run([commit.pending])
    return is_idle(shown, commit)


def _digest(change: Change, session: Session) -> str:
    return owned_digest(change, session.run([change.pack.read.command])[0])


def _running_after(change: Change, session: Session) -> str:
    """The running configuration once the switch is as before, or when it has had the time its platform may take."""
    commit, poll = change.pack.commit, change.estate.site.settings.apply.poll_seconds
    until = time.monotonic() + commit.reverts_within
    while True:
        (running,) = session.run([change.pack.read.command])
        if owned_digest(change, running) == change.plan.running_digest or time.monotonic() >= until:
            return running
        time.sleep(poll)


def _gone_with_it(change: Change, held: str, running: str) -> str:
    """What to tell of lines that were none of the plan's and went with it: most platforms go back to a whole configuration."""
    if not held:
        return ""
    stray = stray_lines(change.plan.model_copy(update={"diff": turned(change.plan.diff)}), change.pack, held, running)
    if not stray:
        return ""
    more = f" and {len(stray) - 3} more" if len(stray) > 3 else ""
    return f"; what somebody else had changed meanwhile went with it ({'; '.join(stray[:3])}{more})"


def _by_lines(change: Change, session: Session, running: str, why: str, verdicts: tuple[Verdict, ...]) -> SwitchResult:
    """Take a change back that somebody else has confirmed: the plan's own lines turned round, and nothing of theirs."""
    try:
        back = reversal(change.plan, running_digest=owned_digest(change, running))
        terms = change.terms
        push(
            session,
            back,
            change.pack,
            change.estate.secret,
            minutes=terms.minutes,
            without_timer=terms.without_timer,
        )
        (now,) = session.run([change.pack.read.command])
        if stray := stray_lines(back, change.pack, running, now):
            raise SwitchError(change.switch, f"more would change than was to be taken back ({stray[0]})")
        confirm(session, change.pack)
        save(session, change.pack)
    except (PortsealError, ValueError) as error:
        text = f"{why}, and its lines could not be taken back one by one ({error}); look at it"
        return change.end(Ending.UNCERTAIN, text, verdicts)
    if owned_digest(change, now) == change.plan.running_digest:
        return change.end(Ending.ROLLED_BACK, f"{why}; its lines were taken back one by one, it is as before", verdicts)
    text = f"{why}, with lines of theirs among ours; the change's own lines were taken back, theirs stand: look at it"
    return change.end(Ending.ROLLED_BACK, text, verdicts)
