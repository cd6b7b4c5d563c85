"""Captures to walk: the project's own, and published ones beside the repository where they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contract.published import capture_name, captures, expected, typed

from portseal.core.parsing import Row, parse
from portseal.core.platforms import Pack, load_pack, platform_folders

OWN = Path(__file__).parents[1] / "golden"
PLATFORM = "cisco_iosxe"
"""The platform whose published captures of `FOLDERS` the test files beside this one look at more closely than the contract does."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`shared_raw`: published captures in the folders that the test file's `FOLDERS` matches; `own`: our own, all of them."""
    if "shared_raw" in metafunc.fixturenames:
        wanted = re.compile(getattr(metafunc.module, "FOLDERS"))  # noqa: B009 - mypy knows no such attribute
        files = [f for f in captures(PLATFORM) if wanted.fullmatch(f.parent.name)]
        absent = pytest.param(None, marks=pytest.mark.skip(reason="../shared/golden is not here"), id="absent")
        metafunc.parametrize("shared_raw", [pytest.param(f, id=capture_name(f)) for f in files] or [absent])
    if "own" in metafunc.fixturenames:
        files = sorted(file for file in OWN.glob("*/*/*.expected.json") if "rows" in json.loads(file.read_text()))
        metafunc.parametrize("own", [pytest.param(f, id=str(f.relative_to(OWN))) for f in files])


@pytest.fixture(scope="session")
def packs() -> dict[str, tuple[Pack, Path]]:
    """Every shipped platform with its folder."""
    return {name: (load_pack(folder), folder) for name, folder in platform_folders().items()}


@pytest.fixture(scope="session")
def rows_of(packs: dict[str, tuple[Pack, Path]]) -> Callable[[Path], tuple[Row, ...]]:
    """What our parser makes of a published capture."""
    pack, folder = packs[PLATFORM]
    return lambda raw: parse(pack, folder, typed(PLATFORM, raw.parent.name), raw.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def expected_of() -> Callable[[Path], Any]:
    """What the suite a published capture comes from makes of it."""
    return expected


@pytest.fixture(scope="session")
def name_of() -> Callable[[Path], str]:
    """The name under which the tests list a published capture."""
    return capture_name
