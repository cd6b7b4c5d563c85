"""NETCONF of a simulated switch, by a client that sends what network libraries send; and by one of those, where it is there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import napalm
import paramiko
import pytest

from portseal.core.parsing import parse
from portseal.core.platforms import load_pack, platform_folders
from portseal.simulator.farm import Farm, Handle
from portseal.simulator.platforms import Access, Start, simulations
from portseal.simulator.world import Device, PortSpec, RadiusSpec, SwitchSpec, Trust

PLATFORM, NAME, END = "juniper_junos", "ex-01", "]]>]]>"
SEAL = """\
set access radius-server 192.0.2.10 secret "k3y"
set access profile P authentication-order radius
set access profile P radius authentication-server 192.0.2.10
set protocols dot1x authenticator authentication-profile-name P
set protocols dot1x authenticator interface ge-0/0/0.0 supplicant single-secure
"""


@pytest.fixture
def switch() -> Iterator[Handle]:
    ports = tuple(Access(f"ge-0/0/{number}", f"cam-{number}", 110) for number in range(2))
    camera = Device(mac="ac:cc:8e:00:00:01", identity="cam-0", eap="eap-tls", certificate=Trust.VALID)
    spec = SwitchSpec(
        name=NAME,
        platform=PLATFORM,
        running_config=simulations()[PLATFORM].configuration(Start(NAME, 11, ports, (110,))),
        ports=(PortSpec(name="ge-0/0/0", device=camera),),
        radius=(RadiusSpec(address="192.0.2.10", key="k3y", users={"cam-0": None}),),
        minute=0.5,
    )
    with Farm([spec], username="admin", password="pw") as farm:
        yield farm[NAME]


class Client:
    """One NETCONF session."""

    def __init__(self, switch: Handle) -> None:
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self._client.connect(switch.host, switch.port, "admin", "pw", allow_agent=False, look_for_keys=False)
        transport = self._client.get_transport()
        assert transport is not None
        self._channel = transport.open_session()
        self._channel.invoke_subsystem("netconf")
        self._text = ""
        self.hello = self._message()
        self._send('<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities/></hello>')

    def ask(self, rpc: str) -> str:
        self._send(f'<nc:rpc xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="7">{rpc}</nc:rpc>')
        return self._message()

    def _send(self, message: str) -> None:
        self._channel.sendall((message + END).encode())

    def _message(self) -> str:
        while END not in self._text:
            data = self._channel.recv(65536)
            assert data, "the session ended"
            self._text += data.decode()
        message, _, self._text = self._text.partition(END)
        return message

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def client(switch: Handle) -> Iterator[Client]:
    opened = Client(switch)
    yield opened
    opened.close()


def test_a_change_is_loaded_compared_committed_and_taken_back_by_the_switch(switch: Handle, client: Client) -> None:
    before = switch.running_config()
    assert "urn:ietf:params:xml:ns:netconf:base:1.0" in client.hello
    assert "<ok/>" in client.ask("<lock-configuration/>")
    loaded = client.ask(
        f'<load-configuration action="set"><configuration-set>{SEAL}</configuration-set></load-configuration>'
    )
    assert "<load-configuration-results>" in loaded
    assert "<ok/>" in loaded
    compared = client.ask('<get-configuration compare="rollback" rollback="0" database="candidate" format="text"/>')
    assert "+  set protocols dot1x authenticator authentication-profile-name P" in compared
    assert "k3y" not in compared
    assert switch.running_config() == before
    committed = client.ask(
        "<commit-configuration><confirmed/><confirm-timeout>1</confirm-timeout></commit-configuration>"
    )
    assert "<ok/>" in committed
    assert 'message-id="7"' in committed
    assert "<commit-confirmed>rollback pending</commit-confirmed>" in client.ask("<get-commit-information/>")
    time.sleep(0.2)
    assert "<state>Authenticated</state>" in client.ask("<get-dot1x-interface-information/>")
    time.sleep(0.6)
    assert switch.running_config() == before
    assert "rollback pending" not in client.ask('<command format="text">show system commit</command>')


def test_a_confirmed_change_stays_and_goes_by_a_rollback(switch: Handle, client: Client) -> None:
    before = switch.running_config()
    client.ask(f'<load-configuration action="set"><configuration-set>{SEAL}</configuration-set></load-configuration>')
    client.ask("<commit-configuration><confirmed/><confirm-timeout>1</confirm-timeout></commit-configuration>")
    assert "<ok/>" in client.ask("<commit-configuration/>")
    time.sleep(0.7)
    sealed = switch.running_config()
    assert sealed != before
    client.ask('<load-configuration compare="rollback" rollback="1"/>')
    assert "<ok/>" in client.ask("<commit-configuration><log>back</log></commit-configuration>")
    assert switch.running_config() == before


def test_text_with_braces_is_merged_and_shown(switch: Handle, client: Client) -> None:
    text = 'interfaces { ge-0/0/1 { description "by text"; } }'
    client.ask(
        f'<load-configuration action="merge" format="text"><configuration-text>{text}</configuration-text></load-configuration>'
    )
    client.ask("<commit-configuration/>")
    assert 'set interfaces ge-0/0/1 description "by text"' in switch.running_config()
    shown = client.ask('<get-configuration database="committed" format="text"/>')
    assert 'description "by text";' in shown.replace("&quot;", '"')


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("set protocols dot1x authenticator foo", "syntax error"),
        ("set access radius-server 192.0.2.10 port 70000", "not within range"),
        ("delete protocols dot1x", "statement not found"),
        ("frobnicate", "syntax error"),
    ],
)
def test_a_line_that_is_wrong_is_told_and_nothing_of_it_is_taken(client: Client, line: str, told: str) -> None:
    before = client.ask('<get-configuration database="candidate" format="set"/>')
    answer = client.ask(
        f'<load-configuration action="set"><configuration-set>{line}</configuration-set></load-configuration>'
    )
    assert "<rpc-error>" in answer
    assert told in answer
    hidden = re.compile(r"\$9\$\S+")
    after = client.ask('<get-configuration database="candidate" format="set"/>')
    assert hidden.sub("", after) == hidden.sub("", before)


def test_a_lock_keeps_others_out_until_its_session_ends(switch: Handle, client: Client) -> None:
    assert "<ok/>" in client.ask("<lock-configuration/>")
    client.ask(
        '<load-configuration action="set"><configuration-set>set system host-name other</configuration-set></load-configuration>'
    )
    other = Client(switch)
    refused = other.ask("<lock-configuration/>")
    assert "lock-denied" in refused
    assert "configuration database locked by:" in refused
    assert "locked by" in other.ask("<commit-configuration/>")
    client.close()
    deadline = time.monotonic() + 5
    while "<ok/>" not in other.ask("<lock-configuration/>"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "host-name other" not in other.ask('<get-configuration database="candidate" format="set"/>')
    other.close()


def test_a_commit_that_fails_its_check_and_an_rpc_that_nobody_knows_are_errors(client: Client) -> None:
    lines = "set protocols dot1x authenticator authentication-profile-name nowhere"
    client.ask(f'<load-configuration action="set"><configuration-set>{lines}</configuration-set></load-configuration>')
    assert "configuration check-out failed" in client.ask("<commit-configuration/>")
    assert "<rpc-error>" in client.ask("<make-coffee/>")
    assert "<rpc-error>" in client.ask('<command format="text">show coffee</command>')
    assert "not well formed" in client.ask("<open")


def test_a_library_that_engineers_use_gets_through_the_whole_change(switch: Handle) -> None:
    folder = platform_folders()[PLATFORM]
    before = switch.running_config()
    driver = napalm.get_network_driver("junos")
    device = driver(switch.host, "admin", "pw", timeout=20, optional_args={"port": switch.port})
    device.open()
    try:
        device.load_merge_candidate(config=SEAL)
        assert "authentication-profile-name P" in device.compare_config()
        device.commit_config(revert_in=3600)
        time.sleep(0.2)
        command = "show dot1x interface | display xml"
        (row,) = parse(load_pack(folder), folder, command, device.cli([command])[command])
        assert (row["port"], row["status"]) == ("ge-0/0/0", "Authenticated")
        device.confirm_commit()
        assert "rollback pending" not in device.cli(["show system commit"])["show system commit"]
        device.rollback()
        assert switch.running_config() == before
    finally:
        device.close()
