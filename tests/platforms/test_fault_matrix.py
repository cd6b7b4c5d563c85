"""Fault × platform: in which state a switch ends, unattended. Every cell of docs/fault-matrix.md is what a run here saw."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from contract.bench import simulated
from contract.faults import FAULTS, Fault
from contract.profiles import packs
from contract.unattended import cell, get_ready

from portseal.core.preflight_checks import MATTERS, Matter

PAGE = Path(__file__).parents[2] / "docs" / "fault-matrix.md"


ASKED = """
## What preflight asks

Whether a switch can be reached and logged in to, runs the right style, and who hangs on each camera port is asked everywhere, and a second login before the
confirmation. What is not asked, or in part, and why, stands on each [platform's page](platforms/) and is told before each run.

"""


def written() -> dict[tuple[str, str], str]:
    """The cells of the page."""
    page = PAGE.read_text(encoding="utf-8").partition(ASKED)[0]
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    head, _, *body = [[text.strip(" `") for text in row] for row in rows]
    return {(row[0], platform): text for row in body for platform, text in zip(head[1:], row[1:], strict=True)}


@pytest.mark.parametrize("platform", sorted(simulated()))
def test_switches_end_as_the_page_says(platform: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folders = {keyed: tmp_path / f"ready-{keyed}" for keyed in (False, True)}
    for folder in folders.values():
        folder.mkdir()
    ready = {keyed: get_ready(platform, folder, keyed=keyed) for keyed, folder in folders.items()}

    def seen(fault: Fault) -> str:
        folder = tmp_path / re.sub(r"\W+", "-", fault.name)
        folder.mkdir()
        return cell(ready[fault.key], fault, folder)

    with ThreadPoolExecutor(12) as pool:  # a cell waits for timers more than it works
        cells = dict(zip([fault.name for fault in FAULTS], pool.map(seen, FAULTS), strict=True))
    if request.config.getoption("--update-golden"):
        update(platform, cells)
    page = written()
    assert {name: page.get((name, platform)) for name in cells} == cells
    if packs()[platform][0].commit.strategy.self_undoing:
        assert not [name for name, text in cells.items() if "neither" in text and "theirs kept" not in text]


def update(platform: str, cells: dict[str, str]) -> None:
    """Put one platform's cells into the page."""
    known = {where: text for where, text in written().items() if where[1] in simulated()}
    known |= {(name, platform): text for name, text in cells.items()}
    platforms = sorted({each for _, each in known})
    intro = PAGE.read_text(encoding="utf-8").partition("\n|")[0]
    rows = [["fault", *(f"`{each}`" for each in platforms)], ["---"] * (len(platforms) + 1)]
    rows += [[fault.name, *(known.get((fault.name, each), "?") for each in platforms)] for fault in FAULTS]
    PAGE.write_text(intro + "\n" + _table(rows) + ASKED + asked(), encoding="utf-8")


def _table(rows: list[list[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def asked() -> str:
    """What preflight asks of each platform, as the folders say."""
    names = sorted(packs())
    rows = [["asked", *(f"`{name}`" for name in names)], ["---"] * (len(names) + 1)]
    for matter in Matter:
        rows.append([str(matter)])
        for name in names:
            pack = packs()[name][0]
            codes = {check.code for check in pack.preflight} | ({"locked"} if pack.commit.pending else set())
            part = " in part" if any(each.matter is matter for each in pack.unasked) else ""
            rows[-1].append(f"yes{part and ',' + part}" if MATTERS[matter] & codes else "no")
    return _table(rows)


@pytest.mark.source_tree
def test_the_page_has_every_fault_and_no_camera_dark_nor_door_open() -> None:
    cells = written()
    assert {name for name, _ in cells} == {fault.name for fault in FAULTS}
    assert {platform for _, platform in cells} == set(simulated())
    assert [where for where, text in cells.items() if "DARK" in text or "OPEN" in text] == []
    assert PAGE.read_text(encoding="utf-8").endswith(ASKED + asked())
