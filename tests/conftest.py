"""Where the tests run: in the source tree, or beside it against an installed wheel."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("portseal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portseal")

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes what a golden test found; the difference is then reviewed as code."""
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what reads the sources where there are none."""
    if (ROOT / "tasks" / "portseal").is_dir():
        return
    for item in items:
        if item.get_closest_marker("source_tree"):
            item.add_marker(pytest.mark.skip(reason="needs source tree"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The directory that holds tests/, tasks/ and templates/."""
    return ROOT
