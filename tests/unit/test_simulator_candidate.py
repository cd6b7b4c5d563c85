"""The simulated switch with a shared candidate: what it takes, what it refuses in the vendor's words, and what comes back by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portseal.simulator.juniper_junos.box import Box
from portseal.simulator.juniper_junos.braces import brace_paths
from portseal.simulator.juniper_junos.configuration import brace_lines, load, set_lines
from portseal.simulator.juniper_junos.dollar9 import hidden, revealed
from portseal.simulator.juniper_junos.shell import Shell
from portseal.simulator.platforms import Access, Start, simulations
from portseal.simulator.world import Device, PortSpec, RadiusSpec, SwitchSpec

PLATFORM = "juniper_junos"
RADIUS = (
    "set access radius-server 192.0.2.10 secret k3y",
    "set access profile P authentication-order radius",
    "set access profile P radius authentication-server 192.0.2.10",
    "set protocols dot1x authenticator authentication-profile-name P",
)
CAK = "0123456789abcdef" * 2


class Timer:
    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self.seconds, self.act, self.cancelled = seconds, act, False

    def cancel(self) -> None:
        self.cancelled = True


class Switch:
    """A box, a login on it, and its timers in hand."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []
        ports = tuple(Access(f"ge-0/0/{number}", f"cam-{number}", 110) for number in range(3))
        spec = SwitchSpec(
            name="ex-01",
            platform=PLATFORM,
            running_config=simulations()[PLATFORM].configuration(Start("ex-01", 11, ports, (110,))),
            ports=(PortSpec(name="ge-0/0/0", device=Device(mac="ac:cc:8e:00:00:01")),),
            radius=(RadiusSpec(address="192.0.2.10", key="k3y", mab={"ac:cc:8e:00:00:01": None}),),
            settle=0.0,
        )
        self.box = Box(spec, self.later)
        self.shell = self.login()

    def later(self, seconds: float, act: Callable[[], None]) -> Timer:
        self.timers.append(Timer(seconds, act))
        return self.timers[-1]

    def login(self, user: str = "admin") -> Shell:
        return Shell(self.box, user)

    def settle(self, up_to: float = 0.0) -> None:
        while due := [timer for timer in self.timers if not timer.cancelled and timer.seconds <= up_to]:
            self.timers.remove(due[0])
            due[0].act()

    def type(self, *lines: str) -> str:
        return "".join(self.shell.enter(line) for line in lines)


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ("set protocols dot1x authenticator authentication-profile-name nowhere",),
            "access profile is not configured",
        ),
        (("set access profile P radius authentication-server 192.0.2.9",), "RADIUS server is not configured"),
        (("set access radius-server 192.0.2.9 port 1812",), "Missing mandatory statement: 'secret'"),
        (("set security macsec interfaces ge-0/0/0 connectivity-association no",), "is not configured"),
        (
            (f"set security macsec connectivity-association A pre-shared-key cak {CAK}",),
            "Missing mandatory statement: 'ckn'",
        ),
        (("set security macsec connectivity-association A security-mode static-cak",), "pre-shared-key must be"),
        (
            (
                "set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode trunk",
                "set protocols dot1x authenticator interface ge-0/0/1 supplicant single",
            ),
            "not supported on a trunk",
        ),
        (("set interfaces ge-0/0/1 unit 0 family inet address 192.0.2.1/24",), "no other family type"),
        (("set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members nowhere",), "member of one vlan only"),
    ],
)
def test_a_commit_checks_what_the_lines_mean_together(switch: Switch, lines: tuple[str, ...], told: str) -> None:
    before = switch.box.text(shown=False)
    assert switch.type("configure exclusive", *lines).endswith("Entering configuration mode\n")
    printed = switch.type("commit")
    assert told in printed
    assert "error: configuration check-out failed" in printed
    assert switch.box.text(shown=False) == before


