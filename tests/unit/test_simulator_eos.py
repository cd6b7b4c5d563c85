"""The simulated EOS command line: configuration sessions, their timer, what it refuses, and the same over eAPI."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from portseal.simulator.arista_eos.box import Box
from portseal.simulator.arista_eos.eapi import answer
from portseal.simulator.arista_eos.lines import long_name, short_name
from portseal.simulator.platforms import Access, Shell, Start, simulations
from portseal.simulator.world import Device, PortSpec, SwitchSpec


class Timer:
    def __init__(self, act: Callable[[], None]) -> None:
        self.act, self.cancelled = act, False

    def cancel(self) -> None:
        self.cancelled = True


class Timers:
    """Timers that fire when somebody says so."""

    def __init__(self) -> None:
        self.set: list[tuple[float, Timer]] = []

    def later(self, seconds: float, act: Callable[[], None]) -> Timer:
        timer = Timer(act)
        self.set.append((seconds, timer))
        return timer

    def fire(self, seconds: float) -> None:
        for due, timer in list(self.set):
            if due == seconds and not timer.cancelled:
                timer.act()


@pytest.fixture
def timers() -> Timers:
    return Timers()


@pytest.fixture
def box(timers: Timers) -> Box:
    ports = tuple(Access(f"Ethernet{number}", None, 110) for number in (1, 2))
    text = simulations()["arista_eos"].configuration(Start("sw-1", 11, ports, (110,)))
    device = Device(mac="ac:cc:8e:00:00:01")
    spec = SwitchSpec(
        name="sw-1", platform="arista_eos", running_config=text, ports=(PortSpec(name="Ethernet1", device=device),)
    )
    return Box(spec, timers.later)


@pytest.fixture
def shell(box: Box) -> Shell:
    return box.open_shell("admin", "pw")


def typed(shell: Shell, *lines: str) -> str:
    return "".join(shell.enter(line) for line in lines)


def test_lines_of_a_session_take_effect_when_it_is_committed(box: Box, shell: Shell) -> None:
    before = box.text(shown=False)
    assert typed(shell, "configure session one", "interface et1", "description x") == ""
    assert shell.prompt == "sw-1(config-s-one-if-Et1)#"
    assert box.text(shown=False) == before
    assert "+   description x" in shell.enter("show session-config diffs")
    assert typed(shell, "commit") == ""
    assert shell.prompt == "sw-1#"
    assert "   description x\n" in box.text(shown=False)


def test_a_commit_with_a_timer_is_taken_back_unless_it_is_committed_again(
    box: Box, shell: Shell, timers: Timers
) -> None:
    before = box.text(shown=False)
    typed(shell, "configure session one", "vlan 300", "end", "configure session one commit timer 00:05:00")
    assert "vlan 300" in box.text(shown=False)
    assert "pendingCommitTimer" in shell.enter("show configuration sessions detail")
    timers.fire(300)
    assert box.text(shown=False) == before
    typed(shell, "configure session two", "vlan 300", "end", "configure session two commit timer 00:05:00")
    assert typed(shell, "configure session two commit") == ""
    timers.fire(300)
    assert "vlan 300" in box.text(shown=False)


def test_a_session_is_aborted_at_its_top_only_and_nothing_of_it_is_left(box: Box, shell: Shell) -> None:
    before = box.text(shown=False)
    typed(shell, "configure session one", "vlan 300")
    assert shell.enter("abort") == "% Invalid input\n"
    assert typed(shell, "exit", "abort") == ""
    assert box.text(shown=False) == before
    assert "one" not in shell.enter("show configuration sessions").partition("-----")[2]


def test_a_completed_session_cannot_be_entered_until_it_is_removed(shell: Shell) -> None:
    typed(shell, "configure session one", "vlan 300", "commit")
    assert "already completed" in shell.enter("configure session one")
    assert shell.enter("no configure session one") == ""
    assert "non-existent" in shell.enter("no configure session one")
    assert shell.enter("configure session one") == ""


def test_a_pending_timer_keeps_other_sessions_from_committing(shell: Shell) -> None:
    typed(shell, "configure session one", "vlan 300", "commit timer 00:05:00", "configure session two", "vlan 400")
    assert "session one is pending commit timer" in shell.enter("commit")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("configure session x", "interface Ethernet7"), "% Invalid input\n"),
        (("configure session x", "no interface Ethernet1"), "% Physical interfaces cannot be removed\n"),
        (("configure session x", "interface Ethernet1", "dot1x host-mode multi-auth"), "% Invalid input\n"),
        (("configure session x", "interface Ethernet1", "dot1x port-control"), "% Incomplete command\n"),
        (("configure session x", "mac security", "profile p", "key a1b2 0 " + "0" * 32), "% Invalid input\n"),
        (("configure session x", "mac security", "profile p", "key a1b2 7 zz"), "% Invalid encrypted password\n"),
        (("show nothing",), "% Invalid input\n"),
    ],
)
def test_what_eos_would_refuse_is_refused(shell: Shell, lines: tuple[str, ...], told: str) -> None:
    assert typed(shell, *lines) == told


def test_defaults_are_hidden_and_keys_are_in_type_7(box: Box, shell: Shell) -> None:
    typed(shell, "configure", "radius-server host 192.0.2.1 key 7 070C285F4D06", "interface Ethernet1")
    typed(shell, "dot1x port-control force-authorized", "switchport mode access", "end")
    shown = shell.enter("show running-config")
    assert "force-authorized" not in shown
    assert "switchport mode access" not in shown
    assert "cisco" not in shown
    assert "radius-server host 192.0.2.1 key cisco\n" in box.text(shown=False)
    assert shell.enter("show running-config | include radius-server host").startswith(
        "radius-server host 192.0.2.1 key 7 "
    )


def test_a_reboot_forgets_sessions_and_what_was_not_saved(box: Box, shell: Shell) -> None:
    typed(shell, "configure session one", "vlan 300", "commit timer 00:05:00")
    box.boot()
    assert "vlan 300" not in box.text(shown=False)
    typed(shell, "configure", "vlan 301", "end", "write memory")
    box.boot()
    assert "vlan 301" in box.text(shown=False)


def ask(box: Box, *commands: object, form: str = "json") -> dict[str, Any]:
    request = {"jsonrpc": "2.0", "method": "runCmds", "params": {"version": 1, "cmds": list(commands), "format": form}}
    given = answer(box, "admin", {**request, "id": "1"}, lambda shell, line: None)
    assert isinstance(given, dict)
    return given


def test_eapi_gives_data_or_text_and_ends_a_request_at_the_first_refusal(box: Box) -> None:
    found = ask(box, {"cmd": "enable", "input": ""}, "show hostname")["result"]
    assert found == [{}, {"hostname": "sw-1", "fqdn": "sw-1.cameras.example"}]
    (said,) = ask(box, "show interfaces status | json", form="text")["result"]
    assert "Ethernet1" in json.loads(said["output"])["interfaceStatuses"]
    refused = ask(box, "configure session one", "vlan 300", "nonsense", "vlan 400")["error"]
    assert refused["code"] == 1002
    assert "3 of 4 'nonsense'" in refused["message"]
    assert [session.name for session in box.sessions.known.values()] == ["one"]
    assert ask(box, "show running-config")["error"]["code"] == 1003


def test_ports_have_a_long_and_a_short_name() -> None:
    assert [long_name(word) for word in ("et1", "Ethernet1/2", "Po3", "e5", "x1")] == [
        "Ethernet1",
        "Ethernet1/2",
        "Port-Channel3",
        "Ethernet5",
        None,
    ]
    assert short_name("Ethernet1/2") == "Et1/2"
