"""A host and a port in, the certificate that is shown there out. Nothing is sent but the greeting of TLS."""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple


class Peer(NamedTuple):
    """What a TLS server showed."""

    der: bytes
    untrusted: str = ""
    """Why it is not trusted; empty where it is."""


def peer_certificate(host: str, port: int, trust: ssl.SSLContext, *, name: str, timeout: float) -> Peer:
    """The certificate shown at `host`, checked against `trust` and `name`; one that is not trusted is looked at all the same.

    Raises:
        OSError: nobody answers, or not in TLS.
    """
    try:
        return Peer(_shown(host, port, trust, name, timeout))
    except ssl.SSLCertVerificationError as error:
        anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        anybody.check_hostname = False
        anybody.verify_mode = ssl.CERT_NONE  # only its dates are read; no login and no setting goes this way
        return Peer(_shown(host, port, anybody, name, timeout), error.verify_message)


def _shown(host: str, port: int, context: ssl.SSLContext, name: str, timeout: float) -> bytes:
    with (
        socket.create_connection((host, port), timeout=timeout) as raw,
        context.wrap_socket(raw, server_hostname=name) as secured,
    ):
        shown = secured.getpeercert(binary_form=True)
    if shown is None:
        raise ConnectionError("no certificate was shown")
    return shown
