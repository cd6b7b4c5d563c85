"""A reviewed plan in, what became of each switch out: the engine that carries a change out and confirms it only once verified.

For each switch: read and compare → look at the ports as they are → arm and push → read back → observe until verified or
out of time → confirm and save, or revert. A process that dies after the arming leaves a switch that undoes itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from portseal.change.ending import Ending, SwitchResult
from portseal.confirm import confirm, revert, save, undo_refused
from portseal.core import planning
from portseal.core.errors import PortsealError, PushRejected, SessionCut, StalePlan, SwitchError
from portseal.core.intent import PortIntent, SwitchIntent
from portseal.core.observation import LinkState, PortState
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Pack
from portseal.core.rendering import render
from portseal.core.steps import SWITCH_WIDE
from portseal.core.verdict import Outcome, Verdict
from portseal.estate import Estate
from portseal.observe import observe
from portseal.plan import plan_from
from portseal.push import check_idle, push
from portseal.transport.session import Session
from portseal.verify import wait_for

Say = Callable[[str, str], None]
"""(switch, what is being done) — for progress."""


@dataclass(frozen=True)
class Terms:
    """On what terms a change is carried out."""

    minutes: int
    """The switch's own timer."""
    verify_seconds: float
    accept: frozenset[tuple[str, str]] = frozenset()
    """(switch, long port name) of ports that may fail without the switch being rolled back."""
    without_timer: bool = False
    """Also change switches that cannot undo a change by themselves."""


@dataclass(frozen=True)
class Change:
    """One switch's part of a plan, with all that carrying it out needs."""

    plan: SwitchPlan
    estate: Estate
    terms: Terms
    connect: Callable[[], Session]
    """Opens a session, or gives the one that is open."""
    reconnect: Callable[[], Session]
    """Opens a new session after the first was lost."""
    say: Say

    @property
    def switch(self) -> str:
        """Its name."""
        return self.plan.switch

    @property
    def pack(self) -> Pack:
        """Its platform."""
        return self.estate.pack(self.switch)

    @property
    def intent(self) -> SwitchIntent:
        """What the switch must be, without the ports that the plan leaves alone."""
        return planning.without_ports(self.estate.intent(self.switch), {r.scope for r in self.plan.refusals})

    def tell(self, what: str) -> None:
        """Report progress."""
        self.say(self.switch, what)

    def end(self, ending: Ending, message: str, verdicts: tuple[Verdict, ...] = ()) -> SwitchResult:
        """What became of it, secrets taken out."""
        text = self.estate.redactor().clean(message)
        return SwitchResult(switch=self.switch, ending=ending, message=text, verdicts=verdicts)


def apply_switch(change: Change) -> SwitchResult:
    """Carry a plan out on its switch; never raises one of our errors, the result says what happened."""
    began = time.monotonic()
    try:
        result = _apply(change)
    except _Ended as ended:
        result = ended.result
    return result.model_copy(update={"seconds": round(time.monotonic() - began, 2)})


class _Ended(Exception):
    def __init__(self, result: SwitchResult) -> None:
        super().__init__(result.message)
        self.result = result


def _apply(change: Change) -> SwitchResult:
    plan, intent = change.plan, change.intent
    whole = any(step.scope == SWITCH_WIDE for step in plan.steps)
    watched = tuple(port for port in intent.ports if whole or port.port in plan.changed_ports)
    session, before = _begin(change, watched)
    _push(change, session)
    try:
        change.tell("verifying")
        stored = _read_back(change, session)
        found = wait_for(
            session,
            watched,
            change.estate,
            seconds=change.terms.verify_seconds,
            enough=lambda verdicts: not _blocking(verdicts, before, watched, change.terms),
        )
    except PortsealError as error:
        return _undo(change, f"could not be verified: {error}", lost=isinstance(error, SessionCut))
    if blocking := _blocking(found, before, watched, change.terms):
        told = "; ".join(f"{v.port} {v.camera}: {v.reason}" for v in blocking[:5])
        more = f" and {len(blocking) - 5} more" if len(blocking) > 5 else ""
        return _undo(change, f"{len(blocking)} ports not as intended ({told}{more})", verdicts=found)
    return _keep(change, session, found, stored)


def _keep(change: Change, session: Session, found: tuple[Verdict, ...], stored: dict[str, str]) -> SwitchResult:
    """Confirm, save and remember."""
    change.tell("confirming")
    try:
        confirm(session, change.pack)
    except SessionCut as error:
        text = f"the session was lost while confirming ({error}); plan again to see what the switch has"
        return change.end(Ending.UNCERTAIN, text, found)
    except SwitchError as error:
        return _undo(change, f"could not be confirmed: {error}", lost=True, verdicts=found)
    _remember(change, stored)
    try:
        save(session, change.pack)
    except SwitchError as error:
        text = f"confirmed, but not saved ({error}); save it there, or a reload takes it away"
        return change.end(Ending.UNCERTAIN, text, found)
    failing = sum(v.outcome is not Outcome.PASS for v in found)
    tail = (
        f"; {failing} of {len(found)} ports are not as intended, each accepted or so before the change"
        if failing
        else ""
    )
    ports = len(change.plan.changed_ports)
    return change.end(Ending.APPLIED, f"confirmed and saved, {ports} ports changed{tail}", found)


def _remember(change: Change, stored: Mapping[str, str]) -> None:
    """Keep which ports are sealed now: those of the inventory, and of the refused ones those that were before."""
    memory, refused = change.estate.memory, {refusal.scope for refusal in change.plan.refusals}
    ports = frozenset(port.port for port in change.intent.ports) | (memory.sealed(change.switch) & refused)
    memory.remember(change.switch, ports=ports, stored=stored)


