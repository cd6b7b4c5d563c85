"""Records of ports in, what tools and spreadsheets read of them out: JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator

from portseal.core.record import PortRecord
from portseal.core.report import without_controls

COLUMNS = (
    *("switch", "port", "camera", "mac", "location", "profile", "stage", "outcome", "reason", "detail", "hint", "at", "looks"),
    *("link", "err_disabled", "macs", "session_mac", "session_method", "session_status", "session_vlan", "expected_vlan"),
    *("expected_macsec", "expected_cak", "expected_ckn", "mka_status", "mka_ckn", "mka_live_peers", "mka_cipher", "mka_policy"),
    *("sent_before", "received_before", "sent_after", "received_after", "camera_mode", "camera_secured", "camera_silence"),
    *("first_outcome", "first_reason", "evidence", "platform"),
)  # fmt: skip
"""The columns of the CSV file, in order. One session is told: the camera's, or the first."""

_FORMULA = re.compile(r"""(^|[;\t\n])(?=["\s]*[=+\-@＝＋－＠\t])""")
"""Where a spreadsheet would begin a formula: at a cell's beginning, and behind what some take for the end of a cell; blanks and
quotation marks in front of it do not help."""


def as_jsonl(records: Iterable[PortRecord]) -> str:
    """A JSON object a line, in ASCII."""
    return "".join(jsonl_lines(records))


def jsonl_lines(records: Iterable[PortRecord]) -> Iterator[str]:
    """The lines of `as_jsonl`, one by one."""
    return (json.dumps(record.model_dump(mode="json")) + "\n" for record in records)


def as_csv(records: Iterable[PortRecord]) -> str:
    """RFC 4180: a header, a row a port, every field in quotes. For people and spreadsheets; the data itself is in the JSON lines.

    An apostrophe stands in front of what a spreadsheet would take for a formula (`=`, `+`, `-`, `@` or a tab, also
    behind blanks and quotation marks, at the beginning of a cell or behind a `;`, tab or line break in it), and control
    characters, carriage returns too, are left out.
    """
    return CSV_HEADER + "".join(csv_rows(records))


def csv_rows(records: Iterable[PortRecord]) -> Iterator[str]:
    """The rows of `as_csv`, one by one, without the header."""
    return (_csv([defused(cell) for cell in _row(record)]) for record in records)


def _csv(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


CSV_HEADER = _csv(COLUMNS)


def defused(cell: str) -> str:
    """`cell` so that no spreadsheet runs it.

    >>> defused("=1+1"), defused("a;=1+1"), defused("cam-1")
    ("'=1+1", "a;'=1+1", 'cam-1')
    """
    return _FORMULA.sub(r"\1'", without_controls(cell).replace("\r", ""))


def _row(record: PortRecord) -> Iterator[str]:
    """The cells of one port, in the order of `COLUMNS`."""
    seen, later, camera, expected = record.seen, record.later, record.by_camera, record.expected
    sessions = seen.sessions if seen else ()
    session = next((each for each in sessions if each.mac == record.mac), sessions[0] if sessions else None)
    mka = seen.mka if seen else None
    before, after = seen.counters if seen else None, later.counters if later else None
    first = record.earlier
    values: tuple[object, ...] = (
        *(record.switch, record.port, record.camera, record.mac, record.location, record.profile, record.stage),
        *(record.outcome, record.reason, record.detail, record.hint, f"{record.at:%Y-%m-%dT%H:%M:%SZ}", record.looks),
        *((seen.link, seen.err_disabled, " ".join(seen.macs)) if seen else (None,) * 3),
        *((session.mac, session.method, session.status, session.vlan) if session else (None,) * 4),
        *(expected.vlan, expected.macsec, expected.cak, expected.ckn),
        *((mka.status, mka.ckn, mka.live_peers, mka.cipher, mka.policy) if mka else (None,) * 5),
        *((before.sent, before.received) if before else (None,) * 2),
        *((after.sent, after.received) if after else (None,) * 2),
        *((camera.mode, camera.secured, camera.silence) if camera else (None,) * 3),
        *((first.outcome, first.reason) if first else (None,) * 2),
        *(record.evidence, record.platform),
    )
    return ("" if value is None else str(value) for value in values)
