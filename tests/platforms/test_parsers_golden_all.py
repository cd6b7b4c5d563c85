"""No published capture is passed over: each is compared in one of the files beside this one, or listed here with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from portseal.core.errors import InputError
from portseal.core.parsing import Row

FOLDERS = r".*"
COMPARED = [
    re.search(r"^FOLDERS = (\(\s*)?r\"(?P<pattern>.*)\"", file.read_text(encoding="utf-8"), re.MULTILINE)
    for file in sorted(Path(__file__).parent.glob("test_parsers_golden_*.py"))
    if file.name != Path(__file__).name
]
NOT_READ = {
    r"(config|backup)_.*|show_running-config.*": "configuration: rendering and planning read it",
    r"show_lldp_neighbors_detail": "nothing is concluded from neighbours yet",
    r"show_mab_all_.*": "says less than the sessions do",
    r"show_macsec_(hw|post)": "capability and self-test of the hardware",
    r"show_mka_(policy|statistics)": "configuration, and totals without ports",
    r"show_radius_.*": "of the servers, not of ports",
    r"show_access-session_event-logging.*": "a log, not a state",
}


def test_every_capture_is_compared_or_left_out_for_a_reason(
    shared_raw: Path, rows_of: Callable[[Path], tuple[Row, ...]]
) -> None:
    folder = shared_raw.parent.name
    compared = [found for found in COMPARED if found and re.fullmatch(found["pattern"], folder)]
    reasons = [reason for pattern, reason in NOT_READ.items() if re.fullmatch(pattern, folder)]
    assert len(compared) + len(reasons) == 1
    if reasons:
        with pytest.raises(InputError):
            rows_of(shared_raw)
