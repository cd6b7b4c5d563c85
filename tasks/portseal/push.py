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

from portseal.core.errors import NotRevertable, PushRejected, SwitchError
from portseal.core.model import Value
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Commit, Files, Pack, Strategy
from portseal.core.secrets import Resolve, reveal
from portseal.estate import Estate
from portseal.transport.session import ConfigureLine, ConfigureResult, Session

_SUPPORTED = frozenset({Strategy.REVERT_TIMER, Strategy.FILE_SWAP})


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


def check_idle(switch: str, shown: str, commit: Commit) -> None:
    """Refuse to begin where somebody's change waits to be confirmed; `shown` is the output of `commit.pending`.

    Raises:
        SwitchError: a timer runs already.
    """
    if commit.pending_none and not re.search(commit.pending_none, shown, re.MULTILINE):
        first = next((line.strip() for line in shown.splitlines() if line.strip()), "no answer")
        raise SwitchError(switch, f"an unconfirmed change is pending there ({first}); confirm or revert it first")


def push(session: Session, plan: SwitchPlan, pack: Pack, resolve: Resolve, *, minutes: int) -> PushResult:
    """Arm the timer and send the plan's lines in one stream.

    Raises:
        NotRevertable: the platform's strategy is none that is supported, or the timer is out of its range.
        PushRejected: the switch refused a line; names it and what the switch said.
        SessionCut: the session ended in the middle.
    """
    low, high = pack.commit.minutes
    if pack.commit.strategy not in _SUPPORTED:
        raise NotRevertable(plan.switch, f"commit strategy {pack.commit.strategy} is not supported; nothing was begun")
    if not low <= minutes <= high:
        raise NotRevertable(plan.switch, f"a timer of {minutes} minutes is outside {low}..{high}; nothing was begun")
    lines = tuple(_sent(plan, pack, resolve, minutes))
    result = session.configure(lines)
    _raise_for(plan.switch, result)
    return PushResult(switch=plan.switch, minutes=minutes, lines=result.sent, round_trips=result.round_trips)


def _raise_for(switch: str, result: ConfigureResult) -> None:
    if result.errors:
        first = result.errors[0]
        said = " ".join(first.output.split())
        raise PushRejected(switch, f"refused line {first.index}, `{first.line.strip()}`: {said}")


def _sent(plan: SwitchPlan, pack: Pack, resolve: Resolve, minutes: int) -> Iterator[ConfigureLine]:
    yield _plain(pack.commit.arm.format(minutes=minutes, seconds=minutes * 60))
    for step in plan.steps:
        if pack.files:
            yield from _file_commands(step.lines, pack.files, resolve)
        else:
            yield from (ConfigureLine(text=reveal(line, resolve), shown=line) for line in step.lines)
    for last in (pack.commit.leave, pack.commit.activate):
        if last:
            yield _plain(last)


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
