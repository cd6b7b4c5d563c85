"""Nornir hosts get one session each, with a simulated switch at the other end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from nornir.core.inventory import ConnectionOptions, Defaults, Host
from nornir.core.plugins.connections import ConnectionPluginRegister
from pydantic import SecretStr

from portseal.core.errors import ConnectError, SessionCut, Unreached
from portseal.core.platforms import Pack, load_pack, platform_folders
from portseal.simulator.farm import Farm, PortSpec, SwitchSpec
from portseal.simulator.faults import CutAtLine
from portseal.transport import connection
from portseal.transport.connection import forget_session, register, session_for
from portseal.transport.gate import Gate
from portseal.transport.session import ConfigureLine


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The pack of the platform that the farm simulates."""
    found = [load_pack(folder) for folder in platform_folders().values()]
    return next(one for one in found if one.names.netmiko == "cisco_xe")


@pytest.fixture(scope="module")
def farm(pack: Pack) -> Iterator[Farm]:
    ports = tuple(PortSpec(name=f"GigabitEthernet1/0/{n}") for n in range(1, 5))
    specs = [
        SwitchSpec(name=name, platform=pack.name, running_config=f"hostname {name}\n", ports=ports)
        for name in ("acc-01", "acc-02", "acc-03")
    ]
    with Farm(specs, username="admin", password="lo9in-pa55") as farm:
        yield farm


@pytest.fixture
def known_hosts(farm: Farm, tmp_path: Path) -> Path:
    file = tmp_path / "known_hosts"
    file.write_text(farm.known_hosts())
    return file


def resolve(ref: str) -> SecretStr:
    return SecretStr({"login/acc": "lo9in-pa55"}[ref])


def host(farm: Farm, name: str = "acc-01", **data: object) -> Host:
    switch = farm[name]
    login: dict[str, object] = {"login": {"username": "admin", "password": "login/acc"}}
    return Host(name, hostname=switch.host, port=switch.port, data=login | data, defaults=Defaults())


def test_a_host_keeps_one_session_until_its_connections_are_closed(farm: Farm, pack: Pack, known_hosts: Path) -> None:
    farm["acc-01"].reset()
    one = host(farm)
    session = session_for(one, pack=pack, known_hosts=known_hosts, resolve=resolve)
    assert session_for(one, pack=pack, known_hosts=known_hosts, resolve=resolve) is session
    assert session.switch == "acc-01"
    (version,) = session.run(["show version"])
    assert "Cisco" in version
    assert farm["acc-01"].sessions == 1
    one.close_connections()
    with pytest.raises(SessionCut, match="it was closed"):
        session.run(["show version"])


def test_a_cut_session_can_be_forgotten_and_opened_again(farm: Farm, pack: Pack, known_hosts: Path) -> None:
    one = host(farm, "acc-02")
    session = session_for(one, pack=pack, known_hosts=known_hosts, resolve=resolve)
    farm["acc-02"].inject(CutAtLine(pattern="^show clock"))
    with pytest.raises(SessionCut, match=r"^acc-02: the session ended at line 2 of 2: 'show clock'"):
        session.run(["show version", "show clock"])
    forget_session(one)
    forget_session(one)
    again = session_for(one, pack=pack, known_hosts=known_hosts, resolve=resolve)
    assert again is not session
    assert "Cisco" in again.run(["show version"])[0]
    one.close_connections()


def test_lines_reach_the_switch_and_its_refusal_comes_back(farm: Farm, pack: Pack, known_hosts: Path) -> None:
    one = host(farm, "acc-03")
    session = session_for(one, pack=pack, known_hosts=known_hosts, resolve=resolve)
    texts = ["configure terminal", "interface GigabitEthernet1/0/1", " description camera", " macsek", " exit", "end"]
    result = session.configure([ConfigureLine(text=text, shown=text) for text in texts])
    assert [(error.index, error.line) for error in result.errors] == [(3, " macsek")]
    assert "% Invalid input" in result.errors[0].output
    assert result.answered == 6
    assert " description camera" in farm["acc-03"].running_config()
    assert "description camera" in session.run(["show running-config"])[0]
    one.close_connections()


