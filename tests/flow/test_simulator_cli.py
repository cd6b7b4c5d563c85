"""The simulated switch as any client meets it: logging in, typing, being refused."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from netmiko import ConnectHandler
from netmiko.base_connection import BaseConnection

from portseal.simulator.farm import Farm, Handle, PortSpec, SwitchSpec
from portseal.simulator.faults import (
    CutAfterBytes,
    CutAtLine,
    LoginRefused,
    NoPrompt,
    OtherEngineer,
    Reboot,
    RefuseNthLine,
    WrongOutput,
)

USER, PASSWORD = "admin", "simulated-pw"
CONFIG = """\
hostname acc-01
service password-encryption
aaa new-model
aaa authentication login default local
crypto pki certificate chain TP
 certificate ca 01
  30820321 30820209
  quit
archive
 path flash:archive
vlan 110
interface GigabitEthernet1/0/1
 description camera 1
 switchport access vlan 110
 switchport mode access
 exotic line nobody modelled
interface GigabitEthernet1/0/2
 switchport mode trunk
line vty 0 4
 transport input ssh
"""
PORTS = tuple(PortSpec(name=f"GigabitEthernet1/0/{n}") for n in range(1, 9))


@pytest.fixture
def switch() -> Iterator[Handle]:
    spec = SwitchSpec(name="acc-01", platform="cisco_iosxe", running_config=CONFIG, ports=PORTS, minute=0.6)
    with Farm([spec], username=USER, password=PASSWORD) as farm:
        yield farm["acc-01"]


@pytest.fixture
def client(switch: Handle) -> Iterator[BaseConnection]:
    connection = connect(switch)
    yield connection
    connection.disconnect()


def connect(switch: Handle, password: str = PASSWORD) -> BaseConnection:
    return ConnectHandler(device_type="cisco_xe", host=switch.host, port=switch.port, username=USER, password=password)


def say(client: BaseConnection, line: str) -> str:
    """What a line prints, whatever the prompt after it."""
    return str(client.send_command(line, expect_string=r"acc-01[^\s]*#", strip_prompt=True))


def test_netmiko_is_connected_within_a_second_and_finds_the_prompt(switch: Handle) -> None:
    begun = time.monotonic()
    client = connect(switch)
    assert time.monotonic() - begun < 1.0
    assert client.find_prompt() == "acc-01#"
    client.disconnect()


def test_fifty_lines_go_in_and_come_out_in_the_order_of_the_device(switch: Handle, client: BaseConnection) -> None:
    lines = []
    for port in range(8, 0, -1):
        lines += [f"interface GigabitEthernet1/0/{port}", "no switchport mode", "dot1x timeout tx-period 7"]
        lines += ["switchport mode access", "spanning-tree bpduguard enable", f"description port {port}"]
    output = client.send_config_set([*lines, "hostname acc-01", "ntp server 192.0.2.1"])
    assert "%" not in output
    shown = say(client, "show running-config interface Gi1/0/7")
    section = [line for line in shown.splitlines() if line.startswith(("interface", " "))]
    assert section == [
        "interface GigabitEthernet1/0/7",
        " description port 7",
        " switchport mode access",
        " dot1x timeout tx-period 7",
        " spanning-tree bpduguard enable",
    ]
    order = re.findall(r"^interface GigabitEthernet1/0/(\d+)", switch.running_config(), re.M)
    assert order == [str(number) for number in range(1, 9)]


def test_lines_it_does_not_know_survive_a_change_word_for_word(switch: Handle, client: BaseConnection) -> None:
    client.send_config_set(["interface Gi1/0/1", "no description", "mab"])
    text = switch.running_config()
    assert " exotic line nobody modelled" in text
    assert "crypto pki certificate chain TP\n certificate ca 01\n  30820321 30820209\n  quit" in text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("foo bar", "% Invalid input detected at '^' marker."),
        ("interface Gi9/0/99", "% Invalid input detected at '^' marker."),
        ("radius server", "% Incomplete command."),
        ("a", "% Ambiguous command:"),
        ("no interface Gi1/0/1", "not permitted"),
    ],
)
def test_nonsense_is_refused_in_its_words(client: BaseConnection, line: str, answer: str) -> None:
    client.config_mode()
    assert answer in say(client, line)


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["authentication timer reauthenticate 0"], "% Invalid input"),
        (["authentication event fail retry 6 action next-method"], "% Invalid input"),
        (["dot1x timeout tx-period 65536"], "% Invalid input"),
        (["authentication host-mode multi-auth", "macsec"], "multi-auth"),
        (["macsec", "authentication host-mode multi-auth"], "MACsec"),
        (["macsec", "macsec network-link"], "mutually exclusive"),
        (["mka policy NOT-THERE"], "not configured"),
        (["macsec access-control must-secure"], "% Invalid input"),
        (["mka policy A-NAME-OF-17-CHARS"], "% Invalid input"),
    ],
)
def test_what_a_port_cannot_do_is_refused(client: BaseConnection, lines: list[str], answer: str) -> None:
    say(client, "configure terminal")
    say(client, "interface Gi1/0/1")
    assert all("%" not in say(client, line) for line in lines[:-1])
    assert answer in say(client, lines[-1])


@pytest.mark.parametrize("line", ["dot1x pae authenticator", "authentication port-control auto", "mab"])
def test_a_trunk_takes_no_802_1x(client: BaseConnection, line: str) -> None:
    client.config_mode()
    say(client, "interface Gi1/0/2")
    assert "supported only on Ethernet interfaces configured in Access" in say(client, line)


def test_the_caret_stands_under_the_word_that_is_wrong(client: BaseConnection) -> None:
    client.config_mode()
    say(client, "interface Gi1/0/1")
    output = str(
        client.send_command("dot1x timeout tx-period 0", expect_string=r"\)#", strip_prompt=False, strip_command=False)
    )
    caret = next(line for line in output.splitlines() if line.strip() == "^")
    assert caret.index("^") == len("acc-01(config-if)#dot1x timeout tx-period ")


def test_keywords_may_be_cut_short(switch: Handle, client: BaseConnection) -> None:
    client.send_config_set(["int gi 1/0/1", "desc short", "authen ord dot1x mab", "sw acc vl 110"])
    assert " authentication order dot1x mab" in switch.running_config()
    assert " description short" in say(client, "sh run int gi1/0/1")


def test_defaults_are_not_shown(switch: Handle, client: BaseConnection) -> None:
    before = switch.running_config()
    client.send_config_set(
        [
            "interface Gi1/0/1",
            "authentication host-mode single-host",
            "authentication violation shutdown",
            "authentication port-control force-authorized",
            "authentication timer reauthenticate 3600",
            "dot1x timeout tx-period 30",
            "authentication linksec policy should-secure",
            "macsec replay-protection window-size 0",
        ]
    )
    assert switch.running_config() == before


def test_aaa_is_unknown_before_aaa_new_model(switch: Handle, client: BaseConnection) -> None:
    client.config_mode()
    say(client, "no aaa new-model")
    assert "% Invalid input" in say(client, "aaa authentication dot1x default group radius")
    say(client, "aaa new-model")
    assert "%" not in say(client, "aaa authentication dot1x default group radius")


def test_ibns_lines_ask_before_they_convert_the_box(client: BaseConnection) -> None:
    assert "legacy" in say(client, "authentication display config-mode")
    client.config_mode()
    question = client.send_command("policy-map type control subscriber P", expect_string=r"\[yes\]:")
    assert "permanently convert" in question
    say(client, "no")
    assert "legacy" in say(client, "do authentication display config-mode")


def test_type_7_has_a_new_salt_at_each_show_and_is_read_back(switch: Handle, client: BaseConnection) -> None:
    secret = "00112233445566778899aabbccddeeff"
    client.send_config_set(["key chain K macsec", "key 01", f"key-string {secret}"])
    seen = {
        match[1]
        for _ in range(12)
        if (match := re.search(r"key-string 7 (\S+)", say(client, "show running-config | section key chain")))
    }
    assert len(seen) > 1
    client.send_config_set(["key chain K2 macsec", "key 02", f"key-string 7 {seen.pop()}"])
    assert switch.running_config().count(f"key-string {secret}") == 2


def test_type_6_is_opaque_and_only_its_own_switch_knows_it(switch: Handle, client: BaseConnection) -> None:
    client.send_config_set(
        ["key config-key password-encrypt main-key-1", "password encryption aes", "radius server R", "key very-secret"]
    )
    stored = re.search(r"key 6 (\S+)", say(client, "show running-config | section radius server"))
    assert stored is not None
    assert "very-secret" not in say(client, "show running-config")
    client.send_config_set(["radius server S", f"key 6 {stored[1]}"])
    assert switch.running_config().count("key very-secret") == 2


def test_without_the_services_a_key_is_in_the_clear(client: BaseConnection) -> None:
    client.send_config_set(["no service password-encryption", "radius server R", "key very secret"])
    assert " key very secret" in say(client, "show running-config")


def test_the_revert_timer_restores_the_configuration_byte_for_byte(switch: Handle, client: BaseConnection) -> None:
    before = switch.running_config()
    arming = say(client, "configure terminal revert timer 1")
    assert "Backing up current running config to flash:/rollback_1.cfg" in arming
    say(client, "interface Gi1/0/1")
    say(client, "no switchport access vlan")
    say(client, "key chain K macsec")
    pending = say(client, "do show archive config rollback timer")
    assert "Timer value: 1 min" in pending
    assert switch.running_config() != before
    deadline = time.monotonic() + 5
    while switch.running_config() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert switch.running_config() == before
    say(client, "end")
    assert "%No Rollback Confirmed Change pending" in say(client, "show archive config rollback timer")


def test_a_confirmed_change_stays(switch: Handle, client: BaseConnection) -> None:
    say(client, "configure terminal revert timer 1")
    say(client, "ntp server 192.0.2.9")
    say(client, "end")
    assert "%" not in say(client, "configure confirm")
    time.sleep(0.9)
    assert "ntp server 192.0.2.9" in switch.running_config()
    assert "%No Rollback Confirmed Change pending" in say(client, "configure confirm")


def test_revert_now_takes_a_change_back_at_once(switch: Handle, client: BaseConnection) -> None:
    before = switch.running_config()
    say(client, "configure terminal revert timer 100")
    assert "already" in say(client, "do configure terminal revert timer 5")
    say(client, "ntp server 192.0.2.9")
    say(client, "end")
    assert "Rollback Done" in say(client, "configure revert now")
    assert switch.running_config() == before


def test_without_an_archive_no_timer_is_armed(client: BaseConnection) -> None:
    client.send_config_set(["no archive"])
    assert "Archive feature not enabled" in say(client, "show archive")
    assert "%Turn config archive on" in say(client, "configure terminal revert timer 5")
    assert client.find_prompt() == "acc-01#"


def test_only_what_was_saved_survives_a_reboot(switch: Handle, client: BaseConnection) -> None:
    client.send_config_set(["ntp server 192.0.2.8"])
    assert "[OK]" in say(client, "write memory")
    client.send_config_set(["ntp server 192.0.2.9"])
    switch.inject(Reboot(seconds=0.2))
    time.sleep(0.4)
    again = connect(switch)
    assert "ntp server 192.0.2.8" in switch.running_config()
    assert "192.0.2.9" not in switch.running_config()
    again.disconnect()


def test_a_long_answer_is_paged_until_paging_is_off(switch: Handle, client: BaseConnection) -> None:
    client.send_command("terminal length 10", expect_string="#")
    assert "--More--" in client.send_command("show running-config", expect_string="--More--", strip_prompt=False)
    client.write_channel("q")
    assert client.find_prompt() == "acc-01#"


def test_enable_asks_for_the_password(client: BaseConnection) -> None:
    client.write_channel("disable\n")
    client.read_until_pattern("acc-01>")
    client.write_channel("show running-config\n")
    assert "% Invalid input" in client.read_until_pattern(r"marker\.\s+acc-01>")
    client.write_channel("enable\n")
    client.read_until_pattern("Password:")
    client.write_channel(f"{PASSWORD}\n")
    assert PASSWORD not in client.read_until_pattern("acc-01#")


def test_what_was_typed_is_logged_with_its_mode(switch: Handle, client: BaseConnection) -> None:
    client.send_config_set(["interface Gi1/0/1", "mab"])
    assert ("(config-if)#", "mab") in switch.log


def test_a_wrong_password_and_a_refusing_switch_let_nobody_in(switch: Handle) -> None:
    from netmiko.exceptions import NetmikoAuthenticationException

    with pytest.raises(NetmikoAuthenticationException):
        connect(switch, password="wrong")
    switch.inject(LoginRefused(times=1))
    with pytest.raises(NetmikoAuthenticationException):
        connect(switch)
    connect(switch).disconnect()


def cut_off(client: BaseConnection) -> bool:
    """Whether the session ends within two seconds."""
    deadline = time.monotonic() + 2
    while client.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not client.is_alive()


def test_a_fault_refuses_one_line_and_lies_about_another(switch: Handle, client: BaseConnection) -> None:
    switch.inject(
        RefuseNthLine(number=3, text="% resource unavailable"), WrongOutput(pattern="clock", text="rubbish\n")
    )
    output = client.send_config_set(["interface Gi1/0/1", "description one", "description two", "mab"])
    assert output.count("% resource unavailable") == 1
    assert "description one" in switch.running_config()
    assert say(client, "show clock").strip() == "rubbish"
    switch.heal()
    assert "UTC" in say(client, "show clock")


def test_another_engineer_changes_the_configuration(switch: Handle) -> None:
    switch.inject(OtherEngineer(lines=("ntp server 192.0.2.77",)))
    time.sleep(0.1)
    assert "192.0.2.77" in switch.running_config()


def test_a_session_is_cut_at_a_line_or_in_the_middle_of_an_answer(switch: Handle) -> None:
    client = connect(switch)
    switch.inject(CutAtLine(pattern="hostname"))
    client.write_channel("configure terminal\nhostname other\n")
    assert cut_off(client)
    assert "hostname acc-01" in switch.running_config()
    client = connect(switch)
    switch.inject(CutAfterBytes(count=100))
    client.write_channel("show running-config\n")
    assert cut_off(client)
    connect(switch).disconnect()


def test_a_prompt_may_never_come(switch: Handle, client: BaseConnection) -> None:
    switch.inject(NoPrompt(pattern="show clock"))
    client.write_channel("show clock\n")
    assert "UTC" in client.read_until_pattern("UTC.*")
    time.sleep(0.2)
    assert "#" not in client.read_channel()
    switch.heal()


def test_added_delay_is_paid_once_a_round_trip() -> None:
    spec = SwitchSpec(name="acc-01", platform="cisco_iosxe", running_config=CONFIG, ports=PORTS)
    with Farm([spec], username=USER, password=PASSWORD, delay=0.2) as farm:
        client = connect(farm["acc-01"])
        begun = time.monotonic()
        client.write_channel("show clock\nshow clock\nshow privilege\n")
        client.read_until_pattern("level is 15")
        assert 0.2 <= time.monotonic() - begun < 0.39
        client.disconnect()


def test_a_batch_typed_ahead_is_one_round_trip(switch: Handle, client: BaseConnection) -> None:
    switch.reset()
    lines = ["configure terminal", *(f"interface Gi1/0/{n}\nmab" for n in range(1, 2)), "end"]
    client.write_channel("\n".join(lines) + "\n")
    output = client.read_until_pattern(r"end\s+acc-01#")
    assert switch.round_trips == 1
    assert "acc-01(config-if)#mab" in output
