"""The pages in docs/platforms/ are what the platform folders say, and the verb fits every terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from contract.profiles import packs

from portseal.cli.main import main
from portseal.core.claims import claims, matrix, readings, understood_by
from portseal.core.platform_page import platform_page

PLATFORMS = sorted(packs())
PACKS = tuple(packs()[name][0] for name in PLATFORMS)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    sys.argv = ["portseal", "platforms", *arguments]
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", sys.argv)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_page_is_what_the_folder_says(platform: str, repository: Path, pytestconfig: pytest.Config) -> None:
    page, file = platform_page(packs()[platform][0]), repository / "docs" / "platforms" / f"{platform}.md"
    if pytestconfig.getoption("--update-golden"):
        file.write_text(page, encoding="utf-8")
    assert file.is_file(), f"write it: portseal platforms {platform} --format markdown > docs/platforms/{platform}.md"
    assert file.read_text(encoding="utf-8") == page, f"write it anew: portseal platforms {platform} --format markdown"


def test_every_page_has_its_platform(repository: Path) -> None:
    assert sorted(page.stem for page in (repository / "docs" / "platforms").glob("*.md")) == PLATFORMS


@pytest.mark.parametrize("width", [80, 100, 150])
@pytest.mark.parametrize("platform", ["", *PLATFORMS])
def test_what_is_printed_fits_the_terminal(
    platform: str, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys, *filter(None, [platform])).splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line.rstrip().endswith("…")]
    for claim in claims(packs()[platform][0]) if platform else ():
        assert any(line.startswith(claim.feature) for line in lines), claim.feature


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_command_that_is_sent_says_what_its_evidence_is(platform: str) -> None:
    pack = packs()[platform][0]
    assert [reading.command for reading in readings(pack)]
    for observe in pack.observe:
        assert understood_by(pack, observe).source


def test_the_matrix_has_every_claim_of_every_platform_that_asks_something() -> None:
    lines = {line.label: line.marks for line in matrix(PACKS)}
    for pack in PACKS:
        for claim in claims(pack):
            label = f"{claim.feature} {claim.value}"
            assert label not in lines or pack.name in lines[label]
    assert all(marks for marks in lines.values())


def test_as_json_every_claim_has_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "--format", "json"))
    assert [each["platform"] for each in told["platforms"]] == PLATFORMS
    assert {claim["platform"] for claim in told["claims"]} == set(PLATFORMS)
    assert all(each["source"] and each["evidence"] for each in (*told["claims"], *told["readings"]))
    alone = json.loads(printed(capsys, PLATFORMS[0], "--format", "json"))
    assert alone["claims"] == [claim for claim in told["claims"] if claim["platform"] == PLATFORMS[0]]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_abbreviated_source_is_spelt_out(platform: str) -> None:
    pack = packs()[platform][0]
    told = " ".join(page_sources(platform))
    assert [short for short in pack.sources if short not in told] == []


def page_sources(platform: str) -> list[str]:
    pack = packs()[platform][0]
    of_what_it_can = [claim.source for claim in pack.capability]
    of_what_not = [*(each.source for each in pack.refused), *(each.source for each in pack.conflict)]
    of_what_it_shows = [*(show.source for show in pack.show), *(note.source for note in pack.note)]
    return [*of_what_it_can, *of_what_not, *of_what_it_shows, pack.keys.source if pack.keys else ""]
