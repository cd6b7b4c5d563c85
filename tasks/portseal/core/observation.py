"""Show output in, port state out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from portseal.core.commands import recognise
from portseal.core.errors import ParseError
from portseal.core.meaning import (
    fallback,
    last,
    last_number,
    last_text,
    method,
    method_states,
    same_sessions,
    text,
    word,
)
from portseal.core.model import Value
from portseal.core.parsing import Row, parse_known
from portseal.core.platforms import Kind, Pack
from portseal.core.portname import long_port


class LinkState(StrEnum):
    """Whether the port has a carrier."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class SessionStatus(StrEnum):
    """What the authenticator decided about one station."""

    AUTHORIZED = "authorized"
    UNAUTHORIZED = "unauthorized"
    RUNNING = "running"
    UNKNOWN = "unknown"


class SessionMethod(StrEnum):
    """By which method."""

    DOT1X = "dot1x"
    MAB = "mab"
    OTHER = "other"
    """A method that portseal never configures (web authentication, ...)."""
    NONE = "none"
    """No method has succeeded or is running."""
    UNKNOWN = "unknown"


class MkaStatus(StrEnum):
    """What MKA says of itself; never proof of encryption."""

    SECURED = "secured"
    NOT_SECURED = "not-secured"
    UNKNOWN = "unknown"


class Session(Value):
    """One station's session on a port."""

    mac: str | None = None
    """Normalised; None where the switch shows none yet."""
    method: SessionMethod = SessionMethod.UNKNOWN
    status: SessionStatus = SessionStatus.UNKNOWN
    vlan: int | None = None
    user: str | None = None
    method_states: tuple[tuple[str, str], ...] = ()
    """(method, the vendor's own word), for the report."""
    fallback: str | None = None
    """`server-dead`, `guest`, `auth-fail` where the switch says that the authorization is one of these."""


class Mka(Value):
    """The MKA participant of a port."""

    status: MkaStatus = MkaStatus.UNKNOWN
    ckn: str | None = None
    """Lower-case hex as shown; None where not shown."""
    live_peers: int | None = None
    key_server: bool | None = None
    cipher: str | None = None
    policy: str | None = None
    fallback_key: bool = False


class Counters(Value):
    """Frames protected and validated by the port's SecY since it was created (IEEE 802.1AE-2018 §10.7)."""

    sent: int | None = None
    """OutPktsEncrypted, or the vendor's nearest."""
    received: int | None = None
    """InPktsOK, or the vendor's nearest."""


class PortState(Value):
    """What the switch says of one port. None and empty tuples mean `shown, and there is none` only where the kind is in `observed`."""

    port: str
    link: LinkState = LinkState.UNKNOWN
    err_disabled: str | None = None
    """The vendor's reason."""
    macs: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    mka: Mka | None = None
    counters: Counters | None = None
    observed: frozenset[str] = frozenset()
    """Kinds that were read and understood: link, errdisable, session, mka, counters, mac."""
    unparsed: tuple[str, ...] = ()
    """Commands whose output was not understood, with the first line that was not."""


class Heard(NamedTuple):
    """What one command contributed."""

    kind: Kind
    port: str | None
    """The one port it was asked about; None: all."""
    whole: bool
    """Nothing was left out by a further argument."""
    rows: tuple[Row, ...]
    problem: str | None


def hear(pack: Pack, folder: Path, outputs: Mapping[str, str], memory: dict[tuple[str, str], Heard]) -> None:
    """Adds to `memory` what each of `outputs` contributes, as long as it is not there.

    Raises:
        InputError: the pack understands no such command.
    """
    for said in outputs.items():
        if said not in memory:
            memory[said] = _hear(pack, folder, *said)


_NAMES = {
    Kind.LINK: "link",
    Kind.ERRDISABLE: "errdisable",
    Kind.SESSION: "session",
    Kind.SESSION_DETAIL: "session",
    Kind.MKA: "mka",
    Kind.COUNTERS: "counters",
    Kind.MAC: "mac",
}
_ALWAYS_A_ROW = {Kind.LINK, Kind.COUNTERS}
"""Kinds whose commands have a row for every port there is: without one, nothing was learnt of the port."""


