"""Records of what was verified in, the report as one HTML page out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from portseal.core.expiry import Expiry, Standing, in_words
from portseal.core.reasons import HINTS, MEANINGS, Outcome, Reason
from portseal.core.record import PortRecord
from portseal.page.document import Strings, document, in_groups
from portseal.page.seen import OWN, SHORTENED, fields, mka_of, sessions
from portseal.page.switches import ShownPort, ShownSwitch, State, anchors, drawn, facets, known_to_script

STATES = {
    Outcome.PASS: State("ok", "pass"),
    Outcome.FAIL: State("no", "fail"),
    Outcome.UNKNOWN: State("un", "unknown"),
}
NOT_YET = State("mo", "pass, not enforced yet")
_QUALIFIED = {Reason.MONITOR_ONLY, Reason.CLEARTEXT_ALLOWED}
_LISTED = 1000
"""Ports that do not pass and are listed one by one."""
_TABLED = 2000
"""Ports up to which the page has all of them as a table as well."""
_STANDINGS = {Standing.ENDED: "no", Standing.ENDING: "un", Standing.NOT_YET: "un", Standing.UNKNOWN: "un"}
_SOUGHT = ("Camera", "MAC address", "Where", "Model", "Reason", "Stations seen")


def report_page(
    records: Sequence[PortRecord],
    *,
    site: str,
    version: str,
    now: datetime,
    certificates: Iterable[Expiry] = (),
    unread: Mapping[str, str] | None = None,
    first: Mapping[str, int] | None = None,
) -> str:
    """The report on `records`. `unread`: switch → why nothing could be read; `first`: platform → number of its first port, where not 1."""
    switches = tuple(_switch(name, tuple(group)) for name, group in groupby(records, key=lambda record: record.switch))
    number = Counter(record.outcome for record in records)
    where, texts = anchors(switches), Strings()
    known = known_to_script(
        switches, sought=_SOUGHT, texts=texts, states=(*STATES.values(), NOT_YET), own=OWN, shortened=SHORTENED
    )
    wanted = {
        "Outcome": "_outcome",
        "Reason": "Reason",
        "Place": "_place",
        "Profile": "Profile",
        "Platform": "_platform",
    }
    filters = facets(switches, wanted, texts=texts)
    values = {
        "title": f"{site}: 802.1X and MACsec of {len(records)} camera ports",
        "kind": "portseal · verification report",
        "site": site,
        "version": version,
        "made": f"{now:%Y-%m-%d %H:%M %Z}",
        "contents": _contents(len(records)),
        "switch_count": len(switches),
        "port_count": len(records),
        "good": bool(records) and number[Outcome.PASS] == len(records),
        "headline": _headline(number, len(records), sum(record.reason in _QUALIFIED for record in records)),
        "tiles": [
            {"label": label, "value": number[outcome], "of": len(records), "state": STATES[outcome].sign}
            for outcome, label in ((Outcome.PASS, "pass"), (Outcome.FAIL, "fail"), (Outcome.UNKNOWN, "unknown"))
        ],
        "unread": sorted((unread or {}).items()),
        "reasons": list(_reasons(records)),
        "attention": list(_attention(records, where)),
        "certificates": [_certificate(each) for each in certificates],
        "everything": [_row(record, where) for record in records] if len(records) <= _TABLED else [],
        "facets": filters,
        "legend": [(state.sign, f"{state.word}{told}") for state, told in _LEGEND.items()],
        "switches": drawn(switches, first or {}),
    }
    return document("report.html.j2", values, known)


_LEGEND = {
    STATES[Outcome.PASS]: ": the right camera, let in and encrypted as its profile says",
    NOT_YET: ": the port’s stage or profile lets more pass",
    STATES[Outcome.FAIL]: ": something is not as intended",
    STATES[Outcome.UNKNOWN]: ": it cannot be told, which is never a pass",
}


def _state(outcome: Outcome, reason: Reason) -> State:
    return NOT_YET if outcome is Outcome.PASS and reason in _QUALIFIED else STATES[outcome]


def _contents(ports: int) -> list[tuple[str, str]]:
    found = [("summary", "Summary"), ("attention", "Ports that do not pass"), ("certificates", "Certificates")]
    return [*found, *([("everything", "Table")] if ports <= _TABLED else []), ("switches", "Switches")]


def _headline(number: Mapping[Outcome, int], total: int, not_yet: int) -> str:
    if not total:
        return "No camera port was looked at."
    weak = f" ({in_groups(not_yet)} of them not enforced yet)" if not_yet else ""
    told = [f"{in_groups(number[outcome])} {word}" for outcome, word in _BAD.items() if number[outcome]]
    if told:
        good = f"{in_groups(number[Outcome.PASS])} of {in_groups(total)} camera ports are as intended{weak}"
        return f"{good}; {' and '.join(told)}."
    return (
        f"All {in_groups(total)} camera ports are as intended{weak}."
        if total > 1
        else f"The one camera port is as intended{weak}."
    )


_BAD = {Outcome.FAIL: "fail", Outcome.UNKNOWN: "cannot be told"}


def _by_reason(records: Sequence[PortRecord]) -> list[tuple[tuple[Outcome, Reason], int]]:
    """Failures first, then what is unknown, then what passes; the most frequent first."""
    order = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
    counted = Counter((record.outcome, record.reason) for record in records)
    return sorted(counted.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1]))


def _reasons(records: Sequence[PortRecord]) -> Iterator[dict[str, object]]:
    for (outcome, reason), count in _by_reason(records):
        yield {
            "outcome": outcome,
            "state": _state(outcome, reason).sign,
            "reason": reason,
            "count": count,
            "meaning": MEANINGS[reason],
            "hint": HINTS[reason],
        }


def _attention(records: Sequence[PortRecord], where: Mapping[tuple[str, str], str]) -> Iterator[dict[str, object]]:
    room = _LISTED
    for (outcome, reason), count in _by_reason(records):
        if outcome is Outcome.PASS:
            continue
        of_it = [record for record in records if (record.outcome, record.reason) == (outcome, reason)]
        shown = of_it[:room]
        room -= len(shown)
        yield {
            "outcome": outcome,
            "state": STATES[outcome].sign,
            "reason": reason,
            "count": count,
            "hint": HINTS[reason],
            "rows": [_row(record, where) for record in shown],
            "more": count - len(shown),
        }


def _row(record: PortRecord, where: Mapping[tuple[str, str], str]) -> dict[str, object]:
    return {
        "switch": record.switch,
        "port": record.port,
        "anchor": where[record.switch, record.port],
        "camera": record.camera,
        "location": record.location,
        "detail": record.detail,
        "outcome": record.outcome,
        "state": _state(record.outcome, record.reason).sign,
        "reason": record.reason,
        "mac": record.mac,
        "session": "; ".join(sessions(record.seen)),
        "mka": mka_of(record.seen),
    }


def _certificate(expiry: Expiry) -> dict[str, object]:
    return {
        "where": expiry.where,
        "role": expiry.role,
        "subject": expiry.subject,
        "ends": f"{expiry.ends:%Y-%m-%d}" if expiry.ends else "",
        "state": _STANDINGS.get(expiry.standing, "sa"),
        "standing": expiry.standing,
        "told": "; ".join(part for part in (in_words(expiry), expiry.problem) if part),
    }


def _switch(name: str, records: tuple[PortRecord, ...]) -> ShownSwitch:
    number = Counter(record.outcome for record in records)
    told = [f"{number[outcome]} {outcome}" for outcome in Outcome if number[outcome]]
    ports = tuple(
        ShownPort(
            name=record.port,
            state=_state(record.outcome, record.reason),
            label=f"{record.camera}: {record.outcome}, {record.reason}",
            fields=fields(record),
        )
        for record in records
    )
    return ShownSwitch(
        name=name, platform=records[0].platform, ports=ports, tally=f"{len(records)} ports: {', '.join(told)}"
    )
