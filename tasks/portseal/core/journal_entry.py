"""What a journal holds: rows that each carry the digest of the row before, so that a changed or missing one is found.

The digest of a row is SHA-256 over its fields and the digest before, in canonical JSON; of the first row over 64 zeros.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from pydantic import JsonValue

from portseal.core.model import Value

ORIGIN = "0" * 64
"""What stands in place of a digest before the first row."""


class Event(StrEnum):
    """What is about to be done, or was concluded; written before it is done."""

    RUN_BEGUN = "run-begun"
    RUN_ENDED = "run-ended"
    WAVE_BEGUN = "wave-begun"
    WAVE_ENDED = "wave-ended"
    SWITCH_BEGUN = "switch-begun"
    ARMING = "arming"
    """From here on the switch may carry the change with its timer running."""
    PUSHED = "pushed"
    VERIFYING = "verifying"
    CONFIRMING = "confirming"
    """From here on the switch may have kept the change."""
    SAVING = "saving"
    REVERTING = "reverting"
    SWITCH_ENDED = "switch-ended"
    RESUMED = "resumed"
    ABORTED = "aborted"
    STEP = "step"
    """A step of something other than a plan, a key rotation say; `data` says which."""
    NOTE = "note"


MAY_BE_ARMED = frozenset({Event.ARMING, Event.PUSHED, Event.VERIFYING, Event.CONFIRMING, Event.SAVING, Event.REVERTING})
"""Events after which a switch may carry a change with its timer running."""


class Entry(Value):
    """One row."""

    number: int
    """1 for the first; one more each."""
    at: datetime
    """With its time zone, UTC."""
    run: str
    event: Event
    switch: str = ""
    """Empty where the row is about the run."""
    data: dict[str, JsonValue] = {}
    previous: str
    digest: str


def digest_of(*, number: int, at: str, run: str, event: str, switch: str, data: str, previous: str) -> str:
    """The digest of a row, from its fields as they are stored."""
    content = json.dumps([number, at, run, event, switch, data, previous], separators=(",", ":"), ensure_ascii=False)
    return sha256(content.encode()).hexdigest()


class Row(Value):
    """A row as it is stored: text fields only, so that what is checked is what lies in the file."""

    number: int
    at: str
    run: str
    event: str
    switch: str
    data: str
    previous: str
    digest: str


def broken(rows: Sequence[Row], *, highest: int) -> Iterator[str]:
    """What is wrong with a journal, a line each; nothing where it is whole. `highest`: the number that was given last."""
    previous, expected = ORIGIN, 1
    for row in rows:
        if row.number != expected:
            missing = f"row {expected}" if row.number == expected + 1 else f"rows {expected} to {row.number - 1}"
            yield f"{missing}: missing"
        elif row.previous != previous:
            yield f"row {row.number}: does not follow the row before it; one of the two was changed"
        content = row.model_dump(exclude={"digest"})
        if digest_of(**content) != row.digest:
            yield f"row {row.number}: was changed after it was written ({row.event} {row.switch})".rstrip()
        previous, expected = row.digest, row.number + 1
    if highest >= expected:
        yield (
            f"rows {expected} to {highest}: missing at the end"
            if highest > expected
            else f"row {expected}: missing at the end"
        )


class RunSummary(Value):
    """One run, as its rows tell it."""

    run: str
    begun: datetime
    ended: datetime | None
    actor: str
    what: str
    """What kind of run: `apply`, `rollback`, `playbook seal-cameras`, `keys rotate` ..."""
    reason: str = ""
    ticket: str = ""
    plan: str = ""
    """Digest of the plan it carries out; empty where it has none."""
    endings: dict[str, str] = {}
    """Switch → what became of it, or `open: <last event>` where nothing did yet."""

    @property
    def open(self) -> bool:
        """Whether it has not come to its end."""
        return self.ended is None


def summaries(entries: Sequence[Entry]) -> tuple[RunSummary, ...]:
    """Each run of a journal, in the order in which they were begun."""
    found: dict[str, RunSummary] = {}
    for entry in entries:
        text = {key: value for key, value in entry.data.items() if isinstance(value, str)}
        if entry.event is Event.RUN_BEGUN:
            found[entry.run] = RunSummary(
                run=entry.run,
                begun=entry.at,
                ended=None,
                actor=text.get("actor", ""),
                what=text.get("what", ""),
                reason=text.get("reason", ""),
                ticket=text.get("ticket", ""),
                plan=text.get("plan", ""),
            )
            continue
        if (run := found.get(entry.run)) is None:
            continue
        if entry.event in (Event.RUN_ENDED, Event.ABORTED) and not entry.switch:
            found[entry.run] = run.model_copy(update={"ended": entry.at})
        elif entry.event is Event.RESUMED and not entry.switch:
            found[entry.run] = run.model_copy(update={"ended": None})
        elif entry.switch:
            ending = text.get("ending", "") if entry.event is Event.SWITCH_ENDED else f"open: {entry.event}"
            found[entry.run] = run.model_copy(update={"endings": {**run.endings, entry.switch: ending}})
    return tuple(found.values())
