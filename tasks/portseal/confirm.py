"""A verified change in, a kept one out; or a failed one in, the configuration as it was before out: the task."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nornir.core.task import Result, Task

from portseal.core.errors import SwitchError
from portseal.core.platforms import Pack
from portseal.estate import Estate
from portseal.push import check_idle, is_idle
from portseal.transport.candidate import CandidateSession
from portseal.transport.session import ConfigureLine, Session


def confirm_change(task: Task, estate: Estate) -> Result:
    """Keep the armed change and save it; `changed` True, `result` None.

    Raises:
        SwitchError: the switch did not take the confirmation.
    """
    confirm(estate.session(task.host), estate.pack(task.host.name))
    save(estate.session(task.host), estate.pack(task.host.name))
    return Result(host=task.host, changed=True)


def revert_change(task: Task, estate: Estate) -> Result:
    """Undo the armed change now; `changed` True, `result` None."""
    revert(estate.session(task.host), estate.pack(task.host.name))
    return Result(host=task.host, changed=True)


def confirm(session: Session, pack: Pack, *, beside: Sequence[str] = ()) -> tuple[str, ...]:
    """Stop the switch's timer and see that none runs; gives the output of the commands `beside`, which are read in the same batch.

    Raises:
        SwitchError: the switch did not take the confirmation; its timer may still run.
    """
    if isinstance(session, CandidateSession):
        session.confirm()
    else:
        # in one write: where the first is refused, the others are no commands there
        _send(session, pack.commit.confirm, "confirm", alone=0)
    pending = [pack.commit.pending] if pack.commit.pending else []
    if not pending and not beside:
        return ()
    said = session.run([*pending, *beside])
    if pending:
        check_idle(session.switch, said[0], pack.commit)
    return said[len(pending) :]


def save(session: Session, pack: Pack) -> None:
    """Keep a confirmed change across a reload, where the platform has to be told to.

    Raises:
        SwitchError: the switch refused; the change is confirmed all the same, so that no timer undoes it.
    """
    _send(session, pack.commit.save, "save")


def revert(session: Session, pack: Pack) -> None:
    """Undo the armed change now, in a session outside configuration mode.

    A candidate has taken effect only where its timer runs; where none does, it is thrown away instead, because undoing
    would then undo the change before this one. Drivers of an API that find no timer would put a whole older configuration back.

    Raises:
        SwitchError: the switch refused; its timer, where it has one, still undoes the change.
    """
    commit = pack.commit
    if commit.pending and (commit.strategy.candidate or isinstance(session, CandidateSession)):
        (shown,) = session.run([commit.pending])
        if is_idle(shown, commit):
            if isinstance(session, CandidateSession):
                session.configure(_lines(commit.abandon))  # refused where nothing was left behind
                if not commit.strategy.candidate:
                    session.discard()
            else:
                _send(session, commit.abandon, "throw away")
            return
    if isinstance(session, CandidateSession):
        session.rollback()
    else:
        _send(session, commit.revert, "revert")


def undo_refused(session: Session, pack: Pack) -> None:
    """Undo in the session in which a line was refused, wherever in configuration mode that left it.

    Raises:
        SwitchError: the switch refused; its timer, where it has one, still undoes the change.
    """
    commit = pack.commit
    if isinstance(session, CandidateSession):
        session.discard()
        if not commit.strategy.candidate:  # the driver arms the timer first, and may have taken the change back already
            revert(session, pack)
        return
    if commit.strategy.candidate:
        _send(session, commit.discard, "throw away")
        return
    if commit.leave:
        session.configure(_lines(commit.leave))  # refused where the session has left configuration mode already
    revert(session, pack)


def _send(session: Session, commands: tuple[str, ...], what: str, *, alone: int | None = None) -> None:
    if not commands:
        return
    result = session.configure(_lines(commands), alone=len(commands) if alone is None else alone)
    if result.errors:
        first = result.errors[0]
        said = re.sub(r"\s+", " ", first.output).strip()
        raise SwitchError(session.switch, f"`{first.line}` was refused ({said}); could not {what} the change")


def _lines(commands: tuple[str, ...]) -> tuple[ConfigureLine, ...]:
    return tuple(ConfigureLine(text=command, shown=command) for command in commands)