def _begin(change: Change, watched: Sequence[PortIntent]) -> tuple[Session, dict[str, PortState]]:
    """Everything up to the first write: an open session and the ports as they are."""
    commit = change.pack.commit
    try:
        change.tell("connecting")
        session = change.connect()
    except PortsealError as error:
        raise _Ended(change.end(Ending.UNREACHABLE, str(error))) from error
    try:
        change.tell("comparing")
        asked = [change.pack.read.command, *([commit.pending] if commit.pending else [])]
        running, *pending = session.run(asked)
        if pending:
            check_idle(change.switch, pending[0], commit)
        check_fresh(change, running)
        if not change.plan.changes:
            raise _Ended(change.end(Ending.UNCHANGED, "nothing to do"))
        return session, observe(session, watched, change.estate, pause=0.0).first
    except PortsealError as error:
        raise _Ended(change.end(Ending.REFUSED, f"nothing was sent: {error}")) from error


def check_fresh(change: Change, running: str) -> None:
    """Refuse a plan that no longer describes what would happen.

    Raises:
        StalePlan: the site, a template, a secret or the owned configuration of the switch changed since.
    """
    plan, pack, marks = change.plan, change.pack, change.estate.marks(change.switch)
    if planning.owned_digest(plan, change.intent, running, pack, marks) != plan.running_digest:
        raise StalePlan(plan.switch, "the running configuration changed since the plan was made; plan again")
    if not plan.changes:
        return
    rendered = render(change.intent, change.estate.folder(plan.switch))
    if sha256(rendered.encode()).hexdigest() != plan.rendered_digest:
        raise StalePlan(plan.switch, "the site or a template changed since the plan was made; plan again")
    if planning.secret_marks(rendered, pack, marks) != plan.secrets:
        raise StalePlan(plan.switch, "a secret changed since the plan was made; plan again")


def _push(change: Change, session: Session) -> None:
    change.tell("pushing")
    try:
        push(
            session,
            change.plan,
            change.pack,
            change.estate.secret,
            minutes=change.terms.minutes,
            without_timer=change.terms.without_timer,
        )
    except PushRejected as error:
        raise _Ended(_undo(change, str(error), how=undo_refused)) from error
    except SessionCut as error:
        raise _Ended(_undo(change, str(error), lost=True)) from error
    except PortsealError as error:
        raise _Ended(change.end(Ending.REFUSED, f"nothing was sent: {error}")) from error


def _read_back(change: Change, session: Session) -> dict[str, str]:
    """See that the switch has what was sent; gives what its undecodable texts stand for.

    Raises:
        PushRejected: a line is missing although nothing was refused.
    """
    plan, estate = change.plan, change.estate
    (running,) = session.run([change.pack.read.command])
    fresh = estate.marks(plan.switch, forget=True)
    folders = (estate.folder(plan.switch),)
    stored = planning.learned(plan, change.intent, running, pack=change.pack, folders=folders, marks=fresh)
    left = plan_from(running, plan.switch, estate, stored=stored)
    if left.changes:
        lacking = "; ".join(line.strip() for step in left.steps[:3] for line in step.lines[:2])
        raise PushRejected(plan.switch, f"took the lines without a word, but does not show them all ({lacking})")
    return stored


def _undo(
    change: Change,
    why: str,
    *,
    lost: bool = False,
    how: Callable[[Session, Pack], None] = revert,
    verdicts: tuple[Verdict, ...] = (),
) -> SwitchResult:
    """Revert now and read back; what cannot be reached undoes itself, where it can."""
    plan = change.plan
    change.tell("rolling back")
    try:
        session = change.reconnect() if lost else change.connect()
        how(session, change.pack)
        (running,) = session.run([change.pack.read.command])
        digest = planning.owned_digest(plan, change.intent, running, change.pack, change.estate.marks(plan.switch))
    except PortsealError as error:
        failed = f"{why}; could not be reverted from here ({error})"
        if not change.pack.commit.strategy.self_undoing:
            by_hand = "; ".join(change.pack.commit.revert)
            text = (
                f"{failed}, and the switch does not undo it by itself: look at it, and roll back there with `{by_hand}`"
            )
            return change.end(Ending.UNCERTAIN, text, verdicts)
        text = f"{failed}, the switch undoes it by itself when its timer ends"
        return change.end(Ending.ARMED, text, verdicts)
    if digest != plan.running_digest:
        text = f"{why}; reverted, but the owned configuration is not what it was before; look at it"
        return change.end(Ending.UNCERTAIN, text, verdicts)
    return change.end(Ending.ROLLED_BACK, f"{why}; rolled back, the configuration is as before", verdicts)


def _blocking(
    found: Sequence[Verdict], before: Mapping[str, PortState], watched: Sequence[PortIntent], terms: Terms
) -> tuple[Verdict, ...]:
    intents = {port.port: port for port in watched}
    return tuple(v for v in found if blocks(v, before.get(v.port), intents[v.port], terms.accept))


def blocks(verdict: Verdict, before: PortState | None, intent: PortIntent, accept: frozenset[tuple[str, str]]) -> bool:
    """Whether a verdict forbids the confirm: every one that is not a pass, unless the change cannot be its cause.

    It cannot where the camera was not there before either: no link, or another station in its place. Unknown always blocks.
    """
    if verdict.outcome is Outcome.PASS or (verdict.switch, verdict.port) in accept:
        return False
    if verdict.outcome is Outcome.UNKNOWN or before is None:
        return True
    if before.link is LinkState.DOWN or before.err_disabled is not None:
        return False
    stations = {*before.macs, *(session.mac for session in before.sessions if session.mac)}
    return not stations or intent.mac in stations
