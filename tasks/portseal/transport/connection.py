"""Nornir hosts in, sessions out: one session a switch, kept by Nornir until `nr.close_connections()`.

Tasks call `session_for`. The first call for a host connects; later ones give the same session, because Nornir keeps it among
the host's connections. A host is worked on by one thread at a time, so a session is too. How many switches are being
connected to at once is limited for the whole process, apart from how many are worked on: RADIUS and AAA servers mind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nornir.core.configuration import Config
from nornir.core.inventory import Host
from nornir.core.plugins.connections import ConnectionPluginRegister
from pydantic import ValidationError

from portseal.core.errors import ConnectError
from portseal.core.platforms import Pack
from portseal.core.secrets import Resolve
from portseal.core.switches import Login
from portseal.core.transport import Transport
from portseal.transport.gate import Gate
from portseal.transport.session import Session
from portseal.transport.target import Target

NAME = "portseal-session"
"""Unlike any other plugin's of any kind: Nornir 3.6 keeps all kinds in one table."""

_GATE = Gate()
"""Of this process, where the caller has none of their own."""


class PortsealConnection:
    """Nornir's connection plugin `portseal-session`; `extras` has the open `session`."""

    connection: Session

    def open(  # noqa: PLR0917 - Nornir calls it so
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        """Keep the session that `session_for` opened.

        Raises:
            ConnectError: called by anything else, without a session.
        """
        session = (extras or {}).get("session")
        if session is None:
            raise ConnectError(hostname or "", "a session is opened by portseal.transport.connection.session_for")
        self.connection = session

    def close(self) -> None:
        """End the session."""
        self.connection.close()


def register() -> None:
    """Make the connection plugin known to Nornir; calling it again changes nothing."""
    ConnectionPluginRegister.register(NAME, PortsealConnection)


def session_for(
    host: Host,
    *,
    pack: Pack,
    known_hosts: Path | None,
    resolve: Resolve,
    gate: Gate | None = None,
    rest: Callable[[float], bool] | None = None,
) -> Session:
    """The session of this host: the open one, or a new one.

    `gate` is what a connection is made through, where the limits of this process are not wanted; `rest` as in `Gate.connect`.

    Raises:
        ConnectError: the host's data is wrong, or no session could be opened.
        SecretError: a secret of the login cannot be resolved.
    """
    kept = host.connections.get(NAME)
    if kept is not None:
        session: Session = kept.connection
        return session
    register()
    session = _let_in(host, gate, lambda: _open(host, pack=pack, known_hosts=known_hosts, resolve=resolve), rest)
    host.open_connection(NAME, configuration=Config(), extras={"session": session}, default_to_host_attributes=False)
    return session


def log_in_and_out(
    host: Host,
    *,
    pack: Pack,
    known_hosts: Path | None,
    resolve: Resolve,
    gate: Gate | None = None,
) -> None:
    """See that a login is possible now, beside the session that may be open.

    Raises:
        ConnectError: it is not.
        SecretError: a secret of the login cannot be resolved.
    """
    _let_in(host, gate, lambda: _open(host, pack=pack, known_hosts=known_hosts, resolve=resolve)).close()


def _let_in(
    host: Host, gate: Gate | None, opened: Callable[[], Session], rest: Callable[[float], bool] | None = None
) -> Session:
    login = host.get("login")
    server = login.get("aaa") if isinstance(login, Mapping) else None
    return (gate or _GATE).connect(opened, str(server or ""), rest=rest)


def _open(host: Host, *, pack: Pack, known_hosts: Path | None, resolve: Resolve) -> Session:
    target = target_of(host, pack=pack, known_hosts=known_hosts)
    transport = _transport(host)
    if transport.via == "ssh":
        # netmiko and paramiko: half of what a verb's start costs
        from portseal.transport.cli_session import open_session

        return open_session(target, resolve=resolve)
    if not (pack.names.napalm and pack.api):
        told = f"transport napalm is not offered for {pack.name}: no driver that can be told to check whom it talks to"
        raise ConnectError(host.name, f"{told}; leave `transport` out for SSH")
    ca_file = Path(transport.ca_file).expanduser() if transport.ca_file else None
    if ca_file and known_hosts and not ca_file.is_absolute():
        ca_file = known_hosts.parent / ca_file
    from portseal.transport.napalm_login import open_napalm

    return open_napalm(target, driver=pack.names.napalm, api=pack.api, ca_file=ca_file, resolve=resolve)


def by_api(host: Host) -> bool:
    """Whether this host is reached through napalm.

    Raises:
        ValidationError: its `transport` data is wrong.
    """
    return _transport(host).via == "napalm"


def _transport(host: Host) -> Transport:
    return Transport.model_validate(host.get("transport") or {})


def forget_session(host: Host) -> None:
    """Close this host's session, if one is open, so that the next `session_for` connects again (after a cut or a reboot)."""
    if NAME in host.connections:
        host.close_connection(NAME)


def target_of(host: Host, *, pack: Pack, known_hosts: Path | None) -> Target:
    """Where and how to log in, from what the inventory says of this host.

    Raises:
        ConnectError: `login`, `transport` or the address is missing or wrong; the message has every mistake.
    """
    try:
        login = Login.model_validate(host.get("login") or {})
        transport = _transport(host)
        return Target(
            switch=host.name,
            address=host.hostname or host.name,
            port=host.port or (pack.api.port if transport.via == "napalm" and pack.api else 22),
            username=login.username,
            password_ref=login.password,
            key_file=Path(login.key_file).expanduser() if login.key_file else None,
            enable_ref=login.enable,
            device_type=pack.names.netmiko,
            privileged=pack.names.privileged,
            terminal=pack.terminal,
            errors=pack.errors,
            known_hosts=known_hosts,
            accept_unknown_host_key=host.get("accept_unknown_host_key") is True,
            **transport.model_dump(exclude={"via", "ca_file"}),
        )
    except ValidationError as error:
        mistakes = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'login'}: {e['msg']}" for e in error.errors())
        raise ConnectError(host.name, f"{error.title} data of this host is wrong: {mistakes}") from None
