"""An open site with all that tasks need beside it: its secrets, the key of its fingerprints, what it remembers, its sessions.

This is what every task takes as its one argument, so that a playbook written in Python needs to build one thing only::

    estate = open_estate(Path("inventory/example-campus"))
    results = estate.nornir.run(task=plan_switch, estate=estate)
"""

from __future__ import annotations

import os
import secrets as entropy
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from nornir.core import Nornir
from nornir.core.inventory import Host
from pydantic import SecretStr

from portseal.core.errors import PortsealError
from portseal.core.intent import SwitchIntent, derive
from portseal.core.inventory import Camera, Site
from portseal.core.marks import Marks
from portseal.core.platforms import Pack
from portseal.core.secrets import Redactor, Resolve
from portseal.key_book import resolve_of
from portseal.memory import Memory, Remembers
from portseal.processes import Processes, processes_for
from portseal.runners import runner_of
from portseal.site import OpenSite, open_site
from portseal.threads import Threads
from portseal.transport.camera_end import CameraEnd
from portseal.transport.camera_ends import camera_ends
from portseal.transport.connection import forget_session, log_in_and_out, session_for
from portseal.transport.gate import Gate
from portseal.transport.session import Session


@dataclass(frozen=True)
class Estate:
    """An open site, ready for tasks. Safe to share between threads."""

    site: OpenSite
    nornir: Nornir
    """Nornir with the switches to work on: the chosen ones that have cameras, or had some that were sealed."""
    resolve: Resolve
    memory: Remembers
    gate: Gate
    """What connections to switches are made through."""
    talking: threading.BoundedSemaphore
    """Entered while a camera is talked to."""
    processes: Processes = field(default_factory=lambda: Processes(0, {}))
    """Where differences are worked out."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set where no further switch is to be begun and nothing waited for any more, by whoever reads switches; a run has its own."""
    aside: Callable[[], AbstractContextManager[object]] = nullcontext
    """Entered while a switch is only waited for; where switches are read, its place is then somebody else's."""
    reads: bool = False
    """Whether its switches are only read."""
    released: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By switch, long names of ports that this run opens although the inventory has them; they are in no intent."""
    _seen: dict[str, SecretStr] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __reduce__(self) -> str:
        raise TypeError("an estate holds secrets and sessions and stays where it was opened; open the site again there")

    def intent(self, switch: str) -> SwitchIntent:
        """What `switch` must be; one without cameras needs nothing of ours, switch-wide neither."""
        if (intent := self.site.by_switch.get(switch)) is not None:
            return intent
        described = self.site.site.switches[switch]
        return SwitchIntent(
            switch=switch,
            platform=described.platform,
            radius=None,
            options=described.options,
            ports=(),
            macsec_policies={},
        )

    def managed(self, switch: str) -> frozenset[str]:
        """Long names of ports of `switch` that may hold lines of ours besides those of the intent, to be taken away."""
        kept = self.site.settings.ports.released == "keep"
        return (frozenset() if kept else self.memory.sealed(switch)) | self.released.get(switch, frozenset())

    def only(self, switches: Collection[str]) -> Estate:
        """The same estate, with these of its switches."""
        return replace(self, nornir=self.nornir.filter(filter_func=lambda host: host.name in switches))

    def reading(self) -> Estate:
        """The same estate for a task that changes nothing: as many switches at once as `[read]` says, where threads of ours work on them."""
        if not isinstance(self.nornir.runner, Threads):
            return replace(self, reads=True)
        read = self.site.settings.read
        threads = Threads(read.workers, self.stop, begun=read.sessions)
        return replace(self, nornir=self.nornir.with_runner(threads), aside=threads.aside)

    def here(self) -> Estate:
        """The same estate, worked on by threads of this process where the site's runner would give switches to others."""
        if not getattr(self.nornir.runner, "elsewhere", False):
            return self
        threads = Threads(self.site.settings.apply.workers, self.stop)
        return replace(self, nornir=self.nornir.with_runner(threads))

    def rest(self, seconds: float) -> bool:
        """Wait so many seconds, and no longer once `stop` is set; whether it is not. For a task, in the thread that it was begun in."""
        if seconds > 0 and not self.stop.is_set():
            with self.aside():
                self.stop.wait(seconds)
        return not self.stop.is_set()

    def pack(self, switch: str) -> Pack:
        """The platform of `switch`."""
        return self.site.packs[self.site.site.switches[switch].platform]

    def folder(self, switch: str) -> Path:
        """Where the platform of `switch` is described."""
        return self.site.folders[self.site.site.switches[switch].platform]

    def secret(self, ref: str) -> SecretStr:
        """The secret behind a reference; remembered, so that what is shown later can be rid of it.

        Raises:
            SecretError: no source has it.
        """
        with self._lock:
            if ref not in self._seen:
                self._seen[ref] = self.resolve(ref)
            return self._seen[ref]

    def learn(self, ref: str, secret: SecretStr) -> None:
        """Know a secret that was made after the sources were read."""
        with self._lock:
            self._seen[ref] = secret

    def with_site(self, site: Site, switch: str) -> Estate:
        """The same estate, its sessions and secrets too, with what `site` says of one switch instead."""
        (own,) = derive(site, self.site.packs, [switch])
        intents = tuple(own if intent.switch == switch else intent for intent in self.site.intents)
        return replace(self, site=replace(self.site, site=site, intents=intents))

    def redactor(self) -> Redactor:
        """Takes every secret that this process has seen so far out of text."""
        with self._lock:
            return Redactor(tuple(self._seen.values()))

    def marks(self, switch: str, *, stored: Mapping[str, str] | None = None, forget: bool = False) -> Marks:
        """The marks of one switch, with what its undecodable texts stood for after the last push.

        `stored` adds to that; with `forget`, nothing is known of them.
        """
        known = {} if forget else {**self.memory.stored(switch), **(stored or {})}
        return Marks(switch, self.secret, self.fingerprint_key, known)

    @property
    def fingerprint_key(self) -> SecretStr:
        """The key of the site's fingerprints: a secret of the site, or one made here on first use."""
        if ref := self.site.settings.secrets.fingerprint_key:
            return self.secret(ref)
        with self._lock:
            return local_fingerprint_key(self.memory.folder)

    def session(self, host: Host, *, again: bool = False) -> Session:
        """An open session to `host`: the one that is open, or, with `again`, a new one in its place.

        Raises:
            ConnectError: none could be opened.
        """
        if again:
            forget_session(host)
        return session_for(
            host,
            pack=self.pack(host.name),
            known_hosts=self.site.path / "known_hosts",
            resolve=self.secret,
            gate=self.gate,
            rest=self.rest,
        )

    def log_in(self, host: Host) -> None:
        """Log in to `host` once more, beside the session that may be open, and out again.

        Raises:
            ConnectError: it does not let us in.
        """
        log_in_and_out(
            host,
            pack=self.pack(host.name),
            known_hosts=self.site.path / "known_hosts",
            resolve=self.secret,
            gate=self.gate,
        )

    def camera_end(self, camera: Camera) -> CameraEnd | None:
        """The camera's end of its link; None where it has no API that we speak. Nothing is sent yet.

        Raises:
            SecretError: its login cannot be had.
            CameraError: it has no address, or its authority's file cannot be used.
        """
        return camera_ends(self.site.settings.cameras, self.site.path, self.secret)(camera)

    def close(self) -> None:
        """End every session."""
        for host in self.nornir.inventory.hosts.values():
            forget_session(host)


