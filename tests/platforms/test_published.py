"""Every platform's parsers against every published capture of it: what the capture's own suite finds, field by field.

Captures that portseal does not read are listed with the reason in `tests/golden/<platform>/published.toml`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from contract.profiles import GOLDEN, packs, standing_on
from contract.published import (
    CONFIGURATION,
    SHARED,
    Compare,
    capture_name,
    captures,
    expected,
    ours,
    published,
    theirs,
    typed,
)

from portseal.core.commands import recognise
from portseal.core.errors import InputError
from portseal.core.parsing import Row, parse
from portseal.core.platforms import Evidence

PLATFORMS = sorted(packs())
ALL = [
    pytest.param(name, raw, id=f"{name}-{capture_name(raw)}")
    for name in PLATFORMS
    for raw in captures(name)
    if not CONFIGURATION.fullmatch(raw.parent.name)
]
ABSENT = [pytest.param("", Path(), marks=pytest.mark.skip(reason="../shared/golden is not here"))]


def how(platform: str, folder: str) -> Compare | str:
    """How captures of `folder` are compared, or why they are left out."""
    said = published(platform)
    found: list[Compare | str] = [c for c in said.compare if re.fullmatch(c.folders, folder)]
    found += [why for pattern, why in said.left_out.items() if re.fullmatch(pattern, folder)]
    assert found, f"say in tests/golden/{platform}/published.toml how {folder} is compared, or why it is left out"
    assert len(found) == 1, f"{folder} is in more than one table of tests/golden/{platform}/published.toml"
    return found[0]


@pytest.mark.parametrize(("platform", "raw"), ALL or ABSENT)
def test_a_published_capture_says_what_its_own_suite_finds(platform: str, raw: Path) -> None:
    pack, folder = packs()[platform]
    table, command = how(platform, raw.parent.name), typed(platform, raw.parent.name)
    if isinstance(table, str):
        with pytest.raises(InputError):
            recognise(pack, command)
        return
    rows = parse(pack, folder, command, raw.read_text(encoding="utf-8"))
    if table.tested_by:
        assert (Path(__file__).parent / table.tested_by).is_file()
        return
    told = expected(raw)
    if told is None:  # nobody says what is in it: whole, it is understood, and says something
        assert rows
        return
    facts = set(theirs(pack, table, told))
    if capture_name(raw) in table.wrong:
        assert rows
        assert facts - ours(pack, rows), "listed as wrong, and we find all of it"
        return
    assert facts, "nothing to compare"
    assert sorted(map(str, facts - ours(pack, rows))) == []
    said = {fact[:2] for fact in facts} - {(None, None)}
    if said:
        found = {(row.get("port"), row.get("mac")) for row in rows}
        lacking = {pair for pair in found if not any(_same(pair, other) for other in said)}
        assert lacking == set(), "rows of ours that the suite has nothing of"


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return all(a is None or b is None or str(a).lower() == str(b).lower() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_listed_is_there(platform: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared/golden is not here")
    said = published(platform)
    folders = {raw.parent.name for raw in captures(platform)}
    names = {capture_name(raw) for raw in captures(platform)}
    for pattern in (*said.left_out, *(table.folders for table in said.compare)):
        assert any(re.fullmatch(pattern, folder) for folder in folders), f"no published capture is of {pattern}"
    assert {name for table in said.compare for name in table.wrong} <= names
    assert set(said.commands) <= folders


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_claimed_as_captured_has_a_capture(platform: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared/golden is not here")
    pack = packs()[platform][0]
    seen = {
        recognise(pack, typed(platform, raw.parent.name)).show.commands
        for raw in captures(platform)
        if _is_read(platform, raw)
    }
    seen |= own_captures(platform)
    claimed = {show.commands for show in pack.show if show.evidence is Evidence.CAPTURED}
    assert sorted(claimed - seen) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_sent_and_claimed_as_captured_was_seen_in_that_very_form(platform: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared/golden is not here")
    pack = packs()[platform][0]
    port = f"{next(iter(pack.ports.types))}1"
    forms = {
        form_of(platform, typed(platform, raw.parent.name)) for raw in captures(platform) if _is_read(platform, raw)
    }
    for observe in pack.observe:
        command = observe.command.replace("{port}", port)
        if recognise(pack, command).show.evidence is Evidence.CAPTURED and not own_captures(platform):
            assert form_of(platform, command) in forms, f"nobody saw the output of {observe.command!r}"


def form_of(platform: str, command: str) -> tuple[object, ...]:
    """Which command it is, whether about one port, and whether a further argument leaves rows out."""
    known = recognise(packs()[platform][0], command)
    return known.show.commands, known.port is None, known.selects


def _is_read(platform: str, raw: Path) -> bool:
    return not CONFIGURATION.fullmatch(raw.parent.name) and isinstance(how(platform, raw.parent.name), Compare)


def own_captures(platform: str) -> set[tuple[str, ...]]:
    """Show commands of which the project itself has output of the real thing, and says in `origin` where it is from."""
    pack = packs()[platform][0]
    files = [file for name in standing_on(platform) for file in (GOLDEN / name).glob("*/*.expected.json")]
    said = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {recognise(pack, each["command"]).show.commands for each in said if each.get("origin")}


def test_a_row_that_says_otherwise_or_is_missing_is_found() -> None:
    platform = PLATFORMS[0]
    pack = packs()[platform][0]
    table = Compare(
        folders=".*",
        fields={"intf": "port", "addr": "mac", "state": "status"},
        ignored={"age": "runs"},
        words={"status": {"ok": "authorized"}},
    )
    suite = {"sessions": [{"intf": "7", "addr": "accc.8e00.0001", "state": "OK", "age": 3}]}
    row: Row = {"port": "7", "mac": "ac:cc:8e:00:00:01", "status": "Authorized"}
    facts = set(theirs(pack, table, suite))
    assert facts - ours(pack, (row,)) == set()
    for field, other in (("port", "8"), ("mac", "ac:cc:8e:00:00:02"), ("status", "Unauthorized")):
        assert facts - ours(pack, ({**row, field: other},))
    assert facts - ours(pack, ())
    with pytest.raises(AssertionError, match="'vendor'"):
        set(theirs(pack, table, {"vendor": "x"}))
