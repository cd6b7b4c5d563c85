"""What the MACsec lab fetches: by name from wherever this machine's packages come from."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.lab, pytest.mark.source_tree]


def test_a_list_of_binary_packages_becomes_one_of_source_packages() -> None:
    from lab.artifacts import _as_sources

    assert _as_sources("deb [signed-by=/k] mirror stable main\n# deb x\ndeb-src mirror stable main\n") == (
        "deb-src [signed-by=/k] mirror stable main\n# deb x\ndeb-src mirror stable main\n"
    )
    assert _as_sources("Types: deb\nURIs: mirror\nSuites: stable\n") == "Types: deb-src\nURIs: mirror\nSuites: stable\n"
    assert _as_sources("Types: deb deb-src\nURIs: mirror\n") == "Types: deb-src\nURIs: mirror\n"
