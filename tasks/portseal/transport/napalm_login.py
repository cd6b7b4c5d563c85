"""A switch and its platform's napalm driver in, a session out: whom the driver talks to is checked.

A driver that cannot be told to do so is not offered (`[api]` in the platform's folder).
"""

from __future__ import annotations

import logging
import ssl
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portseal.core.api import Api
from portseal.core.errors import ConnectError
from portseal.core.secrets import Resolve
from portseal.transport.napalm_session import NapalmSession, told
from portseal.transport.target import Target

_READ_SECONDS = 60.0
"""How long netmiko waits for a command's output; its own ten seconds are too few for a large running configuration."""


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
    for name in ("pyeapi", "ncclient", "jnpr", "paramiko", "netmiko"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    options: dict[str, object] = {"port": target.port, **api.options}
    with TemporaryDirectory(prefix="portseal-") as folder:
        if api.check == "tls":
            options["context"] = _tls(target, ca_file)
        elif api.check == "netmiko":
            options |= _netmiko(target, Path(folder))
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
            hint = "; its host key has to stand in known_hosts" if api.check != "tls" else ""
            raise ConnectError(target.switch, f"napalm's {driver} driver: {told(error)}{hint}") from None
    return NapalmSession(made, target, api=api)


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


def _netmiko(target: Target, folder: Path) -> dict[str, object]:
    """Host keys from the site's known_hosts and nowhere else; no key and no agent of this account."""
    known = target.known_hosts or folder / "none"
    (folder / "none").touch()
    return {
        "ssh_strict": not target.accept_unknown_host_key,
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(known),
        "use_keys": False,
        "allow_agent": False,
        "read_timeout_override": _READ_SECONDS,
    }


def _check_host_key(driver: Any, target: Target) -> None:
    """Let PyEZ, which connects without a look at the host key by default, look at it; napalm has no option for that."""
    if target.accept_unknown_host_key:
        return
    if getattr(driver.device, "_hostkey_verify", None) is not False:
        raise ConnectError(target.switch, "this release of napalm's driver cannot be told to check host keys; use SSH")
    driver.device._hostkey_verify = True
