"""Two tasks write to switches, and one of them alone puts a secret into a line; two modules set cameras."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.source_tree

MAY_CONFIGURE = {"push.py", "confirm.py"}
MAY_REVEAL = {"push.py"}
MAY_SET_CAMERAS = {"cli/camera.py", "change/rotation.py"}
ASIDE = {"simulator", "core"}
"""The simulator is a switch and not a client of one; core defines what may be called."""


def writers(package: Path, called: str, allowed: set[str]) -> list[str]:
    """Every use of the name `called` outside the modules that may use it."""
    found: list[str] = []
    for file in sorted(package.rglob("*.py")):
        where = file.relative_to(package)
        if where.parts[0] in ASIDE or str(where) in allowed:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom | ast.Attribute) and called in (getattr(node, "attr", ""), *names):
                found.append(f"{where}:{node.lineno}: {called}")
    return found


def test_only_push_and_confirm_configure_a_switch(repository: Path) -> None:
    package = repository / "tasks" / "portseal"
    assert writers(package, "configure", MAY_CONFIGURE) == []
    assert {where.partition(":")[0] for where in writers(package, "configure", set())} == MAY_CONFIGURE


@pytest.mark.parametrize("called", ["set_static", "set_eap_tls"])
def test_cameras_are_set_by_hand_and_by_a_rotation_only(repository: Path, called: str) -> None:
    package = repository / "tasks" / "portseal"
    assert writers(package, called, MAY_SET_CAMERAS) == []
    assert writers(package, called, set())


def test_only_the_push_reveals_a_secret(repository: Path) -> None:
    package = repository / "tasks" / "portseal"
    assert writers(package, "reveal", MAY_REVEAL) == []
    assert {where.partition(":")[0] for where in writers(package, "reveal", set())} == MAY_REVEAL


@pytest.mark.parametrize(
    "source",
    ["def f(session):\n    session.configure([])\n", "def f(session):\n    send = session.configure\n    send([])\n"],
)
@pytest.mark.parametrize("path", ["verify.py", "change/apply.py", "cli/push.py", "transport/ssh.py"])
def test_another_writer_is_found(tmp_path: Path, path: str, source: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(source, encoding="utf-8")
    assert len(writers(tmp_path, "configure", MAY_CONFIGURE)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from portseal.core.secrets import reveal\n",
        "from portseal.core.secrets import reveal as show\n",
        "from portseal.core import secrets\nsecrets.reveal('', None)\n",
    ],
)
def test_another_that_reveals_is_found(tmp_path: Path, source: str) -> None:
    (tmp_path / "observe.py").write_text(source, encoding="utf-8")
    assert len(writers(tmp_path, "reveal", MAY_REVEAL)) == 1
