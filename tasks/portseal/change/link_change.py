"""One port of a switch in, changed as the site now says and nothing else with it; also where an earlier try was cut off."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from portseal.change.apply import apply_switch
from portseal.change.ending import Ending, SwitchResult
from portseal.change.resume import resume_switch
from portseal.change.run import Run
from portseal.change.terms import Change, Say, Terms
from portseal.core.errors import PortsealError
from portseal.core.intent import PortIntent
from portseal.core.journal_entry import Entry, Event
from portseal.core.planning import SwitchPlan
from portseal.core.steps import SWITCH_WIDE
from portseal.core.verdict import Outcome
from portseal.estate import Estate
from portseal.plan import plan_from
from portseal.transport.session import Session
from portseal.verify import wait_for

_AGAIN = frozenset({Ending.ROLLED_BACK, Ending.REFUSED})
"""What an earlier try can end in with the switch as it was before it."""


def change_link(
    estate: Estate,
    run: Run,
    port: PortIntent,
    *,
    step: str,
    connect: Callable[[], Session],
    reconnect: Callable[[], Session],
    say: Say,
) -> SwitchResult:
    """Bring `port` to what the estate's site says. `step` names the purpose, under which an earlier try is found again.

    Ports that did not pass before may go on failing; every other one has to pass, or the switch is rolled back.
    """
    if left := _left_over(run.journal.entries(switch=port.switch), step):
        digest, rows = left
        plan = SwitchPlan.model_validate_json(run.journal.plan(digest))
        terms = _terms(estate, frozenset((port.switch, name) for name in _accepted(rows)))
        change = _change(plan, estate, run, terms=terms, connect=connect, reconnect=reconnect, say=say)
        result = resume_switch(change, rows)
        if result.ending not in _AGAIN:
            return result
    try:
        return _fresh(estate, run, port, step=step, connect=connect, reconnect=reconnect, say=say)
    except PortsealError as error:
        return SwitchResult(switch=port.switch, ending=Ending.REFUSED, message=f"nothing was sent: {error}")


def _fresh(
    estate: Estate,
    run: Run,
    port: PortIntent,
    *,
    step: str,
    connect: Callable[[], Session],
    reconnect: Callable[[], Session],
    say: Say,
) -> SwitchResult:
    session, switch = connect(), port.switch
    (running,) = session.run([estate.pack(switch).read.command])
    plan = plan_from(running, switch, estate)
    others = set(plan.changed_ports) - {port.port, SWITCH_WIDE}
    if refused := [r.reason for r in plan.refusals if r.scope in (port.port, SWITCH_WIDE)]:
        return SwitchResult(switch=switch, ending=Ending.REFUSED, message=f"{port.port} is left alone: {refused[0]}")
    if others:
        told = f"the site has other changes for it ({', '.join(sorted(others)[:3])}); `portseal plan` and `apply` come first"
        return SwitchResult(switch=switch, ending=Ending.REFUSED, message=told)
    if not plan.changes:
        return SwitchResult(switch=switch, ending=Ending.UNCHANGED, message="is so already")
    neighbours = [each for each in estate.intent(switch).ports if each.port != port.port]
    before = wait_for(session, neighbours, estate, seconds=0.0) if neighbours else ()
    failing = [verdict.port for verdict in before if verdict.outcome is not Outcome.PASS]
    text = plan.model_dump_json()
    digest = sha256(text.encode()).hexdigest()
    run.journal.keep_plan(digest, text)
    run.note(Event.NOTE, switch, {"purpose": step, "plan": digest, "accepted": [*failing]})
    terms = _terms(estate, frozenset((switch, name) for name in failing))
    return apply_switch(_change(plan, estate, run, terms=terms, connect=connect, reconnect=reconnect, say=say))


def _left_over(entries: tuple[Entry, ...], step: str) -> tuple[str, tuple[Entry, ...]] | None:
    """Digest of the plan of the last try for this purpose with the rows after it; None where there was none since its end."""
    for at in range(len(entries) - 1, -1, -1):
        entry = entries[at]
        if entry.event is Event.NOTE and "purpose" in entry.data:
            return (str(entry.data["plan"]), entries[at:]) if entry.data["purpose"] == step else None
    return None


def _accepted(rows: tuple[Entry, ...]) -> tuple[str, ...]:
    told = rows[0].data.get("accepted")
    return tuple(str(port) for port in told) if isinstance(told, list) else ()


def _terms(estate: Estate, accept: frozenset[tuple[str, str]]) -> Terms:
    settings = estate.site.settings.apply
    return Terms(minutes=settings.timer_minutes, verify_seconds=float(settings.verify_seconds), accept=accept)


def _change(
    plan: SwitchPlan,
    estate: Estate,
    run: Run,
    *,
    terms: Terms,
    connect: Callable[[], Session],
    reconnect: Callable[[], Session],
    say: Say,
) -> Change:
    return Change(plan=plan, estate=estate, terms=terms, connect=connect, reconnect=reconnect, say=say, note=run.note)
