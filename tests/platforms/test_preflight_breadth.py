"""Every platform: each thing that there is to ask before a change is asked, or it is told why not; and what is asked is found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from contract.bench import Bench, simulated
from contract.profiles import packs, possible
from contract.said import said

from portseal.core.preflight import asked, not_asked, switch_findings
from portseal.core.preflight_checks import MATTERS, Matter, PreflightCheck
from portseal.simulator.platforms import simulations


def codes(bench: Bench) -> set[str]:
    """What the simulated switch's answers lead to; what is behind its uplink is no matter."""
    checks = asked(bench.pack.preflight, bench.intent)
    outputs = bench.session.run([check.command for check in checks])
    uplink = simulations()[bench.pack.name].uplink
    found = switch_findings("acc-01", checks, outputs, datetime.now(UTC))
    return {f.code for f in found if not f.scope or f.scope in {port.port for port in bench.intent.ports} - {uplink}}


@pytest.mark.parametrize("platform", sorted(packs()))
def test_what_is_not_asked_is_told(platform: str) -> None:
    pack, _ = packs()[platform]
    checked = {check.code for check in pack.preflight} | ({"locked"} if pack.commit.pending else set())
    about = {matter for matter in Matter if MATTERS[matter] & checked}
    told = {each.matter for each in pack.unasked}
    assert about | told == set(Matter), f"neither asked nor told: {sorted(set(Matter) - about - told)}"
    assert all(len(each.why) > 20 for each in pack.unasked)
    assert len(not_asked(pack)) == len(pack.unasked)


@pytest.mark.parametrize("platform", sorted(simulated()))
def test_what_is_asked_is_found(platform: str) -> None:
    bench = Bench(platform, dict([*possible(platform).choices.items()][:2]), spare=0)
    assert bench.box is not None
    could = {check.code for check in bench.pack.preflight}
    assert codes(bench) == set()
    bench.box.clock_off = -3720.0
    bench.box.set_radius(tuple(each.model_copy(update={"alive": False}) for each in bench.box.radius()))
    assert codes(bench) == could & {"clock-off", "radius-unreachable"}
    engineer = said(platform).engineer
    assert engineer is not None
    begin, end = simulations()[platform].engineer
    shell = bench.box.open_shell("other", "pw")
    for line in (*begin, *engineer.other, *end):
        shell.enter(line.format(uplink=simulations()[platform].uplink))
    assert "unsaved" in codes(bench) or "unsaved" not in could


def check(platform: str, code: str) -> PreflightCheck:
    return next(each for each in packs()[platform][0].preflight if each.code == code)


def scopes(platform: str, code: str, output: str, now: str = "2026-11-25 14:30:00") -> list[str]:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    return [f.scope for f in switch_findings("acc-01", [check(platform, code)], [output], at)]


@pytest.mark.parametrize(
    ("platform", "output", "wrong"),
    [
        ("hpe_comware", "14:30:10 UTC Wed 11/25/2026\nTime Zone : UTC add 00:00:00\n", False),
        ("hpe_comware", "19:30:10.123 Z5 Wed 11/25/2026\nTime Zone : Z5 add 05:00:00\n", False),
        ("hpe_comware", "19:38:10 Z5 Wed 11/25/2026\nTime Zone : Z5 add 05:00:00\n", True),
        ("aruba_aoscx", "Wed Nov 25 19:30:07 PKT 2026\nSystem is configured for timezone : Asia/Karachi\n", False),
        ("aruba_aoscx", "Wed Nov 25 14:36:07 UTC 2026\nSystem is configured for timezone : UTC\n", True),
        ("arista_eos", "Wed Nov 25 14:30:07 2026\nTimezone: UTC\nClock source: local\n", False),
        ("arista_eos", "Wed Nov 25 15:30:07 2026\nTimezone: UTC\nClock source: local\n", True),
        ("arista_eos", "Wed Nov 25 15:30:07 2026\nTimezone: Europe/Berlin\nClock source: NTP\n", False),
        ("linux_hostapd", "14:30:09 UTC 2026-11-25\n", False),
        ("linux_hostapd", "13:30:09 UTC 2026-11-25\n", True),
    ],
)
def test_clocks_are_read_in_each_platforms_words(platform: str, output: str, *, wrong: bool) -> None:
    assert bool(scopes(platform, "clock-off", output)) is wrong


def test_switches_are_told_from_telephones_in_each_platforms_words() -> None:
    comware = (
        "LLDP neighbor-information of port 1[GigabitEthernet1/0/1]:\n System capabilities enabled   : Bridge, Telephone\n"
        "LLDP neighbor-information of port 2[GigabitEthernet1/0/2]:\n"
        " System capabilities enabled   : Bridge, Router, Customer Bridge\n"
    )
    assert scopes("hpe_comware", "neighbour-is-switch", comware) == ["GigabitEthernet1/0/2"]
    junos = (
        "<lldp-local-interface>ge-0/0/{}.0</lldp-local-interface>\n"
        "<lldp-remote-system-capabilities-enabled>{} </lldp-remote-system-capabilities-enabled>\n"
    )
    shown = junos.format(1, "Bridge Telephone") + junos.format(2, "Router") + junos.format(3, "Bridge Router")
    assert scopes("juniper_junos", "neighbour-is-switch", shown) == ["ge-0/0/2", "ge-0/0/3"]


def test_a_licence_is_asked_for_only_where_a_port_is_to_encrypt() -> None:
    lanbase = "Technology-package\nCurrent                 Type\n-----\nlanbase                 Permanent\n"
    essentials = "network-essentials      Smart License                    None\n"
    assert scopes("cisco_iosxe", "licence-missing", lanbase) == [""]
    assert scopes("cisco_iosxe", "licence-missing", essentials) == []
    choices = possible("cisco_iosxe").choices
    plain = Bench("cisco_iosxe", {"plain": choices["plain"]}, simulate=False).intent
    secured = next(choice for choice in choices.values() if choice["macsec"].get("policy") == "must-secure")
    sealed = Bench("cisco_iosxe", {"sealed": secured}, simulate=False).intent
    checks = packs()["cisco_iosxe"][0].preflight
    assert "show version" not in {each.command for each in asked(checks, plain)}
    assert "show version" in {each.command for each in asked(checks, sealed)}
