"""The documentation site: it builds without a warning, and its reference is what the code says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.source_tree


def generator(repository: Path) -> ModuleType:
    file = repository / "docs" / "tools" / "reference.py"
    spec = importlib.util.spec_from_file_location("reference", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says(repository: Path, request: pytest.FixtureRequest) -> None:
    made: dict[str, str] = generator(repository).pages()
    folder = repository / "docs" / "reference"
    if request.config.getoption("--update-golden"):
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")
    there = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    assert there == made, "docs/reference/ is out of date; run: python docs/tools/reference.py"


def test_the_site_builds_strictly_and_asks_nobody_for_anything(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    call = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-q",
        "-f",
        str(repository / "mkdocs.yml"),
        "-d",
        str(tmp_path),
    ]
    done = subprocess.run(
        call, capture_output=True, text=True, check=False, env={"PATH": "", "NO_MKDOCS_2_WARNING": "1"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    home = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'src="http' not in home
    assert 'rel="stylesheet" href="http' not in home
