"""What an API tells of a switch, and what of it speaks against touching a port."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rig.intents import port_intent

from portseal.core.facts import Neighbour, PortFacts, SwitchFacts
from portseal.core.intent import PortIntent
from portseal.core.platforms import load_pack, platform_folders
from portseal.core.preflight import fact_findings, switch_findings

EOS = {check.code: check for check in load_pack(platform_folders()["arista_eos"]).preflight}
NOW = datetime(2026, 11, 25, 14, 30, 0, tzinfo=UTC)
LLDP = """\
Interface Ethernet{number} detected 1 LLDP neighbors:

  Neighbor 2cc2.6081.eaf9/"Ethernet1", age 12 seconds
  - System Name: "other"
  - System Capabilities : Bridge, Router, Telephone
    Enabled Capabilities: {able}

"""


def port(name: str) -> PortIntent:
    return port_intent(
        port=name,
        camera="cam",
        mac="ac:cc:8e:00:00:01",
    )


def test_a_camera_port_with_a_neighbour_that_forwards_is_left_alone_and_no_other() -> None:
    facts = SwitchFacts(
        model="m",
        serial="s",
        release="r",
        ports={
            "Ethernet1": PortFacts(
                up=True, enabled=True, neighbours=(Neighbour(name="acc-02", port="Et9", forwards=True),)
            ),
            "Ethernet2": PortFacts(
                up=True, enabled=True, neighbours=(Neighbour(name="cam", port="eth0", forwards=False),)
            ),
            "Ethernet49": PortFacts(
                up=True, enabled=True, neighbours=(Neighbour(name="dist", port="Et1", forwards=True),)
            ),
        },
    )
    found = fact_findings("acc-01", facts, [port(f"Ethernet{number}") for number in (1, 2, 3)])
    assert [(f.scope, f.code, f.severity) for f in found] == [("Ethernet1", "neighbour-is-switch", "block")]
    assert "acc-02" in found[0].message


def test_eos_names_a_neighbour_that_forwards_and_is_no_telephone() -> None:
    able = {1: "Bridge, Router", 2: "Bridge, Telephone", 3: "Station Only", 4: "Router"}
    said = "".join(LLDP.format(number=number, able=text) for number, text in able.items())
    found = switch_findings("acc-01", [EOS["neighbour-is-switch"]], [said], NOW)
    assert [f.scope for f in found] == ["Ethernet1", "Ethernet4"]


@pytest.mark.parametrize(
    ("shown", "findings"),
    [("Wed Nov 25 14:31:00 2026", 0), ("Wed Nov 25 09:30:00 2026", 1), ("Sat Nov  1 00:00:00 2003", 1), ("", 1)],
)
def test_eos_names_the_zone_of_its_clock_on_a_line_of_its_own(shown: str, findings: int) -> None:
    said = f"{shown}\nTimezone: UTC\nClock source: local\n"
    found = switch_findings("acc-01", [EOS["clock-off"]], [said], NOW)
    assert [f.severity for f in found] == ["block"] * findings
