"""Verdicts in, those that forbid a confirmation out: every one that is no pass, unless the change cannot be its cause."""

from __future__ import annotations

from collections.abc import Sequence

from portseal.change.terms import Change
from portseal.core.intent import PortIntent
from portseal.core.observation import LinkState, PortState
from portseal.core.verdict import Outcome, Verdict


def blockers(found: Sequence[Verdict], excused: frozenset[str], change: Change) -> tuple[Verdict, ...]:
    """The verdicts that forbid the confirm."""
    return tuple(verdict for verdict in found if blocks(verdict, excused, change.terms.accept))


def blocks(verdict: Verdict, excused: frozenset[str], accept: frozenset[tuple[str, str]]) -> bool:
    """Whether a verdict forbids the confirm: every one that is not a pass, unless the change cannot be its cause.

    It cannot on an excused port. Unknown always blocks.
    """
    if verdict.outcome is Outcome.PASS or (verdict.switch, verdict.port) in accept:
        return False
    return verdict.outcome is Outcome.UNKNOWN or verdict.port not in excused


def excuses(before: PortState | None, intent: PortIntent) -> bool:
    """Whether the camera was not there before the change: no link, or another station in its place."""
    if before is None:
        return False
    if before.link is LinkState.DOWN or before.err_disabled is not None:
        return True
    stations = {*before.macs, *(session.mac for session in before.sessions if session.mac)}
    return bool(stations) and intent.mac not in stations


def told_of(blocking: Sequence[Verdict]) -> str:
    """Which ports those are, and why; no more than a person reads."""
    told = "; ".join(f"{verdict.port} {verdict.camera}: {verdict.reason}" for verdict in blocking[:5])
    return told + (f" and {len(blocking) - 5} more" if len(blocking) > 5 else "")
