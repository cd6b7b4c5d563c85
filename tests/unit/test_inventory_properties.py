"""Whatever stands in a site's files: lint never fails, and no site comes of text that could be read as configuration."""

from __future__ import annotations

import csv
import io
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from portseal.core.camera_rules import Known, check_cameras
from portseal.core.cameras import COLUMNS, read_cameras
from portseal.core.findings import LintCode
from portseal.core.keys_file import read_keys
from portseal.core.profile import Profile
from portseal.core.profiles_file import read_profiles
from portseal.core.settings import Settings
from portseal.core.toml_source import TomlSource, checked, read_toml, toml_rows

GOOD = {
    "name": "cam-1",
    "mac": "ac:cc:8e:00:00:01",
    "switch": "acc-01",
    "port": "Gi1/0/1",
    "profile": "sealed",
    "vlan": "110",
    "stage": "sealed",
}
JUNK = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["a\nb", "a\r\nno shutdown", "\x00", "!", "{{secret:x/y}}", "\u2028", "\u202e", "?", "\x7f", "\x1b[A"]
    ),
)
KNOWN = Known({"acc-01": None}, {}, {"sealed": Profile(name="sealed")}, frozenset({"sealed"}), frozenset())
CODES = {code.value for code in LintCode}

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), JUNK),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(JUNK, inner, max_size=3)),
    max_leaves=8,
)
PROFILE_WORDS = st.sampled_from(
    ["dot1x", "macsec", "mac_limit", "mode", "methods", "policy", "ciphers", "name", "vlan"]
)
TABLES = st.recursive(
    st.one_of(st.sampled_from(["closed", "off", "must-secure", "static", "mab"]), st.integers(0, 9), JUNK),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(PROFILE_WORDS, inner, max_size=4)),
    max_leaves=8,
)


def as_csv(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([row.get(column, "") for column in COLUMNS] for row in rows)
    return out.getvalue()


def is_plain(text: str) -> bool:
    """As far as this Python knows: characters that are unassigned in its Unicode may be letters in pydantic's newer one."""
    return not any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or character in "!?{}"
        for character in text
    )


@given(st.dictionaries(st.sampled_from(COLUMNS), JUNK, max_size=4))
def test_no_junk_in_a_field_reaches_a_camera(junk: dict[str, str]) -> None:
    read = read_cameras(as_csv(GOOD | junk))
    told = {*read.findings, *check_cameras(read.rows, KNOWN)}
    assert {found.code for found in told} <= CODES
    assert all(found.message.isprintable() for found in told)
    for camera, _ in read.rows:
        assert all(is_plain(value) for value in camera.model_dump(mode="json").values() if isinstance(value, str))


@given(st.text(max_size=200))
def test_no_text_makes_the_reading_of_cameras_fail(text: str) -> None:
    read = read_cameras(text)
    assert read.findings or all(not row.wrong for row in read.rows)


@given(st.integers(0, 60), st.text(max_size=3))
def test_a_file_cut_or_spoiled_anywhere_is_read_or_refused(place: int, new: str) -> None:
    text = as_csv(GOOD, GOOD | {"name": "cam-2", "mac": "ac:cc:8e:00:00:02", "port": "Gi1/0/2"})
    spoiled = text[: place + 90] + new
    read = read_cameras(spoiled)
    assert all(row.camera.row >= 2 for row in read.rows)


@given(st.text(max_size=200))
def test_no_text_makes_the_reading_of_toml_fail(text: str) -> None:
    source, told = read_toml("profiles.toml", text)
    assert (source is None) == bool(told)
    assert all(row >= 1 for row in toml_rows(text).values())


@given(st.dictionaries(st.one_of(JUNK, st.just("sealed")), st.one_of(JSON, TABLES), max_size=3))
def test_no_table_makes_the_reading_of_profiles_fail(data: dict[str, object]) -> None:
    read = read_profiles(TomlSource("profiles.toml", "", data))
    assert {found.code for found in read.findings} <= CODES
    assert all(is_plain(name) for name, profile in read.profiles.items() if name == profile.name)


@given(st.dictionaries(JUNK, JSON, max_size=3))
def test_no_table_makes_the_reading_of_keys_or_settings_fail(data: dict[str, object]) -> None:
    keys = read_keys(TomlSource("keys.toml", "", data))
    settings, told = checked(Settings, data, file="portseal.toml")
    assert {found.code for found in (*keys.findings, *told)} <= CODES
    assert (settings is None) == bool(told)


@given(st.text(alphabet="0123456789abcdefABCDEF", min_size=16, max_size=64), st.sampled_from(["", ":", " ", "-", "."]))
def test_key_material_is_refused_and_never_shown(key: str, between: str) -> None:
    written = between.join(key[i : i + 2] for i in range(0, len(key), 2))
    read = read_keys(TomlSource("keys.toml", "", {"cam-1": {"ckn": "0a", "cak": written}}))
    assert [found.code for found in read.findings] == ["key-in-clear"]
    assert written not in repr(read.findings)
    assert read.keys == {}
