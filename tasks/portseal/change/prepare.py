"""A playbook and a site in, what would be done out: the plan, the waves, the window, and what forbids it. Writes to no switch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from portseal.change.approval import Approved, require_approval
from portseal.change.gates import gates, too_long
from portseal.change.look_first import look_first
from portseal.change.playbook import Action, Playbook
from portseal.change.playbook_terms import terms_of
from portseal.change.run import Orders
from portseal.change.terms import Terms
from portseal.change.timeline import Slot, timeline
from portseal.change.view import View, chosen, groups_of, port_of, seen_through
from portseal.change.window import Freeze, Opening, next_opening, opening_at, read_freezes
from portseal.core.errors import InputError
from portseal.core.one_by_one import OneByOne
from portseal.core.plan_file import Plan, digest_of, make_plan, of_this_site
from portseal.core.planning import SwitchPlan
from portseal.core.waves import Budget, Placed, waves
from portseal.estate import Estate
from portseal.plan import plan_all
from portseal.plan_source import open_plan


@dataclass(frozen=True)
class Prepared:
    """Everything that a run needs, decided before it is begun."""

    book: Playbook
    estate: Estate
    """With the targets only, as the run sees it."""
    orders: Orders
    plan: Plan
    digest: str
    opening: Opening | None
    """The one that is open, or the next; None where the playbook has no window."""
    open_now: bool
    slots: tuple[Slot, ...]
    forbidden: tuple[str, ...]
    """Why it must not be carried out, a line each."""
    warnings: tuple[str, ...]
    blocked: dict[str, str] = field(default_factory=dict)
    """Switch → what preflight has against it; it is not begun."""
    approval: Approved | None = None
    """Whose signatures a given plan bears."""

    @property
    def changing(self) -> Sequence[SwitchPlan]:
        """The switches that there is something to send to, and nothing speaks against."""
        return _without(self.plan.changing, self.blocked)

    @property
    def held(self) -> tuple[SwitchPlan, ...]:
        """The switches that there would be something to send to, and that preflight has something against."""
        return tuple(switch for switch in self.plan.switches if switch.changes and switch.switch in self.blocked)


@dataclass(frozen=True)
class Call:
    """What was said when the playbook was called."""

    folder: Path
    """Where the playbook lies; files that it names are beside it."""
    now: datetime
    """With its time zone."""
    version: str = ""
    """Of portseal, for a plan that is made."""
    plan: Path | None = None
    port: str = ""
    """Camera or SWITCH:PORT, of `open-port` and `swap-camera`."""
    at_once: bool = False
    """Outside the window as well."""


def prepare(
    book: Playbook, estate: Estate, call: Call, *, done: Callable[[str], None] = lambda switch: None
) -> Prepared:
    """Decide what a playbook would do to a site, reading its switches.

    Raises:
        InputError: the targets, the plan file, its approvals or the window are wrong.
    """
    aim = book.targets
    estate = chosen(estate, switches=aim.switches, locations=aim.locations, recorders=aim.recorders)
    estate, view = _view(book, estate, call)
    terms = terms_of(book, estate)
    if call.plan is not None and book.action in (Action.OPEN_PORT, Action.SWAP_CAMERA):
        raise InputError(f"{book.name}: {book.action} makes its own plan for one port; leave --plan out")
    given = book.plan == "given" or call.plan is not None
    looked = look_first(book, estate, sealing=book.action is Action.SEAL)
    if not given:
        view = view.model_copy(update={"left_out": looked.ports(estate)})
        estate = seen_through(estate, view)
    plan, approval = _given(book, estate, call) if given else (_fresh(estate, call, done), None)
    known = estate.nornir.inventory.hosts
    plan = plan.only(known)
    blocked = looked.blocked(plan if given else None)
    changing = _without(plan.changing, blocked)
    opening, open_now = window_now(book, call)
    orders = _orders(book, estate, changing, terms=terms, view=view, opening=None if call.at_once else opening)
    start = call.now if open_now or opening is None or call.at_once else opening.begins
    forbidden, warnings = gates(book, estate, plan, call.port)
    return Prepared(
        book=book,
        estate=estate,
        orders=orders,
        plan=plan,
        digest=digest_of(plan),
        opening=opening,
        open_now=open_now,
        slots=timeline(estate, changing, orders, start, pause=orders.pause),
        forbidden=(*forbidden, *too_long(opening, orders, changing, estate.site.settings.apply.workers)),
        blocked=blocked,
        approval=approval,
        warnings=(
            *looked.told(),
            *warnings,
            *(f"wave {w.number} takes all of {g}" for w in orders.waves for g in w.takes_all_of),
        ),
    )


def _without(plans: Sequence[SwitchPlan], names: Collection[str]) -> Sequence[SwitchPlan]:
    if isinstance(plans, OneByOne):
        return plans.only(frozenset(plans.names).difference(names))
    return tuple(plan for plan in plans if plan.switch not in names)


def foreseen(book: Playbook, estate: Estate, plan: Plan, call: Call) -> tuple[Orders, tuple[Slot, ...]]:
    """How a playbook would carry `plan` out, and when; nothing is read from a switch, so what preflight may say is not in it.

    Raises:
        InputError: it is no playbook that carries a reviewed plan out, or its targets, terms or window are wrong.
    """
    if book.action is not Action.SEAL:
        raise InputError(f"{book.name}: {book.action} carries no reviewed plan out; name one whose action is seal")
    aim = book.targets
    estate = chosen(estate, switches=aim.switches, locations=aim.locations, recorders=aim.recorders)
    changing = [p for p in plan.switches if p.changes and p.switch in estate.nornir.inventory.hosts]
    opening, open_now = window_now(book, call)
    orders = _orders(book, estate, changing, terms=terms_of(book, estate), view=View(), opening=opening)
    start = call.now if open_now or opening is None else opening.begins
    return orders, timeline(estate, changing, orders, start, pause=orders.pause)


def _orders(
    book: Playbook,
    estate: Estate,
    changing: Sequence[SwitchPlan],
    *,
    terms: Terms,
    view: View,
    opening: Opening | None,
) -> Orders:
    groups = groups_of(estate)
    placed = [Placed(switch=p.switch, cameras=len(p.ports), groups=groups.get(p.switch, frozenset())) for p in changing]
    return Orders(
        terms=terms,
        waves=waves(placed, book.waves.shares, canaries=book.waves.canaries) if placed else (),
        budget=Budget(failures=book.waves.failures),
        keep_finished=book.waves.keep_finished,
        opening=opening,
        view=view,
        pause=float(book.waves.pause),
        retries=book.terms.retries,
        opens=book.action is Action.OPEN_PORT,
    )


def _view(book: Playbook, estate: Estate, call: Call) -> tuple[Estate, View]:
    released: dict[str, tuple[str, ...]] = {}
    if book.action is Action.UNSEAL:
        known = estate.nornir.inventory.hosts
        released = {i.switch: tuple(p.port for p in i.ports) for i in estate.site.intents if i.switch in known}
    elif book.action in (Action.OPEN_PORT, Action.SWAP_CAMERA):
        if not call.port:
            raise InputError(f"{book.name}: say which port with --port CAMERA or --port SWITCH:PORT")
        intent, port = port_of(estate, call.port)
        estate = estate.only([intent.switch])
        if book.action is Action.OPEN_PORT:
            released = {intent.switch: (port,)}
    view = View(stage=book.stage, released=released)
    return seen_through(estate, view), view


def _given(book: Playbook, estate: Estate, call: Call) -> tuple[Plan, Approved | None]:
    """The reviewed plan, whole, and whose signatures it bears."""
    if call.plan is None:
        raise InputError(
            f"{book.name}: carries out a reviewed plan only; make one with `portseal plan -o plan.json` and give it with --plan"
        )
    plan = open_plan(call.plan, now=call.now)
    of_this_site(plan, estate.site.site.switches, name=str(call.plan))
    approval = require_approval(
        call.plan,
        digest_of(plan),
        required=book.approval.required,
        by=book.approval.by,
        approvers=estate.site.settings.approvers,
    )
    return plan, approval


def _fresh(estate: Estate, call: Call, done: Callable[[str], None]) -> Plan:
    switches, unread = plan_all(estate, done=done)
    return make_plan(
        version=call.version,
        site=estate.site.site.name,
        now=call.now.replace(microsecond=0),
        valid=timedelta(hours=estate.site.settings.apply.plan_valid_hours),
        switches=switches,
        unread=unread,
    )


def window_now(book: Playbook, call: Call) -> tuple[Opening | None, bool]:
    """The opening that there is now, or the next, and whether it is now; (None, True) where the playbook has no window."""
    if book.window is None:
        return None, True
    freezes: tuple[Freeze, ...] = ()
    if book.window.freezes:
        freezes = read_freezes(call.folder / book.window.freezes, call.now, book.window.timezone)
    if found := opening_at(book.window, call.now, freezes):
        return found, True
    return next_opening(book.window, call.now, freezes), False
