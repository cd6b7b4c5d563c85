"""One port of a switch in, changed as the site now says and nothing else with it; also where an earlier try was cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class LinkChange:
    """A port that is to become what the estate's site says, and with what that is done."""

    estate: Estate
    run: Run
    port: PortIntent
    step: str
    """The purpose, under which an earlier try is found again."""
    connect: Callable[[], Session]
    reconnect: Callable[[], Session]
    say: Say

    def by(self, plan: SwitchPlan, accepted: Iterable[str]) -> Change:
        """The switch's part by this plan; ports that are `accepted` (long names) may go on failing."""
        settings = self.estate.site.settings.apply
        return Change(
            plan=plan,
            estate=self.estate,
            terms=Terms(
                minutes=settings.timer_minutes,
                verify_seconds=float(settings.verify_seconds),
                accept=frozenset((plan.switch, name) for name in accepted),
            ),
            connect=self.connect,
            reconnect=self.reconnect,
            say=self.say,
            note=self.run.note,
        )

    def refused(self, message: str) -> SwitchResult:
        """Nothing was done."""
        return SwitchResult(switch=self.port.switch, ending=Ending.REFUSED, message=message)


def change_link(link: LinkChange) -> SwitchResult:
    """Carry a link's change out, or what an earlier try left of it.

    Ports that did not pass before may go on failing; every other one has to pass, or the switch is rolled back.
    """
    journal = link.run.journal
    if left := _left_over(journal.entries(switch=link.port.switch), link.step):
        digest, rows = left
        plan = SwitchPlan.model_validate_json("".join(journal.plan(digest)))
        result = resume_switch(link.by(plan, _accepted(rows)), rows)
        if result.ending not in _AGAIN:
            return result
    try:
        return _fresh(link)
    except PortsealError as error:
        return link.refused(f"nothing was sent: {error}")


def _fresh(link: LinkChange) -> SwitchResult:
    estate, port = link.estate, link.port
    session, switch = link.connect(), port.switch
    (running,) = session.run([estate.pack(switch).read.command])
    plan = plan_from(running, switch, estate)
    others = set(plan.changed_ports) - {port.port, SWITCH_WIDE}
    if refused := [r.reason for r in plan.refusals if r.scope in (port.port, SWITCH_WIDE)]:
        return link.refused(f"{port.port} is left alone: {refused[0]}")
    if others:
        told = ", ".join(sorted(others)[:3])
        return link.refused(f"the site has other changes for it ({told}); `portseal plan` and `apply` come first")
    if not plan.changes:
        return SwitchResult(switch=switch, ending=Ending.UNCHANGED, message="is so already")
    neighbours = [each for each in estate.intent(switch).ports if each.port != port.port]
    before = wait_for(session, neighbours, estate, seconds=0.0) if neighbours else ()
    failing = [verdict.port for verdict in before if verdict.outcome is not Outcome.PASS]
    text = plan.model_dump_json()
    digest = sha256(text.encode()).hexdigest()
    link.run.journal.keep_plan(digest, [text])
    link.run.note(Event.NOTE, switch, {"purpose": link.step, "plan": digest, "accepted": [*failing]})
    return apply_switch(link.by(plan, failing))


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
