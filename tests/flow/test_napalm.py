"""A switch with an API: the same plan, carried out through napalm against a served eAPI or NETCONF, the other end checked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr
from rig.line import until

from portseal.cli.main import main
from portseal.cli.sim import LOGIN, write_copy
from portseal.confirm import confirm, revert, undo_refused
from portseal.core.errors import ConnectError, SessionCut, SwitchError
from portseal.core.planning import SwitchPlan
from portseal.core.steps import Step
from portseal.push import push
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle
from portseal.simulator.faults import (
    CutAtLine,
    Fault,
    LoginRefused,
    OtherEngineer,
    RadiusDead,
    RefuseNthLine,
    WrongOutput,
)
from portseal.simulator.world import Device
from portseal.site import OpenSite, open_site
from portseal.transport.candidate import CandidateSession
from portseal.transport.connection import session_for

PASSWORD = "marked-secret-of-the-login"
FILES = {
    "hosts.yaml": "---\nacc-01: {hostname: 192.0.2.11, groups: [access]}\n",
    "groups.yaml": """\
---
access:
  platform: {platform}
  data:
    transport: napalm
    login: {{username: portseal, password: login/switches}}
    radius: {{servers: [{{name: nac-1, address: 198.51.100.11, key: radius/nac-1}}]}}
""",
    "defaults.yaml": "---\n{}\n",
    "profiles.toml": """\
[secured]
[secured.dot1x]
violation = "protect"
[secured.macsec]
policy = "must-secure"
[with-key]
[with-key.dot1x]
mode = "off"
[with-key.macsec]
policy = "must-secure"
cak = "static"
""",
    "cameras.csv": """\
name,mac,switch,port,profile,supplicant,macsec
cam-1,ac:cc:8e:00:00:01,acc-01,{ports[0]},secured,eap-tls,derived
cam-2,ac:cc:8e:00:00:02,acc-01,{ports[1]},with-key,,static
""",
    "keys.toml": '[cam-2]\nckn = "a1b2c3d4"\ncak = "cak/cam-2"\n',
    "portseal.toml": """\
