"""An estate in, every camera port of it looked at, and the records of that out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nornir.core.task import Result, Task
from pydantic import SecretStr

from portseal.core.errors import ParseError
from portseal.core.planning import section_digests
from portseal.core.profile import MacsecPolicy
from portseal.core.record import Look, PortRecord, asked_of, port_record
from portseal.core.secrets import fingerprint
from portseal.core.verdict import Verdict, unreachable
from portseal.estate import Estate
from portseal.fleet import Outcomes, on_all
from portseal.verify import verify_switch


@dataclass(frozen=True)
class Looks:
    """What was seen of every camera port of an estate, in the order of switches and ports."""

    ports: tuple[Look, ...]
    failures: dict[str, str]
    """Switch → why it could not be read; its ports are unknown."""
    configurations: dict[str, dict[str, str]] = field(default_factory=dict)
    """Switch → section → digest of the lines in its running configuration that are ours, where that was asked for and understood."""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One a port."""
        return tuple(look.verdict for look in self.ports)


def look_at_all(
    estate: Estate,
    *,
    wait: float = 0.0,
    configurations: bool = False,
    done: Callable[[str], None] = lambda _: None,
) -> Looks:
    """Read every switch of the estate once, or for `wait` seconds as long as not all its ports pass.

    With `configurations`, its running configuration as well, in the same round trip.
    """
    task = look_along if configurations else verify_switch
    outcomes = on_all(estate, task, tuple, reading=True, done=done, wait=wait)
    digests: dict[str, dict[str, str]] = {}
    if configurations:
        digests = {switch: found for switch, (_, found) in outcomes.results.items() if found}
        outcomes = Outcomes({switch: looks for switch, (looks, _) in outcomes.results.items()}, outcomes.failures)
    now = datetime.now(UTC)
    found: list[Look] = []
    for intent in estate.site.intents:
        if intent.switch in outcomes.results:
            found.extend(outcomes.results[intent.switch])
        elif intent.switch in outcomes.failures:
            why = outcomes.failures[intent.switch]
            found.extend(Look(verdict=unreachable(port, why), at=now) for port in intent.ports)
    return Looks(ports=tuple(found), failures=outcomes.failures, configurations=digests)


def look_along(task: Task, estate: Estate, wait: float = 0.0) -> Result:
    """`result` is the tuple of `Look` of `verify_switch`, and section → digest of the lines in its running configuration that are ours."""
    digests: dict[str, str] = {}

    def running(switch: str, text: str) -> None:
        with suppress(ParseError):  # a login that may not see it, say; the digests are then not known
            digests.update(section_digests(estate.intent(switch), text, estate.pack(switch), estate.marks(switch)))

    looks = verify_switch(task, estate, wait, running).result
    return Result(host=task.host, result=(looks, digests))


def records_of(estate: Estate, looks: Sequence[Look]) -> tuple[PortRecord, ...]:
    """The record of each look, CKNs as fingerprints with the site's key; nothing is read from a switch for it."""
    ports = {(port.switch, port.port): port for intent in estate.site.intents for port in intent.ports}
    cameras = {camera.name: camera for camera in estate.site.site.cameras}
    platforms = {name: switch.platform for name, switch in estate.site.site.switches.items()}
    commands = {name: asked_of(pack) for name, pack in estate.site.packs.items()}
    clean, mark = estate.redactor().clean, _marks(estate)
    found: list[PortRecord] = []
    for look in looks:
        intent = ports[look.verdict.switch, look.verdict.port]
        plain, secured = commands[platforms[intent.switch]]
        found.append(
            port_record(
                look,
                intent,
                cameras[intent.camera],
                platform=platforms[intent.switch],
                asked=plain if intent.macsec.policy is MacsecPolicy.OFF else secured,
                mark=mark,
                clean=clean,
            )
        )
    return tuple(found)


def _marks(estate: Estate) -> Callable[[str], str]:
    """Gives the fingerprint of a CKN; the site's key is asked for with the first one, so that a site without keys needs none."""
    key: list[SecretStr] = []

    def mark(ckn: str) -> str:
        if not key:
            key.append(estate.fingerprint_key)
        return fingerprint(SecretStr(ckn), key[0], hex=True)

    return mark