def test_a_wrong_word_has_its_caret_below_it(switch: Switch) -> None:
    switch.type("configure")
    typed = "set protocols dot1x frobnicate yes"
    caret, said = switch.type(typed).splitlines()
    prompt = switch.shell.prompt.rpartition("\n")[2]
    assert (prompt + typed)[caret.index("^") :].startswith("frobnicate")
    assert said == "syntax error."
    assert "not within range (1..65535)" in switch.type("set access radius-server 192.0.2.1 port 70000")
    assert switch.type("delete protocols dot1x") == "warning: statement not found\n"


@pytest.mark.parametrize("confirms", ["commit", "commit check"])
def test_a_commit_or_a_check_confirms_and_nothing_else_does(switch: Switch, confirms: str) -> None:
    before = switch.box.text(shown=False)
    switch.type("configure exclusive", *RADIUS, "commit confirmed 5", "exit")
    after = switch.box.text(shown=False)
    assert after != before
    assert "rollback pending" in switch.type("show system commit")
    switch.type("configure exclusive", confirms, "exit")
    assert "rollback pending" not in switch.type("show system commit")
    switch.settle(up_to=1e6)
    assert switch.box.text(shown=False) == after


def test_what_nobody_confirms_is_rolled_back_by_the_timer_or_by_a_reboot(switch: Switch) -> None:
    before = switch.box.text(shown=False)
    switch.type("configure exclusive", *RADIUS, "commit confirmed 5", "exit")
    switch.settle(up_to=300)
    assert switch.box.text(shown=False) == before
    assert "by root via other" in switch.type("show system commit").splitlines()[0]
    switch.type("configure exclusive", *RADIUS, "commit confirmed 5")
    switch.box.boot()
    assert switch.box.text(shown=False) == before


def test_an_exclusive_candidate_keeps_others_out_until_its_holder_is_logged_out(switch: Switch) -> None:
    other = switch.login("other")
    other.enter("configure exclusive")
    other.enter("set system host-name other")
    refused = switch.type("configure exclusive")
    assert refused.startswith("error: configuration database locked by:\n  other terminal")
    pid = refused.partition("(pid ")[2].partition(")")[0]
    assert "locked by" in switch.type("configure", "set system host-name mine", "exit")
    switch.type(f"request system logout pid {pid}")
    assert "Entering configuration mode" in switch.type("configure exclusive")
    assert "other" not in switch.type("show | compare")


def test_leaving_with_changes_asks_first(switch: Switch) -> None:
    switch.type("configure exclusive", "set system host-name other", "exit")
    assert switch.shell.prompt == "Discard uncommitted changes? [yes,no] (yes) "
    assert "discarding uncommitted changes" in switch.type("yes")
    assert not switch.box.dirty


def test_a_statement_out_of_effect_is_kept_and_does_nothing(switch: Switch) -> None:
    lines = (*RADIUS, "set protocols dot1x authenticator interface ge-0/0/0 mac-radius restrict")
    switch.type("configure exclusive", *lines, "commit")
    switch.settle()
    assert "Mac Radius" in switch.type("run show dot1x interface | display xml")
    switch.type("deactivate protocols dot1x authenticator interface ge-0/0/0.0", "commit")
    switch.settle()
    assert "not running" in switch.type("run show dot1x interface | display xml")
    assert "deactivate protocols dot1x authenticator interface ge-0/0/0.0" in switch.box.text(shown=True)
    assert "inactive: interface ge-0/0/0.0" in switch.type("show protocols")


def test_braces_and_paths_say_the_same(switch: Switch) -> None:
    switch.type(
        "configure",
        *RADIUS,
        f"set security macsec connectivity-association A pre-shared-key ckn aa cak {CAK}",
        "commit",
    )
    root = switch.box.running
    again = load("".join(f"set {path}\n" for path in brace_paths("\n".join(brace_lines(root)))))
    assert sorted(set_lines(again, clear=True)) == sorted(set_lines(root, clear=True))


def test_a_secret_is_hidden_anew_each_time_and_is_the_same(switch: Switch) -> None:
    switch.type("configure", *RADIUS, "commit")
    shown = {switch.box.text(shown=True) for _ in range(5)}
    assert len(shown) > 1
    assert all("k3y" not in text for text in shown)
    assert revealed(hidden("k3y")) == "k3y"
    assert revealed("k3y") == "k3y"
