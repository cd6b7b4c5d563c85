"""A switch that a run left half-way in, a switch that is as planned or as before out.

What the journal says last tells what may have happened; what the switch shows now tells what did:

==================  ================  ========================================================================
timer               configuration     what is done
==================  ================  ========================================================================
runs                as planned        resume: verified and confirmed, or undone; abort: undone
runs                anything else     undone: the push was cut in the middle
runs, though ours   anything          left alone and told: it is somebody else's change that waits there
is over long since
none                as before         resume: carried out from the beginning; abort: nothing
none                as planned        kept already: saved (and, to be sure, told whether its ports pass); taken back by its lines where
                                      the run was going back: it had not passed, and somebody else confirmed it
none                neither           left alone and told: somebody else has been there
==================  ================  ========================================================================

Where a platform does not tell of its timer, it is taken to run; where the run was going back, until it is over by the journal's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from portseal.change.apply import apply_switch, ended
from portseal.change.ending import Ending, SwitchResult
from portseal.change.keep import Verified, keep_confirmed, verify_and_keep
from portseal.change.standing import Standing, read_back, standing
from portseal.change.terms import Change
from portseal.change.undo import undo, undo_confirmed
from portseal.confirm import confirm, revert
from portseal.core.errors import PortsealError
from portseal.core.journal_entry import MAY_BE_ARMED, Entry, Event
from portseal.push import is_idle
from portseal.transport.session import Session
from portseal.verify import wait_for

_SLACK = timedelta(minutes=5)
"""For the push itself, and for clocks of two machines that differ."""
_MAY_BE_KEPT = frozenset({Event.CONFIRMING, Event.SAVING})


def resume_switch(change: Change, rows: Sequence[Entry], *, abort: bool = False, begin: bool = True) -> SwitchResult:
    """Bring one switch of an interrupted run to an end; `rows` are the journal's of this run and switch.

    With `abort`, what was not confirmed is undone, and what was not begun is not begun. `begin`: whether one that turns out to
    be as before may be begun again.
    """
    last = _last(rows)
    if last is None or last.event not in MAY_BE_ARMED:
        if abort or not begin:
            why = "the run was aborted before its turn came" if abort else "no further switch of that run is begun"
            return ended(change, lambda c: c.end(Ending.NOT_BEGUN, why))
        return apply_switch(change)
    armed = next((row for row in reversed(rows) if row.event is Event.ARMING), last)
    told = armed.data.get("excused")
    excused = frozenset(str(port) for port in told) if isinstance(told, list) else frozenset()
    kept = next((str(row.data.get("digest", "")) for row in reversed(rows) if row.event is Event.CONFIRMING), "")
    how = _Interrupted(last.event, excused, abort, kept, over=_over(armed))
    result = ended(change, how)
    return apply_switch(change) if how.untouched and begin and not abort else result


def _over(armed: Entry) -> datetime:
    """When the timer of a change has ended for certain, if it was armed when this row was written."""
    minutes = armed.data.get("minutes")
    return armed.at + timedelta(minutes=minutes if isinstance(minutes, int) else 120) + _SLACK


def _last(rows: Sequence[Entry]) -> Entry | None:
    """The last row that says something of a change; None where it ended already with nothing left on the switch."""
    done = {Ending.REFUSED, Ending.UNREACHABLE, Ending.NOT_BEGUN, Ending.INTERRUPTED}
    for row in reversed(rows):
        if row.event is Event.SWITCH_ENDED:
            if row.data.get("ending") in done:
                return None
            continue
        if row.event in (*MAY_BE_ARMED, Event.SWITCH_BEGUN):
            return row
    return None


class _Interrupted:
    """What to do with a switch that may be armed."""

    def __init__(self, last: Event, excused: frozenset[str], abort: bool, kept: str, *, over: datetime) -> None:
        self.untouched = False
        """Whether it turned out to be as before, so that it can be begun again."""
        self._last, self._excused, self._abort, self._kept_digest = last, excused, abort, kept
        self._over = over
        self._going_back = last is Event.REVERTING

    def __call__(self, change: Change) -> SwitchResult:
        """Look, and do what the table says."""
        change.tell("looking what was left")
        try:
            session = change.connect()
            commit = change.pack.commit
            running, *pending = session.run([change.pack.read.command, *([commit.pending] if commit.pending else [])])
            stands = standing(change, running, kept=self._kept_digest)
        except PortsealError as error:
            text = f"could not be looked at ({error}); if its timer runs, it undoes the change by itself; resume again"
            return change.end(Ending.UNREACHABLE, text)
        runs = not is_idle(pending[0], commit) if pending else self._may_run(change, stands)
        if runs and pending and datetime.now(UTC) > self._over:
            return change.end(
                Ending.UNCERTAIN,
                f"a change waits to be confirmed there that is not this run's, whose timer ended by {self._over:%H:%M} UTC; "
                "it was left alone: see whose it is, then resume again",
            )
        if runs:
            return self._unconfirmed(change, session, stands)
        try:
            return self._settled(change, session, running, stands)
        except PortsealError as error:
            return change.end(Ending.UNCERTAIN, f"{error}; resume again")

    def _unconfirmed(self, change: Change, session: Session, stands: Standing) -> SwitchResult:
        if stands is Standing.AFTER and not self._abort and not self._going_back:
            return verify_and_keep(change, session, self._excused)
        going_back, pushing = "it was interrupted while going back", "it was interrupted in the middle of the push"
        return undo(change, "the run was aborted" if self._abort else going_back if self._going_back else pushing)

    def _settled(self, change: Change, session: Session, running: str, stands: Standing) -> SwitchResult:
        if stands is Standing.BEFORE:
            return self._begun_again(change, session)
        if stands is Standing.AFTER and self._going_back:
            return undo_confirmed(change, session, running, "it was interrupted while going back")
        if stands is Standing.AFTER:
            return self._kept(change, session)
        text = (
            "no timer runs and its owned configuration is neither as before nor as planned; look at it and plan again"
        )
        return change.end(Ending.UNCERTAIN, text)

    def _may_run(self, change: Change, stands: Standing) -> bool:
        """For a platform that does not tell whether its timer runs: by the journal.

        A change that was on its way back is gone when its timer is over. One that was not is verified before it is confirmed,
        however long ago it was armed: should the timer run still, it must not be kept unseen.
        """
        if self._going_back and change.pack.commit.strategy.self_undoing and datetime.now(UTC) > self._over:
            return False
        return stands is not Standing.BEFORE and self._last not in _MAY_BE_KEPT

    def _begun_again(self, change: Change, session: Session) -> SwitchResult:
        if change.pack.commit.strategy.candidate:
            revert(session, change.pack)  # throws away what was typed and never took effect
        self.untouched = True
        return change.end(Ending.ROLLED_BACK, "it is as before the run: nothing had been sent, or it was undone")

    def _kept(self, change: Change, session: Session) -> SwitchResult:
        commit = change.pack.commit
        if not commit.pending and commit.strategy.self_undoing:
            confirm(session, change.pack)  # nothing shows whether it was: a second time does no harm
        stored, digest = read_back(change, session)
        found = () if change.back_to else wait_for(session, change.watched, change.estate, seconds=0.0)
        return keep_confirmed(change, session, Verified(found, stored, digest, self._excused))
