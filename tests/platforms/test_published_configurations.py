"""Real running configurations through the planner: a plan changes owned lines only, and its undo restores them.

Nobody promises that such a switch is ready to be sealed. Where it is not, the plan leaves it alone and says why; then what it lacks is
overlooked here, so that the planner has to do its work on a real configuration all the same.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from contract.bench import Bench
from contract.model import carried_out
from contract.profiles import SWITCH, camera_for, packs, possible, site_of
from contract.published import CONFIGURATION, capture_name, captures, published
from contract.text import outside, owned_lines

from portseal.core.errors import ParseError
from portseal.core.owned import owned_configuration
from portseal.core.portname import long_port
from portseal.core.steps import SWITCH_WIDE

CAMERAS = 6
ALL = [
    pytest.param(name, raw, id=f"{name}-{capture_name(raw)}")
    for name in sorted(packs())
    for raw in captures(name)
    if CONFIGURATION.fullmatch(raw.parent.name)
    and not any(re.fullmatch(pattern, raw.parent.name) for pattern in published(name).left_out)
]
ABSENT = [pytest.param("", Path(), marks=pytest.mark.skip(reason="../shared/golden is not here"))]


class Paper(Bench):
    """A bench whose switch is a text, whoever simulates the platform."""

    def __init__(self, platform: str, text: str, ports: list[str]) -> None:
        super().__init__(platform, {"plain": possible(platform).choices["plain"]}, simulate=False)
        self.text = text
        self.lax()
        choices = dict(list(possible(platform).choices.items())[: len(ports)])
        made = site_of(self.pack, choices, options=self.options)
        cameras = [
            camera_for(made.profiles[name], number, self.pack).model_copy(update={"port": port})
            for number, (name, port) in enumerate(zip(choices, ports, strict=False), start=1)
        ]
        self.want(site_of(self.pack, choices, cameras=cameras, options=self.options))

    def lax(self) -> None:
        """Take the text as whole, and what is missing in it as there."""
        read = self.pack.read.model_copy(update={"complete": None})
        self.pack = self.pack.model_copy(update={"require": (), "read": read})


def camera_ports(platform: str, text: str) -> list[str]:
    """Ports of the configuration that a camera could hang on, as the platform spells them."""
    pack = packs()[platform][0]
    spelt = dict.fromkeys(word for word in re.findall(r"\S+", text) if _is_port(platform, word))
    lax = pack.model_copy(update={"read": pack.read.model_copy(update={"complete": None}), "require": ()})
    facts = owned_configuration(
        text, lax, ports=tuple(spelt), radius_addresses=(), mark=lambda secret, shown, place: shown
    ).ports
    return [port for port in spelt if port in facts and not facts[port].forbidden][:CAMERAS]


def _is_port(platform: str, word: str) -> bool:
    try:
        return long_port(packs()[platform][0].ports, word) == word
    except ValueError:
        return False


@pytest.mark.parametrize(("platform", "raw"), ALL or ABSENT)
def test_a_real_configuration_goes_through_a_plan_unharmed(platform: str, raw: Path) -> None:
    text = raw.read_text(encoding="utf-8")
    ports = camera_ports(platform, text)
    bench = Paper(platform, text, ports)
    others, owned = outside(bench), owned_lines(bench)
    plan = bench.plan()
    assert {refusal.scope for refusal in plan.refusals} <= set(ports)
    bench.push(plan)
    assert outside(bench) == others
    left = bench.plan()
    assert left.diff == ""
    if any(risk.code == "undo-incomplete" for risk in plan.risks):
        return
    bench.text = carried_out(bench.text, plan.undo, bench.pack, bench.resolve)
    assert outside(bench) == others
    assert owned_lines(bench) == owned


@pytest.mark.parametrize(("platform", "raw"), ALL or ABSENT)
def test_a_switch_that_is_not_ready_is_left_alone(platform: str, raw: Path) -> None:
    text = raw.read_text(encoding="utf-8")
    bench = Paper(platform, text, camera_ports(platform, text))
    bench.pack = packs()[platform][0]
    try:
        plan = bench.plan()
    except ParseError:  # a part of a configuration, of which nothing is concluded
        return
    refused = {refusal.scope for refusal in plan.refusals}
    assert not (SWITCH_WIDE in refused and plan.changes)
    assert refused.isdisjoint(plan.changed_ports)
    assert plan.switch == SWITCH
