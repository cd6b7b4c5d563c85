"""A switch with an API as a `CandidateSession`, by the napalm driver of its platform: the lines of a plan are the candidate, as they stand."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from portseal.core.api import Api
from portseal.core.errors import SessionCut, SwitchError
from portseal.core.facts import Neighbour, PortFacts, SwitchFacts
from portseal.core.model import normal_mac
from portseal.transport.objection import objects
from portseal.transport.redaction import fit_to_show
from portseal.transport.session import ConfigureLine, ConfigureResult, LineError
from portseal.transport.target import Target

T = TypeVar("T")
_CANDIDATE = "portseal"
"""What a driver that names its candidates calls ours; the platform's own lines in `[commit]` have the same name."""

_LOST = {
    *("ConnectionError", "ConnectClosedError", "SessionCloseError", "TransportError", "RpcTimeoutError"),
    *("ConnectionClosedException", "ReadTimeout", "ReadException", "WriteException"),
}
"""Errors of pyeapi, ncclient, PyEZ, napalm and netmiko, none of which is an `OSError`."""

_AS_JSON = re.compile(r"\s*\|\s*json$")


class NapalmSession:
    """A session over napalm. Not safe for use from two threads."""

    def __init__(self, driver: Any, target: Target, *, api: Api) -> None:
        self.switch = target.switch
        self._api = api
        self._loaded: tuple[ConfigureLine, ...] = ()
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
        self._loaded = tuple(lines)
        try:
            self._give("".join(f"{line.text}\n" for line in lines))
        except Exception as error:
            if _is_lost(error, before):
                self._forget()
                raise self._cut(error, before) from None
            said, index = fit_to_show(told(error), lines), _blamed(told(error), lines)
            self._forget()
            self._tidy()
            line = "(the driver does not say which)" if index is None else lines[index].shown
            shown = LineError(index=index or 0, line=line, output=said)
            return ConfigureResult(sent=len(lines), answered=len(lines), errors=(shown,), round_trips=1)
        return ConfigureResult(sent=len(lines), answered=len(lines), round_trips=1)

    def candidate(self) -> str:
        """The whole configuration as the candidate has it."""
        asked = {"retrieve": "candidate", "format": self._api.candidate}
        found = self._do("show the candidate", lambda: self._driver.get_config(**asked)["candidate"])
        if not found:
            raise SwitchError(self.switch, "napalm's driver shows no candidate, so that it cannot be compared; use SSH")
        return str(found)

    def changes(self) -> tuple[str, ...]:
        """The lines that would be sent for the candidate to take effect, indented under their sections; secrets may be among them."""
        said: str = self._do("compare the candidate", self._driver.compare_config)
        return tuple(line[1:] if line[:1] in "+-" else line for line in said.splitlines() if line.strip())

    def commit(self, *, revert_in: int) -> None:
        """Let the candidate take effect for `revert_in` seconds, unless it is confirmed."""
        self._do("commit", lambda: self._driver.commit_config(revert_in=revert_in))
        self._tidy()

    def confirm(self) -> None:
        """Keep what was committed."""
        self._adopt()
        self._do("confirm", self._driver.confirm_commit)
        self._tidy()

    def rollback(self) -> None:
        """Take back what was committed and not confirmed."""
        self._adopt()
        self._do("roll back", self._driver.rollback)
        self._tidy()

    def discard(self) -> None:
        """Throw the candidate away, if there is one."""
        if self._api.remove:  # the driver would put a copy of the running configuration in its place
            self._tidy()
        else:
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

    def _give(self, text: str) -> None:
        """The candidate, as the driver takes it."""
        if not self._api.as_file:
            self._driver.load_merge_candidate(config=text)
            return
        with TemporaryDirectory(prefix="portseal-") as folder:  # which nobody else may enter
            file = Path(folder) / "candidate"
            file.write_text(text + (f"{self._api.closing}\n" if self._api.closing else ""), encoding="utf-8")
            self._driver.load_merge_candidate(filename=str(file))

    def _tidy(self) -> None:
        """Leave nothing of the driver's behind on the switch; what is not there is refused, and that is no matter.

        Raises:
            SessionCut: the switch does not answer any more.
        """
        for command in self._api.remove:
            self._output(command)

    def _adopt(self) -> None:
        """Stand by the candidate of an earlier session, which a driver that names them knows by its name."""
        if getattr(self._driver, "config_session", "") is None:
            self._driver.config_session = _CANDIDATE

    def _forget(self) -> None:
        """Let the driver not undo on its way out what is committed or belongs to a later session."""
        if hasattr(self._driver, "config_session"):
            self._driver.config_session = None

    def _cut(self, error: BaseException, before: BaseException | None) -> SessionCut:
        return SessionCut(self.switch, f"the API does not answer any more: {told(_chain(error, before)[-1])}")

    def _output(self, command: str) -> str:
        bare, before = _AS_JSON.sub("", command), sys.exception()
        try:
            if bare != command:
                return json.dumps(self._driver.cli([bare], encoding="json")[bare])
            return str(self._driver.cli([command])[command])
        except Exception as error:
            if _is_lost(error, before):
                raise self._cut(error, before) from None
            return f"% {told(error)}"

    def _do(self, what: str, act: Callable[[], T]) -> T:
        before = sys.exception()
        try:
            return act()
        except Exception as error:
            if _is_lost(error, before):
                raise self._cut(error, before) from None
            said = fit_to_show(told(error), self._loaded)
            raise SwitchError(self.switch, f"napalm could not {what}: {said}") from None


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


def told(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__
