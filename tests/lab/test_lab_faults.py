"""The faults that the lab goes through, as its page tells them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = [pytest.mark.lab, pytest.mark.source_tree]


def test_the_page_of_the_lab_says_of_every_fault_what_a_run_has_to_see(repository: Path) -> None:
    from lab.faults import FAULTS

    page = (repository / "docs" / "lab.md").read_text(encoding="utf-8")
    assert [fault.name for fault in FAULTS if f"| {fault.name} | {fault.seen} |\n" not in page] == []
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
