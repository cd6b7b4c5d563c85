"""What ports were and what they are in, what changed out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum

from portseal.core.bundle import SwitchSummary
from portseal.core.model import Value
from portseal.core.observation import Session
from portseal.core.one_by_one import grouped
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
    before: Collection[PortRecord],
    after: Collection[PortRecord],
    *,
    was: Mapping[str, SwitchSummary],
    now: Mapping[str, SwitchSummary],
    comparable: bool,
) -> tuple[Change, ...]:
    """What changed between two looks at the same switches. `was` and `now`: each switch's summary then and today.

    `comparable`: whether fingerprints of both were made with the same key; keys and configurations are compared only then.
    """
    then, today = (grouped(records, lambda record: record.switch) for records in (before, after))
    changes: list[Change] = []
    for name in sorted({*then, *today, *was, *now}):
        old, new = ({record.port: record for record in side.get(name, ())} for side in (then, today))
        found = list(_readings(name, was, now))
        unread = any(name in side and side[name].unread for side in (was, now))
        found += _of_switch(old, new, unread=unread, comparable=comparable)
        if comparable and name in was and name in now:
            found += _configurations(name, was[name], now[name], old, new)
        changes += sorted(found, key=lambda change: change.port)
    return tuple(changes)


Ports = Mapping[str, PortRecord]
"""A switch's records by port."""


def _of_switch(then: Ports, today: Ports, *, unread: bool, comparable: bool) -> Iterator[Change]:
    for port in sorted({*then, *today}):
        old, new = then.get(port), today.get(port)
        if old and new:
            if not unread:
                yield from _of_port(old, new, comparable=comparable)
        elif new:
            yield _change(new, What.NEW, "", str(new.outcome))
        elif old:
            yield _change(old, What.REMOVED, str(old.outcome), "")


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


def _readings(name: str, was: Mapping[str, SwitchSummary], now: Mapping[str, SwitchSummary]) -> Iterator[Change]:
    if name in was and name in now and bool(was[name].unread) != bool(now[name].unread):
        words = [f"not read: {side[name].unread}" if side[name].unread else "read" for side in (was, now)]
        yield Change(switch=name, what=What.READ, before=words[0], after=words[1])


def _configurations(name: str, was: SwitchSummary, now: SwitchSummary, then: Ports, today: Ports) -> Iterator[Change]:
    before, after = was.configuration, now.configuration
    if before is None or now.unread or before == after:
        return
    if after is None:
        yield Change(switch=name, what=What.CONFIGURATION, before="read", after="not to be read")
        return
    for head in dict.fromkeys([*before, *after]):
        port = next((each for each in {*then, *today} if _is_about(head, each)), "")
        came_or_went = port and not (port in then and port in today)
        if before.get(head) != after.get(head) and not came_or_went:
            shown = [f"{head} ({side[head]})" if head in side else "-" for side in (before, after)]
            camera = today[port].camera if port else ""
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
