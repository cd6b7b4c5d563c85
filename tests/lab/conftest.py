"""A network for each test of the lab, where there is one to be had."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).parents[2]
if (ROOT / "lab").is_dir() and str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from lab.campus import Campus

Build = Callable[..., "Campus"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, saying why, where the lab cannot run."""
    from lab.net import missing

    why = missing()
    for item in items:
        if why and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip(reason=f"the lab {why}"))


@pytest.fixture
def build() -> Iterator[Build]:
    """Builds a network of so many ports without SSH, all of them open, every station reaching the recorder."""
    from lab.campus import RECORDER, built

    with ExitStack() as stack:

        def make(ports: int, *, macs: Sequence[int] = ()) -> Campus:
            campus = stack.enter_context(built(ports, macs=macs, ssh=False))
            campus.port(1).wait_until_it_reaches(RECORDER)
            return campus

        yield make
