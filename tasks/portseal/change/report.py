"""Looks at an estate in, the report on them as one HTML page out; nothing is read from a switch for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from portseal.core.expiry import Expiry
from portseal.estate import Estate
from portseal.looks import Looks, records_of
from portseal.page.report import report_page


def report(estate: Estate, looks: Looks, certificates: Iterable[Expiry], *, version: str) -> str:
    """The page on all that was looked at, with `certificates` that end soon."""
    return report_page(
        tuple(records_of(estate, looks)),
        site=estate.site.site.name,
        version=version,
        now=datetime.now(UTC),
        certificates=certificates,
        unread=looks.failures,
        first={name: pack.ports.first for name, pack in estate.site.packs.items()},
    )
