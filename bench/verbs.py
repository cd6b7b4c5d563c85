"""plan, apply, verify and a login alone over the switches of a site, in a process of its own: seconds, processor time, memory.

`run_verb(site, "plan")` does it in this process; `python -m bench.verbs` takes `{"site": ..., "verb": ...}` and answers in JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import measured

if TYPE_CHECKING:
    from nornir.core.plugins.runners import RunnerPlugin

    from portseal.estate import Estate

VERBS = ("connect", "plan", "apply", "verify")
_PLAN = "bench-plan.json"


def run_verb(
    site: Path,
    verb: str,
    *,
    runner: Callable[[Estate], RunnerPlugin] | None = None,
    standing: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """What `verb` costs on the switches that `site` leads to; importing is not in `seconds`, nor is opening the site, which is in `open_seconds`.

    `runner` makes another Nornir runner than the site's own. `plan` leaves its plan in the site for `apply`. With `standing`, every
    switch is logged in to first, and it is told when all stand at their prompts; the logins are not in `seconds` then.
    """
    from portseal.estate import open_estate

    _import_all()
    with measured() as opening:
        estate = open_estate(site)
        if runner is not None:
            from dataclasses import replace

            estate = replace(estate, nornir=estate.nornir.with_runner(runner(estate)))
        for password in _passwords(estate):
            estate.secret(password)
        if standing is not None:
            for host in estate.nornir.inventory.hosts.values():
                estate.session(host)
            standing()
    work = {"connect": _connect, "plan": _plan, "apply": _apply, "verify": _verify}[verb]
    with measured() as cost:
        what = work(estate, site)
    return {
        "verb": verb,
        "switches": len(estate.nornir.inventory.hosts),
        "seconds": cost.seconds,
        "cpu_seconds": cost.cpu_seconds,
        "open_seconds": opening.seconds,
        "peak_mb": cost.peak_mb,
        **what,
    }


def _import_all() -> None:
    """What a verb imports when it is first needed; others' libraries are imported before they are measured, too."""
    import portseal.change.run
    import portseal.core.plan_file
    import portseal.looks
    import portseal.plan
    import portseal.transport.cli_session  # noqa: F401


def _passwords(estate: Estate) -> set[str]:
    return {str(host["login"]["password"]) for host in estate.nornir.inventory.hosts.values()}


def _connect(estate: Estate, site: Path) -> dict[str, Any]:
    """Log in everywhere, stand at the prompt, leave."""
    from nornir.core.task import Result, Task

    from portseal.fleet import on_all

    def log_in(task: Task, estate: Estate) -> Result:
        return Result(host=task.host, result=estate.session(task.host).switch)

    _all_went_well(on_all(estate, log_in, str, reading=True).failures)
    return {}


def _plan(estate: Estate, site: Path) -> dict[str, Any]:
    from portseal import __version__
    from portseal.core.plan_file import dump_plan, make_plan
    from portseal.core.planning import SwitchPlan
    from portseal.fleet import on_all
    from portseal.plan import plan_switch

    outcomes = on_all(estate, plan_switch, SwitchPlan, reading=True)
    _all_went_well(outcomes.failures)
    plan = make_plan(
        version=__version__,
        site=estate.site.settings.name,
        now=datetime.now(UTC).replace(microsecond=0),
        valid=timedelta(hours=1),
        switches=tuple(outcomes.results[name] for name in sorted(outcomes.results)),
        unread={},
    )
    (site / _PLAN).write_text(dump_plan(plan), encoding="utf-8")
    return {"changed_ports": sum(len(one.changed_ports) for one in plan.switches)}


def _apply(estate: Estate, site: Path) -> dict[str, Any]:
    from portseal.change.run import Orders, Work, begin_run, carry_out
    from portseal.change.terms import Terms
    from portseal.core.plan_file import digest_of, load_plan

    text = (site / _PLAN).read_text(encoding="utf-8")
    plan = load_plan(text, name=_PLAN, now=datetime.now(UTC))
    settings = estate.site.settings.apply
    orders = Orders(terms=Terms(minutes=settings.timer_minutes, verify_seconds=settings.verify_seconds))
    with begin_run(estate, "apply", plan=digest_of(plan), text=[text], orders=orders) as run:
        results = carry_out(Work(estate=estate, run=run, orders=orders), plan.switches)
    _all_went_well({result.switch: result.message for result in results if not result.good})
    return {"applied": len(results)}


def _verify(estate: Estate, site: Path) -> dict[str, Any]:
    from portseal.core.verdict import Outcome
    from portseal.looks import look_at_all

    looks = look_at_all(estate)
    _all_went_well(looks.failures)
    wrong = [verdict for verdict in looks.verdicts if verdict.outcome is not Outcome.PASS]
    if wrong:
        raise SystemExit(f"{len(wrong)} ports do not pass, the first: {wrong[0]}")
    return {"passed": len(looks.verdicts), "pause_seconds": estate.site.settings.apply.counter_pause_seconds}


def _all_went_well(failures: dict[str, str]) -> None:
    if failures:
        raise SystemExit(f"{len(failures)} switches failed: {next(iter(failures.values()))}")


def main() -> None:
    """One verb, as asked for on the standard input."""
    job = json.load(sys.stdin)
    print(json.dumps(run_verb(Path(job["site"]), job["verb"])))


if __name__ == "__main__":
    main()
