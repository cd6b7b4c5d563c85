"""Each platform's plan golden: an intent and a running configuration in; steps, undo and diff out, reviewed as code.

`tests/golden/<platform>/plan/<case>/` has `intent.json`, `running.txt` and `managed.txt` (optional); the test owns the rest.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from portseal.core.intent import SwitchIntent
from portseal.core.marks import Marks
from portseal.core.planning import SwitchPlan, plan_switch
from portseal.core.platforms import load_pack, platform_folders
from portseal.core.rendering import render
from portseal.core.secrets import references

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/plan/*/intent.json"))


def plan_of(case: Path) -> SwitchPlan:
    folder = platform_folders()[case.parents[1].name]
    intent = SwitchIntent.model_validate_json((case / "intent.json").read_text(encoding="utf-8"))
    managed = case / "managed.txt"
    marks = Marks(intent.switch, lambda ref: SecretStr((ref.encode().hex() * 4)[:32]), SecretStr("golden"))
    return plan_switch(
        intent,
        (case / "running.txt").read_text(encoding="utf-8"),
        load_pack(folder),
        (folder,),
        marks=marks,
        managed=frozenset(managed.read_text(encoding="utf-8").split()) if managed.exists() else frozenset(),
    )


def as_text(plan: SwitchPlan) -> dict[str, str]:
    def steps(of: str) -> str:
        return "".join(f"# {s.scope}\n" + "".join(f"{line}\n" for line in s.lines) for s in getattr(plan, of))

    notes = [f"risk {r.scope} {r.code}: {r.message}\n" for r in plan.risks]
    notes += [f"left out {r.scope} {r.code}: {r.reason}\n" for r in plan.refusals]
    return {
        "steps.txt": steps("steps"),
        "undo.txt": steps("undo"),
        "diff.txt": plan.diff + "\n",
        "notes.txt": "".join(notes),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parents[1].name}-{case.name}")
def test_a_plan_is_what_was_reviewed(case: Path, pytestconfig: pytest.Config) -> None:
    found = as_text(plan_of(case))
    if pytestconfig.getoption("--update-golden"):
        for name, text in found.items():
            (case / name).write_text(text, encoding="utf-8")
    for name, text in found.items():
        assert (case / name).read_text(encoding="utf-8") == text, f"{case.name}/{name}; see --update-golden"


@pytest.mark.parametrize("name", sorted(platform_folders()))
def test_every_platform_has_a_reviewed_plan(name: str) -> None:
    assert any(case.parents[1].name == name for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parents[1].name}-{case.name}")
def test_a_rendered_configuration_has_references_and_no_secret(case: Path) -> None:
    intent = SwitchIntent.model_validate_json((case / "intent.json").read_text(encoding="utf-8"))
    folder = platform_folders()[intent.platform]
    text = render(intent, folder)
    for server in intent.radius.servers if intent.radius else ():
        assert server.key in references(text)
