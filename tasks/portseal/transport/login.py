"""A target in, a netmiko connection that stands at the privileged prompt out, or one message that says why not."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from typing import Any

from netmiko import ConnectHandler
from netmiko.base_connection import BaseConnection
from netmiko.exceptions import NetmikoBaseException
from paramiko import (
    AuthenticationException,
    BadHostKeyException,
    Channel,
    MissingHostKeyPolicy,
    PasswordRequiredException,
    PKey,
    SSHClient,
    SSHException,
)
from paramiko.ssh_exception import IncompatiblePeer, NoValidConnectionsError

from portseal.core.errors import ConnectError, Unreached
from portseal.core.secrets import Resolve
from portseal.transport.ssh_client import QuickClient
from portseal.transport.target import Target
from portseal.transport.terminal import prepared_at_once

# Without a handler of its own, Python would print paramiko's tracebacks of broken connections on stderr.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_PROMPT = r"\S+[#>$%\]]\s*$"
"""One word at the very end of what came."""

_FAILURES = (NetmikoBaseException, SSHException, OSError, EOFError, ValueError)
"""What netmiko and paramiko raise when a connection or a prompt cannot be had."""


class UnknownHostKey(SSHException):
    """The switch shows a host key nobody has vouched for."""


class HostKeys(MissingHostKeyPolicy):
    """What becomes of a host key that `known_hosts` does not have; nothing is ever written to that file."""

    def __init__(self, *, accept: bool) -> None:
        self.accept = accept

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        """Take the key, or refuse it with its fingerprint."""
        if not self.accept:
            raise UnknownHostKey(f"{key.get_name()} {key.fingerprint}")


def log_in(target: Target, *, resolve: Resolve) -> BaseConnection:
    """A connection whose host key is checked and whose login succeeded; its terminal is not prepared yet.

    Raises:
        Unreached: refused, no answer, no SSH banner; nobody was logged in.
        ConnectError: host key unknown or changed, login refused, or nobody knows how far it came.
        SecretError: the password cannot be resolved.
    """
    if target.key_file is not None and not target.key_file.is_file():
        raise ConnectError(target.switch, f"SSH key file {target.key_file} does not exist; correct `login.key_file`")
    connection = _prepared(target, resolve)
    try:
        connection.establish_connection()
    except _FAILURES as error:
        hang_up(connection)
        raised = Unreached if _before_login(error) else ConnectError
        raise raised(target.switch, _why_not(target, error)) from error
    finally:
        connection.password = None
    return connection


def stand_at_prompt(connection: BaseConnection, target: Target) -> str:
    """Prepare the terminal (no paging, full width), enter the privileged mode, and give the name the prompt begins with.

    Raises:
        ConnectError: the prompt or the privileged mode did not come.
    """
    try:
        channel = connection.remote_conn
        if isinstance(channel, Channel) and (name := prepared_at_once(channel, target, connection.RETURN)):
            return name
        connection.write_channel(connection.RETURN)
        connection.session_preparation()
        privileged = not target.privileged or connection.check_enable_mode()
        name = connection.base_prompt
        if " " in name or not any(
            letter.isalnum() for letter in name
        ):  # a message above the prompt was taken for one (`# commit confirmed will be ...`)
            name = connection.find_prompt(pattern=_PROMPT)[:-1]
    except _FAILURES as error:
        ended = _ended(connection)
        hang_up(connection)
        if ended:
            why = "the switch closed the session right after the login; look for a session limit or a missing authorization"
        else:
            why = (
                f"logged in, but no prompt came within {target.prompt_timeout:g} s; "
                "log in by hand to see what the switch shows instead"
            )
        raise ConnectError(target.switch, why) from error
    if not privileged:
        _enable(connection, target)
    return name


def hang_up(connection: BaseConnection) -> None:
    """End the connection without a word to the switch; never raises."""
    channel = getattr(connection, "remote_conn", None)
    if channel is not None:
        channel.close()  # first, so that netmiko does not stop to tidy up modes
    connection.disconnect()


def _prepared(target: Target, resolve: Resolve) -> BaseConnection:
    """netmiko's object for the target, not connected; the one place where login secrets are revealed."""
    login: dict[str, Any] = {}
    if target.password_ref is not None:
        login["password"] = resolve(target.password_ref).get_secret_value()
    if target.enable_ref is not None:
        login["secret"] = resolve(target.enable_ref).get_secret_value()
    if target.key_file is not None:
        login["key_file"] = str(target.key_file)
    try:
        connection: BaseConnection = ConnectHandler(
            device_type=target.device_type,
            host=target.address,
            port=target.port,
            username=target.username,
            conn_timeout=target.connect_timeout,
            banner_timeout=target.connect_timeout,
            auth_timeout=target.connect_timeout,
            read_timeout_override=target.prompt_timeout,
            allow_agent=False,
            auto_connect=False,
            **login,
        )
    except ValueError as error:
        why = f"netmiko knows no {target.device_type!r}; correct `names.netmiko` of the platform"
        raise ConnectError(target.switch, why) from error
    connection.key_policy = HostKeys(accept=target.accept_unknown_host_key)
    connection._get_ssh_client_instance = lambda: QuickClient(target.known_hosts)  # type: ignore[method-assign]
    return connection


