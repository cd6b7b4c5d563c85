"""A change that the switch has in, verified and confirmed and saved out; what cannot be seen to be right is undone.

The confirmation comes only after every port that counts has passed; what counts is in `blockers.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portseal.change.blockers import blockers, told_of
from portseal.change.ending import Ending, SwitchResult
from portseal.change.standing import Standing, read_back, since, standing
from portseal.change.terms import Change
from portseal.change.undo import undo
from portseal.confirm import confirm, save
from portseal.core.errors import PortsealError, SessionCut
from portseal.core.journal_entry import Event
from portseal.core.verdict import Outcome, Verdict
from portseal.push import is_idle
from portseal.transport.session import Session
from portseal.verify import wait_for


@dataclass(frozen=True)
class Verified:
    """What was seen of a change before it is kept."""

    found: tuple[Verdict, ...]
    stored: Mapping[str, str]
    """What undecodable texts of the switch stand for."""
    digest: str
    """Of the owned configuration that is kept."""
    excused: frozenset[str]
    """Long names of ports whose cameras were not there before the change."""


def verify_and_keep(change: Change, session: Session, excused: frozenset[str]) -> SwitchResult:
    """The end of a change that was pushed: verified and confirmed, or undone.

    What the switch has is read back last, so that what is confirmed is what was there a moment ago: while ports are waited for,
    somebody else may change a line. `excused`: long names of ports that need not pass, because their cameras were not there
    before the change either.
    """
    try:
        change.tell("verifying")
        change.write(Event.VERIFYING)
        if change.terms.second_login:
            change.log_in()
        found = _wait(change, session, excused)
    except PortsealError as error:
        return undo(change, f"could not be verified: {error}", lost=isinstance(error, SessionCut))
    if blocking := blockers(found, excused, change):
        why = f"{len(blocking)} ports not as intended ({told_of(blocking)})"
        if not change.stopping():
            return undo(change, why, verdicts=found)
        return _given_up(undo(change, f"the run was interrupted, with {why}", verdicts=found))
    try:
        change.tell("reading back")
        stored, digest = read_back(change, session)
    except PortsealError as error:
        return undo(change, f"could not be verified: {error}", lost=isinstance(error, SessionCut), verdicts=found)
    return keep(change, session, Verified(found, stored, digest, excused))


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


def keep(change: Change, session: Session, seen: Verified) -> SwitchResult:
    """Confirm, save and remember."""
    found = seen.found
    change.tell("confirming")
    try:
        change.write(Event.CONFIRMING, digest=seen.digest)
        (running,) = confirm(session, change.pack, beside=[change.pack.read.command])
        stands = since(change, running, seen.digest)
    except SessionCut as error:
        return _confirm_again(change, seen, why=f"the session was lost while confirming ({error})")
    except PortsealError as error:
        return undo(change, f"could not be confirmed: {error}", lost=True, verdicts=found)
    if stands is Standing.BEFORE:
        text = "confirmed, and the change is not there any more: the switch's timer had ended before; plan again"
        return change.end(Ending.UNCERTAIN, text, found)
    if stands is Standing.OTHER:
        text = "confirmed as verified, and in the same moment somebody else changed lines that are ours; look at it, and plan again"
        return change.end(Ending.UNCERTAIN, text, found)
    return keep_confirmed(change, session, seen)


def _confirm_again(change: Change, seen: Verified, *, why: str) -> SwitchResult:
    """Look whether the confirmation arrived, and give it again where the timer runs still."""
    commit, found = change.pack.commit, seen.found
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
    return keep_confirmed(change, session, seen)


def keep_confirmed(change: Change, session: Session, seen: Verified) -> SwitchResult:
    """Save and remember what the switch has confirmed; what could not be noted or remembered keeps it from being saved no more."""
    unnoted, found = "", seen.found
    try:
        change.write(Event.SAVING)
        _remember(change, seen.stored)
    except (PortsealError, OSError) as error:
        unnoted = f"; what it has now could not be noted ({error}): plan again once it can"
    try:
        _saved(change, session)
    except PortsealError as error:
        text = f"confirmed, but not saved ({error}); save it there, or a reload takes it away{unnoted}"
        return change.end(Ending.UNCERTAIN, text, found)
    ports = f"{len(change.plan.changed_ports)} ports changed"
    if unnoted:
        return change.end(Ending.UNCERTAIN, f"confirmed and saved, {ports}{unnoted}", found)
    if change.back_to:
        return change.end(Ending.TAKEN_BACK, f"taken back, confirmed and saved, {ports}", found)
    return change.end(Ending.APPLIED, f"confirmed and saved, {ports}{not_passing(change, seen)}", found)


def _saved(change: Change, session: Session) -> None:
    """Save, in a new session where the first was lost; saving twice does no harm."""
    try:
        save(session, change.pack)
    except SessionCut:
        save(change.reconnect(), change.pack)


def not_passing(change: Change, seen: Verified) -> str:
    """What is to be said of ports that do not pass, though the change is kept."""
    failing = [verdict for verdict in seen.found if verdict.outcome is not Outcome.PASS]
    if not failing:
        return ""
    accepted = {verdict.port for verdict in failing if (verdict.switch, verdict.port) in change.terms.accept}
    gone = {verdict.port for verdict in failing} & seen.excused - accepted
    late = len(failing) - len(accepted) - len(gone)
    counts = (
        (len(accepted), "accepted beforehand"),
        (len(gone), "whose camera was not there before the change"),
        (late, "only since the change was confirmed: look at them"),
    )
    told = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"; {len(failing)} of {len(seen.found)} ports are not as intended ({told})"


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
