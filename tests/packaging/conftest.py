"""The sdist and the wheel, built once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest


class Built(NamedTuple):
    """What was built."""

    sdist: Path
    wheel: Path
    """Made from the sdist."""
    direct: Path
    """Made from the source tree."""


def build(source: Path, out: Path, *what: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), *what, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist, the wheel made from it, and the wheel made from the source tree."""
    out = tmp_path_factory.mktemp("dist")
    build(repository, out)
    build(repository, out / "direct", "--wheel")
    return Built(next(out.glob("*.tar.gz")), next(out.glob("*.whl")), next((out / "direct").glob("*.whl")))


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of an environment with the wheel installed; what the wheel depends on is borrowed from this one."""
    environment = tmp_path_factory.mktemp("installed") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    command = ["-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(built.wheel)]
    # Nothing of this machine's pip configuration: all that is installed lies here already.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(
        [sys.executable, *command],
        env={**plain, "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    site = next(environment.glob("lib/python*/site-packages"))
    # A path in a .pth file is searched, but its own .pth files are not read: the editable install stays out of sight.
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in borrowed), encoding="utf-8")
    return environment / "bin"