def test_everything_wrong_with_a_host_is_told_at_once(farm: Farm, pack: Pack, known_hosts: Path) -> None:
    for data, words in (
        ({"login": None}, ["acc-01: ", "username"]),
        ({"login": {"user": "x", "password": "a"}}, ["username", "user"]),
        ({"login": {"username": "x"}}, ["either `password`"]),
        ({"transport": {"window": 0, "blocks": 1}}, ["window", "blocks"]),
    ):
        with pytest.raises(ConnectError) as caught:
            session_for(host(farm, **data), pack=pack, known_hosts=known_hosts, resolve=resolve)
        assert [word for word in words if word not in str(caught.value)] == []


def test_only_a_plain_true_accepts_an_unknown_host_key(farm: Farm, pack: Pack, tmp_path: Path) -> None:
    nobody = tmp_path / "nobody"
    for accept in (False, "yes", None):
        with pytest.raises(ConnectError, match="is unknown"):
            session_for(host(farm, accept_unknown_host_key=accept), pack=pack, known_hosts=nobody, resolve=resolve)
    one = host(farm, accept_unknown_host_key=True)
    session_for(one, pack=pack, known_hosts=nobody, resolve=resolve)
    one.close_connections()
    assert not nobody.exists()


def test_connecting_is_limited_apart_from_working(farm: Farm, pack: Pack, known_hosts: Path) -> None:
    hosts = [host(farm, name) for name in ("acc-01", "acc-02", "acc-03")]
    gate, together = Gate(at_once=1), threading.Barrier(3, timeout=20)

    def work(one: Host) -> None:
        session_for(one, pack=pack, known_hosts=known_hosts, resolve=resolve, gate=gate)
        together.wait()  # passes only where all three have a session at the same time

    threads = [threading.Thread(target=work, args=(one,)) for one in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not together.broken
    for one in hosts:
        one.close_connections()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def mute_server() -> socket.socket:
    """A listener whose every connection is closed without a word, as a switch with too many sessions does."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                server.accept()[0].close()

    threading.Thread(target=serve, daemon=True).start()
    return server


def test_what_is_refused_or_hung_up_on_is_tried_again_and_a_login_that_was_refused_never(
    farm: Farm, pack: Pack, known_hosts: Path
) -> None:
    waited: list[float] = []
    gate = Gate(tries=3, pause=1.0, wait=waited.append, share=lambda: 1.0)
    with mute_server() as server:
        for port in (closed_port(), server.getsockname()[1]):
            data = {"login": {"username": "admin", "password": "login/acc"}}
            one = Host("acc-01", hostname="127.0.0.1", port=port, data=data, defaults=Defaults())
            with pytest.raises(Unreached):
                session_for(one, pack=pack, known_hosts=known_hosts, resolve=resolve, gate=gate)
            assert waited == [1.0, 2.0]
            waited.clear()
        server.shutdown(socket.SHUT_RDWR)
    with pytest.raises(ConnectError, match="was refused") as refused:
        session_for(host(farm), pack=pack, known_hosts=known_hosts, resolve=lambda ref: SecretStr("wrong"), gate=gate)
    assert not isinstance(refused.value, Unreached)
    assert waited == []


def test_the_plugin_is_registered_under_a_name_of_its_own() -> None:
    register()
    register()
    assert ConnectionPluginRegister.get_plugin(connection.NAME) is connection.PortsealConnection
    assert connection.NAME not in {"portseal", "netmiko", "napalm", "threaded", "SimpleInventory"}


def test_a_connection_without_a_session_is_refused() -> None:
    register()
    one = Host("acc-09", hostname="127.0.0.1", defaults=Defaults(), connection_options={"x": ConnectionOptions()})
    with pytest.raises(ConnectError, match="session_for"):
        one.get_connection(connection.NAME, configuration=None)  # type: ignore[arg-type]