def _enable(connection: BaseConnection, target: Target) -> None:
    if target.enable_ref is None:
        hang_up(connection)
        why = "the login does not lead to the privileged mode; let it, or give `login.enable` a secret reference"
        raise ConnectError(target.switch, why)
    try:
        connection.enable()
    except _FAILURES as error:
        hang_up(connection)
        raise ConnectError(
            target.switch, "the privileged mode was refused; correct the secret of `login.enable`"
        ) from error
    finally:
        connection.secret = ""


def _ended(connection: BaseConnection) -> bool:
    channel = getattr(connection, "remote_conn", None)
    return channel is None or channel.closed or channel.eof_received


def _why_not(target: Target, error: BaseException) -> str:
    """The cause among those netmiko wrapped, and what to do about it."""
    causes = list(_chain(error))
    for cause in causes:
        if told := _host_key_trouble(target, cause) or _login_trouble(target, cause) or _network_trouble(target, cause):
            return told
    return f"no SSH connection to {_where(target)}: {str(causes[-1]).strip() or type(causes[-1]).__name__}"


def _host_key_trouble(target: Target, cause: BaseException) -> str:
    known = target.known_hosts or "the site's known_hosts file"
    if isinstance(cause, UnknownHostKey):
        return (
            f"host key of {_where(target)} is unknown ({cause}); compare it with the switch's own and add it to {known} "
            f"(`ssh-keyscan -p {target.port} {target.address}`)"
        )
    if isinstance(cause, BadHostKeyException):
        return (
            f"host key of {_where(target)} has CHANGED: {known} has {cause.expected_key.fingerprint}, the switch shows "
            f"{cause.key.fingerprint}; if the switch was not replaced, somebody may stand between"
        )
    return ""


def _login_trouble(target: Target, cause: BaseException) -> str:
    if isinstance(cause, PasswordRequiredException):
        return f"SSH key file {target.key_file} is encrypted; give one without a passphrase"
    if isinstance(cause, AuthenticationException):
        proof = "password" if target.key_file is None else f"key {target.key_file}"
        return f"login of {target.username!r} at {_where(target)} was refused; correct the user name or the {proof}"
    if isinstance(cause, IncompatiblePeer):
        return f"{_where(target)} shares no SSH algorithm with us ({cause}); update its SSH configuration"
    return ""


def _network_trouble(target: Target, cause: BaseException) -> str:
    if _refused(cause):
        return f"{_where(target)} is unreachable: connection refused; is SSH enabled there, and the port right?"
    if isinstance(cause, socket.gaierror):
        return f"{target.address!r} is no address and no name that can be resolved; correct `hostname`"
    if isinstance(cause, TimeoutError):
        return f"{_where(target)} is unreachable: no answer within {target.connect_timeout:g} s"
    return ""


def _refused(cause: BaseException) -> bool:
    return isinstance(cause, NoValidConnectionsError) and any(
        isinstance(one, ConnectionRefusedError) for one in cause.errors.values()
    )


def _before_login(error: BaseException) -> bool:
    """Whether it surely failed before a password or a key was offered. A switch that has too many sessions hangs up without a banner."""
    return any(
        _refused(cause)
        or isinstance(cause, TimeoutError)
        or (isinstance(cause, SSHException) and "SSH protocol banner" in str(cause))
        for cause in _chain(error)
    )


def _where(target: Target) -> str:
    return f"{target.address} port {target.port}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
