"""A change that the switch has in, verified and confirmed and saved out; what cannot be seen to be right is undone.

The confirmation comes only after every port that counts has passed; what counts is in `blockers.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from portseal.change.blockers import blockers
from portseal.change.ending import Ending, SwitchResult
from portseal.change.standing import Standing, read_back, standing, still_there
from portseal.change.terms import Change
from portseal.change.undo import undo
from portseal.confirm import confirm, save
from portseal.core.errors import PortsealError, SessionCut
from portseal.core.journal_entry import Event
from portseal.core.verdict import Outcome, Verdict
from portseal.push import is_idle
from portseal.transport.session import Session
from portseal.verify import wait_for


def verify_and_keep(change: Change, session: Session, excused: frozenset[str]) -> SwitchResult:
    """The end of a change that was pushed: verified and confirmed, or undone.

    `excused`: long names of ports that need not pass, because their cameras were not there before the change either.
    """
    try:
        change.tell("verifying")
        change.write(Event.VERIFYING)
        stored, digest = read_back(change, session)
        if change.terms.second_login:
            change.log_in()
        found = _wait(change, session, excused)
    except PortsealError as error:
        return undo(change, f"could not be verified: {error}", lost=isinstance(error, SessionCut))
    if blocking := blockers(found, excused, change):
        told = "; ".join(f"{v.port} {v.camera}: {v.reason}" for v in blocking[:5])
        more = f" and {len(blocking) - 5} more" if len(blocking) > 5 else ""
        why = f"{len(blocking)} ports not as intended ({told}{more})"
        if not change.stopping():
            return undo(change, why, verdicts=found)
        return _given_up(undo(change, f"the run was interrupted, with {why}", verdicts=found))
    return keep(change, session, found, stored, digest)


def _given_up(result: SwitchResult) -> SwitchResult:
    """Rolled back because nobody waits any more, and not because it had failed."""
    return result.model_copy(update={"ending": Ending.INTERRUPTED}) if result.ending is Ending.ROLLED_BACK else result


def _wait(change: Change, session: Session, excused: frozenset[str]) -> tuple[Verdict, ...]:
    if change.back_to:
        return ()
    return wait_for(
        session,
        change.watched,
        change.estate,
        seconds=change.terms.verify_seconds,
        enough=lambda verdicts: change.stopping() or not blockers(verdicts, excused, change),
    )


def keep(
    change: Change, session: Session, found: tuple[Verdict, ...], stored: Mapping[str, str], digest: str
) -> SwitchResult:
    """Confirm, save and remember; `digest` is of the owned configuration that is kept."""
    change.tell("confirming")
    try:
        change.write(Event.CONFIRMING, digest=digest)
        confirm(session, change.pack)
        lost = not still_there(change, session, digest)
    except SessionCut as error:
        return _confirm_again(change, found, stored, why=f"the session was lost while confirming ({error})")
    except PortsealError as error:
        return undo(change, f"could not be confirmed: {error}", lost=True, verdicts=found)
    if lost:
        text = "confirmed, and the change is not there any more: the switch's timer had ended before; plan again"
        return change.end(Ending.UNCERTAIN, text, found)
    return keep_confirmed(change, session, found, stored)


def _confirm_again(change: Change, found: tuple[Verdict, ...], stored: Mapping[str, str], *, why: str) -> SwitchResult:
    """Look whether the confirmation arrived, and give it again where the timer runs still."""
    commit = change.pack.commit
    unclear = f"{why}; `portseal resume` or a new plan tells what the switch has"
    if not commit.pending:
        return change.end(Ending.UNCERTAIN, unclear, found)
    try:
        session = change.reconnect()
        running, pending = session.run([change.pack.read.command, commit.pending])
        if not is_idle(pending, commit):
            confirm(session, change.pack)
        elif standing(change, running) is Standing.BEFORE:
            return change.end(Ending.ROLLED_BACK, f"{why}; the switch's own timer took it back", found)
        elif standing(change, running) is Standing.OTHER:
            return change.end(Ending.UNCERTAIN, unclear, found)
    except PortsealError as error:
        return change.end(Ending.UNCERTAIN, f"{unclear} ({error})", found)
    return keep_confirmed(change, session, found, stored)


def keep_confirmed(
    change: Change, session: Session, found: tuple[Verdict, ...], stored: Mapping[str, str]
) -> SwitchResult:
    """Save and remember what the switch has confirmed."""
    try:
        change.write(Event.SAVING)
        _remember(change, stored)
        save(session, change.pack)
    except PortsealError as error:
        text = f"confirmed, but not saved ({error}); save it there, or a reload takes it away"
        return change.end(Ending.UNCERTAIN, text, found)
    failing = sum(v.outcome is not Outcome.PASS for v in found)
    tail = (
        f"; {failing} of {len(found)} ports are not as intended, each accepted or so before the change"
        if failing
        else ""
    )
    ports = len(change.plan.changed_ports)
    if change.back_to:
        return change.end(Ending.TAKEN_BACK, f"taken back, confirmed and saved, {ports} ports changed", found)
    return change.end(Ending.APPLIED, f"confirmed and saved, {ports} ports changed{tail}", found)


def _remember(change: Change, stored: Mapping[str, str]) -> None:
    """Keep which ports are sealed now: those of the inventory, and of the refused ones those that were before."""
    if change.back_to:
        change.estate.memory.remember(
            change.switch, ports=change.sealed_before, stored=change.estate.memory.stored(change.switch)
        )
        return
    memory, refused = change.estate.memory, {refusal.scope for refusal in change.plan.refusals}
    ports = frozenset(port.port for port in change.intent.ports) | (memory.sealed(change.switch) & refused)
    memory.remember(change.switch, ports=ports, stored=stored)
