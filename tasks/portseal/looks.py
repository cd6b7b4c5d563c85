"""An estate in, every camera port of it looked at, and the records of that out."""

from __future__ import annotations

import sys
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nornir.core.task import Result, Task
from pydantic import SecretStr, TypeAdapter

from portseal.core.errors import ParseError
from portseal.core.one_by_one import Flat, OneByOne
from portseal.core.planning import section_digests
from portseal.core.profile import MacsecPolicy
from portseal.core.record import Look, PortRecord, asked_of, port_record
from portseal.core.secrets import fingerprint
from portseal.core.verdict import Verdict, unreachable
from portseal.estate import Estate
from portseal.fleet import on_all
from portseal.in_turn import InTurn
from portseal.spool import Spool
from portseal.verify import verify_switch

Digests = dict[str, str]
"""Section of a running configuration → digest of the lines in it that are ours."""

_LOOKS = TypeAdapter(tuple[Look, ...])
_ALONG = TypeAdapter(tuple[tuple[Look, ...], Digests])
_VERDICTS = TypeAdapter(tuple[Verdict, ...])


@dataclass(frozen=True)
class Looks:
    """What was seen of every camera port of an estate, in the order of switches and ports; on disk, and one switch of it in memory at a time."""

    switches: OneByOne[Sequence[Look]]
    judged: OneByOne[Sequence[Verdict]]
    """The verdicts alone."""
    failures: dict[str, str]
    """Switch → why it could not be read; its ports are unknown."""
    configurations: dict[str, Digests] = field(default_factory=dict)
    """By switch, where that was asked for and understood."""

    def of(self, switch: str) -> Sequence[Look]:
        """Those at one switch."""
        (found,) = self.switches.in_order([switch])
        return found

    @property
    def ports(self) -> Flat[Look]:
        """One a port."""
        return Flat(self.switches)

    @property
    def verdicts(self) -> Flat[Verdict]:
        """One a port."""
        return Flat(self.judged)


def look_at_all(
    estate: Estate,
    *,
    wait: float = 0.0,
    configurations: bool = False,
    done: Callable[[str], None] = lambda switch: None,
    came: Callable[[Sequence[Look]], None] = lambda looks: None,
    failed: Callable[[str, str], None] = lambda switch, why: None,
    in_turn: Callable[[Sequence[Look]], None] | None = None,
) -> Looks:
    """Read every switch of the estate once, or for `wait` seconds as long as not all its ports pass.

    With `configurations`, its running configuration as well, in the same round trip. `came` is told the looks at each switch as they come,
    and `failed` why there are none, both from several threads; `in_turn` is told of all of them, one switch at a time and in the order of switches:
    one that is late holds back those behind it.
    """
    read = _Read(estate, configurations=configurations, came=came, failed=failed, in_turn=in_turn)
    task = look_along if configurations else verify_switch
    outcomes = on_all(
        estate,
        task,
        tuple,
        reading=True,
        kept=read.spool,
        done=done,
        came=read.came,
        failed=read.failed,
        wait=wait,
    )
    return read.whole(outcomes.failures)


