"""`portseal show`: a plan is read from the top down to one port, in words and in lines, whoever made its text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from portseal.cli.main import app
from portseal.cli.plan_text import show_plan
from portseal.cli.plan_views import show_port
from portseal.core.alike import alike
from portseal.core.errors import PortsealError
from portseal.core.plan_file import Plan, dump_plan, make_plan
from portseal.core.planning import Refusal, SwitchPlan
from portseal.core.steps import Risk, Step
from portseal.core.words import PortStory

PLATFORM = sorted(path.parent.parent.name for path in (Path(__file__).parents[1] / "golden").glob("*/plan/seal"))[0]
NOW = datetime.now(UTC).replace(microsecond=0)
SWITCHES, PORTS = 30, 4
EVIL = "gate \x1b]0;owned\x07\x1b[2J\x9b31m 倉庫"


def port(number: int) -> str:
    return f"Ethernet{number}"


def story(switch: int, at: int) -> PortStory:
    return PortStory(
        port=port(at),
        camera=f"cam-{switch}-{at}",
        mac=f"ac:cc:8e:00:{switch:02x}:{at:02x}",
        location=EVIL if (switch, at) == (1, 1) else f"Lagerhalle Süd {switch}",
        profile="sealed",
        stage="sealed",
        before={"dot1x.mode": "monitor", "macsec.policy": "off", "vlan": "20"},
        after={"dot1x.mode": "closed", "macsec.policy": "must-secure", "macsec.cak": "derived", "vlan": "20"},
    )


def steps(switch: int, *, back: bool) -> tuple[Step, ...]:
    """What every port is sent, or what undoes it; the first port of the seventh switch is sent a line more."""
    odd = (f" description {EVIL} " + "x" * 150,)
    return tuple(
        Step(
            scope=port(at),
            lines=(
                f"interface {port(at)}",
                f" {'no ' if back else ''}mac security profile PS-cam-{switch}-{at}",
                *(odd if (switch, at) == (7, 1) else ()),
                " exit",
            ),
        )
        for at in range(1, PORTS + 1)
    )


def switch_plan(number: int) -> SwitchPlan:
    ports = tuple(port(at) for at in range(1, PORTS + 1))
    shown = [f" interface {name}\n+ mac security profile PS-cam-{number}-{at}" for at, name in enumerate(ports, 1)]
    return SwitchPlan(
        switch=f"acc-{number}",
        platform=PLATFORM,
        ports=ports,
        running_digest="",
        rendered_digest="",
        secrets={},
        steps=steps(number, back=False),
        undo=steps(number, back=True),
        diff="\n".join(shown),
        diff_scopes=ports,
        risks=tuple(Risk(code="experimental", scope=name, message="nobody saw it " + "at all " * 40) for name in ports),
        refusals=(Refusal(scope=port(9), code="trunk", reason="the port is a trunk"),) if number == 3 else (),
        stories=(
            *(story(number, at) for at in range(1, PORTS + 1)),
            *([PortStory(port=port(9), camera="cam-x", before={"dot1x.mode": "off"})] if number == 3 else []),
        ),
    )


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(
        version="0",
        site="campus",
        now=NOW,
        valid=timedelta(hours=1),
        switches=tuple(switch_plan(number) for number in range(1, SWITCHES + 1)),
        unread={"acc-99": f"acc-99: no answer {EVIL}"},
    )


@pytest.fixture(scope="module")
def file(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    path.write_text(dump_plan(plan), encoding="utf-8")
    return path


def show(file: Path, *arguments: str, code: int = 0, **env: str) -> str:
    done = CliRunner().invoke(app, ["show", str(file), *arguments], env={"COLUMNS": "", **env})
    assert done.exit_code == code, done.output
    return done.output


def in_terminal(plan: Plan, width: int, *, full: bool = False, color: bool = True) -> str:
    out = StringIO()
    terminal = Console(file=out, force_terminal=True, width=width, no_color=not color, highlight=False, markup=False)
    show_plan(plan, terminal, name="plan.json", full=full)
    return out.getvalue()


def test_the_top_says_how_much_changes_in_words_and_what_is_risky_or_left_out(file: Path) -> None:
    said = show(file)
    assert "30 of 31 switches change (1 not read)" in said
    assert "120 of 121 ports change, with 120 cameras" in said
    assert re.search(r"802\.1X +monitor → closed +120 +30", said)
    assert re.search(r"MACsec +off → must-secure, derived CAK +120 +30", said)
    assert said.index("802.1X") < said.index("risk experimental") < said.index("left out trunk") < said.index("A  30")
    assert "acc-3 Ethernet9" in said
    assert "not read acc-99" in said


def test_what_is_alike_is_told_once_with_who_differs_after_it(file: Path) -> None:
    said = show(file)
    assert "A  30 switches, 120 ports" in said
    assert re.search(r"119 +P1 +802\.1X monitor → closed; MACsec off → must-secure, derived CAK", said)
    assert re.search(r"but for 1 switch:\n +acc-7 Ethernet1 +P2 ", said)
    assert said.count("mac security profile") == 2  # the pattern, and the exception
    assert "PS-‹camera›" in said


def test_one_port_is_shown_before_and_after_with_its_lines_and_its_undo(file: Path) -> None:
    for name in (["acc-2", "Ethernet3"], ["ACC-2", "eth 3"], ["acc-2", "Et3"], ["acc-2", "3"], ["cam-2-3"]):
        said = show(file, *name)
        assert "camera    cam-2-3, ac:cc:8e:00:02:03, Lagerhalle Süd 2" in said
        assert re.search(r"before +monitor; MACsec off; VLAN 20", said)
        assert re.search(r"after +closed; must-secure, derived CAK; VLAN 20", said)
        assert "pattern   P1, as 118 other ports" in said
        assert said.index(" mac security profile PS-cam-2-3") < said.index(" no mac security profile PS-cam-2-3")


def test_a_switch_and_a_pattern_are_shown_whole(file: Path) -> None:
    said = show(file, "acc-3")
    assert "Ethernet1-4" in said
    assert "left out trunk: the port is a trunk (Ethernet9)" in said
    assert "cam-3-2" in show(file, "acc-3", "--full")
    assert "acc-30 Ethernet1-4" in show(file, "--pattern", "p1", "--full")
    assert "acc-30" in show(file, "--pattern", "a")
    assert "after     as it is" in show(file, "acc-3", "Ethernet9")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acc-77"], "no switch and no camera 'acc-77'"),
        (["acc-99"], "could not be read when the plan was made"),
        (["acc-1", "Ethernet77"], "port 'Ethernet77' is none that the plan is about"),
        (["--pattern", "Q"], "it has A to A of switches, P1 to P2 of ports"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(file: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["show", str(file), *arguments])
    assert isinstance(done.exception, PortsealError)
    assert said in str(done.exception)


def test_an_expired_plan_is_shown_and_said_to_be_one(plan: Plan, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(dump_plan(plan.model_copy(update={"expires": NOW - timedelta(days=1)})), encoding="utf-8")
    said = show(old)
    assert "the plan expired at" in said
    assert "A  30 switches" in said


def test_a_plan_of_an_older_form_is_refused_with_what_to_do(file: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "schema_version": 1}), encoding="utf-8")
    done = CliRunner().invoke(app, ["show", str(old)])
    assert "form 1, this one reads form 2; make the plan again" in str(done.exception)


def test_a_pipe_is_given_whole_lines_without_colour(file: Path) -> None:
    for view in ([], ["--full"], ["acc-7"], ["acc-7", "Ethernet1"], ["--pattern", "A"]):
        said = show(file, *view)
        assert "\x1b" not in said
        assert "…" not in said
    assert "x" * 150 in show(file, "acc-7", "Ethernet1")
    assert "at all " * 39 in show(file)


@pytest.mark.parametrize("width", [40, 80, 150])
def test_a_terminal_is_shown_nothing_wider_than_it_is_but_lines_of_configuration(plan: Plan, width: int) -> None:
    said = in_terminal(plan, width, color=False)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in said.splitlines()]
    assert max(cell_len(line) for line in plain if "‹camera›" not in line and "description" not in line) <= width
    assert len(plain) < 65


def test_colour_goes_away_where_nobody_wants_it(plan: Plan) -> None:
    assert "\x1b[32m" in in_terminal(plan, 80)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", in_terminal(plan, 80, color=False))


def test_the_undo_stands_beside_what_is_sent_where_there_is_room(plan: Plan) -> None:
    def shown(width: int) -> str:
        out = StringIO()
        terminal = Console(file=out, force_terminal=True, no_color=True, width=width, highlight=False, markup=False)
        show_port(plan.switches[1], port(3), alike(plan.switches), terminal)
        return out.getvalue()

    assert re.search(r"mac security profile PS-cam-2-3 +no mac security profile PS-cam-2-3", shown(150))
    assert not re.search(r"mac security profile PS-cam-2-3 +no mac", shown(60))


def test_nothing_from_outside_drives_the_terminal(plan: Plan, file: Path) -> None:
    views = [show(file, *view) for view in ([], ["--full"], ["acc-7", "--full"], ["cam-1-1"], ["acc-7", "Ethernet1"])]
    assert "倉庫" in views[3]
    for said in (*views, re.sub(r"\x1b\[[0-9;]*m", "", in_terminal(plan, 80, full=True))):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", said)


def test_a_width_that_is_asked_for_goes_before_the_terminals(file: Path) -> None:
    narrow = show(file, "--width", "60", COLUMNS="200").splitlines()
    assert max(len(line) for line in narrow if "description" not in line) <= 60
