"""`portseal rehearse`: carry a plan out on simulated switches first, and say what would have happened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portseal.cli.options import SiteDir

if TYPE_CHECKING:
    from portseal.change.playbook import Playbook
    from portseal.change.terms import Terms
    from portseal.core.plan_file import Plan
    from portseal.core.planning import SwitchPlan
    from portseal.estate import Estate
    from portseal.simulator.farm import Farm
    from portseal.simulator.faults import Fault

FAULTS = ("radius-dead", "refuse-line", "cut", "reboot", "no-login")


def rehearse(
    plan: Annotated[Path, typer.Argument(help="A plan that `portseal plan -o` wrote.")],
    *,
    site: SiteDir = Path(),
    playbook: Annotated[
        Path | None, typer.Option("--playbook", help="Carry it out as this playbook says: its waves, budget and terms.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault", help=f"KIND:SWITCH that goes wrong while it is changed ({', '.join(FAULTS)}); may be repeated."
        ),
    ] = None,
) -> None:
    """Carry PLAN out on simulated switches of SITE, on this machine, and show what would have happened. No switch is connected to.

    The simulated switches begin as the plan found the real ones, as far as its lines go: what else is configured there is not
    known here, and neither are the real secrets needed. Exit code 0: all as intended; 2: rolled back, or ports not as intended;
    1: an error, also where a plan made in the rehearsal would send other lines.
    """
    import tempfile

    from portseal.change.playbook import load_playbook
    from portseal.cli.sim import LOGIN, write_copy
    from portseal.core.errors import InputError
    from portseal.core.plan_file import of_this_site
    from portseal.estate import open_estate
    from portseal.plan_source import open_plan
    from portseal.simulator.campus import demo_secrets, site_specs
    from portseal.simulator.farm import Farm
    from portseal.site import open_site

    loaded = open_plan(plan, now=datetime.now(UTC))
    book = load_playbook(playbook) if playbook else None
    opened = open_site(site)
    of_this_site(loaded, opened.site.switches, name=str(plan))
    faults = _faults(fault or [], loaded)
    known = demo_secrets(opened.site)
    specs = [
        spec.model_copy(update={"minute": 6.0})
        for spec in site_specs(opened.site, known)
        if _changes(loaded, spec.name)
    ]
    left_out = [p.switch for p in loaded.switches if p.changes and p.switch not in {spec.name for spec in specs}]
    if not specs:
        raise InputError(
            f"{plan}: no switch that it changes can be simulated ({', '.join(left_out) or 'it changes none'})"
        )
    with (
        tempfile.TemporaryDirectory(prefix="portseal-rehearsal-") as scratch,
        Farm(specs, username="admin", password=known[next(iter(known))]) as farm,
    ):
        copy = Path(scratch) / "site"
        write_copy(opened, copy, farm, {**known, LOGIN: known[next(iter(known))]}, "admin")
        estate = open_estate(copy)
        estate = estate.only([spec.name for spec in specs])
        before = _set_the_scene(estate, farm, loaded, known)
        code = _carry_out(estate, farm, loaded.model_copy(update={"switches": before}), book, faults)
    for name in left_out:
        typer.echo(f"portseal: {name}: not rehearsed, its platform cannot be simulated", err=True)
    raise typer.Exit(code)


def _changes(plan: Plan, switch: str) -> bool:
    return any(p.switch == switch and p.changes for p in plan.switches)


def _faults(asked: Sequence[str], plan: Plan) -> Mapping[str, Fault]:
    from portseal.core.errors import InputError
    from portseal.simulator.faults import CutAtLine, LoginRefused, RadiusDead, Reboot, RefuseNthLine

    kinds: dict[str, Fault] = {
        "radius-dead": RadiusDead(),
        "refuse-line": RefuseNthLine(number=5),
        "cut": CutAtLine(pattern="."),
        "reboot": Reboot(seconds=1.0),
        "no-login": LoginRefused(),
    }
    found: dict[str, Fault] = {}
    for text in asked:
        kind, _, switch = text.partition(":")
        if kind not in kinds or not _changes(plan, switch):
            raise InputError(
                f"--fault {text}: write KIND:SWITCH with one of {', '.join(FAULTS)} and a switch that the plan changes"
            )
        found[switch] = kinds[kind]
    return found


def _set_the_scene(estate: Estate, farm: Farm, plan: Plan, known: Mapping[str, str]) -> tuple[SwitchPlan, ...]:
    """Make the simulated switches what the plan found: all that the site wants, and then the plan's way back.

    Gives the plans made against them; each must send what the reviewed one sends.

    Raises:
        InputError: one would send something else.
    """
    from portseal.core.errors import InputError

    reviewed = {p.switch: p for p in plan.switches if p.switch in estate.nornir.inventory.hosts}
    first = _plans(estate)
    if moved := [name for name, wanted in first.items() if wanted.rendered_digest != reviewed[name].rendered_digest]:
        raise InputError(f"the site or a template changed since the plan was made ({', '.join(moved)}); plan again")
    for name, wanted in first.items():
        lines = [line for step in (*wanted.steps, *reviewed[name].undo) for line in step.lines]
        farm[name].engineer(tuple(_typed(line, known) for line in lines))
    made = _plans(estate)
    wrong = []
    for name, again in made.items():
        ours, theirs = (_lines(each) for each in (again, reviewed[name]))
        if ours != theirs:
            place = next((b or a for a, b in zip([*ours, ""], [*theirs, ""], strict=False) if a != b), "")
            wrong.append(f"  {name}: its rehearsal would send other lines, from `{place.strip()}` on")
    if wrong:
        raise InputError("the plan cannot be rehearsed as it is\n" + "\n".join(wrong))
    return tuple(made[name] for name in reviewed)


def _plans(estate: Estate) -> Mapping[str, SwitchPlan]:
    from portseal.core.errors import InputError
    from portseal.core.planning import SwitchPlan
    from portseal.fleet import on_all
    from portseal.plan import plan_switch

    outcomes = on_all(estate, plan_switch, SwitchPlan, reading=True)
    if outcomes.failures:
        raise InputError("; ".join(outcomes.failures.values()))
    return outcomes.results


def _lines(plan: SwitchPlan) -> list[str]:
    return [line for step in plan.steps for line in step.lines]


def _typed(line: str, known: Mapping[str, str]) -> str:
    """A plan's line with rehearsal's secrets; one that only the real switch knows becomes digits of its fingerprint."""
    from portseal.core.marks import MARK

    shown = re.sub(r"\{\{secret:([^}]+)\}\}", lambda found: known.get(found[1], "0" * 32), line)
    return MARK.sub(lambda found: (re.sub(r"[^0-9a-f]", "", found[0]) * 32)[:32], shown)


def _simulated(terms: Terms) -> Terms:
    """A playbook's terms where a minute lasts six seconds: its ports, its second login, what it accepts; its verification in a tenth."""
    short = min(max(6.0, terms.verify_seconds / 10), terms.minutes * 3.0)
    return terms.model_copy(update={"verify_seconds": short})


