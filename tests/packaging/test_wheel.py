"""What we ship is whole, claims no name that is not ours, and runs."""

from __future__ import annotations

import subprocess
import tarfile
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Protocol

import pytest

pytestmark = [pytest.mark.source_tree, pytest.mark.xdist_group("packaging")]

ROOTS = {"portseal": "tasks/portseal", "portseal_platforms": "templates/portseal_platforms"}

PLAYBOOKS = "new_site_files/playbooks/"
"""Where the wheel has playbooks, which lie beside the packages in the sources."""


class Built(Protocol):
    sdist: Path
    wheel: Path
    direct: Path


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sources(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts}


def declared_version(repository: Path) -> str:
    return str(tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


@pytest.mark.parametrize("package", ROOTS)
def test_every_file_of_a_package_is_in_the_wheel(repository: Path, built: Built, package: str) -> None:
    folder = repository / ROOTS[package]
    shipped = contents(built.wheel)
    inside = {name.removeprefix(f"{package}/") for name in shipped if name.startswith(f"{package}/")}
    added = {name for name in inside if name.startswith(PLAYBOOKS)}
    assert inside - added == sources(folder)
    assert [name for name in inside - added if shipped[f"{package}/{name}"] != (folder / name).read_bytes()] == []


def test_every_playbook_is_in_the_wheel_for_new_sites(repository: Path, built: Built) -> None:
    prefix = f"portseal/{PLAYBOOKS}"
    shipped = {name.removeprefix(prefix): raw for name, raw in contents(built.wheel).items() if name.startswith(prefix)}
    folder = repository / "playbooks"
    assert shipped == {name: (folder / name).read_bytes() for name in sources(folder)}


def test_the_wheel_says_that_it_is_typed(built: Built) -> None:
    assert "portseal/py.typed" in contents(built.wheel)


def test_the_wheel_claims_no_name_but_ours(repository: Path, built: Built) -> None:
    top = {PurePosixPath(name).parts[0] for name in contents(built.wheel)}
    assert top == {"portseal", "portseal_platforms", f"portseal-{declared_version(repository)}.dist-info"}


def test_the_wheel_from_the_sdist_is_the_wheel_from_the_tree(built: Built) -> None:
    assert contents(built.wheel) == contents(built.direct)


def test_the_sdist_holds_what_a_packager_needs(repository: Path, built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "constraints.txt", "Makefile"} <= inside
    assert {f"tests/{name}" for name in sources(repository / "tests") if name.endswith(".py")} <= inside
    assert [name for name in inside if ".venv" in name or "__pycache__" in name] == []


def test_one_version_everywhere(repository: Path, built: Built, installed: Path) -> None:
    expected = declared_version(repository)
    show = [str(installed / "python"), "-c", "import portseal; print(portseal.__version__, portseal.__file__)"]
    said, where = subprocess.run(show, check=True, capture_output=True, text=True).stdout.split()
    assert Path(where).is_relative_to(installed.parent)
    assert version("portseal") == said == expected
    assert built.wheel.name.split("-")[1] == expected


def test_the_installed_command_explains_itself(installed: Path) -> None:
    done = subprocess.run([str(installed / "portseal"), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [
        verb
        for verb in ("lint", "render", "plan", "apply", "verify", "parse", "sim", "demo")
        if verb not in done.stdout
    ] == []


def test_the_installed_command_makes_a_site_that_is_right_at_once(
    repository: Path, installed: Path, tmp_path: Path
) -> None:
    portseal, site = str(installed / "portseal"), tmp_path / "new"
    made = subprocess.run([portseal, "init", str(site)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    lint = subprocess.run([portseal, "lint"], capture_output=True, text=True, check=False, cwd=site)
    assert (lint.returncode, lint.stderr) == (0, "")
    books = {path.name for path in (repository / "playbooks").glob("*.yaml")}
    assert {path.name for path in (site / "playbooks").glob("*.yaml")} == books


def test_the_installed_platforms_are_found(repository: Path, installed: Path) -> None:
    ask = "from portseal.core.platforms import platform_folders as f, load_pack as l; print(*(l(p).name for p in f().values()))"
    names = subprocess.run(
        [str(installed / "python"), "-c", ask], check=True, capture_output=True, text=True
    ).stdout.split()
    described = {file.parent.name for file in (repository / ROOTS["portseal_platforms"]).glob("*/platform.toml")}
    assert set(names) == described
    assert described
