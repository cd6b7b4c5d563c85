"""The record of a port in, what a page tells of it in words out."""

from __future__ import annotations

from collections.abc import Iterator

from portseal.core.profile import MacsecPolicy, Mode
from portseal.core.reasons import Outcome
from portseal.core.record import PortRecord, Seen
from portseal.page.switches import Fields, place

OWN = ("Camera", "MAC address", "_ckn", "_user")
"""Labels of what is each port's alone."""
SHORTENED = ("What was seen", "Must be", "Session", "MKA", "Stations seen", "Camera’s own view", "First look")
"""Labels of texts that would be alike but for that."""


def fields(record: PortRecord) -> Fields:
    """Everything that is told of the port, by label."""
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
        "Session": tuple(sessions(seen)),
        "MKA": mka_of(seen),
        "Protected frames": _counters(record),
        "Stations seen": tuple(seen.macs) if seen else (),
        "Camera’s own view": _own_view(record),
        "First look": f"{record.earlier.outcome}, {record.earlier.reason}: {record.earlier.detail}"
        if record.earlier
        else "",
        "Read at": f"{record.at:%Y-%m-%d %H:%M:%S %Z}" + (f", {record.looks} looks" if record.looks > 1 else ""),
        "Not understood": tuple(seen.unparsed) if seen else (),
        "Readings rest on": _EVIDENCE[record.evidence],
        "_ckn": (seen.mka.ckn if seen and seen.mka else "") or "",
        "_user": next((each.user for each in seen.sessions if each.user), "") if seen else "",
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


def sessions(seen: Seen | None) -> Iterator[str]:
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


def mka_of(seen: Seen | None) -> str:
    """What MKA said of itself."""
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
