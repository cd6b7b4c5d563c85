"""Where a switch stands with regard to a plan: as it was before, as the plan wants it, or neither."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256

from portseal.change.terms import Change
from portseal.core import planning
from portseal.core.errors import PushRejected, StalePlan
from portseal.core.rendering import render
from portseal.plan import plan_from
from portseal.transport.session import Session


class Standing(StrEnum):
    """What a switch's owned configuration is."""

    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


def owned_digest(change: Change, running: str) -> str:
    """The digest of the owned lines of `running`."""
    marks = change.estate.marks(change.switch)
    return planning.owned_digest(change.plan, change.intent, running, change.pack, marks)


def standing(change: Change, running: str, *, kept: str = "") -> Standing:
    """Where `running` stands. `kept`: the digest that was to be confirmed, which knows undecodable secrets before they are remembered."""
    digest = owned_digest(change, running)
    if digest == change.plan.running_digest:
        return Standing.BEFORE
    if digest == kept:
        return Standing.AFTER
    if change.back_to:
        return Standing.AFTER if digest == change.back_to else Standing.OTHER
    return Standing.OTHER if plan_from(running, change.switch, change.estate).changes else Standing.AFTER


def check_fresh(change: Change, running: str) -> None:
    """Refuse a plan that no longer describes what would happen.

    Raises:
        StalePlan: the site, a template, a secret or the owned configuration of the switch changed since.
    """
    plan, pack, marks = change.plan, change.pack, change.estate.marks(change.switch)
    if planning.owned_digest(plan, change.intent, running, pack, marks) != plan.running_digest:
        raise StalePlan(plan.switch, "the running configuration changed since the plan was made; plan again")
    if not plan.changes or change.back_to:
        return
    rendered = render(change.intent, change.estate.folder(plan.switch))
    if sha256(rendered.encode()).hexdigest() != plan.rendered_digest:
        raise StalePlan(plan.switch, "the site or a template changed since the plan was made; plan again")
    if planning.secret_marks(rendered, pack, marks) != plan.secrets:
        raise StalePlan(plan.switch, "a secret changed since the plan was made; plan again")


def read_back(change: Change, session: Session) -> tuple[dict[str, str], str]:
    """See that the switch has what was sent; gives what its undecodable texts stand for, and the digest of what is ours.

    Raises:
        PushRejected: it has not, although nothing was refused.
    """
    plan, estate = change.plan, change.estate
    (running,) = session.run([change.pack.read.command])
    if change.back_to:
        if owned_digest(change, running) != change.back_to:
            raise PushRejected(plan.switch, "refused no line, and is not as it was before the change all the same")
        return {}, change.back_to
    fresh = estate.marks(plan.switch, forget=True)
    folders = (estate.folder(plan.switch),)
    stored = planning.learned(plan, change.intent, running, pack=change.pack, folders=folders, marks=fresh)
    left = plan_from(running, plan.switch, estate, stored=stored)
    if left.changes:
        lacking = "; ".join(line.strip() for step in left.steps[:3] for line in step.lines[:2])
        why = "did not take every line, though it refused none, or somebody else changed lines that are ours meanwhile"
        raise PushRejected(plan.switch, f"{why}; it lacks: {lacking}")
    return stored, owned_digest(change, running)


def since(change: Change, running: str, digest: str) -> Standing:
    """Whether the owned configuration is still what was verified, whose `digest` this is; `running` was read after a confirmation.

    Some platforms take a confirmation that has nothing to confirm any more, because the timer was first, without a word; and
    somebody else may have changed a line in the same moment.
    """
    now = owned_digest(change, running)
    if now == digest:
        return Standing.AFTER
    return Standing.BEFORE if now == change.plan.running_digest else Standing.OTHER
