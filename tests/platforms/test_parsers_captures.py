"""Every platform's parsers against the project's own captures: whole, dressed as terminals dress them, cut, and replaced by errors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from contract.profiles import standing_on
from hypothesis import given, settings
from hypothesis import strategies as st

from portseal.core.commands import recognise
from portseal.core.errors import ParseError
from portseal.core.evidence import Evidence
from portseal.core.observation import LinkState, MkaStatus, SessionMethod, SessionStatus, port_states
from portseal.core.parsing import Row, parse
from portseal.core.platforms import Kind, Pack, load_pack, platform_folders

Packs = dict[str, tuple[Pack, Path]]
PACKS: Packs = {name: (load_pack(folder), folder) for name, folder in platform_folders().items()}
OWN = Path(__file__).parents[1] / "golden"
CAPTURES = sorted(file for file in OWN.glob("*/*/*.expected.json") if "rows" in json.loads(file.read_text()))
ERRORS = [
    "",
    "\n\n",
    "          ^\n% Invalid input detected at '^' marker.\n",
    "% Incomplete command.\n",
    "% Authorization failed.\n",
    "bash: no such command\n",
    "Connection closed by remote host\n",
    " --More-- ",
]
PLATFORM_WORDS = {
    "link": {state.value for state in LinkState} - {"unknown"} | {"err-disabled"},
    "session.status": {status.value for status in SessionStatus} - {"unknown"},
    "session.method": {method.value for method in SessionMethod} - {"unknown"},
    "session.method_state": {"success", "running", "failed"},
    "session.authorized_by": {"none", "server-dead", "guest", "auth-fail"},
    "session.service_template": {"none", "server-dead", "guest", "auth-fail"},
    "mka.status": {status.value for status in MkaStatus} - {"unknown"} | {"secured-without-peer", "fallback"},
    "mka.key_server": {"yes", "no"},
}


def read(file: Path) -> tuple[Pack, Path, dict[str, Any], str]:
    said = json.loads(file.read_text(encoding="utf-8"))
    pack, folder = PACKS[file.parts[-3]]
    raw = file.with_name(file.name.replace(".expected.json", ".raw"))
    return pack, folder, said, raw.read_text(encoding="utf-8")


def as_json(rows: tuple[Row, ...]) -> Any:
    return json.loads(json.dumps(rows))


def authorized(pack: Pack, folder: Path, command: str, text: str) -> int:
    """Sessions that count as authorized, and links that count as secured with a peer."""
    states = port_states(pack, folder, {command: text}).values()
    return sum(s.status is SessionStatus.AUTHORIZED for state in states for s in state.sessions) + sum(
        state.mka is not None and state.mka.status is MkaStatus.SECURED and bool(state.mka.live_peers)
        for state in states
    )


def test_a_capture_means_its_rows(own: Path) -> None:
    pack, folder, said, text = read(own)
    assert as_json(parse(pack, folder, said["command"], text)) == said["rows"]


def test_a_capture_means_the_same_dressed_by_a_terminal(own: Path) -> None:
    pack, folder, said, text = read(own)
    bare = re.sub(r"^\S+[#>].*\n", "", text)
    dressed = f"acc-01#{said['command']}\r\n" + bare.replace("\n", "\r\n") + "\r\nacc-01#"
    assert as_json(parse(pack, folder, said["command"], dressed)) == said["rows"]
    blank = "\n".join(line + "   " for line in text.split("\n"))
    assert as_json(parse(pack, folder, said["command"], blank)) == said["rows"]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_place_of_the_output_is_not_understood(own: Path, error: str) -> None:
    pack, folder, said, _ = read(own)
    show = recognise(pack, said["command"]).show
    if not error.strip() and "^$" in show.empty:
        assert parse(pack, folder, said["command"], error) == ()
        return
    with pytest.raises(ParseError):
        parse(pack, folder, said["command"], error)


def test_an_error_after_the_output_is_not_understood(own: Path) -> None:
    pack, folder, said, text = read(own)
    with pytest.raises(ParseError, match="Invalid input"):
        parse(pack, folder, said["command"], re.sub(r"\S+[#>]\s*$", "", text) + "\n% Invalid input detected\n")


def test_a_cut_capture_never_authorizes_or_secures_more(own: Path) -> None:
    pack, folder, said, text = read(own)
    whole = authorized(pack, folder, said["command"], text)
    for cut in range(len(text)):
        assert authorized(pack, folder, said["command"], text[:cut]) <= whole, f"cut after {cut} characters"


@settings(deadline=None, max_examples=60)
@given(file=st.sampled_from(CAPTURES), data=st.data())
def test_lines_left_out_anywhere_never_authorize_or_secure_more(file: Path, data: st.DataObject) -> None:
    pack, folder, said, text = read(file)
    lines = text.splitlines()
    first = data.draw(st.integers(0, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    kept = "\n".join(lines[:first] + lines[last:])
    assert authorized(pack, folder, said["command"], kept) <= authorized(pack, folder, said["command"], text)


@settings(deadline=None, max_examples=100)
@given(file=st.sampled_from(CAPTURES), text=st.text(max_size=200))
def test_random_text_is_not_understood_or_yields_nothing(file: Path, text: str) -> None:
    pack, folder, said, _ = read(file)
    try:
        rows = parse(pack, folder, said["command"], text)
    except ParseError:
        return
    assert rows == ()


@pytest.mark.parametrize("platform", sorted(PACKS))
def test_every_show_command_has_a_capture(platform: str) -> None:
    pack, _ = PACKS[platform]
    shown = [
        recognise(pack, read(file)[2]["command"]).show for file in CAPTURES if file.parts[-3] in standing_on(platform)
    ]
    seen = [show for show in pack.show if show.evidence is not Evidence.NONE]
    assert [show.commands for show in seen if show not in shown] == []


@pytest.mark.parametrize("platform", sorted(PACKS))
def test_everything_observed_is_a_command_with_a_meaning_and_a_capture(platform: str) -> None:
    pack, _ = PACKS[platform]
    port = next(iter(pack.ports.types)) + "1"
    captured = [
        recognise(pack, read(file)[2]["command"]) for file in CAPTURES if file.parts[-3] in standing_on(platform)
    ]
    for observe in pack.observe:
        known = recognise(pack, observe.command.replace("{port}", port))
        assert known.show.kind is not Kind.OTHER
        assert known.show.evidence is Evidence.NONE or any(
            known.show is each.show and (known.port is None) == (each.port is None) for each in captured
        )


@pytest.mark.parametrize("text", [*ERRORS, "1/1/1 secured 1 live peer", "Port : 1/1/1\nStatus : Secured\n"])
def test_output_that_nobody_has_seen_is_never_understood(text: str) -> None:
    unseen = [(pack, folder, show) for pack, folder in PACKS.values() for show in pack.show]
    for pack, folder, show in [each for each in unseen if each[2].evidence is Evidence.NONE]:
        with pytest.raises(ParseError):
            parse(pack, folder, show.commands[0], text)


@pytest.mark.parametrize("platform", sorted(PACKS))
def test_a_pack_gives_its_words_only_meanings_there_are(platform: str) -> None:
    words = PACKS[platform][0].words
    assert words.keys() <= PLATFORM_WORDS.keys()
    assert {field: set(ours) - PLATFORM_WORDS[field] for field, ours in words.items()} == {
        field: set() for field in words
    }
    for field, ours in words.items():
        theirs = [word for each in ours.values() for word in each]
        assert len(theirs) == len(set(theirs)), f"{field}: one word with two meanings"
