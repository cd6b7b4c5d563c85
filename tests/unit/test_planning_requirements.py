"""What a switch says it lacks: only the ports that need it are left alone, with the switch's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from rig.intents import port_intent

from portseal.core.intent import PortIntent, SwitchIntent
from portseal.core.inventory import LinkKey, Radius
from portseal.core.marks import Marks
from portseal.core.planning import SwitchPlan, plan_switch
from portseal.core.platforms import load_pack, platform_folders
from portseal.core.profile import CakSource, Dot1x, Macsec, MacsecPolicy, Mode

FOLDER = platform_folders()[(Path(__file__).parents[1] / "golden" / "linux_hostapd").name]
RUNNING = """\
agent 1
macsec static {static}
macsec derived {derived}
interface swp1
 master br0 bridge
interface swp2
 master br0 bridge
interface swp3
 master br0 bridge
end
"""


def port(number: int, cak: CakSource | None) -> PortIntent:
    static = cak is CakSource.STATIC
    return port_intent(
        switch="sw",
        port=f"swp{number}",
        camera=f"cam-{number}",
        mac=f"02:00:00:00:00:0{number}",
        dot1x=Dot1x(mode=Mode.OFF) if static else Dot1x(),
        macsec=Macsec(policy=MacsecPolicy.MUST_SECURE, cak=cak) if cak else Macsec(),
        key=LinkKey(ckn="a1b2", cak="cak/x") if static else None,
    )


def plan(running: str) -> SwitchPlan:
    radius = Radius.model_validate({"servers": [{"name": "r", "address": "192.0.2.1", "key": "radius/r"}]})
    ports = (port(1, None), port(2, CakSource.STATIC), port(3, CakSource.DERIVED))
    intent = SwitchIntent(switch="sw", platform=FOLDER.name, radius=radius, options={}, ports=ports, macsec_policies={})
    secrets = {"radius/r": SecretStr("shared"), "cak/x": SecretStr("00" * 16)}
    marks = Marks("sw", secrets.__getitem__, SecretStr("k" * 32))
    return plan_switch(intent, running, load_pack(FOLDER), [FOLDER], marks=marks)


def test_a_switch_that_can_do_all_is_left_nothing() -> None:
    assert plan(RUNNING.format(static="yes", derived="yes")).refusals == ()


@pytest.mark.parametrize(("lacking", "port_name"), [("static", "swp2"), ("derived", "swp3")])
def test_what_a_switch_lacks_leaves_alone_the_ports_that_need_it(lacking: str, port_name: str) -> None:
    said = {"static": "yes", "derived": "yes", lacking: "no: the kernel 6.18 has no MACsec (module macsec)"}
    made = plan(RUNNING.format(**said))
    (refusal,) = made.refusals
    assert (refusal.scope, refusal.code) == (port_name, "no-macsec")
    assert refusal.reason.endswith(": the kernel 6.18 has no MACsec (module macsec)")
    assert port_name not in made.ports
    assert {step.scope for step in made.steps} >= {"swp1"}


def test_an_agent_that_does_not_speak_of_macsec_is_too_old_for_it() -> None:
    made = plan(RUNNING.replace("macsec static {static}\nmacsec derived {derived}\n", ""))
    assert {(refusal.scope, refusal.code) for refusal in made.refusals} == {("swp2", "agent"), ("swp3", "agent")}
    assert made.ports == ("swp1",)
