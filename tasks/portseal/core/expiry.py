"""Certificates and revocation lists with their dates in, which of them end soon out. What depends on the time is given it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from portseal.core.model import Value


class Role(StrEnum):
    """What a certificate is for."""

    FILE = "file"
    AUTHORITY = "authority"
    REVOCATION_LIST = "revocation-list"
    HTTPS = "https"
    """What a camera shows to whoever connects to it."""
    EAP_TLS = "eap-tls"
    """What a camera authenticates with."""
    ISSUED = "issued"
    """By the site's own authority."""


class CertificateFact(Value):
    """What was found out about one certificate or revocation list."""

    where: str
    """For people: the file, or the camera."""
    role: Role
    camera: str | None = None
    subject: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    """None: it could not be read; of a revocation list: when the next one is due."""
    problem: str = ""
    """What is wrong beside its dates, or why it could not be read."""


class Standing(StrEnum):
    """How a certificate stands at a time."""

    GOOD = "good"
    ENDING = "ending"
    ENDED = "ended"
    NOT_YET = "not-yet-valid"
    UNKNOWN = "unknown"


class Expiry(Value):
    """One certificate's standing."""

    where: str
    role: Role
    camera: str | None
    subject: str
    ends: datetime | None
    days: int | None
    """Whole days left, or since it ended (negative)."""
    standing: Standing
    within: int | None = None
    """The nearest of the warning days that it is within."""
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether there is nothing to do about it."""
        return self.standing is Standing.GOOD and not self.problem


def standing(fact: CertificateFact, now: datetime, warn_days: Sequence[int]) -> Expiry:
    """How `fact` stands at `now`; it is ending from the largest of `warn_days` on, a revocation list in the last third of its life."""
    days = int((fact.ends - now) / timedelta(days=1)) if fact.ends else None
    within = None if days is None else next((each for each in _limits(fact, warn_days) if days < each), None)
    if fact.ends is None or days is None:
        stands = Standing.UNKNOWN
    elif fact.ends <= now:
        stands = Standing.ENDED
    elif fact.starts is not None and fact.starts > now:
        stands = Standing.NOT_YET
    else:
        stands = Standing.GOOD if within is None else Standing.ENDING
    return Expiry(
        where=fact.where,
        role=fact.role,
        camera=fact.camera,
        subject=fact.subject,
        ends=fact.ends,
        days=days,
        standing=stands,
        within=within if stands is Standing.ENDING else None,
        problem=fact.problem,
    )


def _limits(fact: CertificateFact, warn_days: Sequence[int]) -> list[int]:
    if fact.role is Role.REVOCATION_LIST and fact.starts and fact.ends:
        return [max(1, (fact.ends - fact.starts).days // 3)]
    return sorted(warn_days)


def soonest_first(expiries: Iterable[Expiry]) -> tuple[Expiry, ...]:
    """Those with something to do about them first, and of these what ends first; then the others."""
    return tuple(sorted(expiries, key=lambda each: (each.good, each.days is None, each.days or 0, each.where)))


def in_words(expiry: Expiry) -> str:
    """`ends in 12 days`, `ended 3 days ago`, ..."""
    if expiry.days is None:
        return "not known"
    if expiry.standing is Standing.NOT_YET:
        return "not valid yet"
    verb = ("is due", "was due") if expiry.role is Role.REVOCATION_LIST else ("ends", "ended")
    if expiry.standing is Standing.ENDED:
        return f"{verb[1]} {_days(-expiry.days)} ago" if expiry.days else f"{verb[1]} today"
    return f"{verb[0]} in {_days(expiry.days)}" if expiry.days else f"{verb[0]} today"


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"
