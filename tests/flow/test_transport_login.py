"""What a login costs on the wire: how often the client waits for the other end before it can go on."""

from __future__ import annotations

import socket
from pathlib import Path

from paramiko import Channel, SSHClient, Transport
from pydantic import SecretStr

from portseal.core.platforms import load_pack, platform_folders
from portseal.simulator.farm import Farm, PortSpec, SwitchSpec
from portseal.transport.cli_session import open_session
from portseal.transport.ssh_client import QuickClient
from portseal.transport.target import Target

DELAY = 0.04
"""Seconds of added round-trip time: far above what either end needs in between."""


def test_a_login_takes_seven_round_trips_at_most(tmp_path: Path) -> None:
    """Algorithms, key exchange, service, password, channel, terminal and shell, terminal settings; TCP's own not counted.

    One less where a busy machine delivers the far end's version together with its algorithms.
    """
    packs = (load_pack(folder) for folder in platform_folders().values())
    pack = next(one for one in packs if one.names.netmiko == "cisco_xe")
    ports = (PortSpec(name="GigabitEthernet1/0/1"),)
    spec = SwitchSpec(name="acc-01", platform=pack.name, running_config="hostname acc-01\n", ports=ports)
    with Farm([spec], username="admin", password="pa55word", delay=DELAY) as farm:
        (tmp_path / "known_hosts").write_text(farm.known_hosts())
        target = Target(
            switch="acc-01",
            address="127.0.0.1",
            port=farm["acc-01"].port,
            username="admin",
            password_ref="login",
            device_type=pack.names.netmiko,
            errors=pack.errors,
            terminal=pack.terminal,
            known_hosts=tmp_path / "known_hosts",
        )
        session = open_session(target, resolve=lambda _: SecretStr("pa55word"))
        turns = farm["acc-01"].wire_turns
        session.close()
        assert turns <= 7
        with QuickClient(tmp_path / "known_hosts") as client:
            client.connect("127.0.0.1", farm["acc-01"].port, username="admin", password="pa55word", look_for_keys=False)
            transport = client.get_transport()
            assert transport is not None
            assert isinstance(transport.sock, socket.socket)
            assert transport.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_library_has_what_a_terminal_and_a_shell_are_asked_for_with() -> None:
    """Without it a login still works and takes a round trip more: see what took its place, and use that in `ssh_client.py`."""
    assert callable(Transport._send_user_message)  # type: ignore[attr-defined]
    assert callable(Channel._event_pending)  # type: ignore[attr-defined]
    assert callable(Channel._wait_for_event)  # type: ignore[attr-defined]
    assert SSHClient.invoke_shell.__code__.co_varnames[:4] == ("self", "term", "width", "height")
