"""paramiko's client with the waits left out that a login does not need; netmiko is given it in place of the plain one.

- Packets leave when they are written (TCP_NODELAY). Two small ones in a row, of which a login has several, otherwise wait until the first
  is acknowledged, which the other end puts off (RFC 9293 §3.7.4, §3.8.6.3): a round trip each, or 40 ms.
- Terminal and shell are asked for together. Requests of a channel are answered in order (RFC 4254 §5.4), so that nothing has to be awaited between them; OpenSSH's
  client sends them so (`client_session2_setup`), and every switch serves that one. What a refusal does stays as it is: the channel closes.
- Of `known_hosts` the lines of this switch are read, not all of them.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from paramiko import Channel, Message, SSHClient, SSHException, Transport
from paramiko.common import cMSG_CHANNEL_REQUEST

from portseal.transport.known_hosts import host_keys

_SSH_PORT = 22


class QuickClient(SSHClient):
    """A client of one host that has its keys from `known_hosts`."""

    def __init__(self, known_hosts: Path | None) -> None:
        super().__init__()
        self._known_hosts = known_hosts

    def connect(self, hostname: str, port: int = _SSH_PORT, *given: Any, **more: Any) -> None:
        """As the plain client's; the host's keys are looked up first."""
        if self._known_hosts is not None:
            name = hostname if port == _SSH_PORT else f"[{hostname}]:{port}"
            for key in host_keys(self._known_hosts, name):
                self.get_host_keys().add(name, key.get_name(), key)
        super().connect(hostname, port, *given, **{"transport_factory": _undelayed, **more})

    def invoke_shell(  # noqa: PLR0917 - netmiko calls it as the plain client's
        self,
        term: str = "vt100",
        width: int = 80,
        height: int = 24,
        width_pixels: int = 0,
        height_pixels: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> Channel:
        """As the plain client's; returns with the first of the two answers, and reading shows what the second one was.

        Raises:
            SSHException: the session ended, or the terminal was refused.
        """
        transport = self.get_transport()
        if transport is None:
            raise SSHException("not connected")
        channel = transport.open_session()
        begin, wait = getattr(channel, "_event_pending", None), getattr(channel, "_wait_for_event", None)
        send = getattr(transport, "_send_user_message", None)
        if (
            begin is None or wait is None or send is None
        ):  # another release of the library: one after the other, as it does it
            channel.get_pty(term, width, height, width_pixels, height_pixels)
            channel.invoke_shell()
            return channel
        terminal = _request(channel, "pty-req")
        terminal.add_string(term)
        for number in (width, height, width_pixels, height_pixels):
            terminal.add_int(number)
        terminal.add_string(b"")  # no modes
        begin()
        for message in (terminal, _request(channel, "shell")):
            send(message)
        wait()
        return channel


def _undelayed(sock: socket.socket, **more: Any) -> Transport:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Transport(sock, **more)


def _request(channel: Channel, kind: str) -> Message:
    """RFC 4254 §5.4: a request that wants an answer."""
    message = Message()
    message.add_byte(cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string(kind)
    message.add_boolean(True)
    return message
