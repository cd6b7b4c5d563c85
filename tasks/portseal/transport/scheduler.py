"""A scheduler's address and this machine's PEM files in, why it cannot be talked to out: found out before Dask tries.

One connection and the first bytes of an answer. Dask itself says little of a handshake that fails, and tries for long.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import NamedTuple

from portseal.core.errors import InputError

_OPTIONS = "nornir.runner.options"


class Pem(NamedTuple):
    """Files for `tls://`: the authority of all who take part, and this machine's certificate and key."""

    ca: Path
    cert: Path
    key: Path


def check_scheduler(address: str, host: str, port: int, pem: Pem | None, *, seconds: float) -> None:
    """See that a scheduler answers at `address`, by TLS where `pem` is given, and that each takes the other's certificate.

    Raises:
        InputError: it does not; says which end refuses which.
    """
    context = _context(pem) if pem else None
    try:
        with socket.create_connection((host, port), timeout=seconds) as plain:
            if context is None:
                _first_bytes(plain)
                return
            with context.wrap_socket(plain, server_hostname=host) as sealed:
                _first_bytes(sealed)
    except ssl.SSLCertVerificationError as error:
        raise InputError(
            f"{address}: the scheduler's certificate is not of the authority in {pem.ca if pem else ''} ({error.verify_message}); "
            f"correct {_OPTIONS}.ca, or find out who answers there"
        ) from error
    except ssl.SSLError as error:
        raise InputError(_refused(address, pem, error)) from error
    except TimeoutError as error:
        told = "" if pem else "; one that talks TLS is silent until it is talked to so: write tls://"
        raise InputError(_nobody(address, f"silence for {seconds:.0f} s", told)) from error
    except OSError as error:
        raise InputError(_nobody(address, error.strerror or type(error).__name__)) from error


def _first_bytes(connection: socket.socket) -> None:
    """A scheduler speaks first. By TLS 1.3 it is now, too, that a certificate of ours is refused."""
    if not connection.recv(1):
        raise ConnectionResetError(0, "it hung up")


def _nobody(address: str, why: str, more: str = "") -> str:
    return f"{address}: no scheduler answers there ({why}){more}; start one with `dask scheduler`, or correct {_OPTIONS}.scheduler"


def _refused(address: str, pem: Pem | None, error: ssl.SSLError) -> str:
    reason = error.reason or "no reason given"
    if "ALERT" in reason and pem:
        return (
            f"{address}: the scheduler does not take the certificate in {pem.cert} ({reason.lower().replace('_', ' ')}); "
            f"name one of the scheduler's authority in {_OPTIONS}.cert and key"
        )
    return (
        f"{address}: what answers there talks no TLS ({reason.lower().replace('_', ' ')}); start the scheduler with "
        "`--protocol tls` and its certificates, and the workers too"
    )


def _context(pem: Pem) -> ssl.SSLContext:
    """As Dask makes it: both ends show a certificate of one authority, whatever name it is made out to.

    Raises:
        InputError: a file is missing or is not what it should be.
    """
    if missing := [f"{_OPTIONS}.{name}: {path}" for name, path in pem._asdict().items() if not path.is_file()]:
        raise InputError(f"{'; '.join(missing)}: no such file")
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=pem.ca)
    except ssl.SSLError as error:
        raise InputError(f"{_OPTIONS}.ca: {pem.ca} holds no certificate in PEM") from error
    context.check_hostname = False
    try:
        context.load_cert_chain(pem.cert, pem.key, password=lambda: b"")
    except ssl.SSLError as error:
        odd = error.reason == "KEY_VALUES_MISMATCH"
        why = "do not belong to each other" if odd else "are no certificate and its key in PEM, unencrypted"
        raise InputError(f"{_OPTIONS}: {pem.cert} (cert) and {pem.key} (key) {why}") from error
    except OSError as error:
        raise InputError(f"{_OPTIONS}: {pem.cert} or {pem.key} cannot be read: {error.strerror}") from error
    return context
