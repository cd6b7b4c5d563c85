"""Records of what was verified in, the report as one HTML page out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from portseal.core.expiry import Expiry, Standing, in_words
from portseal.core.profile import MacsecPolicy, Mode
from portseal.core.reasons import HINTS, MEANINGS, Outcome, Reason
from portseal.core.record import PortRecord, Seen
from portseal.page.document import Strings, document, in_groups
from portseal.page.switches import ShownPort, ShownSwitch, State, anchors, drawn, facets, known_to_script, place

STATES = {
    Outcome.PASS: State("ok", "pass"),
    Outcome.FAIL: State("no", "fail"),
    Outcome.UNKNOWN: State("un", "unknown"),
}
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
    known = known_to_script(switches, sought=_SOUGHT, texts=texts, states=tuple(STATES.values()))
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
        "headline": _headline(number, len(records)),
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
        "legend": [(state.sign, f"{state.word}{_LEGEND[outcome]}") for outcome, state in STATES.items()],
        "switches": drawn(switches, first or {}),
    }
    return document("report.html.j2", values, known)


_LEGEND = {
    Outcome.PASS: ": the right camera, let in and encrypted as its profile says",
    Outcome.FAIL: ": something is not as intended",
    Outcome.UNKNOWN: ": it cannot be told, which is never a pass",
}


def _contents(ports: int) -> list[tuple[str, str]]:
    found = [("summary", "Summary"), ("attention", "Ports that do not pass"), ("certificates", "Certificates")]
    return [*found, *([("everything", "Table")] if ports <= _TABLED else []), ("switches", "Switches")]


def _headline(number: Mapping[Outcome, int], total: int) -> str:
    if not total:
        return "No camera port was looked at."
    if number[Outcome.PASS] == total:
        return (
            f"All {in_groups(total)} camera ports are as intended."
            if total > 1
            else "The one camera port is as intended."
        )
    told = [f"{in_groups(number[outcome])} {word}" for outcome, word in _BAD.items() if number[outcome]]
    return (
        f"{in_groups(number[Outcome.PASS])} of {in_groups(total)} camera ports are as intended; {' and '.join(told)}."
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
            "state": STATES[outcome].sign,
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
        "state": STATES[record.outcome].sign,
        "reason": record.reason,
        "mac": record.mac,
        "session": "; ".join(_sessions(record.seen)),
        "mka": _mka(record.seen),
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
            state=STATES[record.outcome],
            label=f"{record.camera}: {record.outcome}, {record.reason}",
            fields=_fields(record),
        )
        for record in records
    )
    return ShownSwitch(
        name=name, platform=records[0].platform, ports=ports, tally=f"{len(records)} ports: {', '.join(told)}"
    )


def _fields(record: PortRecord) -> dict[str, str | tuple[str, ...]]:
    seen = record.seen
    return {
        "Camera": record.camera,
        "Reason": record.reason,
        "What was seen": record.detail,
        "What to do": record.hint if record.outcome is not Outcome.PASS else "",
        "MAC address": record.mac,
        "Where": record.location,
        "Model": record.model,
        "Profile": record.profile if record.stage == "sealed" else f"{record.profile}, stage {record.stage}",
        "Must be": _expected(record),
        "Link": _link(seen),
        "Session": tuple(_sessions(seen)),
        "MKA": _mka(seen),
        "Protected frames": _counters(record),
        "Stations seen": tuple(seen.macs) if seen else (),
        "Camera’s own view": _own_view(record),
        "First look": f"{record.earlier.outcome}, {record.earlier.reason}: {record.earlier.detail}"
        if record.earlier
        else "",
        "Read at": f"{record.at:%Y-%m-%d %H:%M:%S %Z}" + (f", {record.looks} looks" if record.looks > 1 else ""),
        "Not understood": tuple(seen.unparsed) if seen else (),
        "Readings rest on": _EVIDENCE[record.evidence],
        "_outcome": record.outcome,
        "_place": place(record.location),
        "_platform": record.platform,
    }


_EVIDENCE = {
    "captured": "captures of real devices",
    "documented": "the vendor’s documents; part of it was never compared with a capture of a real device",
    "none": "",
}


def _expected(record: PortRecord) -> str:
    must = record.expected
    parts = [f"802.1X {must.mode}"]
    if must.mode is not Mode.OFF:
        parts.append(f"{' then '.join(must.methods)}, {must.host_mode}")
    parts.append(f"MACsec {must.macsec}")
    if must.macsec is not MacsecPolicy.OFF:
        parts.append(f"{must.cak} CAK" + (f", CKN {must.ckn}" if must.ckn else ""))
        parts.append(" or ".join(must.ciphers))
    if must.vlan:
        parts.append(f"VLAN {must.vlan}")
    return "; ".join(parts)


def _link(seen: Seen | None) -> str:
    if seen is None:
        return "not read"
    return f"{seen.link}, disabled by the switch: {seen.err_disabled}" if seen.err_disabled else str(seen.link)


def _sessions(seen: Seen | None) -> Iterator[str]:
    """One text a session; why there is none where there is none."""
    if seen is None or "session" not in seen.kinds:
        yield "not read"
        return
    if not seen.sessions:
        yield "none"
    for session in seen.sessions:
        parts = [f"{session.mac or 'no station yet'} {session.status}"]
        parts.append(
            f"by {session.method}" if session.method not in ("none", "unknown") else f"method {session.method}"
        )
        if session.vlan is not None:
            parts.append(f"VLAN {session.vlan}")
        if session.user:
            parts.append(f"as {session.user}")
        if session.fallback:
            parts.append(f"authorization: {session.fallback}")
        yield ", ".join(parts)


def _mka(seen: Seen | None) -> str:
    if seen is None or "mka" not in seen.kinds:
        return "not read"
    mka = seen.mka
    if mka is None:
        return "none"
    parts = [str(mka.status)]
    parts.append(
        "peers not shown" if mka.live_peers is None else f"{mka.live_peers} live peer{'s' * (mka.live_peers != 1)}"
    )
    parts += [text for text in (mka.cipher, f"CKN {mka.ckn}" if mka.ckn else None) if text]
    if mka.key_server is not None:
        parts.append(f"key server: {'the switch' if mka.key_server else 'the camera'}")
    if mka.fallback_key:
        parts.append("with the fallback key")
    return ", ".join(parts)


def _counters(record: PortRecord) -> str:
    first = record.seen.counters if record.seen else None
    if first is None:
        return ""
    later = record.later.counters if record.later else None
    told = []
    for label, field in (("sent", "sent"), ("received", "received")):
        before, after = getattr(first, field), getattr(later, field, None)
        if before is not None:
            told.append(f"{label} {before}" + (f" → {after}" if after is not None else ""))
    return ", ".join(told)


def _own_view(record: PortRecord) -> str:
    view = record.by_camera
    if view is None:
        return ""
    if view.silence:
        return f"nothing: {view.silence}"
    words = {True: "yes", False: "no", None: "not said"}
    told = f"mode {view.mode}; let in: {words[view.authorized]}; secured: {words[view.secured]}"
    return told + (f"; CKN {view.ckn}" if view.ckn else "")
