"""What a key must look like, and the text of keys.toml when one changes."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from portseal.core.errors import InputError
from portseal.core.evidence import Evidence
from portseal.core.inventory import LinkKey, RetiredKey
from portseal.core.key_material import cak_mistake, ckn_mistake, key_reference
from portseal.core.key_methods import COLUMNS, key_methods
from portseal.core.key_rules import Keys, Rotation
from portseal.core.keys_file import read_keys
from portseal.core.keys_text import with_key
from portseal.core.platform_files import platform_folders
from portseal.core.platforms import load_pack
from portseal.core.secrets import reference
from portseal.core.toml_source import TomlSource

GOOD = "9f1c3a07d2e84b65f0a1937c58de2b46"
RULES = Keys(ckn=r"^[0-9a-f]{8,32}$", cak_bits=(128,), rotation=Rotation.SWAP, evidence=Evidence.DOCUMENTED, source="x")


@pytest.mark.parametrize("cak", [GOOD, GOOD.upper(), GOOD + "8b60f1d2c3e49a7506b1e8d9f2a3c4b7"])
def test_a_random_key_is_taken(cak: str) -> None:
    assert cak_mistake(SecretStr(cak), None) is None


@pytest.mark.parametrize(
    ("cak", "told"),
    [
        ("00" * 16, "different octets"),
        ("a1b2c3d4" * 4, "different octets"),
        ("a1b2c3d4e5f60718" * 2, "one piece repeated"),
        ("0123456789abcdef0123456789abcdef", "sequence|repeated"),
        ("00112233445566778899aabbccddeeff", "sequence"),
        ("000102030405060708090a0b0c0d0e0f", "sequence"),
        (b"portseal-camera1".hex(), "readable text"),
        ("accc8e000001" + GOOD[:20], "MAC address"),
        ("7f3c0a9e51d2" + GOOD[:20], "the CKN stands in it"),
        ("zz" * 16, "32 or 64 hexadecimal"),
        (GOOD[:-1], "32 or 64 hexadecimal"),
        ("", "32 or 64 hexadecimal"),
    ],
)
def test_a_key_that_can_be_guessed_or_is_none_is_refused_and_not_shown(cak: str, told: str) -> None:
    mistake = cak_mistake(SecretStr(cak), None, ckn="7f3c0a9e51d2", mac="ac:cc:8e:00:00:01")
    assert mistake is not None
    assert re.search(told, mistake)
    assert not cak or cak not in mistake


def test_a_platform_that_takes_one_size_refuses_the_other() -> None:
    assert cak_mistake(SecretStr(GOOD * 2), RULES) == "the switch's platform takes a CAK of 128 bits, not 256"


@pytest.mark.parametrize(
    ("ckn", "fine"), [("a1b2c3d4", True), ("a1b2", False), ("A1B2C3D4", False), ("a1b2c3d", False)]
)
def test_a_ckn_has_the_form_of_its_platform(ckn: str, fine: bool) -> None:
    assert (ckn_mistake(ckn, RULES) is None) is fine


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", fullmatch=True), st.binary(min_size=1, max_size=32))
def test_every_camera_and_ckn_has_a_reference_that_is_one(camera: str, ckn: bytes) -> None:
    ref = key_reference(camera, ckn.hex())
    assert reference(ref) == f"{{{{secret:{ref}}}}}"
    LinkKey(ckn=ckn.hex(), cak=ref)


def test_a_platform_without_room_for_two_keys_cannot_rotate_by_a_fallback() -> None:
    with pytest.raises(ValidationError, match="max_keys of 2"):
        Keys(rotation=Rotation.FALLBACK, evidence=Evidence.DOCUMENTED, source="x")


# the text of keys.toml

TEXT = """\
# Ours.
[cam-1]
ckn = "a1"   # by hand
cak = "cak/cam-1"

# About two,
# in two lines.
[cam-2]
ckn = "b2"
cak = "cak/cam-2"
size = 256

