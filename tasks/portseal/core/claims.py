"""Platforms in, what they claim out: one row a claim, with what it rests on."""

from __future__ import annotations

from portseal.core.capability import CLAIMED
from portseal.core.commands import recognise
from portseal.core.evidence import Evidence
from portseal.core.model import Value
from portseal.core.platforms import Kind, Observe, Pack, Show

_READS = {
    Kind.LINK: "link",
    Kind.ERRDISABLE: "disabled by the switch",
    Kind.SESSION: "sessions",
    Kind.SESSION_DETAIL: "sessions in detail",
    Kind.MAC: "MAC addresses",
    Kind.MKA: "MKA",
    Kind.COUNTERS: "protected frames",
}
KIND_ORDER = tuple(_READS)


class Claim(Value):
    """One value of one field that a platform can do."""

    platform: str
    feature: str
    value: str
    support: str
    evidence: Evidence
    source: str
    note: str = ""


class Reading(Value):
    """One command that is sent to learn the state of ports."""

    platform: str
    command: str
    kind: Kind
    evidence: Evidence
    source: str

    @property
    def tells(self) -> str:
        """What it tells of, in words."""
        return _READS.get(self.kind, self.kind.value)


def claims(pack: Pack) -> tuple[Claim, ...]:
    """What the platform says it can do, value by value, in the order of its folder."""
    return tuple(
        Claim(
            platform=pack.name,
            feature=capability.feature,
            value=value,
            support=capability.support,
            evidence=capability.evidence,
            source=capability.source,
            note=" ".join(filter(None, [capability.note, _only_with(capability.option)])),
        )
        for capability in pack.capability
        for value in capability.values
    )


def _only_with(option: str | None) -> str:
    return f"Only with the host option `{option}`." if option else ""


def readings(pack: Pack) -> tuple[Reading, ...]:
    """What is read of ports, in the order in which it is judged."""
    found = [_reading(pack, observe) for observe in pack.observe]
    return tuple(sorted(found, key=lambda reading: [*KIND_ORDER, reading.kind].index(reading.kind)))


def _reading(pack: Pack, observe: Observe) -> Reading:
    show = understood_by(pack, observe)
    return Reading(
        platform=pack.name, command=observe.command, kind=show.kind, evidence=show.evidence, source=show.source
    )


def understood_by(pack: Pack, observe: Observe) -> Show:
    """The `[[show]]` that understands the command of an `[[observe]]`.

    Raises:
        InputError: none does.
    """
    return recognise(pack, observe.command.replace("{port}", _some_port(pack))).show


def _some_port(pack: Pack) -> str:
    """A word that stands where the name of a port does."""
    return f"{next(iter(pack.ports.types))}1"


def mark(evidence: Evidence, support: str = "yes") -> str:
    """One character for what a claim rests on: `●` seen, `○` documented, `~` experimental, `?` neither."""
    if support == "experimental":
        return "~"
    return {Evidence.CAPTURED: "●", Evidence.DOCUMENTED: "○", Evidence.NONE: "?"}[evidence]


class Line(Value):
    """One line of the matrix: what is claimed, and a mark by platform."""

    label: str
    marks: dict[str, str]


def matrix(packs: tuple[Pack, ...]) -> tuple[Line, ...]:
    """What each of `packs` can do and shows.

    Of a profile's fields only those of which nothing unclaimed is offered; limits of the others stand with each platform.
    """
    lines: dict[str, dict[str, str]] = {}
    for pack in packs:
        for claim in claims(pack):
            if claim.feature in CLAIMED and claim.value != CLAIMED[claim.feature]:
                lines.setdefault(f"{claim.feature} {claim.value}", {})[pack.name] = mark(claim.evidence, claim.support)
    grouped = sorted(lines, key=lambda label: list(CLAIMED).index(label.split()[0]))
    found = [Line(label=label, marks=lines[label]) for label in grouped]
    for kind in KIND_ORDER:
        marks = {pack.name: mark(best) for pack in packs if (best := _best(pack, kind))}
        if marks:
            found.append(Line(label=f"reads {_READS[kind]}", marks=marks))
    undone = {pack.name: mark(Evidence.DOCUMENTED) for pack in packs if pack.commit.strategy.self_undoing}
    return (*found, Line(label="undoes an unconfirmed change", marks=undone))


def _best(pack: Pack, kind: Kind) -> Evidence | None:
    """The strongest evidence among the commands of one kind; None where none is read."""
    found = {reading.evidence for reading in readings(pack) if reading.kind is kind}
    return next((evidence for evidence in Evidence if evidence in found), None)
