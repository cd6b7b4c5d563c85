"""A verified change in, a kept one out; or a failed one in, the configuration as it was before out: the task."""

from __future__ import annotations

import re

from nornir.core.task import Result, Task

from portseal.core.errors import SwitchError
from portseal.core.platforms import Pack
from portseal.estate import Estate
from portseal.push import check_idle
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


def confirm(session: Session, pack: Pack) -> None:
    """Stop the switch's timer and see that none runs.

    Raises:
        SwitchError: the switch did not take the confirmation; its timer may still run.
    """
    _send(session, pack.commit.confirm, "confirm")
    if pack.commit.pending:
        (shown,) = session.run([pack.commit.pending])
        check_idle(session.switch, shown, pack.commit)


def save(session: Session, pack: Pack) -> None:
    """Keep a confirmed change across a reload, where the platform has to be told to.

    Raises:
        SwitchError: the switch refused; the change is confirmed all the same, so that no timer undoes it.
    """
    if pack.commit.save:
        _send(session, pack.commit.save, "save")


def revert(session: Session, pack: Pack) -> None:
    """Undo the armed change now.

    Raises:
        SwitchError: the switch refused; its timer still undoes the change.
    """
    _send(session, pack.commit.revert, "revert")


def _send(session: Session, command: str, what: str) -> None:
    result = session.configure([ConfigureLine(text=command, shown=command)])
    if result.errors:
        said = re.sub(r"\s+", " ", result.errors[0].output).strip()
        raise SwitchError(session.switch, f"`{command}` was refused ({said}); could not {what} the change")