["cam.3"]
ckn = "c3"
cak = "cak/cam-3"
"""
NEXT = LinkKey(ckn="d4", cak="cak/cam-2/d4", created=date(2026, 11, 25))
FULL = LinkKey(
    ckn="d4",
    cak="cak/cam-2/d4",
    size=256,
    created=date(2026, 11, 25),
    fallback=NEXT.model_copy(update={"ckn": "e5", "cak": "cak/cam-2/e5"}),
    retired=(RetiredKey(ckn="b2", fingerprint="‹hmac:0123456789›", retired=date(2026, 11, 25)),),
)


def parsed(text: str) -> dict[str, LinkKey]:
    file = read_keys(TomlSource("keys.toml", text, tomllib.loads(text)))
    assert file.findings == ()
    return dict(file.keys)


def test_one_key_changes_and_everybody_elses_lines_stay() -> None:
    changed = with_key(TEXT, "cam-2", FULL)
    assert parsed(changed) == {**parsed(TEXT), "cam-2": FULL}
    kept = [line for line in TEXT.splitlines() if line not in ('ckn = "b2"', 'cak = "cak/cam-2"')]
    for line in kept:
        assert line in changed.splitlines()
    assert with_key(changed, "cam-2", NEXT).count("[cam-2") == 1


@pytest.mark.parametrize("camera", ["cam-1", "cam-2", "cam.3"])
def test_a_key_can_go_and_come_back(camera: str) -> None:
    without = with_key(TEXT, camera, None)
    assert parsed(without) == {name: key for name, key in parsed(TEXT).items() if name != camera}
    assert parsed(with_key(without, camera, NEXT))[camera] == NEXT


@given(st.lists(st.tuples(st.sampled_from(["cam-1", "cam-2", "cam.3", "new"]), st.sampled_from([NEXT, FULL, None]))))
def test_any_row_of_changes_leaves_exactly_what_was_meant(changes: list[tuple[str, LinkKey | None]]) -> None:
    text, wanted = TEXT, parsed(TEXT)
    for number, (camera, key) in enumerate(changes):
        new = key and key.model_copy(
            update={
                "ckn": f"{number:04x}",
                "cak": f"cak/x/{number}",
                "fallback": key.fallback
                and key.fallback.model_copy(update={"ckn": f"ff{number:04x}", "cak": f"cak/y/{number}"}),
            }
        )
        text = with_key(text, camera, new)
        wanted = {name: old for name, old in wanted.items() if name != camera} | ({camera: new} if new else {})
    assert parsed(text) == wanted


@pytest.mark.parametrize(
    "text",
    ['cam-1 = {ckn = "a1", cak = "cak/cam-1"}\n', 'cam-1.ckn = "a1"\ncam-1.cak = "cak/cam-1"\n'],
)
def test_a_key_that_is_written_in_another_way_is_left_alone_with_a_word(text: str) -> None:
    with pytest.raises(InputError, match=r"keys\.toml"):
        with_key(text, "cam-1", NEXT)


def test_a_key_in_clear_is_found_in_the_second_key_too() -> None:
    text = f'[cam-1]\nckn = "a1"\ncak = "cak/a"\n[cam-1.fallback]\nckn = "a2"\ncak = "{GOOD}"\n'
    (mistake,) = {
        found.column: found for found in read_keys(TomlSource("keys.toml", text, tomllib.loads(text))).findings
    }.values()
    assert (mistake.column, mistake.code) == ("cam-1.fallback.cak", "key-in-clear")
    assert GOOD not in mistake.message


def test_a_second_key_that_another_link_has_is_found() -> None:
    text = '[a]\nckn = "a1"\ncak = "cak/a"\n[b]\nckn = "b1"\ncak = "cak/b"\n[b.fallback]\nckn = "a1"\ncak = "cak/a"\n'
    codes = {found.code for found in read_keys(TomlSource("keys.toml", text, tomllib.loads(text))).findings}
    assert codes == {"duplicate-ckn", "duplicate-cak"}


def test_what_the_page_says_of_a_platform_is_what_its_folder_says(repository: Path) -> None:
    """Rows of the page, not all platforms: a folder that is new is printed by `portseal keys platforms` first."""
    if not (repository / "docs").is_dir():
        pytest.skip("needs source tree")
    page = (repository / "docs" / "keys.md").read_text(encoding="utf-8").splitlines()
    head = page.index(f"| {' | '.join(COLUMNS)} |")
    rows = [line.strip("|").split("|") for line in page[head + 2 :][: page[head + 2 :].index("")]]
    told = {cells[0].strip(): tuple(cell.strip() for cell in cells) for cells in rows}
    packs = {name: load_pack(folder) for name, folder in platform_folders().items()}
    assert len(told) >= 3
    for name, cells in told.items():
        assert key_methods(packs[name]).cells == cells, "write the row anew: portseal keys platforms --format markdown"