class _Read:
    """What is read of an estate, as it comes."""

    def __init__(
        self,
        estate: Estate,
        *,
        configurations: bool,
        came: Callable[[Sequence[Look]], None],
        failed: Callable[[str, str], None],
        in_turn: Callable[[Sequence[Look]], None] | None,
    ) -> None:
        folder = estate.memory.folder
        hosts = estate.nornir.inventory.hosts
        self._intents = {intent.switch: intent for intent in estate.site.intents if intent.switch in hosts}
        self.spool: MutableMapping[str, Any] = Spool(_ALONG if configurations else _LOOKS, folder)
        self._verdicts = Spool(_VERDICTS, folder)
        self._configurations = configurations
        self._digests: dict[str, Digests] = {}
        self._failures: dict[str, tuple[str, datetime]] = {}
        self._came, self._failed = came, failed
        tell = in_turn
        self._turns = InTurn(self._intents, lambda switch: tell(self.looks(switch))) if tell else None

    def came(self, switch: str, result: tuple[Any, ...] | None) -> None:
        """A switch is finished."""
        if result is not None:
            looks = result[0] if self._configurations else result
            self._verdicts[switch] = tuple(look.verdict for look in looks)
            self._came(looks)
            if self._configurations and result[1]:
                self._digests[switch] = {sys.intern(head): digest for head, digest in result[1].items()}
        if self._turns:
            self._turns.come(switch)

    def failed(self, switch: str, why: str) -> None:
        """Nothing can be said of a switch."""
        self._failures[switch] = why, datetime.now(UTC)
        self._failed(switch, why)

    def whole(self, failures: dict[str, str]) -> Looks:
        """All of it; `failures` has the switches as well that nobody began."""
        now = datetime.now(UTC)
        self._failures.update({name: (why, now) for name, why in failures.items() if name not in self._failures})
        if self._turns:
            self._turns.end()
        known = [switch for switch in self._intents if switch in self.spool or switch in self._failures]
        digests = {switch: self._digests[switch] for switch in known if switch in self._digests}
        return Looks(OneByOne(known, self.looks), OneByOne(known, self.verdicts), failures, digests)

    def looks(self, switch: str) -> tuple[Look, ...]:
        """Those at a switch."""
        if switch in self._failures:
            why, at = self._failures[switch]
            return tuple(Look(verdict=unreachable(port, why), at=at) for port in self._intents[switch].ports)
        found: tuple[Look, ...] = self.spool[switch][0] if self._configurations else self.spool[switch]
        return found

    def verdicts(self, switch: str) -> tuple[Verdict, ...]:
        """Those on a switch's ports."""
        if switch in self._failures:
            return tuple(look.verdict for look in self.looks(switch))
        return self._verdicts[switch]


def look_along(task: Task, estate: Estate, wait: float = 0.0) -> Result:
    """`result` is the tuple of `Look` of `verify_switch`, and section → digest of the lines in its running configuration that are ours."""
    digests: dict[str, str] = {}

    def running(switch: str, text: str) -> None:
        with suppress(ParseError):  # a login that may not see it, say; the digests are then not known
            digests.update(section_digests(estate.intent(switch), text, estate.pack(switch), estate.marks(switch)))

    looks = verify_switch(task, estate, wait, running).result
    return Result(host=task.host, result=(looks, digests))


def records_of(estate: Estate, looks: Looks) -> Flat[PortRecord]:
    """The record of each look, made each time it is asked for; nothing is read from a switch for it."""
    make = recorder(estate, estate.redactor().clean)
    return Flat(OneByOne(looks.switches.names, lambda switch: make(looks.of(switch))))


def recorder(
    estate: Estate, clean: Callable[[str], str] | None = None
) -> Callable[[Sequence[Look]], tuple[PortRecord, ...]]:
    """Makes records of looks at one switch, CKNs as fingerprints with the site's key; `clean`, or what the estate knows then, takes secrets out."""
    cameras = {camera.name: camera for camera in estate.site.site.cameras}
    commands = {name: asked_of(pack) for name, pack in estate.site.packs.items()}
    mark = _marks(estate)

    def records(looks: Sequence[Look]) -> tuple[PortRecord, ...]:
        if not looks:
            return ()
        switch = looks[0].verdict.switch
        ports = {port.port: port for port in estate.intent(switch).ports}
        platform = estate.site.site.switches[switch].platform
        plain, secured = commands[platform]
        cleaned = clean or estate.redactor().clean
        return tuple(
            port_record(
                look,
                intent := ports[look.verdict.port],
                cameras[intent.camera],
                platform=platform,
                asked=plain if intent.macsec.policy is MacsecPolicy.OFF else secured,
                mark=mark,
                clean=cleaned,
            )
            for look in looks
        )

    return records


def _marks(estate: Estate) -> Callable[[str], str]:
    """Gives the fingerprint of a CKN; the site's key is asked for with the first one, so that a site without keys needs none."""
    key: list[SecretStr] = []

    def mark(ckn: str) -> str:
        if not key:
            key.append(estate.fingerprint_key)
        return fingerprint(SecretStr(ckn), key[0], hex=True)

    return mark