schema_version = 1
name = "api"
[apply]
timer_minutes = 1
verify_seconds = 5
poll_seconds = 0.2
counter_pause_seconds = 0.2
""",
}

FORMS = {"groups.yaml", "cameras.csv"}


class Api(NamedTuple):
    """A platform with an API, and what the tests send to it."""

    platform: str
    ports: tuple[str, str]
    vlan: tuple[str, ...]
    """Lines that make VLAN 300."""
    diff: str
    """What a plan says of that."""
    shown: str
    """A text that the configuration then has."""
    wrong: str
    """A line with a secret that is refused."""
    refused: str
    """What is told of that, as far as the driver knows."""
    sealed: str
    unused: tuple[str, ...] = ("#", ">")
    """Where nothing is typed: at the command line; or, where the driver has only that, in configuration mode."""


EOS = Api(
    "arista_eos",
    ("Ethernet1", "Ethernet2"),
    ("vlan 300", " name x", " exit"),
    "+vlan 300\n+ name x",
    "vlan 300",
    "radius-server host 192.0.2.1 kez {{secret:radius/x}}",
    r"kez \{\{secret:radius/x\}\}",
    "dot1x port-control auto",
)
JUNOS = Api(
    "juniper_junos",
    ("ge-0/0/0", "ge-0/0/1"),
    ("set vlans x vlan-id 300",),
    "+vlans x\n+ vlan-id 300",
    "vlan-id 300",
    "set access radius-server 192.0.2.1 kez {{secret:radius/x}}",
    r"kez \{\{secret:radius/x\}\}",
    "supplicant single-secure",
)
IOSXE = Api(
    "cisco_iosxe",
    ("GigabitEthernet1/0/1", "GigabitEthernet1/0/2"),
    ("vlan 300", " name x", " exit"),
    "+vlan 300\n+ name x",
    "vlan 300",
    "radius server x\n address ipv4 192.0.2.1\n kez {{secret:radius/x}}",
    "Invalid input detected",
    "authentication port-control auto",
    ("(config-if)#", "(config-radius-server)#"),
)


class Line:
    """A site on disk, its switch, and the verbs."""

    def __init__(self, api: Api, folder: Path, switch: Handle, secrets: dict[str, str]) -> None:
        self.api = api
        self.folder, self.switch, self.secrets = folder, switch, secrets
        self.capsys: pytest.CaptureFixture[str]
        self.said, self.seen = "", ""

    def __call__(self, *arguments: str) -> int:
        sys.argv = ["portseal", *arguments, "-s", str(self.folder)]
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self.capsys.readouterr()
        self.said = printed.out + printed.err
        self.seen += self.said
        return int(ended.value.code or 0)

    def plan(self) -> int:
        return self("plan", "-o", str(self.folder / "plan.json"))

    def apply(self) -> int:
        return self("apply", str(self.folder / "plan.json"), "-y")

    def open(self) -> tuple[OpenSite, CandidateSession]:
        site = open_site(self.folder)
        session = session_for(
            site.nornir.inventory.hosts["acc-01"],
            pack=site.packs[self.api.platform],
            known_hosts=self.folder / "known_hosts",
            resolve=lambda ref: SecretStr(PASSWORD),
        )
        assert isinstance(session, CandidateSession)
        return site, session


@pytest.fixture(params=[EOS, JUNOS, IOSXE], ids=lambda api: api.platform)
def line(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Line]:
    api: Api = request.param
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "origin").mkdir()
    for name, text in FILES.items():
        (tmp_path / "origin" / name).write_text(
            text.format(**api._asdict()) if name in FORMS else text, encoding="utf-8"
        )
    opened = open_site(tmp_path / "origin")
    secrets = demo_secrets(opened.site)
    specs = tuple(
        spec.model_copy(update={"minute": 4.0, "running_config": with_needs(spec.running_config)})
        for spec in site_specs(opened.site, secrets)
    )
    with Farm(specs, username="admin", password=PASSWORD) as farm:
        write_copy(opened, tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD}, "admin")
        made = Line(api, tmp_path / "site", farm["acc-01"], {**secrets, LOGIN: PASSWORD})
        made.capsys = capsys
        yield made


def test_a_switch_is_sealed_through_its_api_and_nobody_logs_in_by_ssh(line: Line) -> None:
    assert line.plan() == 2, line.said
    assert line.apply() == 0, line.said
    archive = line.folder / "evidence"
    assert line("verify", "--evidence", str(archive), "--format", "jsonl") == 0, line.said
    (summary,) = archive.glob("*/summary.json")
    kept = json.loads(summary.read_text())
    assert kept["outcomes"] == {"pass": kept["ports"], "fail": 0, "unknown": 0}
    assert kept["switches"]["acc-01"]["configuration"]
    assert line.plan() == 0, line.said
    assert all(typed.mode not in line.api.unused for typed in line.switch.log)
    assert line.api.sealed in line.switch.startup_config()
    for secret in line.secrets.values():
        assert secret not in line.seen


def test_a_camera_that_would_go_dark_has_its_switch_rolled_back(line: Line) -> None:
    before = line.switch.running_config()
    line.plan()
    line.switch.inject(RadiusDead())
    assert line.apply() == 2
    assert "rolled-back" in line.said
    assert line.switch.running_config() == before


@pytest.mark.parametrize("line", [EOS], indirect=True, ids=["arista_eos"])
def test_a_wrong_key_and_a_stranger_are_told(line: Line) -> None:
    line.plan()
    assert line.apply() == 0, line.said
    line.switch.plug(line.api.ports[1], Device(mac="ac:cc:8e:00:00:02", macsec="static", ckn="a1b2c3d4", cak="00" * 16))
    line.switch.plug(line.api.ports[0], Device(mac="02:00:00:00:00:66"))

    def told() -> dict[str, str]:
        line("verify", "--format", "json")
        return {v["camera"]: v["reason"] for v in json.loads(line.said)["verdicts"]}

    until(lambda: told() == {"cam-1": "wrong-camera", "cam-2": "not-secured"})


def test_what_nobody_confirms_is_taken_back_by_the_switch_and_closing_does_not_hurry_it(line: Line) -> None:
    site, session = line.open()
    before = line.switch.running_config()
    push(session, plan_of(line.api), site.packs[line.api.platform], no_secret, minutes=1)
    session.close()
    assert line.api.shown in line.switch.running_config()
    until(lambda: line.switch.running_config() == before)


def test_a_later_session_confirms_or_takes_back_what_an_earlier_one_committed(line: Line) -> None:
    site, session = line.open()
    pack = site.packs[line.api.platform]
    before = line.switch.running_config()
    push(session, plan_of(line.api), pack, no_secret, minutes=1)
    revert(line.open()[1], pack)
    assert line.switch.running_config() == before
    revert(line.open()[1], pack)  # where nothing waits, nothing is undone
    assert line.switch.running_config() == before
    push(session, plan_of(line.api), pack, no_secret, minutes=1)
    confirm(line.open()[1], pack)
    assert line.api.shown in line.switch.running_config()


def test_a_refused_line_is_named_without_its_secret_and_leaves_nothing_behind(line: Line) -> None:
    site, session = line.open()
    before = line.switch.running_config()
    plan = plan_of(line.api, line.api.wrong)
    with pytest.raises(SwitchError, match=line.api.refused) as refused:
        push(session, plan, site.packs[line.api.platform], no_secret, minutes=1)
    undo_refused(session, site.packs[line.api.platform])
    assert "a-marked-secret" not in str(refused.value)
    assert line.switch.running_config() == before
    assert "pending" not in session.run(["show configuration sessions"])[0].partition("-----")[2]


@pytest.mark.parametrize("line", [EOS, JUNOS], indirect=True, ids=lambda api: api.platform)
def test_a_candidate_that_changes_more_than_the_plan_says_is_dropped(line: Line) -> None:
    site, session = line.open()
    before = line.switch.running_config()
    plan = plan_of(line.api)
    with pytest.raises(SwitchError, match=r"\+ .*300"):
        push(session, plan.model_copy(update={"diff": ""}), site.packs[line.api.platform], no_secret, minutes=1)
    assert line.switch.running_config() == before


@pytest.mark.parametrize("line", [IOSXE], indirect=True, ids=["cisco_iosxe"])
def test_a_file_that_would_change_more_than_the_plan_says_is_dropped(line: Line) -> None:
    site, session = line.open()
    before = line.switch.running_config()
    line.switch.inject(WrongOutput(pattern="incremental-diffs", text="!List of Commands:\nvlan 300\n name y\nend\n"))
    with pytest.raises(SwitchError, match="dropped: vlan 300 / name y"):
        push(session, plan_of(line.api), site.packs[line.api.platform], no_secret, minutes=1)
    assert line.switch.running_config() == before
    assert "portseal" not in session.run(["dir"])[0]


@pytest.mark.parametrize("line", [IOSXE], indirect=True, ids=["cisco_iosxe"])
def test_nothing_is_left_in_flash_and_no_line_but_the_plan_s_is_changed(line: Line) -> None:
    session = line.open()[1]
    before = line.switch.running_config()
    line.plan()
    assert line.apply() == 0, line.said
    assert "portseal" not in session.run(["dir"])[0]
    assert "no file prompt" not in "".join(typed.line for typed in line.switch.log)
    assert "file prompt quiet" in before
    assert line("rollback", last_run(line), "-y") == 0, line.said
    assert line.switch.running_config() == before
    assert "portseal" not in session.run(["dir"])[0]


@pytest.mark.parametrize("line", [IOSXE], indirect=True, ids=["cisco_iosxe"])
@pytest.mark.parametrize("missing", ["ip scp server enable", "file prompt quiet"])
def test_what_the_driver_needs_is_asked_for_and_never_configured(line: Line, missing: str) -> None:
    line.switch.engineer((f"no {missing}",))
    before = line.switch.running_config()
    line.plan()
    assert line.apply() == 1
    assert f"configure `{missing}`" in line.said
    assert "nothing was sent" in line.said
    assert line.switch.running_config() == before


@pytest.mark.parametrize("line", [IOSXE], indirect=True, ids=["cisco_iosxe"])
@pytest.mark.parametrize("where", ["verify /md5", "revert timer", "copy flash:", "configure confirm"])
def test_a_session_that_is_cut_leaves_the_switch_as_it_was_or_as_planned(line: Line, where: str) -> None:
    before = line.switch.running_config()
    line.plan()
    line.switch.inject(CutAtLine(pattern=where, after=where != "configure confirm"))
    assert line.apply() != 0
    until(lambda: line.switch.running_config() == before)
    assert line.apply() == 0, line.said
    assert line.plan() == 0, line.said


@pytest.mark.parametrize("line", [EOS], indirect=True, ids=["arista_eos"])
def test_a_change_of_somebody_else_that_waits_keeps_ours_from_beginning(line: Line) -> None:
    line.plan()
    line.switch.inject(
        OtherEngineer(lines=("end", "configure session theirs", "vlan 400", "commit timer 00:10:00"), seconds=0)
    )
    until(lambda: "vlan 400" in line.switch.running_config())
    assert line.apply() == 1
    assert "an unconfirmed change is pending" in line.said
    assert "vlan 400" in line.switch.running_config()


def test_the_switch_tells_facts_ports_stations_and_neighbours(line: Line) -> None:
    facts = line.open()[1].facts()
    assert facts.model.startswith(("CCS-720XP", "EX4300", "C9300"))
    assert facts.ports[line.api.ports[0]].up
    assert facts.ports[line.api.ports[0]].macs == ("ac:cc:8e:00:00:01",)
    assert [n.name for port in facts.ports.values() for n in port.neighbours if n.forwards] == ["distribution-1"]


@pytest.mark.parametrize("line", [EOS], indirect=True, ids=["arista_eos"])
def test_a_certificate_of_another_authority_is_not_taken(line: Line, tmp_path: Path) -> None:
    with Farm((), username="x", password="x") as other:
        (line.folder / "api-ca.pem").write_text(other.authority.pem, encoding="ascii")
    with pytest.raises(ConnectError, match="certificate"):
        line.open()


def test_a_wrong_password_is_told(line: Line) -> None:
    line.switch.inject(LoginRefused())
    with pytest.raises(ConnectError, match=r"napalm's \w+ driver"):
        line.open()


@pytest.mark.parametrize("line", [EOS], indirect=True, ids=["arista_eos"])
@pytest.mark.parametrize(
    "fault",
    [
        RefuseNthLine(number=6),
        CutAtLine(pattern="dot1x pae"),
        CutAtLine(pattern="commit timer"),
        CutAtLine(pattern="no configure"),
    ],
)
def test_what_goes_wrong_in_the_middle_leaves_the_switch_as_it_was(line: Line, fault: Fault) -> None:
    before = line.switch.running_config()
    line.plan()
    line.switch.inject(fault)
    assert line.apply() != 0
    assert "rolled-back" in line.said, line.said
    assert line.switch.running_config() == before
    assert line.apply() == 0, line.said


@pytest.mark.parametrize("line", [EOS], indirect=True, ids=["arista_eos"])
def test_an_api_that_refuses_the_login_meanwhile_is_a_lost_session(line: Line) -> None:
    _, session = line.open()
    line.switch.inject(LoginRefused())
    with pytest.raises(SessionCut, match="Unauthorized"):
        session.run(["show clock"])


@pytest.mark.parametrize("line", [JUNOS, IOSXE], indirect=True, ids=lambda api: api.platform)
def test_a_host_key_that_is_not_known_is_not_taken(line: Line) -> None:
    (line.folder / "known_hosts").write_text("", encoding="ascii")
    with pytest.raises(ConnectError, match="host key"):
        line.open()


@pytest.mark.parametrize("line", [EOS], indirect=True, ids=["arista_eos"])
def test_a_platform_whose_driver_checks_nobody_is_not_reached_so(line: Line) -> None:
    site = open_site(line.folder)
    pack = site.packs[line.api.platform]
    unchecked = pack.model_copy(update={"api": None})
    with pytest.raises(ConnectError, match="not offered"):
        session_for(
            site.nornir.inventory.hosts["acc-01"],
            pack=unchecked,
            known_hosts=None,
            resolve=no_secret,
        )


def last_run(line: Line) -> str:
    line("history", "--format", "json")
    return str(json.loads(line.said)["runs"][-1]["run"])


def with_needs(running: str) -> str:
    """With what a driver that copies files needs the switch to have."""
    return running.replace("ip ssh version 2\n", "ip ssh version 2\nip scp server enable\nfile prompt quiet\n")


def plan_of(api: Api, *more: str) -> SwitchPlan:
    return SwitchPlan(
        switch="acc-01",
        platform=api.platform,
        ports=(),
        running_digest="",
        rendered_digest="",
        secrets={},
        steps=(Step(scope="switch", lines=(*api.vlan, *more)),),
        undo=(),
        refusals=(),
        diff=api.diff,
    )


def no_secret(ref: str) -> SecretStr:
    return SecretStr("a-marked-secret")