def _carry_out(estate: Estate, farm: Farm, plan: Plan, book: Playbook | None, faults: Mapping[str, Fault]) -> int:
    from portseal.change.again import take_back_failed
    from portseal.change.playbook_terms import terms_of
    from portseal.change.run import Orders, Work, begin_run, carry_out
    from portseal.change.terms import Terms
    from portseal.change.view import groups_of
    from portseal.cli.apply import exit_code
    from portseal.cli.console import console
    from portseal.cli.plan_summary import show_extent
    from portseal.cli.tables import TAKEN_BACK, result_table, verdict_table
    from portseal.core.plan_file import digest_of, dump_plan
    from portseal.core.report import summary
    from portseal.core.verdict import Outcome
    from portseal.core.waves import Budget, Placed, waves

    def happen(switch: str, what: str) -> None:
        if what == "pushing" and switch in faults:
            farm[switch].inject(faults[switch])

    terms = Terms(minutes=2, verify_seconds=6.0, without_timer=True)
    orders = Orders(terms=terms)
    if book is not None:
        terms = _simulated(terms_of(book, estate))
        groups = groups_of(estate)
        placed = [
            Placed(switch=p.switch, cameras=len(p.ports), groups=groups.get(p.switch, frozenset()))
            for p in plan.switches
        ]
        orders = Orders(
            terms=terms,
            waves=waves(placed, book.waves.shares, canaries=book.waves.canaries),
            budget=Budget(failures=book.waves.failures),
            keep_finished=book.waves.keep_finished,
            retries=book.terms.retries,
        )
    with begin_run(estate, "rehearsal", plan=digest_of(plan), text=[dump_plan(plan)], orders=orders) as run:
        results = carry_out(Work(estate=estate, run=run, orders=orders, say=happen), plan.switches)
        back = take_back_failed(estate, run)
    verdicts = [verdict for result in results for verdict in result.verdicts]
    failing = [verdict for verdict in verdicts if verdict.outcome is not Outcome.PASS]
    out = console()
    out.print("Rehearsed on simulated switches; nothing was connected to.")
    show_extent(plan.switches, out)
    if failing:
        out.print(verdict_table(failing))
    out.print(result_table(results))
    if back:
        out.print(TAKEN_BACK)
        out.print(result_table(back))
    if verdicts:
        out.print(summary(verdicts))
    for result in (*results, *back):
        if not result.good:
            typer.echo(f"portseal: {result.switch}: {result.ending}: {result.message}", err=True)
    return exit_code((*results, *back), failing=bool(failing))
