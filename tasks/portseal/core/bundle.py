"""What a bundle of evidence says of itself: when, of what, by whom, which files it holds with their digests, and which one came before it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from portseal.core.compliance import ControlSummary, ControlTally
from portseal.core.model import Value
from portseal.core.record import PortRecord
from portseal.core.verdict import Outcome

BUNDLE, SIGNATURE = "bundle.json", "bundle.sig"
RECORDS, JUNIT, PORTS, SUMMARY = "records.jsonl", "report.junit.xml", "ports.csv", "summary.json"

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hexadecimal digits."""


class FileDigest(Value):
    """One file of a bundle."""

    sha256: Digest
    size: int
    """Octets."""


class Before(Value):
    """The bundle that was the last one when this one was made."""

    name: str
    digest: Digest
    """Of its bundle.json."""


class Bundle(Value):
    """A bundle's own description, `bundle.json`; its signature is over the digest of this file."""

    schema_version: Literal[1] = 1
    site: str
    made: datetime
    by: str
    """user@machine."""
    number: Annotated[int, Field(ge=1)]
    """Bundles of the archive count up; a missing one shows."""
    limit: str
    """To which switches it was limited; empty: to none."""
    portseal: str
    """Version that made it."""
    python: str
    plan: str
    """Digest of the plan that was carried out last; empty where the journal knows of none."""
    run: str
    """And the run that did."""
    fingerprints: str
    """Tells with which key fingerprints were made, without telling the key: those of two bundles can be compared where this is alike."""
    before: Before | None
    files: Mapping[str, FileDigest]


class SwitchSummary(Value):
    """One switch of a bundle."""

    platform: str
    unread: str = ""
    """Why nothing could be read of it; empty where it was read."""
    passing: int = 0
    failing: int = 0
    unknown: int = 0
    configuration: Mapping[str, str] | None = None
    """Section of its running configuration → digest of the lines in it that are ours, secrets as fingerprints; None where that
    was not read."""


class Summary(Value):
    """`summary.json`: a bundle in numbers."""

    schema_version: Literal[1] = 1
    ports: int
    outcomes: Mapping[Outcome, int]
    reasons: Mapping[str, int]
    switches: Mapping[str, SwitchSummary]
    controls: tuple[ControlSummary, ...] = ()
    """What the ports show of the requirements of standards: a mapping, no certification."""


def summary_of(
    records: Iterable[PortRecord],
    platforms: Mapping[str, str],
    *,
    unread: Mapping[str, str],
    configurations: Mapping[str, Mapping[str, str]],
) -> Summary:
    """The numbers of `records`; `platforms` has every switch that was asked, `configurations` the digests of what it has of ours."""
    reasons: Counter[str] = Counter()
    per_switch: Counter[tuple[str, Outcome]] = Counter()
    tally = ControlTally()
    for record in records:
        reasons[str(record.reason)] += 1
        per_switch[record.switch, record.outcome] += 1
        tally.add(record)
    outcomes: Counter[Outcome] = Counter()
    for (_, outcome), number in per_switch.items():
        outcomes[outcome] += number
    return Summary(
        ports=outcomes.total(),
        outcomes={outcome: outcomes[outcome] for outcome in Outcome},
        reasons=dict(sorted(reasons.items())),
        switches={
            name: SwitchSummary(
                platform=platform,
                unread=unread.get(name, ""),
                passing=per_switch[name, Outcome.PASS],
                failing=per_switch[name, Outcome.FAIL],
                unknown=per_switch[name, Outcome.UNKNOWN],
                configuration=configurations.get(name),
            )
            for name, platform in platforms.items()
        },
        controls=tally.summaries(),
    )


def broken_chain(bundles: Sequence[tuple[str, str, Bundle]], *, first: str = "") -> dict[str, str]:
    """Name of each bundle that does not follow on the one before it → why. `bundles`: (name, digest of bundle.json, what it says), in order.

    `first`: the name of the bundle that the archive is known to begin with; nothing is missed before it.
    """
    wrong: dict[str, str] = {}
    names = {name for name, _, _ in bundles}
    last: tuple[str, str] | None = None
    for name, digest, bundle in bundles:
        told = bundle.before
        if last is None:
            if told and name != first:
                wrong[name] = f"{told.name}, which came before it, is missing"
        elif told is None:
            wrong[name] = f"names none before it, and {last[0]} is: one of them does not belong here"
        elif told.name not in names:
            wrong[name] = f"{told.name}, which came before it, is missing"
        elif told.name != last[0]:
            wrong[name] = f"follows on {told.name}, and {last[0]} stands between them"
        elif told.digest != last[1]:
            wrong[name] = f"follows on another {told.name} than the one that is here, which was replaced"
        last = (name, digest)
    return wrong


def gaps(bundles: Sequence[tuple[str, Bundle]], every: timedelta, now: datetime) -> dict[str, str]:
    """Name of each bundle after which none was made for longer than `every` → until when. `bundles` in order."""
    found: dict[str, str] = {}
    for (name, bundle), (_, following) in itertools.pairwise(bundles):
        if following.made - bundle.made > every:
            found[name] = f"no evidence after it until {following.made:%Y-%m-%d %H:%M} UTC"
    if bundles and now - bundles[-1][1].made > every:
        found[bundles[-1][0]] = "no evidence after it, until now"
    return found
