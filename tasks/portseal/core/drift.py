"""What ports were and what they are in, what changed out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

from portseal.core.bundle import SwitchSummary
from portseal.core.model import Value
from portseal.core.observation import Session
from portseal.core.profile import CakSource
from portseal.core.record import PortRecord


class What(StrEnum):
    """Kinds of change."""

    NEW = "new port"
    REMOVED = "port removed"
    EXPECTED = "expected"
    """What the inventory or a profile asks of the port."""
    VERDICT = "verdict"
    STATION = "MAC address"
    """A station is there that was not."""
    METHOD = "method"
    VLAN = "VLAN"
    KEY = "CKN"
    """Of a static key; a derived one has another name after every authentication."""
    CIPHER = "cipher suite"
    POLICY = "MKA policy"
    READ = "reading"
    """A switch could be read and cannot be, or the other way round; its ports are then not compared."""
    CONFIGURATION = "configuration"
    """Lines in a section of the switch's running configuration that are ours."""


class Change(Value):
    """One thing that is not as it was."""

    switch: str
    port: str = ""
    """Empty where it is about the switch."""
    camera: str = ""
    what: What
    before: str
    after: str


def drift(
    before: Sequence[PortRecord],
    after: Sequence[PortRecord],
    *,
    was: Mapping[str, SwitchSummary],
    now: Mapping[str, SwitchSummary],
    comparable: bool,
) -> tuple[Change, ...]:
    """What changed between two looks at the same switches. `was` and `now`: each switch's summary then and today.

    `comparable`: whether fingerprints of both were made with the same key; keys and configurations are compared only then.
    """
    then, today = ({(each.switch, each.port): each for each in records} for records in (before, after))
    changes = list(_readings(was, now))
    unread = {name for side in (was, now) for name, switch in side.items() if switch.unread}
    for place in sorted({*then, *today}):
        old, new = then.get(place), today.get(place)
        if place[0] in unread and old and new:
            continue
        if old and new:
            changes.extend(_of_port(old, new, comparable=comparable))
        elif new:
            changes.append(_change(new, What.NEW, "", str(new.outcome)))
        elif old:
            changes.append(_change(old, What.REMOVED, str(old.outcome), ""))
    if comparable:
        changes.extend(_configurations(was, now, then, today))
    return tuple(sorted(changes, key=lambda change: (change.switch, change.port)))


def _of_port(old: PortRecord, new: PortRecord, *, comparable: bool) -> Iterator[Change]:
    for name, asked, asks in _asked(old, new, comparable=comparable):
        yield _change(new, What.EXPECTED, f"{name}: {asked}", f"{name}: {asks}")
    if (old.outcome, old.reason) != (new.outcome, new.reason):
        yield _change(new, What.VERDICT, f"{old.outcome}: {old.reason}", f"{new.outcome}: {new.reason}")
    if old.seen is None or new.seen is None:
        return
    strange = _stations(new) - _stations(old)
    if strange:
        yield _change(new, What.STATION, ", ".join(sorted(_stations(old))), ", ".join(sorted(_stations(new))))
    for what, of_session in _OF_SESSION.items():
        yield from _differs(new, what, *(of_session(_session(each)) for each in (old, new)))
    mka, is_now = old.seen.mka, new.seen.mka
    if mka is None or is_now is None:
        return
    if comparable and new.expected.cak is CakSource.STATIC:
        yield from _differs(new, What.KEY, mka.ckn, is_now.ckn)
    yield from _differs(new, What.CIPHER, mka.cipher, is_now.cipher)
    yield from _differs(new, What.POLICY, mka.policy, is_now.policy)


_OF_SESSION: dict[What, Callable[[Session | None], object]] = {
    What.METHOD: lambda session: session.method if session else None,
    What.VLAN: lambda session: session.vlan if session else None,
}


def _differs(record: PortRecord, what: What, before: object, after: object) -> Iterator[Change]:
    """A change where both are shown and differ; what is not shown any more has a verdict of its own."""
    if before is not None and after is not None and before != after:
        yield _change(record, what, str(before), str(after))


def _asked(old: PortRecord, new: PortRecord, *, comparable: bool) -> Iterator[tuple[str, str, str]]:
    """(name, then, today) of everything that is asked of the port and was not asked so."""
    for name in ("camera", "mac", "profile", "stage", "platform"):
        if (was := getattr(old, name)) != (wants := getattr(new, name)):
            yield name, str(was), str(wants)
    for name in type(old.expected).model_fields:
        was, wants = getattr(old.expected, name), getattr(new.expected, name)
        if was != wants and (comparable or not name.endswith("ckn")):
            yield name, _words(was), _words(wants)


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _stations(record: PortRecord) -> set[str]:
    seen = record.seen
    return {*seen.macs, *(each.mac for each in seen.sessions if each.mac)} if seen else set()


def _session(record: PortRecord) -> Session | None:
    """The camera's session, or the only one."""
    sessions = record.seen.sessions if record.seen else ()
    own = next((each for each in sessions if each.mac == record.mac), None)
    return own or (sessions[0] if len(sessions) == 1 else None)


def _readings(was: Mapping[str, SwitchSummary], now: Mapping[str, SwitchSummary]) -> Iterator[Change]:
    for name in sorted({*was} & {*now}):
        if bool(was[name].unread) != bool(now[name].unread):
            words = [f"not read: {side[name].unread}" if side[name].unread else "read" for side in (was, now)]
            yield Change(switch=name, what=What.READ, before=words[0], after=words[1])


Places = Mapping[tuple[str, str], PortRecord]
"""(switch, port) → its record."""


def _configurations(
    was: Mapping[str, SwitchSummary], now: Mapping[str, SwitchSummary], then: Places, today: Places
) -> Iterator[Change]:
    for name in sorted({*was} & {*now}):
        before, after = was[name].configuration, now[name].configuration
        if before is None or now[name].unread or before == after:
            continue
        if after is None:
            yield Change(switch=name, what=What.CONFIGURATION, before="read", after="not to be read")
            continue
        ports = {port for switch, port in {*then, *today} if switch == name}
        for head in dict.fromkeys([*before, *after]):
            port = next((each for each in ports if _is_about(head, each)), "")
            came_or_went = port and not ((name, port) in then and (name, port) in today)
            if before.get(head) != after.get(head) and not came_or_went:
                shown = [f"{head} ({side[head]})" if head in side else "-" for side in (before, after)]
                camera = today[name, port].camera if port else ""
                yield Change(
                    switch=name, port=port, camera=camera, what=What.CONFIGURATION, before=shown[0], after=shown[1]
                )


def _is_about(head: str, port: str) -> bool:
    """Whether the first line of a section names this port."""
    return port in head and re.search(rf"(?<![\w/.-]){re.escape(port)}(?![\w/-])", head) is not None


def _change(record: PortRecord, what: What, before: str, after: str) -> Change:
    return Change(
        switch=record.switch,
        port=record.port,
        camera=record.camera,
        what=what,
        before=before or "-",
        after=after or "-",
    )
