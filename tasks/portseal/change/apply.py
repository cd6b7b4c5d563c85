"""A reviewed plan in, what became of each switch out: the engine that carries a change out and confirms it only once verified.

For each switch: read and compare → look at the ports as they are → arm and push → read back → observe until verified or
out of time → confirm and save, or revert. Each step is noted before it is taken. A process that dies after the arming
leaves a switch that undoes itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pydantic import JsonValue

from portseal.change.batches import batches
from portseal.change.blockers import blockers, excuses, told_of
from portseal.change.ending import Ending, SwitchResult, of_taking_back
from portseal.change.keep import verify_and_keep
from portseal.change.standing import check_fresh, read_back
from portseal.change.terms import Change, Ended
from portseal.change.undo import undo
from portseal.confirm import undo_refused
from portseal.core.errors import PortsealError, PushRejected, SessionCut, SwitchError
from portseal.core.journal_entry import Event
from portseal.core.observation import port_states
from portseal.core.planning import SwitchPlan
from portseal.core.probes import probe_commands, unmet
from portseal.core.verdict import Outcome
from portseal.observe import commands
from portseal.push import check_idle, push
from portseal.transport.session import Session
from portseal.verify import wait_for


def apply_switch(change: Change) -> SwitchResult:
    """Carry a plan out on its switch; never raises one of our errors, the result says what happened."""
    return ended(change, _apply)


def ended(change: Change, how: Callable[[Change], SwitchResult]) -> SwitchResult:
    """What `how(change)` makes of the switch, noted, with the seconds it took."""
    began = time.monotonic()
    try:
        result = how(change)
    except Ended as over:
        result = over.result
    if change.back_to:
        result = of_taking_back(result)
    result = result.model_copy(update={"seconds": round(time.monotonic() - began, 2)})
    failing: list[JsonValue] = [
        f"{v.port} {v.camera}: {v.reason}" for v in result.verdicts if v.outcome is not Outcome.PASS
    ]
    try:
        change.write(Event.SWITCH_ENDED, ending=result.ending, message=result.message, failing=failing)
    except PortsealError as error:
        return result.model_copy(update={"message": f"{result.message}; {error}"})
    return result


def _apply(change: Change) -> SwitchResult:
    session, excused = _begin(change)
    parts = batches(change.plan, change.pack, change.terms.ports_at_once)
    if len(parts) * (change.terms.verify_seconds + 10) > change.terms.minutes * 60 and len(parts) > 1:
        why = f"{len(parts)} batches of ports may take longer than the timer of {change.terms.minutes} min; give a longer one"
        raise Ended(change.end(Ending.REFUSED, f"nothing was sent: {why}"))
    for number, part in enumerate(parts, 1):
        _push(change, session, part, again=number > 1)
        if number < len(parts):
            _verify_part(change, session, part, excused)
    return verify_and_keep(change, session, excused)


def _verify_part(change: Change, session: Session, part: SwitchPlan, excused: frozenset[str]) -> None:
    """See the ports of one batch before the next is changed; where they are not as intended, the whole switch goes back."""
    ports = [port for port in change.watched if port.port in part.changed_ports]
    change.tell("verifying a batch")
    try:
        found = wait_for(
            session,
            ports,
            change.estate,
            seconds=change.terms.verify_seconds,
            enough=lambda verdicts: not blockers(verdicts, excused, change),
        )
        if blocking := blockers(found, excused, change):
            why = f"{len(blocking)} ports of a batch not as intended ({told_of(blocking)})"
            raise Ended(undo(change, why, verdicts=found))
        change.write(Event.STEP, batch_done=[*part.changed_ports])
    except PortsealError as error:
        why = f"a batch could not be verified: {error}"
        raise Ended(undo(change, why, lost=isinstance(error, SessionCut))) from error


def open_switch(change: Change) -> SwitchResult:
    """Push a change and leave it to the switch's timer to take it back; verified is that the switch has it."""

    def opened(change: Change) -> SwitchResult:
        session, _ = _begin(change)
        _push(change, session)
        try:
            read_back(change, session)
        except PortsealError as error:
            return undo(change, f"could not be verified: {error}", lost=isinstance(error, SessionCut))
        minutes = change.terms.minutes
        return change.end(Ending.OPENED, f"the switch takes it back by itself after {minutes} min")

    if not change.pack.commit.strategy.self_undoing:
        why = "nothing was sent: this platform cannot take a change back by itself, so that a port would stay open"
        return ended(change, lambda change: change.end(Ending.REFUSED, why))
    return ended(change, opened)


def _begin(change: Change) -> tuple[Session, frozenset[str]]:
    """Everything up to the first write: an open session, and the ports whose cameras are not there."""
    commit = change.pack.commit
    try:
        change.write(Event.SWITCH_BEGUN)
        change.tell("connecting")
        session = change.connect()
    except PortsealError as error:
        raise Ended(change.end(Ending.UNREACHABLE, str(error))) from error
    try:
        change.tell("comparing")
        probes, shows = probe_commands(change.pack), commands(change.pack, change.watched)
        pending = [commit.pending] if commit.pending else []
        running, *said = session.run([change.pack.read.command, *pending, *probes, *shows])
        probed, seen = said[len(pending) : len(said) - len(shows)], said[len(said) - len(shows) :]
        for _, reason in unmet(change.pack, probed):
            raise SwitchError(change.switch, reason)
        if pending:
            check_idle(change.switch, said[0], commit)
        check_fresh(change, running)
        if not change.plan.changes:
            raise Ended(change.end(Ending.UNCHANGED, "nothing to do"))
        before = port_states(change.pack, change.estate.folder(change.switch), dict(zip(shows, seen, strict=True)))
        excused = frozenset(port.port for port in change.watched if excuses(before.get(port.port), port))
        if change.stopping():
            raise Ended(change.end(Ending.INTERRUPTED, "the run was interrupted; nothing was sent"))
        sealed = sorted(change.estate.memory.sealed(change.switch))
        change.write(Event.ARMING, minutes=change.terms.minutes, excused=[*sorted(excused)], sealed=[*sealed])
    except PortsealError as error:
        raise Ended(change.end(Ending.REFUSED, f"nothing was sent: {error}")) from error
    return session, excused


def _push(change: Change, session: Session, part: SwitchPlan | None = None, *, again: bool = False) -> None:
    change.tell("pushing")
    try:
        push(
            session,
            part or change.plan,
            change.pack,
            change.estate.secret,
            minutes=change.terms.minutes,
            without_timer=change.terms.without_timer,
            again=again,
        )
    except PushRejected as error:
        raise Ended(undo(change, str(error), how=undo_refused)) from error
    except SessionCut as error:
        raise Ended(undo(change, str(error), lost=True)) from error
    except PortsealError as error:
        raise Ended(change.end(Ending.REFUSED, f"nothing was sent: {error}")) from error
    try:
        change.write(Event.PUSHED)
    except PortsealError as error:
        raise Ended(undo(change, str(error))) from error
