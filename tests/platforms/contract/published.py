"""Which published captures a platform is held to, and how they say what ours say: `tests/golden/<platform>/published.toml`.

`folders`: folders of `../shared/golden`; without it, those called like the platform and like its ntc-templates. `[commands]`: the
command where a folder's name is not it with underscores for blanks; `[arguments]` the same for parts of a name. `[left_out]`: pattern of
folders → why portseal does not read them. `[[compare]]`: how the suites' fields are called here.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contract.profiles import captures_file, packs, standing_on
from contract.said import Closed
from portseal.core.parsing import Row
from portseal.core.platforms import Pack
from portseal.core.portname import long_port

SHARED = Path(__file__).parents[4] / "shared" / "golden"
CONFIGURATION = re.compile(r"(config|backup)_.*|show_run.*")
NOTHING = {"", "-", "--", "n/a", "none", "unknown", "(unknown)", "[]", "{}", "ua"}
Fact = tuple[str | None, str | None, str, str]
"""Port and MAC address that it is about, where there are any; field; value."""


class Compare(Closed):
    """How one kind of capture is compared."""

    folders: str
    """Pattern of whole folder names."""
    fields: dict[str, str] = {}
    """Field of a suite → ours (`port`, `mac` and `vlan` among them)."""
    ignored: dict[str, str] = {}
    """Field of a suite → why it is not compared."""
    words: dict[str, dict[str, str]] = {}
    """Our field → a suite's word → ours, in lower case."""
    tested_by: str = ""
    """A test file beside the contract that compares these more closely, instead."""
    wrong: dict[str, str] = {}
    """Capture → what its own suite makes of it that is not in it, and so is not asked for."""


class Published(Closed):
    """All of one platform."""

    folders: tuple[str, ...] | None = None
    commands: dict[str, str] = {}
    arguments: dict[str, str] = {}
    left_out: dict[str, str] = {}
    compare: tuple[Compare, ...] = ()


@cache
def published(platform: str) -> Published:
    """What the platform's captures folder says."""
    file = captures_file(platform, "published.toml")
    return Published.model_validate(tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {})


def captures(platform: str) -> list[Path]:
    """The published captures of a platform; none where they are not beside the repository."""
    folders = published(platform).folders
    own = [*standing_on(platform), packs()[platform][0].names.ntc_templates or platform]
    names = dict.fromkeys(own if folders is None else folders)
    return [raw for name in names for raw in sorted((SHARED / name).glob("*/*.raw"))]


def capture_name(raw: Path) -> str:
    """The capture's place, as data and tests name it."""
    return str(raw.relative_to(SHARED).with_suffix(""))


def typed(platform: str, folder: str) -> str:
    """The command, as one types it, whose captures lie in `folder`."""
    said = published(platform)
    if folder in said.commands:
        return said.commands[folder]
    command = folder.replace("_", " ")
    for written, meant in said.arguments.items():
        command = command.replace(written, meant)
    return command


def expected(raw: Path) -> Any:
    """What the capture's own suite makes of it; None where it makes nothing of it."""
    for suffix, read in ((".expected.yml", yaml.safe_load), (".expected.json", json.loads)):
        file = raw.with_suffix(suffix)
        if file.is_file():
            return read(file.read_text(encoding="utf-8"))
    return None


def _port(pack: Pack, text: str) -> str | None:
    """The long spelling where `text` is certainly a port: it has a digit and the platform spells ports so."""
    if not re.search(r"\d", text) or text.isdigit():
        return None
    try:
        return long_port(pack.ports, text)
    except ValueError:
        return None


def _mac(text: str) -> str | None:
    digits = re.sub(r"[.:-]", "", text).lower()
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2)) if re.fullmatch("[0-9a-f]{12}", digits) else None


def _value(pack: Pack, field: str, value: object) -> str:
    text = str(value).strip()
    if field == "port":
        return _port(pack, text) or text.lower()
    return (_mac(text) or text.lower()) if field.endswith("mac") else text.lower()


def theirs(pack: Pack, how: Compare, node: Any, port: str | None = None, mac: str | None = None) -> Iterator[Fact]:
    """Every leaf that a suite has, under our field's name; every field of it is compared or ignored for a reason."""
    if isinstance(node, list):
        for each in node:
            yield from theirs(pack, how, each, port, mac)
        return
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if how.fields.get(key) == "port" and isinstance(value, str):
            port = _port(pack, value) or value.lower()
        if how.fields.get(key) == "mac" and isinstance(value, str):
            mac = _mac(value)
    for key, value in node.items():
        nested = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value))
        if nested and key not in how.ignored:
            inner_port, inner_mac = _port(pack, str(key)), _mac(str(key))
            yield from theirs(pack, how, value, inner_port or port, inner_mac or mac)
        elif key in how.fields:
            field = how.fields[key]
            for each in value if isinstance(value, list) else [value]:
                word = _value(pack, field, each)
                if word not in NOTHING:
                    yield port, mac, field, how.words.get(field, {}).get(word, word)
        else:
            assert key in how.ignored or nested, f"{key!r} of the suite is neither compared nor ignored for a reason"


def ours(pack: Pack, rows: tuple[Row, ...]) -> set[Fact]:
    """What our rows say, also without the port, the MAC address or both, as suites often say it."""
    found: set[Fact] = set()
    for row in rows:
        ports, macs = _all(row.get("port")), _all(row.get("mac"))
        facts = [(field, _value(pack, field, value)) for field, held in row.items() for value in _all(held)]
        found |= {
            (port, mac, field, value)
            for port in {None, *(_value(pack, "port", p) if p else None for p in ports)}
            for mac in {None, *(_value(pack, "mac", m) if m else None for m in macs)}
            for field, value in facts
        }
    return found


def _all(value: object) -> list[str]:
    return [] if value is None else [str(each) for each in (value if isinstance(value, tuple) else (value,))]
