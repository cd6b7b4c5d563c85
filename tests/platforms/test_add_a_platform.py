"""docs/add-a-platform.md, followed to the letter: its files written, its commands run, and what comes of it held to the contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from contract.model import carried_out
from pydantic import SecretStr

from portseal.cli.main import main
from portseal.core.capability import check
from portseal.core.intent import SwitchIntent
from portseal.core.marks import Marks
from portseal.core.observation import port_states
from portseal.core.planning import SwitchPlan, plan_switch
from portseal.core.platforms import Pack
from portseal.core.reasons import Reason
from portseal.core.verdict import judge
from portseal.site import open_site

RUNNING = """\
hostname edge-1
checkpoint enable
radius server SOMEBODYS
 address 198.51.100.99 port 1812
interface Ethernet1/1
 description a camera
interface Ethernet1/2
 dot1x control auto
interface Ethernet1/3
 switchport mode trunk
end
"""
SHOWN = {
    "show interfaces brief": "Port         Link\nEthernet1/1  up\n",
    "show dot1x sessions": "Port  Station  State  Method\nEthernet1/1  {mac}  {state}  eap\n",
    "show mac-table": "VLAN  Address            Port\n10    {mac}  Ethernet1/1\n",
}
CAMERA, ROGUE = "ac:cc:8e:00:00:01", "02:00:00:00:00:66"


@pytest.fixture
def page(repository: Path) -> str:
    return (repository / "docs" / "add-a-platform.md").read_text(encoding="utf-8")


@pytest.fixture
def site(page: str, tmp_path: Path) -> Path:
    for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def described(site: Path) -> tuple[SwitchIntent, Pack, Path]:
    opened = open_site(site)
    (intent,) = opened.intents
    return intent, opened.packs[intent.platform], opened.folders[intent.platform]


def resolve(ref: str) -> SecretStr:
    return SecretStr(f"clear-{ref}")


def planned(site: Path, running: str, managed: frozenset[str] = frozenset(), *, cameras: bool = True) -> SwitchPlan:
    intent, pack, folder = described(site)
    if not cameras:
        intent = intent.model_copy(update={"ports": (), "radius": None})
    marks = Marks("edge-1", resolve, SecretStr("key"))
    return plan_switch(intent, running, pack, (folder,), marks=marks, managed=managed)


def test_the_page_names_every_table_that_a_description_can_have(page: str) -> None:
    named = set(
        re.findall(r"[a-z_]+", " ".join(re.findall(r"```toml.*?^```|`[^`\n]+`", page, re.MULTILINE | re.DOTALL)))
    )
    assert set(Pack.model_fields) - named == set()


def test_every_command_of_the_page_does_what_it_says(
    page: str, site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site)
    monkeypatch.setattr(sys, "argv", sys.argv)
    commands = 0
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for command, shown in re.findall(r"^\$ portseal (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            words = re.findall(r'"[^"]*"|\S+', command)
            sys.argv = ["portseal", *(word.strip('"') for word in words)]
            with pytest.raises(SystemExit) as ended:
                main()
            printed = capsys.readouterr()
            assert ended.value.code == 0, printed.out + printed.err
            assert [line for line in shown.splitlines() if line not in printed.out.splitlines()] == []
            commands += 1
    assert commands >= 4


def test_the_platform_of_the_page_is_planned_applied_and_taken_back(site: Path) -> None:
    _, pack, _ = described(site)
    plan = planned(site, RUNNING)
    sealed = carried_out(RUNNING, plan.steps, pack, resolve)
    assert planned(site, sealed).steps == ()
    assert "interface Ethernet1/2\n dot1x control auto\n" in sealed
    port = next(step.lines for step in plan.steps if step.scope == "Ethernet1/1")
    assert port.index(" dot1x method eap") < port.index(" dot1x control auto")
    undone = carried_out(sealed, plan.undo, pack, resolve)
    assert undone.replace("dot1x enable\n", "") == RUNNING
    released = planned(site, sealed, frozenset({"Ethernet1/1"}), cameras=False)
    assert released.risks[0].code == "opens-port"
    assert carried_out(sealed, released.steps, pack, resolve).replace("dot1x enable\n", "") == RUNNING


def test_what_the_platform_of_the_page_does_not_claim_is_refused(site: Path) -> None:
    intent, pack, _ = described(site)
    assert check(intent, pack) == ()
    (port,) = intent.ports
    for field, value in (("violation", "shutdown"), ("host_mode", "multi-auth"), ("tx_period", 5)):
        other = port.model_copy(update={"dot1x": port.dot1x.model_copy(update={field: value})})
        assert check(intent.model_copy(update={"ports": (other,)}), pack), field


def test_a_port_or_a_switch_that_is_not_ready_is_left_alone(site: Path) -> None:
    trunk = RUNNING.replace(" description a camera", " switchport mode trunk")
    assert [refusal.code for refusal in planned(site, trunk).refusals] == ["trunk"]
    bare = RUNNING.replace("checkpoint enable\n", "")
    assert [refusal.code for refusal in planned(site, bare).refusals] == ["no-checkpoint"]


@pytest.mark.parametrize(
    ("mac", "state", "reason"),
    [
        (CAMERA, "authorized", Reason.AS_INTENDED),
        (CAMERA, "held", Reason.AUTHENTICATION_FAILED),
        (CAMERA, "connecting", Reason.AUTHENTICATION_RUNNING),
        (ROGUE, "authorized", Reason.WRONG_CAMERA),
        (CAMERA, "whatever", Reason.UNKNOWN_WORD),
        (CAMERA, "two words", Reason.UNPARSED),
    ],
)
def test_what_it_shows_becomes_a_verdict(site: Path, mac: str, state: str, reason: Reason) -> None:
    intent, pack, folder = described(site)
    outputs = {command: text.format(mac=mac, state=state) for command, text in SHOWN.items()}
    found = port_states(pack, folder, outputs, ("Ethernet1/1",))["Ethernet1/1"]
    assert judge(intent.ports[0], found, found).reason is reason
