"""A platform is a folder: its name stands in no Python, its templates are all used, its captures stand beside it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from portseal.core.platform_files import description, platform_file

pytestmark = pytest.mark.source_tree


def platforms(root: Path) -> dict[str, Path]:
    """Every platform folder by name."""
    return {
        f.name: f
        for f in sorted((root / "templates" / "portseal_platforms").iterdir())
        if f.is_dir() and f.name[0] not in "_."
    }


def words(node: ast.AST) -> list[str]:
    """The strings and names that one node brings in; comments bring none."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str() as name):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.alias(name=name, asname=asname):
            return [name, asname or ""]
        case _:
            return []


def named(root: Path, names: set[str]) -> list[str]:
    """Every place in the code, the simulator's own grammars aside, that says a platform's name."""
    pattern = re.compile(r"(?<![A-Za-z0-9])(?:" + "|".join(map(re.escape, sorted(names))) + r")(?![A-Za-z0-9])", re.I)
    found: list[str] = []
    for file in sorted([*(root / "tasks").rglob("*.py"), *(root / "playbooks").rglob("*.py")]):
        if "simulator" in file.relative_to(root).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found += [
                f"{file.relative_to(root)}:{getattr(node, 'lineno', 0)}: {hit[0]}"
                for w in words(node)
                if (hit := pattern.search(w))
            ]
        found += [f"{file.relative_to(root)}: {hit[0]}" for part in file.parts[-1:] if (hit := pattern.search(part))]
    return found


def unpaired(root: Path) -> list[str]:
    """Platform folders without captures, and captures without a platform."""
    golden = {folder.name for folder in (root / "tests" / "golden").iterdir() if folder.is_dir()}
    described = set(platforms(root))
    return [f"{n}: no tests/golden/{n}" for n in sorted(described - golden)] + [
        f"tests/golden/{n}: no such platform" for n in sorted(golden - described)
    ]


def template_mismatches(folder: Path) -> list[str]:
    """TextFSM templates that a `[[show]]` names and that are not there, or that are there and no `[[show]]` names."""
    named_by = {show["template"] for show in description(folder).get("show", []) if "template" in show}
    there = {str(file.relative_to(folder)) for file in folder.rglob("*.textfsm")}
    missing = {name for name in named_by - there if not platform_file(folder, name).is_file()}
    return [f"{folder.name}: {t} is not there" for t in sorted(missing)] + [
        f"{folder.name}: {t} is used by no [[show]]" for t in sorted(there - named_by)
    ]


def open_states(template: Path) -> list[str]:
    """TextFSM states that let a line they do not know pass. A state ends with a rule that refuses it; `EOF` and `End` have none."""
    states: dict[str, str] = {}
    state = ""
    for line in template.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\w+", line):
            state = line
            states[state] = ""
        elif state and line.strip() and not line.lstrip().startswith("#"):
            states[state] = line.strip()
    return [
        f"{template.parent.name}/{template.name}: state {name} does not end with `^. -> Error`"
        for name, last in states.items()
        if not re.fullmatch(r'\^\. -> Error( "[^"]*")?', last) and not (name in {"EOF", "End"} and not last)
    ] or ([] if "Start" in states else [f"{template.name}: no state Start"])


def test_there_are_platforms(repository: Path) -> None:
    assert platforms(repository)


def test_no_python_outside_the_simulator_names_a_platform(repository: Path) -> None:
    assert named(repository, set(platforms(repository))) == []


def test_every_platform_has_captures_and_every_capture_a_platform(repository: Path) -> None:
    assert unpaired(repository) == []


def test_every_parser_of_a_platform_is_there_and_used(repository: Path) -> None:
    assert [m for folder in platforms(repository).values() for m in template_mismatches(folder)] == []


def test_every_state_of_every_parser_refuses_what_it_does_not_know(repository: Path) -> None:
    templates = [t for folder in platforms(repository).values() for t in folder.rglob("*.textfsm")]
    assert templates
    assert [wrong for template in templates for wrong in open_states(template)] == []


@pytest.mark.parametrize(
    "source",
    [
        'if platform == "acme_os":\n    pass\n',
        'FILES = ["templates/acme_os/port.j2"]\n',
        "def render_acme_os():\n    pass\n",
        "from portseal import acme_os\n",
        "render(acme_os=1)\n",
        'title = "ACME_OS only"\n',
    ],
)
def test_a_platform_named_in_python_is_found(tmp_path: Path, source: str) -> None:
    (tmp_path / "playbooks").mkdir()
    file = tmp_path / "tasks" / "portseal" / "core" / "bad.py"
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")
    assert len(named(tmp_path, {"acme_os"})) == 1


@pytest.mark.parametrize("source", ["# as acme_os does\n", 'word = "acme_osx"\n', "acme = os = 1\n"])
def test_a_comment_or_another_word_is_not(tmp_path: Path, source: str) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "good.py").write_text(source, encoding="utf-8")
    assert named(tmp_path, {"acme_os"}) == []


def test_a_folder_without_its_pair_is_found(tmp_path: Path) -> None:
    (tmp_path / "templates" / "portseal_platforms" / "acme_os").mkdir(parents=True)
    (tmp_path / "tests" / "golden" / "other_os").mkdir(parents=True)
    assert unpaired(tmp_path) == ["acme_os: no tests/golden/acme_os", "tests/golden/other_os: no such platform"]


def test_a_parser_that_is_missing_or_unused_is_found(tmp_path: Path) -> None:
    (tmp_path / "platform.toml").write_text('[[show]]\ntemplate = "mka.textfsm"\n', encoding="utf-8")
    (tmp_path / "left-over.textfsm").write_text("", encoding="utf-8")
    assert template_mismatches(tmp_path) == [
        f"{tmp_path.name}: mka.textfsm is not there",
        f"{tmp_path.name}: left-over.textfsm is used by no [[show]]",
    ]


@pytest.mark.parametrize(
    "rules",
    [
        "Start\n  ^${MAC} -> Record\n",
        "Start\n  ^. -> Error\n  ^${MAC} -> Record\n",
        "Start\n  ^a -> Rest\n  ^. -> Error\n\nRest\n  ^b\n",
        "Start\n  ^.* -> Error\n",
        "Start\n",
        "",
    ],
)
def test_a_state_that_lets_the_unknown_pass_is_found(tmp_path: Path, rules: str) -> None:
    template = tmp_path / "sessions.textfsm"
    template.write_text(f"# what is shown\nValue Required MAC (\\S+)\n\n{rules}", encoding="utf-8")
    assert len(open_states(template)) == 1


def test_a_parser_whose_states_all_refuse_is_good(tmp_path: Path) -> None:
    template = tmp_path / "sessions.textfsm"
    rules = (
        'Start\n  ^${MAC} -> Record Rest\n  ^. -> Error\n\nRest\n  # the end\n  ^. -> Error "after the end"\n\nEOF\n'
    )
    template.write_text(f"Value Required MAC (\\S+)\n\n{rules}", encoding="utf-8")
    assert open_states(template) == []