def port_states(
    pack: Pack,
    folder: Path,
    outputs: Mapping[str, str],
    ports: Sequence[str] = (),
    *,
    heard_before: dict[tuple[str, str], Heard] | None = None,
) -> dict[str, PortState]:
    """What `outputs` (command as sent → text as printed) say of each port they name and of each of `ports`, by long name.

    Text that is not understood does not raise: it stands in `unparsed` of every port the command was about. `heard_before` has what was
    understood of outputs that come again, and is added to.

    Raises:
        InputError: the pack understands no such command.
    """
    memory = {} if heard_before is None else heard_before
    hear(pack, folder, outputs, memory)
    heard = [memory[said] for said in outputs.items()]
    rows: dict[str, dict[Kind, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for answer in heard:
        for row in answer.rows:
            if port := text(row, "port"):
                rows[port][answer.kind].append(row)
    named = {port for port in rows if _is_port(pack, port)}
    everywhere = [answer for answer in heard if answer.port is None]
    alone: dict[str, list[Heard]] = defaultdict(list)
    for answer in heard:
        if answer.port is not None:
            alone[answer.port].append(answer)
    return {
        port: _state(pack, port, rows[port], [*everywhere, *alone[port]])
        for port in dict.fromkeys([*ports, *sorted(named)])
    }


def _hear(pack: Pack, folder: Path, command: str, output: str) -> Heard:
    known = recognise(pack, command)
    try:
        return Heard(known.show.kind, known.port, not known.selects, parse_known(pack, folder, known, output), None)
    except ParseError as error:
        return Heard(known.show.kind, known.port, not known.selects, (), str(error))


def _is_port(pack: Pack, text: str) -> bool:
    try:
        return long_port(pack.ports, text) == text
    except ValueError:
        return False


def _state(pack: Pack, port: str, rows: Mapping[Kind, Sequence[Row]], heard: Sequence[Heard]) -> PortState:
    """The state of `port`, from the `rows` about it; `heard` are the commands that were about it."""
    failed, read, problems = set[str](), set[str](), list[str]()
    for kind, _, whole, _, problem in heard:
        if name := _NAMES.get(kind):
            if problem:
                failed.add(name)
                problems.append(problem)
            elif whole and (rows.get(kind) or kind not in _ALWAYS_A_ROW):
                read.add(name)
    shown = last_text(rows.get(Kind.LINK, ()), "status")
    link = word(pack, "link", shown)
    sessions = [*rows.get(Kind.SESSION, ()), *rows.get(Kind.SESSION_DETAIL, ())]
    return PortState(
        port=port,
        link=LinkState.DOWN if link == "err-disabled" else LinkState(link or "unknown"),
        err_disabled=last(
            [shown if link == "err-disabled" else None, *(text(row, "reason") for row in rows.get(Kind.ERRDISABLE, ()))]
        ),
        macs=tuple(sorted({mac for row in rows.get(Kind.MAC, ()) if (mac := text(row, "mac")) and not _is_group(mac)})),
        sessions=tuple(_session(pack, group) for group in same_sessions(sessions)),
        mka=_mka(pack, rows.get(Kind.MKA, ()), rows.get(Kind.COUNTERS, ())),
        counters=_counters(rows.get(Kind.COUNTERS, ())),
        observed=frozenset(read - failed),
        unparsed=tuple(problems),
    )


def _session(pack: Pack, rows: Sequence[Row]) -> Session:
    """One session from all that is shown of it. Where two commands say different things, the status is unknown."""
    words = {word(pack, "session.status", row.get("status")) for row in rows}
    status = words.pop() if len(words) == 1 else None
    authority, states = fallback(pack, rows), method_states(rows)
    if authority == "unknown":
        status, authority = None, None
    return Session(
        mac=last_text(rows, "mac"),
        method=SessionMethod(method(pack, rows, states) or "unknown"),
        status=SessionStatus(status or "unknown"),
        vlan=last_number(rows, "vlan"),
        user=last_text(rows, "user"),
        method_states=states,
        fallback=authority,
    )


def _mka(pack: Pack, rows: Sequence[Row], secy: Sequence[Row]) -> Mka | None:
    """The port's participant; of several keys the one in use with live peers. Its cipher suite may only stand with the SecY."""
    by_key: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        by_key[text(row, "ckn")].append(row)
    made = [_participant(pack, same, secy) for same in by_key.values()]
    return max(made, key=lambda mka: (mka.status is MkaStatus.SECURED, mka.live_peers or 0), default=None)


def _participant(pack: Pack, rows: Sequence[Row], secy: Sequence[Row]) -> Mka:
    words = {word(pack, "mka.status", row.get("status")) for row in rows}
    lonely = "secured-without-peer" in words
    words = {"secured" if each in ("secured-without-peer", "fallback") else each for each in words}
    status = words.pop() if len(words) == 1 else None
    key_server = word(pack, "mka.key_server", last_text(rows, "key_server"))
    cipher = last_text(rows, "cipher") or (last_text(secy, "cipher") if status == "secured" else None)
    return Mka(
        status=MkaStatus(status or "unknown"),
        ckn=last_text(rows, "ckn"),
        live_peers=0 if lonely else last_number(rows, "live_peers"),
        key_server=None if key_server is None else key_server == "yes",
        cipher=cipher,
        policy=last_text(rows, "policy"),
        fallback_key=any(word(pack, "mka.status", row.get("status")) == "fallback" for row in rows),
    )


def _counters(rows: Sequence[Row]) -> Counters | None:
    if not rows:
        return None
    return Counters(sent=last_number(rows, "sent"), received=last_number(rows, "received"))


def _is_group(mac: str) -> bool:
    """Whether this is the address of a group of stations (IEEE 802-2014 §8.2.2)."""
    return bool(int(mac[:2], 16) & 1)
