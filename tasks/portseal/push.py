"""Plan in, `PushResult` out: the task that arms a switch's own timer and sends exactly the plan's lines.

With `confirm.py` the only writer. Whatever happens after the arming, the switch undoes the change by itself unless
`confirm.py` says otherwise.
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Iterator

from nornir.core.task import Result, Task

from portseal.core.errors import NotRevertable, PushRejected, SessionCut, SwitchError
from portseal.core.model import Value
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Commit, Files, Pack
from portseal.core.secrets import Resolve, reveal
from portseal.core.stray import stray_commands, stray_lines
from portseal.estate import Estate
from portseal.transport.candidate import CandidateSession
from portseal.transport.redaction import fit_to_show
from portseal.transport.session import ConfigureLine, ConfigureResult, Session


class PushResult(Value):
    """What was sent."""

    switch: str
    minutes: int
    """After which the switch undoes the change unless it is confirmed."""
    lines: int
    round_trips: int


def push_plan(task: Task, estate: Estate, plan: SwitchPlan, minutes: int) -> Result:
    """`result` is a `PushResult`, `changed` True, `diff` the plan's. The change is armed, not confirmed.

    Raises:
        PushRejected: the switch refused a line; the change is armed and partly sent, so it has to be reverted.
        NotRevertable: the change was not begun.
    """
    session = estate.session(task.host)
    result = push(session, plan, estate.pack(task.host.name), estate.secret, minutes=minutes)
    return Result(host=task.host, result=result, changed=True, diff=plan.diff)


def is_idle(shown: str, commit: Commit) -> bool:
    """Whether the output of `commit.pending` says that no change waits to be confirmed."""
    return not commit.pending_none or re.search(commit.pending_none, shown, re.MULTILINE) is not None


def check_idle(switch: str, shown: str, commit: Commit) -> None:
    """Refuse to begin where somebody's change waits to be confirmed; `shown` is the output of `commit.pending`.

    Raises:
        SwitchError: a timer runs already.
    """
    if not is_idle(shown, commit):
        first = next((line.strip() for line in shown.splitlines() if line.strip()), "no answer")
        raise SwitchError(switch, f"an unconfirmed change is pending there ({first}); confirm or revert it first")


def push(
    session: Session,
    plan: SwitchPlan,
    pack: Pack,
    resolve: Resolve,
    *,
    minutes: int,
    without_timer: bool = False,
    again: bool = False,
) -> PushResult:
    """Arm the timer and send the plan's lines in one stream; a candidate is activated once all of them were taken.

    `again`: the timer was armed by an earlier part of the plan and runs still.

    Raises:
        NotRevertable: the timer is out of the platform's range, or it has none and that was not accepted (`without_timer`).
        SwitchError: the switch does not let a change begin (somebody else holds its configuration).
        PushRejected: the switch refused a line; names it and what the switch said.
        SessionCut: the session ended in the middle.
    """
    commit = pack.commit
    low, high = commit.minutes
    if not commit.strategy.self_undoing and not without_timer:
        why = "this platform cannot undo a change by itself, and that was not accepted (--accept-no-timer)"
        raise NotRevertable(plan.switch, f"{why}; nothing was begun")
    if not low <= minutes <= high:
        raise NotRevertable(plan.switch, f"a timer of {minutes} minutes is outside {low}..{high}; nothing was begun")
    if isinstance(session, CandidateSession):
        return _push_candidate(session, plan, pack, resolve, minutes)
    arm = timed(commit.again or () if again else commit.arm, minutes)
    lines = (*arm, *_changes(plan, pack, resolve))
    leave, activate = timed(commit.leave, minutes), timed(commit.activate, minutes)
    if not commit.strategy.candidate:
        lines, activate = (*lines, *leave, *activate), ()
    results = [session.configure(lines, alone=len(arm))]
    if not again:
        _raise_unbegun(plan.switch, results[0])
    _raise_for(plan.switch, results[0])
    # A candidate that was taken whole can be left; where it could not be, what activates it is no command there.
    if activate:
        results.append(session.configure((*leave, activate[0]), alone=0))
        _raise_for(plan.switch, results[-1], "activating, ")
        results.append(session.configure(activate[1:], alone=len(activate)))
        _raise_for(plan.switch, results[-1], "activating, ")
    return PushResult(
        switch=plan.switch,
        minutes=minutes,
        lines=sum(result.sent for result in results),
        round_trips=sum(result.round_trips for result in results),
    )


def _raise_unbegun(switch: str, result: ConfigureResult) -> None:
    """Where the very first line was refused, nothing was begun, so that there is nothing to undo."""
    if result.errors and result.errors[0].index == 0:
        said = " ".join(result.errors[0].output.split())
        raise SwitchError(
            switch, f"the change could not be begun, `{result.errors[0].line.strip()}` was refused: {said}"
        )


def _push_candidate(
    session: CandidateSession, plan: SwitchPlan, pack: Pack, resolve: Resolve, minutes: int
) -> PushResult:
    """The plan's lines as a candidate; committed, with its timer, only if it changes what the plan says and nothing else."""
    session.configure(timed(pack.commit.abandon, minutes))  # refused where nothing is left of an earlier change
    (running,) = session.run([pack.read.command])
    _check_needs(plan.switch, pack, running)
    lines = tuple(_changes(plan, pack, resolve))
    result = session.load(lines)
    _raise_for(plan.switch, result)
    if pack.api and pack.api.candidate == "changes":
        sent = [line.text for line in lines]
        stray = tuple(fit_to_show(line, lines) for line in stray_commands(sent, session.changes()))
    else:
        stray = stray_lines(plan, pack, running, session.candidate())
    if stray:
        session.discard()
        told = "; ".join(stray[:5]) + (f"; and {len(stray) - 5} more" if len(stray) > 5 else "")
        raise SwitchError(
            plan.switch, f"the candidate would change what the plan does not have, so it was dropped: {told}"
        )
    try:
        session.commit(revert_in=minutes * 60)
    except SessionCut:
        raise
    except SwitchError as error:
        if pack.commit.strategy.candidate:
            raise  # nothing took effect
        raise PushRejected(plan.switch, str(error).removeprefix(f"{plan.switch}: ")) from None
    return PushResult(switch=plan.switch, minutes=minutes, lines=result.sent, round_trips=result.round_trips + 4)


