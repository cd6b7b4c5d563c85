"""What real switches answered to the commands that preflight asks is no objection, whatever words are in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from portseal.core.platforms import Pack
from portseal.transport.objection import objects

FOLDERS = r"show_(lldp_neighbors_detail|mac_address-table|interfaces_status)"
REFUSED = {"% LLDP is not enabled", "LLDP is not enabled"}


def test_an_answer_is_no_objection(shared_raw: Path | None, packs: dict[str, tuple[Pack, Path]]) -> None:
    assert shared_raw is not None
    text = shared_raw.read_text(encoding="utf-8")
    if any(line.strip() in REFUSED for line in text.splitlines()):
        pytest.skip("the switch did refuse")
    assert not objects(text, packs["cisco_iosxe"][0].errors)