def local_fingerprint_key(folder: Path) -> SecretStr:
    """The key of this machine's fingerprints, made on first use."""
    path = folder / "fingerprint.key"
    try:
        return SecretStr(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = entropy.token_hex(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
    return SecretStr(key)


def open_estate(path: Path, *, limit: str | None = None, instead: Mapping[str, str] = {}) -> Estate:
    """The site in directory `path`, checked; `limit` narrows it to some switches, `instead` has texts in place of files.

    Raises:
        SiteError: the site is wrong; has every finding.
        InputError: `limit` names nothing.
    """
    site = open_site(path, limit=limit, instead=instead)
    memory = Memory(path / ".portseal")
    with_cameras = {intent.switch for intent in site.intents if intent.ports}
    chosen = {name for name in site.nornir.inventory.hosts if name in with_cameras or memory.sealed(name)}
    apply, stop = site.settings.apply, threading.Event()
    runner = runner_of(site.settings, stop)
    return Estate(
        site=site,
        nornir=site.nornir.filter(filter_func=lambda host: host.name in chosen).with_runner(runner),
        resolve=resolve_of(site.settings, path),
        memory=memory,
        gate=Gate(
            at_once=apply.connect_workers,
            per_server=site.settings.connect.per_aaa_server,
            tries=site.settings.connect.tries,
            pause=site.settings.connect.backoff_seconds,
        ),
        talking=threading.BoundedSemaphore(site.settings.cameras.workers),
        processes=processes_for(len(chosen), apply.cpu_workers, site.packs),
        stop=stop,
    )


def message(error: BaseException, estate: Estate | None = None) -> str:
    """What to show of an error: our own as they are, others by their kind, secrets taken out."""
    text = str(error) if isinstance(error, PortsealError) else f"{type(error).__name__}: {error}"
    return estate.redactor().clean(text) if estate else text
