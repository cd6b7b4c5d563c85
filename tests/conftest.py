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


LONG = {
    *(
        "test_resume",
        "test_resume_waves",
        "test_dask",
        "test_interrupted",
        "test_stops",
        "test_playbooks",
        "test_rehearse",
        "test_rotation",
        "test_evidence_flow",
    ),
    *(
        "test_line_candidate",
        "test_line_checkpoints",
        "test_line_delayed",
        "test_line_styles",
        "test_napalm",
        "test_canary",
    ),
    *(
        "test_page_browser",
        "test_camera_ends",
        "test_certs",
        "test_stage",
        "test_fault_matrix",
        "test_contract",
        "test_contract_itself",
    ),
    *(
        "test_contract_moments",
        "test_contract_rotation",
        "test_contract_text",
        "test_contract_verbs",
        "test_contract_verdicts",
    ),
}
"""Modules whose tests carry many changes out: once, in the source tree, is enough; what a wheel lacks shows in the others."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is long, and skip what reads the sources where there are none."""
    for item in items:
        if item.path.stem in LONG:
            item.add_marker(pytest.mark.long)
    if (ROOT / "tasks" / "portseal").is_dir():
        return
    for item in items:
        if item.get_closest_marker("source_tree"):
            item.add_marker(pytest.mark.skip(reason="needs source tree"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The directory that holds tests/, tasks/ and templates/."""
    return ROOT
