"""Records of ports in, what they show of the requirements of standards out: control by control, which ports do, do not, or cannot be told.

The controls, their sources and the check that speaks to each stand in controls.toml. A tag is a mapping and no certification.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from portseal.core.model import Value
from portseal.core.observation import MkaStatus, Session, SessionMethod, SessionStatus
from portseal.core.profile import CakSource, MacsecPolicy, Mode
from portseal.core.reasons import Outcome, Reason
from portseal.core.record import PortRecord

DISCLAIMER = (
    "A tag says which requirement a check of portseal speaks to. It is a mapping and no certification: whether the requirement is "
    "met as a whole is for the assessor to say."
)


class CheckName(StrEnum):
    """What a record can show."""

    AUTHENTICATED = "authenticated"
    ENCRYPTED = "encrypted"
    ENFORCED = "enforced"
    SEGMENTED = "segmented"


class Standard(Value):
    """Where a control comes from."""

    title: str
    version: str
    source: str


class Control(Value):
    """One requirement of a standard, and the check that speaks to it."""

    id: str
    standard: str
    name: str
    clause: str
    check: CheckName
    asks: str
    """In our words."""
    shown: str
    """What of it a record shows."""


class Controls(Value):
    """All of controls.toml."""

    standards: Mapping[str, Standard]
    checks: Mapping[CheckName, str]
    control: tuple[Control, ...]


class Shown(NamedTuple):
    """What one record shows of one check, and why it is no pass."""

    outcome: Outcome
    why: str = ""


class ControlSummary(Value):
    """One control over many ports."""

    id: str
    standard: str
    name: str
    passing: int
    failing: int
    unknown: int
    why: Mapping[str, int]
    """Why ports do not pass, the most frequent first."""


_PASS = Shown(Outcome.PASS)


@lru_cache(maxsize=1)
def controls() -> Controls:
    """The shipped mapping."""
    return Controls.model_validate(tomllib.loads(Path(__file__).with_name("controls.toml").read_text(encoding="utf-8")))


def shown(record: PortRecord, check: CheckName) -> Shown:
    """What `record` shows of `check`. What cannot be told is unknown, never a pass."""
    if record.seen is None or record.outcome is Outcome.UNKNOWN:
        return Shown(Outcome.UNKNOWN, record.reason)
    return _CHECKS[check](record)


class ControlTally:
    """What records show of the controls, counted one record at a time."""

    def __init__(self) -> None:
        self._found: dict[CheckName, Counter[Shown]] = {check: Counter() for check in CheckName}

    def add(self, record: PortRecord) -> None:
        """One more port."""
        for check, counted in self._found.items():
            counted[shown(record, check)] += 1

    def summaries(self) -> tuple[ControlSummary, ...]:
        """Each control, in the order of controls.toml."""
        return tuple(_summary(control, self._found[control.check]) for control in controls().control)


def control_ports(records: Collection[PortRecord]) -> dict[str, dict[str, list[str]]]:
    """By control and outcome, the ports (`SWITCH PORT`)."""
    found = {check: _by_outcome(records, check) for check in CheckName}
    return {control.id: found[control.check] for control in controls().control}


def _by_outcome(records: Iterable[PortRecord], check: CheckName) -> dict[str, list[str]]:
    ports: dict[str, list[str]] = {str(outcome): [] for outcome in Outcome}
    for record in records:
        ports[shown(record, check).outcome].append(f"{record.switch} {record.port}")
    return ports


def _summary(control: Control, found: Mapping[Shown, int]) -> ControlSummary:
    outcomes, why = Counter[Outcome](), Counter[str]()
    for each, number in found.items():
        outcomes[each.outcome] += number
        if each.why:
            why[each.why] += number
    listed = sorted(why.items(), key=lambda item: (-item[1], item[0]))
    return ControlSummary(
        id=control.id,
        standard=control.standard,
        name=control.name,
        passing=outcomes[Outcome.PASS],
        failing=outcomes[Outcome.FAIL],
        unknown=outcomes[Outcome.UNKNOWN],
        why=dict(listed),
    )


def _fails(why: str) -> Shown:
    return Shown(Outcome.FAIL, why)


def _session(record: PortRecord) -> Session | None:
    sessions = record.seen.sessions if record.seen else ()
    return next((session for session in sessions if session.mac == record.mac), None)


def _keyed(record: PortRecord) -> bool:
    """Whether a static CAK alone is what lets the camera in."""
    must = record.expected.macsec is MacsecPolicy.MUST_SECURE
    return record.expected.mode is Mode.OFF and must and record.expected.cak is CakSource.STATIC


def _encrypted(record: PortRecord) -> Shown:
    if record.expected.macsec is MacsecPolicy.OFF:
        return _fails("the port is to have no MACsec")
    if record.outcome is Outcome.FAIL or record.reason in (Reason.CLEARTEXT_ALLOWED, Reason.MONITOR_ONLY):
        return _fails(record.reason)
    mka = record.seen.mka if record.seen else None
    if mka is None or mka.status is not MkaStatus.SECURED or not mka.live_peers:
        return Shown(Outcome.UNKNOWN, "not shown by the switch")
    return _PASS


def _authenticated(record: PortRecord) -> Shown:
    if _keyed(record):
        return _encrypted(record)
    if record.expected.mode is not Mode.CLOSED:
        return _fails("the port keeps nobody out")
    session = _session(record)
    if session is None or session.status is not SessionStatus.AUTHORIZED:
        return (
            _fails(record.reason)
            if record.outcome is Outcome.FAIL
            else Shown(Outcome.UNKNOWN, "not shown by the switch")
        )
    if record.reason in _NOT_WHO_IT_SHOULD_BE or session.fallback:
        return _fails(record.reason if record.outcome is Outcome.FAIL else f"let in by {session.fallback}")
    if session.method is SessionMethod.MAB:
        return _fails("by its MAC address only")
    return _PASS if session.method is SessionMethod.DOT1X else Shown(Outcome.UNKNOWN, "not shown by the switch")


_NOT_WHO_IT_SHOULD_BE = {
    Reason.WRONG_CAMERA,
    Reason.SECOND_STATION,
    Reason.NOT_ENFORCED,
    Reason.MAB_INSTEAD_OF_EAP,
    Reason.SERVER_DEAD_VLAN,
    Reason.GUEST_VLAN,
    Reason.AUTH_FAIL_VLAN,
}
"""Failures that say that somebody is let in who has not proved to be the camera."""


def _enforced(record: PortRecord) -> Shown:
    if record.expected.mode is not Mode.CLOSED and not _keyed(record):
        return _fails("the port keeps nobody out")
    return _fails(record.reason) if record.outcome is Outcome.FAIL else _PASS


def _segmented(record: PortRecord) -> Shown:
    if record.reason is Reason.WRONG_VLAN:
        return _fails(record.reason)
    if record.expected.vlan is None:
        return _fails("the inventory names no VLAN")
    session = _session(record)
    if session is None or session.vlan is None:
        return Shown(Outcome.UNKNOWN, "the switch shows no VLAN")
    return _PASS if session.vlan == record.expected.vlan else _fails(Reason.WRONG_VLAN)


_CHECKS: dict[CheckName, Callable[[PortRecord], Shown]] = {
    CheckName.AUTHENTICATED: _authenticated,
    CheckName.ENCRYPTED: _encrypted,
    CheckName.ENFORCED: _enforced,
    CheckName.SEGMENTED: _segmented,
}


def compliance_page() -> str:
    """The text of docs/compliance.md.

    Write it anew with `python -c "from portseal.core.compliance import compliance_page as page; print(page(), end='')"`.
    """
    known = controls()
    lines = [
        "# Compliance\n",
        f"{DISCLAIMER}\n",
        "`portseal evidence report` shows for the last [evidence](evidence.md), or for one that is named, how many ports pass, fail and cannot be told, control by control, and "
        "why; `summary.json` of each bundle has the same numbers. A port that could not be read, or whose verdict is unknown, is unknown for every control.\n",
        "This page is generated from `tasks/portseal/core/controls.toml`.\n",
        "## What is checked\n",
        "| check | holds for a port where |\n|---|---|",
        *(f"| `{check}` | {text} |" for check, text in known.checks.items()),
        "",
    ]
    for name, standard in known.standards.items():
        lines += [
            f"## {standard.title}\n",
            f"Version: {standard.version}. Source: {standard.source}.\n",
            "| control | name | clause | asks (in our words) | check | what a record shows of it |\n|---|---|---|---|---|---|",
            *(
                f"| {each.id} | {each.name} | {each.clause} | {each.asks} | `{each.check}` | {each.shown} |"
                for each in known.control
                if each.standard == name
            ),
            "",
        ]
    return "\n".join(lines)
