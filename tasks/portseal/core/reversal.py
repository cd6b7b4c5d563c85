"""A plan that was carried out in, the plan that takes it back out."""

from __future__ import annotations

from portseal.core.marks import unresolved
from portseal.core.planning import SwitchPlan
from portseal.core.steps import Risk


def reversal(plan: SwitchPlan, *, running_digest: str) -> SwitchPlan:
    """The plan that leads from where `plan` led (`running_digest`) back to where it began.

    Raises:
        ValueError: it cannot be taken back from here; says why.
    """
    if lines := [line.strip() for step in plan.undo for line in step.lines if unresolved(line)]:
        raise ValueError(f"{len(lines)} lines of the way back need secrets that only the switch knew (`{lines[0]}`)")
    scopes = ", ".join(step.scope for step in plan.undo) or "nothing"
    return plan.model_copy(
        update={
            "running_digest": running_digest,
            "rendered_digest": "",
            "steps": plan.undo,
            "undo": plan.steps,
            "risks": (
                Risk(code="opens-port", scope=plan.switch, message=f"taken back to what it was before: {scopes}"),
            ),
            "diff": turned(plan.diff),
            "stories": tuple(
                story.model_copy(update={"before": story.after, "after": story.before or {}}) for story in plan.stories
            ),
        }
    )


def turned(diff: str) -> str:
    """The diff of the way back."""
    return "\n".join({"+": "-", "-": "+"}.get(line[:1], line[:1]) + line[1:] for line in diff.split("\n"))
