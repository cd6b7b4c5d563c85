"""A switch with an API as a `CandidateSession`, by the napalm driver of its platform.

The lines of a plan are the candidate, as they stand. Whom the driver talks to is checked: a driver that cannot be told to do so is not
offered (`[api]` in the platform's folder).
"""

from __future__ import annotations

import json
import logging
import re
import ssl
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from portseal.core.api import Api
from portseal.core.errors import ConnectError, SessionCut, SwitchError
from portseal.core.facts import Neighbour, PortFacts, SwitchFacts
from portseal.core.model import normal_mac
from portseal.core.secrets import Resolve
from portseal.transport.objection import objects
from portseal.transport.redaction import fit_to_show
from portseal.transport.session import ConfigureLine, ConfigureResult, LineError
from portseal.transport.target import Target

T = TypeVar("T")
_CANDIDATE = "portseal"
"""What a driver that names its candidates calls ours; the platform's own lines in `[commit]` have the same name."""

_LOST = {"ConnectionError", "ConnectClosedError", "SessionCloseError", "TransportError", "RpcTimeoutError"}
"""Errors of pyeapi, ncclient and PyEZ, none of which is an `OSError`."""

_AS_JSON = re.compile(r"\s*\|\s*json$")


def open_napalm(target: Target, *, driver: str, api: Api, ca_file: Path | None, resolve: Resolve) -> NapalmSession:
    """A session through napalm's `driver`, the other end checked as `api` says: its certificate, or its host key.

    Raises:
        ConnectError: unreachable, wrong login, a certificate or a host key that is not to be trusted.
        SecretError: the login's password cannot be resolved.
    """
    from napalm import get_network_driver  # takes a second, and most sites never need it

    if target.password_ref is None:
        raise ConnectError(target.switch, "napalm logs in with a password; give the host `login: {username, password}`")
    # what a driver's library logs of its requests holds the candidate, keys included
    for name in ("pyeapi", "ncclient", "jnpr", "paramiko"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    options: dict[str, object] = {"port": target.port}
    with TemporaryDirectory(prefix="portseal-") as folder:
        if api.check == "tls":
            options["context"] = _tls(target, ca_file)
        else:
            options["ssh_config_file"] = _ssh_config(target, Path(folder))
        password = resolve(target.password_ref).get_secret_value()
        made = get_network_driver(driver)(
            target.address, target.username, password, timeout=ceil(target.connect_timeout), optional_args=options
        )
        if api.check == "ssh":
            _check_host_key(made, target)
        try:
            made.open()
        except Exception as error:  # drivers raise what their libraries do
            hint = "; its host key has to stand in known_hosts" if api.check == "ssh" else ""
            raise ConnectError(target.switch, f"napalm's {driver} driver: {_told(error)}{hint}") from None
    return NapalmSession(made, target, candidate=api.candidate)


def _tls(target: Target, ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise ConnectError(target.switch, f"ca_file {ca_file}: {error}") from None
    if target.accept_unknown_host_key:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _ssh_config(target: Target, folder: Path) -> str:
    """A file that leads the driver to the site's known_hosts, and past whatever this account has of its own."""
    known = target.known_hosts or folder / "none"
    (folder / "none").touch()
    (folder / "config").write_text(f"Host *\n  UserKnownHostsFile {known}\n", encoding="utf-8")
    return str(folder / "config")


def _check_host_key(driver: Any, target: Target) -> None:
    """Let PyEZ, which connects without a look at the host key by default, look at it; napalm has no option for that."""
    if target.accept_unknown_host_key:
        return
    if getattr(driver.device, "_hostkey_verify", None) is not False:
        raise ConnectError(target.switch, "this release of napalm's driver cannot be told to check host keys; use SSH")
    driver.device._hostkey_verify = True


class NapalmSession:
    """A session over napalm. Not safe for use from two threads."""

    def __init__(self, driver: Any, target: Target, *, candidate: str) -> None:
        self.switch = target.switch
        self._format = candidate
        self._driver = driver
        self._errors = target.errors

    # --- what every session can

    def run(self, commands: Sequence[str], *, timeout: float = 60.0) -> tuple[str, ...]:
        """The output of each command; one that is refused has the refusal for output.

        Raises:
            SessionCut: the switch does not answer any more.
        """
        return tuple(self._output(command) for command in commands)

    def configure(self, lines: Sequence[ConfigureLine], *, alone: int = 1, timeout: float = 120.0) -> ConfigureResult:
        """Commands that stand for themselves, outside configuration mode; candidates go by `load`.

        Raises:
            SessionCut: the switch does not answer any more.
        """
        for index, line in enumerate(lines):
            output = self._output(line.text)
            if objects(output, self._errors):
                error = LineError(index=index, line=line.shown, output=fit_to_show(output, lines).strip())
                return ConfigureResult(sent=index + 1, answered=index + 1, errors=(error,), round_trips=index + 1)
        return ConfigureResult(sent=len(lines), answered=len(lines), round_trips=len(lines))

    def close(self) -> None:
        """End the session, not the change: what was committed stands, and its timer runs on."""
        self._forget()
        with suppress(Exception):  # drivers raise what their libraries do, and it is over anyhow
            self._driver.close()

    # --- what a candidate can

    def load(self, lines: Sequence[ConfigureLine]) -> ConfigureResult:
        """Make a candidate of the running configuration and these lines, as they stand; nothing takes effect.

        Raises:
            SessionCut: the switch does not answer any more.
        """
        if hasattr(self._driver, "config_session"):
            self._driver.config_session = _CANDIDATE
        before = sys.exception()
        try:
            self._driver.load_merge_candidate(config="\n".join(line.text for line in lines))
        except Exception as error:
            if _is_lost(error, before):
                self._forget()
                raise self._cut(error, before) from None
            told, index = fit_to_show(_told(error), lines), _blamed(_told(error), lines)
            self._forget()
            line = "(the driver does not say which)" if index is None else lines[index].shown
            shown = LineError(index=index or 0, line=line, output=told)
            return ConfigureResult(sent=len(lines), answered=len(lines), errors=(shown,), round_trips=1)
        return ConfigureResult(sent=len(lines), answered=len(lines), round_trips=1)

    def candidate(self) -> str:
        """The whole configuration as the candidate has it."""
        asked = {"retrieve": "candidate", "format": self._format}
        found = self._do("show the candidate", lambda: self._driver.get_config(**asked)["candidate"])
        if not found:
            raise SwitchError(self.switch, "napalm's driver shows no candidate, so that it cannot be compared; use SSH")
        return str(found)

    def commit(self, *, revert_in: int) -> None:
        """Let the candidate take effect for `revert_in` seconds, unless it is confirmed."""
        self._do("commit", lambda: self._driver.commit_config(revert_in=revert_in))

    def confirm(self) -> None:
        """Keep what was committed."""
        self._adopt()
        self._do("confirm", self._driver.confirm_commit)

    def rollback(self) -> None:
        """Take back what was committed and not confirmed."""
        self._adopt()
        self._do("roll back", self._driver.rollback)

    def discard(self) -> None:
        """Throw the candidate away, if there is one."""
        self._do("throw the candidate away", self._driver.discard_config)

    def facts(self) -> SwitchFacts:
        """What napalm's getters tell: facts, interfaces, MAC address table, LLDP."""
        said = self._do("tell its facts", self._driver.get_facts)
        ports = self._do("tell its interfaces", self._driver.get_interfaces)
        table = self._do("tell its MAC addresses", self._driver.get_mac_address_table)
        others = self._do("tell its neighbours", self._driver.get_lldp_neighbors_detail)
        return SwitchFacts(
            model=str(said["model"]),
            serial=str(said["serial_number"]),
            release=str(said["os_version"]),
            ports={
                name: PortFacts(
                    up=port["is_up"],
                    enabled=port["is_enabled"],
                    description=port["description"],
                    macs=tuple(sorted({normal_mac(row["mac"]) for row in table if _is_of(row["interface"], name)})),
                    neighbours=tuple(_neighbour(each) for each in others.get(name, ())),
                )
                for name, port in ports.items()
            },
        )

    # --- the driver

    def _adopt(self) -> None:
        """Stand by the candidate of an earlier session, which a driver that names them knows by its name."""
        if getattr(self._driver, "config_session", "") is None:
            self._driver.config_session = _CANDIDATE

    def _forget(self) -> None:
        """Let the driver not undo on its way out what is committed or belongs to a later session."""
        if hasattr(self._driver, "config_session"):
            self._driver.config_session = None

    def _cut(self, error: BaseException, before: BaseException | None) -> SessionCut:
        return SessionCut(self.switch, f"the API does not answer any more: {_told(_chain(error, before)[-1])}")

    def _output(self, command: str) -> str:
        bare, before = _AS_JSON.sub("", command), sys.exception()
        try:
            if bare != command:
                return json.dumps(self._driver.cli([bare], encoding="json")[bare])
            return str(self._driver.cli([command])[command])
        except Exception as error:
            if _is_lost(error, before):
                raise self._cut(error, before) from None
            return f"% {_told(error)}"

    def _do(self, what: str, act: Callable[[], T]) -> T:
        before = sys.exception()
        try:
            return act()
        except Exception as error:
            if _is_lost(error, before):
                raise self._cut(error, before) from None
            raise SwitchError(self.switch, f"napalm could not {what}: {_told(error)}") from None


def _blamed(told: str, lines: Sequence[ConfigureLine]) -> int | None:
    """Which line an objection is about: the longest that it quotes, or the first that has most of its words; None where none has any."""
    quoted = [i for i, line in enumerate(lines) if line.text.strip() and line.text.strip() in told]
    if quoted:
        return max(quoted, key=lambda i: len(lines[i].text.strip()))
    words = set(re.findall(r"[\w.:/-]+", told))
    scores = [len(words & set(line.text.split())) for line in lines]
    return scores.index(max(scores)) if any(scores) else None


def _is_of(interface: str, port: str) -> bool:
    """Whether this is the port or a logical interface of it (`ge-0/0/1.0`)."""
    return interface == port or interface.startswith(f"{port}.")


def _neighbour(said: dict[str, Any]) -> Neighbour:
    able = set(said.get("remote_system_enable_capab", ()))
    forwards = bool(able) and able <= {"bridge", "router"}
    return Neighbour(name=said["remote_system_name"], port=said["remote_port"], forwards=forwards)


def _is_lost(error: BaseException, before: BaseException | None) -> bool:
    """Whether the switch stopped answering or takes the login no more, which drivers' libraries say by errors of their own."""
    return any(isinstance(each, OSError) or type(each).__name__ in _LOST for each in _chain(error, before))


def _chain(error: BaseException, before: BaseException | None) -> list[BaseException]:
    """`error` and what it came of, down to the first cause; not `before`, which was being dealt with when the driver was called."""
    chain: list[BaseException] = []
    here: BaseException | None = error
    while here is not None and here is not before and here not in chain:
        chain.append(here)
        here = here.__cause__ or here.__context__
    return chain


def _told(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
