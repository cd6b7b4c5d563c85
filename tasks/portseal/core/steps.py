"""What a plan is made of: steps to take, and what a reviewer should know of them."""

from __future__ import annotations

from typing import Literal

from portseal.core.capability import field_values
from portseal.core.intent import SwitchIntent
from portseal.core.marks import unresolved
from portseal.core.model import Value
from portseal.core.platforms import Pack

SWITCH_WIDE = "switch"
"""Scope of a step that is not about one port."""


class Step(Value):
    """Lines that belong together, in the order in which they are sent."""

    scope: str
    """Long port name, or `switch`."""
    lines: tuple[str, ...]
    """As sent, with references where secrets go. For `file-swap`: a file's section line and its whole new content;
    the section line alone where the file goes away."""


RiskCode = Literal[
    "opens-port", "experimental", "no-self-undo", "undo-incomplete", "removes-switch-wide", "closes-port", "timer"
]


class Risk(Value):
    """Something a reviewer should know before saying yes."""

    code: RiskCode
    scope: str
    message: str


def risks(
    intent: SwitchIntent, pack: Pack, steps: tuple[Step, ...], undo: tuple[Step, ...], released: frozenset[str]
) -> tuple[Risk, ...]:
    """What a reviewer should know of these steps; `released` are ports that no camera has any more."""
    found = [
        Risk(
            code="opens-port", scope=port, message="no camera of the inventory hangs here any more; the port is opened"
        )
        for port in sorted(released & {step.scope for step in steps})
    ]
    found.extend(_experimental(intent, pack, {step.scope for step in steps}))
    removed = [
        line for step in steps if step.scope == SWITCH_WIDE for line in step.lines if line.startswith(pack.negation)
    ]
    if removed:
        found.append(
            Risk(code="removes-switch-wide", scope=SWITCH_WIDE, message=f"{len(removed)} switch-wide lines go away")
        )
    if not pack.commit.strategy.self_undoing:
        found.append(
            Risk(
                code="no-self-undo",
                scope=SWITCH_WIDE,
                message="the switch cannot undo the change by itself; apply takes it only with --accept-no-timer",
            )
        )
    if pack.commit.caution:
        found.append(Risk(code="timer", scope=SWITCH_WIDE, message=pack.commit.caution))
    if any(unresolved(line) for step in undo for line in step.lines):
        found.append(
            Risk(
                code="undo-incomplete",
                scope=SWITCH_WIDE,
                message="the undo lines lack secrets that only the switch knows; its own timer restores them",
            )
        )
    return tuple(found)


def _experimental(intent: SwitchIntent, pack: Pack, scopes: set[str]) -> list[Risk]:
    claims = [claim for claim in pack.capability if claim.support == "experimental"]
    found: list[Risk] = []
    for port in intent.ports:
        if port.port not in scopes:
            continue
        for claim in claims:
            if set(field_values(port, claim.feature)) & set(claim.values):
                values = ", ".join(claim.values)
                found.append(
                    Risk(
                        code="experimental",
                        scope=port.port,
                        message=f"{claim.feature} {values}: {claim.note or claim.source}",
                    )
                )
    return found
