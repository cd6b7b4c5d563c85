"""One contract, every platform that is simulated: the whole way over SSH, by the verbs an engineer types."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.bench import simulated
from contract.files import write_cameras, write_site
from contract.profiles import SWITCH, judged, packs, site_of
from contract.said import said

from portseal.cli.main import main
from portseal.cli.sim import LOGIN, write_copy
from portseal.core.platforms import Strategy
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm, Handle
from portseal.simulator.faults import RefuseNthLine
from portseal.site import open_site

PASSWORD = "login-to-the-simulator"


class Line:
    """A site on disk, its switch on the wire, and the verbs."""

    def __init__(self, platform: str, folder: Path, switch: Handle, capsys: pytest.CaptureFixture[str]) -> None:
        self.platform, self.folder, self.switch, self._capsys = platform, folder, switch, capsys
        self.said = ""

    def __call__(self, *arguments: str) -> int:
        """The exit code of a verb; what it printed is in `said`."""
        sys.argv = ["portseal", *arguments, "-s", str(self.folder)]
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capsys.readouterr()
        self.said = printed.out + printed.err
        return int(ended.value.code or 0)

    def apply(self) -> int:
        without = packs()[self.platform][0].commit.strategy is Strategy.CHECKPOINT_ROLLBACK
        return self("apply", str(self.folder / "plan.json"), "-y", *(["--accept-no-timer"] if without else []))

    def plan(self) -> int:
        return self("plan", "-o", str(self.folder / "plan.json"))


@pytest.fixture(params=sorted(simulated()))
def line(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Line]:
    platform = str(request.param)
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setenv("COLUMNS", "200")
    pack, choices = packs()[platform][0], judged(platform)
    write_site(site_of(pack, choices, options=said(platform).options), choices, tmp_path / "origin")
    opened = open_site(tmp_path / "origin")
    secrets = demo_secrets(opened.site)
    specs = tuple(spec.model_copy(update={"minute": 5.0}) for spec in site_specs(opened.site, secrets))
    with Farm(specs, username="admin", password=PASSWORD) as farm:
        write_copy(opened, tmp_path / "site", farm, {**secrets, LOGIN: PASSWORD}, "admin")
        yield Line(platform, tmp_path / "site", farm[SWITCH], capsys)


def test_the_whole_line(line: Line) -> None:
    assert line("lint") == 0, line.said
    empty = line.switch.running_config()
    assert line.plan() == 2, line.said
    line.switch.inject(RefuseNthLine(number=30))
    assert line.apply() == 2, line.said
    assert "rolled-back" in line.said
    assert line.switch.running_config() == empty
    assert line.apply() == 0, line.said
    archive = line.folder / "evidence"
    assert line("verify", "--evidence", str(archive), "--format", "json") == 0, line.said
    assert {v["outcome"] for v in json.loads(line.said[: line.said.rindex("}") + 1])["verdicts"]} == {"pass"}
    (summary,) = archive.glob("*/summary.json")
    assert json.loads(summary.read_text())["switches"][SWITCH]["configuration"], "its own lines are recognised"
    assert line.plan() == 0, line.said

    site = open_site(line.folder).site
    write_cameras(site.model_copy(update={"cameras": site.cameras[2:]}), line.folder)
    assert line.plan() == 2, line.said
    assert "opens-port" in line.said
    assert line.apply() == 0, line.said
    assert line.plan() == 0, line.said