def _check_needs(switch: str, pack: Pack, running: str) -> None:
    """Begin nothing where the driver could not end it, for want of a line that is not ours to add."""
    missing = [need.told for need in pack.api.needs if not re.search(need.line, running, re.M)] if pack.api else []
    if missing:
        raise SwitchError(switch, f"napalm cannot carry a change out here: {'; '.join(missing)}")


def _raise_for(switch: str, result: ConfigureResult, when: str = "") -> None:
    if result.errors:
        first = result.errors[0]
        said = " ".join(first.output.split())
        raise PushRejected(switch, f"{when}refused line {first.index}, `{first.line.strip()}`: {said}")


def timed(lines: tuple[str, ...], minutes: int) -> tuple[ConfigureLine, ...]:
    """A platform's lines with the timer filled in."""
    timer = {"minutes": minutes, "seconds": minutes * 60, "hhmmss": f"{minutes // 60:02}:{minutes % 60:02}:00"}
    return tuple(_plain(line.format(**timer)) for line in lines)


def _changes(plan: SwitchPlan, pack: Pack, resolve: Resolve) -> Iterator[ConfigureLine]:
    for step in plan.steps:
        if pack.files:
            yield from _file_commands(step.lines, pack.files, resolve)
        else:
            yield from (ConfigureLine(text=reveal(line, resolve), shown=line) for line in step.lines)


def _plain(line: str) -> ConfigureLine:
    return ConfigureLine(text=line, shown=line)


def _file_commands(lines: tuple[str, ...], files: Files, resolve: Resolve) -> Iterator[ConfigureLine]:
    """One command a file: its whole new content, or its removal."""
    section = re.compile(files.section)
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        if found := section.search(line):
            blocks.append((found["path"], []))
        else:
            blocks[-1][1].append(line.strip())
    for path, content in blocks:
        if not content:
            yield _plain(files.remove.format(path=shlex.quote(path)))
            continue
        whole = "".join(f"{line}\n" for line in content)
        encoded = base64.b64encode(reveal(whole, resolve).encode()).decode()
        yield ConfigureLine(
            text=files.write.format(path=shlex.quote(path), content=encoded),
            shown=files.write.format(path=shlex.quote(path), content="‹content›"),
        )
