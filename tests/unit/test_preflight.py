"""What a switch says before a change: its clock, its neighbours, its servers, and who hangs on its ports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from portseal.core.platforms import load_pack, platform_folders
from portseal.core.preflight import switch_findings
from portseal.core.preflight_checks import PreflightCheck

CHECKS = {
    check.code: check
    for folder in platform_folders().values()
    for check in load_pack(folder).preflight
    if check.source.startswith(("ntc-templates tests/cisco_ios", "golden show"))
}
NOW = datetime(2026, 11, 25, 14, 30, 0, tzinfo=UTC)


def said(code: str, output: str) -> list[tuple[str, str]]:
    return [(f.scope, f.message) for f in switch_findings("acc-01", [CHECKS[code]], [output], NOW)]


@pytest.mark.parametrize(
    ("shown", "off"),
    [
        ("*14:29:58.120 UTC Wed Nov 25 2026", None),
        (".14:34:59.120 UTC Wed Nov 25 2026", None),
        ("14:35:02.000 UTC Wed Nov 25 2026", 302),
        ("15:30:00.000 CET Wed Nov 25 2026", None),
        ("20:00:10.000 IST Wed Nov 25 2026", None),
        ("15:37:00.000 CET Wed Nov 25 2026", 420),
        ("15:22:30.000 CET Wed Nov 25 2026", 450),
        ("*00:12:00.000 CET Fri Mar 1 2002", 1),
    ],
)
def test_a_clock_may_be_five_minutes_off_in_whatever_zone(shown: str, off: int | None) -> None:
    found = said("clock-off", f"{shown}\n")
    assert len(found) == (0 if off is None else 1)
    if off and off > 1:
        assert f"off by {off} s" in found[0][1]


@pytest.mark.parametrize("shown", ["", "% Invalid input detected", "14:61:00.000 UTC Wed Nov 25 2026"])
def test_a_clock_that_cannot_be_read_is_a_finding(shown: str) -> None:
    assert len(said("clock-off", shown)) == 1


def test_only_neighbours_that_forward_frames_and_are_no_telephone_are_switches() -> None:
    entry = "Local Intf: Gi1/0/{}\nSystem Name: x\nSystem Capabilities: B,T\nEnabled Capabilities: {}\n\n"
    output = entry.format(1, "B,T") + entry.format(2, "B,R") + entry.format(3, "B") + entry.format(4, "S")
    assert [scope for scope, _ in said("neighbour-is-switch", output)] == ["Gi1/0/2", "Gi1/0/3"]


def test_a_server_that_the_switch_holds_for_dead_is_told() -> None:
    up, dead = "      State: current UP\n", "      State: current DEAD\n"
    assert said("radius-dead", up + up) == []
    assert len(said("radius-dead", up + dead)) == 1


def test_a_clock_far_off_is_not_hidden_by_its_zone() -> None:
    wrong = NOW + timedelta(days=365)
    assert said("clock-off", f"{wrong:%H:%M:%S}.000 CET {wrong:%a %b %d %Y}\n")


@pytest.mark.parametrize(
    "change", [{"ask": "clock", "time": ""}, {"ask": "clock", "match": "x"}, {"ask": "neighbour", "match": "x"}]
)
def test_a_check_without_what_it_needs_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        PreflightCheck.model_validate({**CHECKS["clock-off"].model_dump(), **change})


AOSCX = """\
LLDP Neighbor Information
=========================
--------------------------------------------------------------------------------
Port                           : 1/1/1
Neighbor Chassis-Name          : ap-1
Chassis Capabilities Available : Bridge, WLAN
Chassis Capabilities Enabled   : WLAN
--------------------------------------------------------------------------------
Port                           : 1/1/34
Chassis Capabilities Enabled   : Bridge, Telephone
--------------------------------------------------------------------------------
Port                           : 1/1/52
Chassis Capabilities Enabled   : Bridge, Router
"""
NXOS = """\
Capability codes:
  (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device
Chassis id: 0014.1c57.a48b
Local Port id: Eth1/2
System Capabilities: B, R
Enabled Capabilities: T
Chassis id: 547f.eeaf.7818
Local Port id: Eth1/52
Enabled Capabilities: B, R
"""


@pytest.mark.parametrize(
    ("command", "output", "port"),
    [("show lldp neighbor-info detail", AOSCX, "1/1/52"), ("show lldp neighbors detail", NXOS, "Eth1/52")],
)
def test_a_neighbour_that_forwards_is_told_from_a_telephone(command: str, output: str, port: str) -> None:
    checks = [check for folder in platform_folders().values() for check in load_pack(folder).preflight]
    found = {
        finding.scope
        for check in checks
        if check.command == command and check.ask == "neighbour"
        for finding in switch_findings("acc-01", [check], [output], NOW)
    }
    assert found == {port}
