"""What `portseal init` makes, with simulated switches: a newcomer's first plan."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from portseal.cli.main import app
from portseal.cli.sim import LOGIN, write_copy
from portseal.new_site import make_site
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.farm import Farm
from portseal.site import open_site


def test_a_new_site_has_a_plan_for_every_port_of_its_simulated_switches(tmp_path: Path) -> None:
    make_site(tmp_path / "new")
    opened = open_site(tmp_path / "new")
    secrets = {**demo_secrets(opened.site), LOGIN: "word"}
    with Farm(site_specs(opened.site, secrets), username="admin", password="word") as farm:
        write_copy(opened, tmp_path / "trial", farm, secrets, "admin")
        out = tmp_path / "plan.json"
        done = CliRunner().invoke(app, ["plan", "-s", str(tmp_path / "trial"), "-o", str(out)])
    assert done.exit_code == 2, done.output
    plans = json.loads(out.read_text())["switches"]
    assert [refusal for plan in plans for refusal in plan["refusals"]] == []
    planned = {(plan["switch"], step["scope"]) for plan in plans for step in plan["steps"]}
    assert planned >= {(port.switch, port.port) for intent in opened.intents for port in intent.ports}
