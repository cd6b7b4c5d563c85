"""What a candidate would change, compared with what the plan says."""

from __future__ import annotations

import pytest

from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Pack, load_pack, platform_folders
from portseal.core.stray import stray_lines

EOS, JUNOS = (load_pack(platform_folders()[name]) for name in ("arista_eos", "juniper_junos"))
RUNNING = """\
hostname sw
radius-server host 192.0.2.9 key 7 025756085F535976
radius-server host 192.0.2.1 key 7 0822455D0A16
mac security
   profile UPLINK
      key ab 7 10195F4C5144405A
interface Ethernet1
   switchport access vlan 100
interface Ethernet2
   dot1x port-control auto
"""
DIFF = """\
+radius-server host 192.0.2.1 key ‹hmac:0123456789›
-radius-server host 192.0.2.1 key ‹hmac:9876543210›
 interface Ethernet1
- switchport access vlan 100
+ switchport access vlan 110
+ dot1x timeout reauth-period 3600
+aaa group server radius PORTSEAL
+ server 192.0.2.1"""


def stray(candidate: str, diff: str = DIFF, running: str = RUNNING, pack: Pack = EOS) -> tuple[str, ...]:
    plan = SwitchPlan(
        switch="sw",
        platform=pack.name,
        ports=(),
        running_digest="",
        rendered_digest="",
        secrets={},
        steps=(),
        undo=(),
        refusals=(),
        diff=diff,
    )
    return stray_lines(plan, pack, running, candidate)


def planned(running: str = RUNNING) -> str:
    changed = running.replace("vlan 100", "vlan 110").replace("0822455D0A16", "070C285F4D06")
    return changed + "aaa group server radius PORTSEAL\n   server 192.0.2.1\n"


def test_a_candidate_that_does_what_the_plan_says_has_nothing_stray() -> None:
    assert stray(planned()) == ()


def test_a_line_of_the_plan_that_the_switch_hides_is_no_matter() -> None:
    assert "reauth-period" not in planned()
    assert stray(RUNNING) == ()


@pytest.mark.parametrize(
    ("candidate", "told"),
    [
        (planned() + "ip routing\n", "+ ip routing"),
        (planned().replace("hostname sw\n", ""), "- hostname sw"),
        (planned().replace("   dot1x port-control auto\n", ""), "- interface Ethernet2 / dot1x port-control auto"),
        (
            planned().replace("vlan 110\n", "vlan 110\n   description x\n"),
            "+ interface Ethernet1 / description x",
        ),
        (planned().replace("profile UPLINK", "profile OTHER"), "+ mac security / profile OTHER"),
        (
            planned().replace("interface Ethernet2\n", "interface Ethernet2\n   switchport access vlan 110\n"),
            "+ interface Ethernet2 / switchport access vlan 110",
        ),
    ],
)
def test_what_else_would_change_is_told_with_its_section(candidate: str, told: str) -> None:
    assert told in stray(candidate)


def test_another_key_of_somebody_else_is_seen_and_not_shown() -> None:
    (removed, added) = sorted(stray(planned().replace("7 025756085F535976", "7 10195F4C5144405A")), reverse=True)
    assert removed == "- radius-server host 192.0.2.9 key ‹secret›"
    assert added == "+ radius-server host 192.0.2.9 key ‹secret›"


def test_a_whole_path_a_line_is_compared_alike() -> None:
    running = "set system host-name sw\nset interfaces ge-0/0/1 description x\n"
    diff = "+vlans cameras\n+ vlan-id 110"
    assert stray(running + "set vlans cameras vlan-id 110\n", diff, running, JUNOS) == ()
    assert stray(running.replace("sw", "other"), diff, running, JUNOS) == (
        "+ system host-name other",
        "- system host-name sw",
    )
