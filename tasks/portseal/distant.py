"""An errand in, what became of its switches out: the half of a distant runner that stands at the worker.

The site is opened here, once for each content it has, and its secrets are fetched from here, with this process's own environment and key
store. A step is taken only once the home has said that its row is on the disk; where the home is silent, nothing further is done.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nornir.core.processor import Processors
from nornir.core.task import Task

from portseal.core.errors import InputError
from portseal.errand import VERSION, Came, Errand, NotPure, SiteRef, Stop, packed
from portseal.estate import Estate, message, open_estate
from portseal.fleet import failure
from portseal.home import Each, Home, HomeLost
from portseal.lacking import Needs, lacking
from portseal.processes import Processes
from portseal.site_digest import site_digest
from portseal.site_files import read_settings
from portseal.site_pack import unpacked_site, with_own_files
from portseal.transport.connection import forget_session

_FEW = 4
"""Sites that are kept open."""
_opened: dict[SiteRef, Estate] = {}
_opening = threading.Lock()


def carried_out(errand: Errand, home: Callable[[Callable[[str], str]], Home], place: str | None = None) -> bytes:
    """What became of each of the errand's switches, packed.

    `home` is made of what takes secrets out of text; a site that comes packed is unpacked in the directory `place`.
    """
    opened: list[Estate] = []

    def clean(text: str) -> str:
        return opened[0].redactor().clean(text) if opened else text

    asked = home(clean)
    try:
        base = estate_of(errand.site, asked, place)
    except HomeLost as error:
        return packed([Came(switch=stop.switch, failure=f"{stop.switch}: {error}") for stop in errand.stops])
    except Exception as error:  # whatever it is, it is what the client has to be told
        told = message(error)
        return packed([Came(switch=stop.switch, failure=f"{stop.switch}: {told}") for stop in errand.stops])
    opened.append(base)
    return packed([_at(errand, stop, base, asked) for stop in errand.stops])


def what_lacks(ref: SiteRef, needs: Needs, home: Home, place: str | None = None) -> tuple[str, ...]:
    """What keeps this worker from working on the site, all of it; empty where nothing does."""
    try:
        estate = estate_of(ref, home, place)
        own = f"{estate.site.path}/"  # another one at each worker, so that what they say would not be alike
        return tuple(estate.redactor().clean(why).replace(own, "") for why in lacking(estate, needs))
    except HomeLost:
        return ()  # who asked is gone
    except Exception as error:  # whatever it is, it is what the client has to be told
        return (message(error),)


def estate_of(ref: SiteRef, home: Home, place: str | None) -> Estate:
    """The site of `ref`, open.

    Raises:
        InputError: this worker has another portseal, or finds another site there.
        HomeLost: its files were to be sent, and nobody answers.
    """
    with _opening:
        if ref not in _opened:
            if ref.version != VERSION:
                raise InputError(
                    f"the worker has portseal {VERSION}, and {ref.version} leads the run; install the same"
                )
            path = _unpacked(ref, home, place) if ref.packed else _found(ref)
            while len(_opened) >= _FEW:
                _opened.pop(next(iter(_opened)))
            # A worker is a process already: it begins no others.
            _opened[ref] = replace(open_estate(path), processes=Processes(0, {}))
        estate = _opened[ref]
    if not estate.site.settings.secrets.fingerprint_key and not (estate.memory.folder / "fingerprint.key").exists():
        raise InputError(
            f"{ref.path}: no key for fingerprints at the worker; name one in portseal.toml: secrets.fingerprint_key"
        )
    return estate


def _found(ref: SiteRef) -> Path:
    """Where the site is that this worker has itself."""
    if site_digest(Path(ref.path)) != ref.digest:
        raise InputError(
            f"{ref.path}: the worker finds another site there than the one that is worked on, or an older state of it; "
            'put it on a file system that both have, or say nornir.runner.options.site = "packed"'
        )
    return Path(ref.path)


def _unpacked(ref: SiteRef, home: Home, place: str | None) -> Path:
    """Where the site is that the client has sent."""
    sent = home("site")
    if not isinstance(sent, bytes):
        raise InputError(f"{ref.path}: its files did not come")
    path = unpacked_site(sent, ref.digest, ref.path, place)
    if ref.files:
        with_own_files(path, read_settings(path), ref.files)
    return path


def _at(errand: Errand, stop: Stop, base: Estate, home: Home) -> Came:
    """The task at one switch."""
    estate = _as_brought(base, stop, home)
    host = base.site.nornir.inventory.hosts[stop.switch]
    own = {name: Each(_always(value)) for name, value in stop.own.items()}
    arguments = {**errand.common, **own, errand.estate: estate, **({errand.home: home} if errand.home else {})}
    task = Task(errand.task, base.nornir, False, Processors([]), **arguments)  # type: ignore[arg-type] # says str, takes anything
    try:
        result = task.start(host)[0]
    finally:
        forget_session(host)
    if isinstance(result.exception, HomeLost):
        return Came(switch=stop.switch, failure=f"{stop.switch}: {result.exception}")
    if result.failed:
        return Came(switch=stop.switch, failure=failure(stop.switch, result, estate))
    came = Came(switch=stop.switch, result=result.result, diff=result.diff or "", changed=result.changed)
    try:
        packed(came)
    except NotPure as error:
        return Came(switch=stop.switch, failure=f"{stop.switch}: what the task gave does not travel ({error})")
    return came


def _always(value: object) -> Callable[[str], object]:
    return lambda switch: value


def _as_brought(base: Estate, stop: Stop, home: Home) -> Estate:
    """The estate as the run sees it at this switch: its intent, what is remembered, and connections that the home allows."""
    own = stop.brought
    return replace(
        base,
        site=base.site.with_intents((own.intent,)),
        released={stop.switch: own.released},
        memory=MemoryAway(base.memory.folder, stop, home),
        gate=base.gate.through(lambda server: _place(home, server)),
    )


@contextmanager
def _place(home: Home, server: str) -> Iterator[None]:
    """A connection's place among those of all workers together."""
    while home("enter", server) is not True:
        time.sleep(0.1 + 0.1 * random.random())  # noqa: S311 - so that not all ask at once
    try:
        yield
    finally:
        home("leave", server)


@dataclass(frozen=True)
class MemoryAway:
    """What the client's memory said of one switch when the errand began; what is to be kept is told to it."""

    folder: Path
    stop: Stop
    home: Home

    def sealed(self, switch: str) -> frozenset[str]:
        """Long names of the ports of `switch` that portseal sealed."""
        return self.stop.brought.sealed if switch == self.stop.switch else frozenset()

    def stored(self, switch: str) -> Mapping[str, str]:
        """What undecodable texts of `switch` stand for."""
        return self.stop.brought.stored if switch == self.stop.switch else {}

    def remember(self, switch: str, *, ports: frozenset[str], stored: Mapping[str, str]) -> None:
        """Have it kept; it is on the disk when this returns."""
        self.home("remember", switch, ports, dict(stored))


def cleaned(value: object, clean: Callable[[str], str]) -> object:
    """An argument of a question, secrets taken out of its text."""
    if type(value) is str:
        return clean(value)
    if isinstance(value, dict):
        kept: object = json.loads(clean(json.dumps(value, ensure_ascii=False)))
        return kept
    return value
