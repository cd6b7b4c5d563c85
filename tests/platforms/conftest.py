"""Captures to walk: the project's own, and published ones beside the repository where they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from portseal.core.parsing import Row, parse
from portseal.core.platforms import Pack, load_pack, platform_folders

OWN = Path(__file__).parents[1] / "golden"
SHARED = Path(__file__).parents[3] / "shared" / "golden"
PLATFORM = "cisco_iosxe"
"""The platform that understands the published captures of `FOLDERS` in the test files."""

SAID_OTHERWISE = {
    "show_mac_address_table_dynamic_vlan": "show mac address-table dynamic vlan 802",
    "show_mac_address_table_dynamic_all": "show mac address-table dynamic",
    "show_mac-address-table_address_mac_vlan_vlan": "show mac-address-table address 0017.0100.0001 vlan 10",
    "show_mac_address-table_address_mac_vlan_vlan": "show mac address-table address 0017.0100.0001 vlan 10",
    "show_authentication_sessions_method_details": "show authentication sessions method dot1x details",
    "show_authentication_sessions_interface": "show authentication sessions interface Gi1/0/1",
}
ARGUMENTS = {
    "switch switch num r0": "switch 2 R0",
    "session-id session id": "session-id 0A3462B1000000102983C05C",
    "interface interface": "interface GigabitEthernet1/0/1",
    "mac mac address": "mac 001a.a136.c68a",
    "mac mac": "mac 001a.a136.c68a",
    "method method": "method dot1x",
    "mac address table": "mac address-table",
}


def typed(folder: str) -> str:
    """The command, as one types it, whose captures lie in `folder` of the published ones."""
    if folder in SAID_OTHERWISE:
        return SAID_OTHERWISE[folder]
    command = folder.replace("_", " ")
    for written, said in ARGUMENTS.items():
        command = command.replace(written, said)
    return command


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`shared_raw`: published captures in the folders that the test file's `FOLDERS` matches; `own`: our own, all of them."""
    if "shared_raw" in metafunc.fixturenames:
        wanted = re.compile(getattr(metafunc.module, "FOLDERS"))  # noqa: B009 - mypy knows no such attribute
        files = [f for f in sorted(SHARED.glob("cisco_ios*/*/*.raw")) if wanted.fullmatch(f.parent.name)]
        absent = pytest.param(None, marks=pytest.mark.skip(reason="../shared/golden is not here"), id="absent")
        metafunc.parametrize("shared_raw", [pytest.param(f, id=named(f)) for f in files] or [absent])
    if "own" in metafunc.fixturenames:
        files = sorted(file for file in OWN.glob("*/*/*.expected.json") if "rows" in json.loads(file.read_text()))
        metafunc.parametrize("own", [pytest.param(f, id=str(f.relative_to(OWN))) for f in files])


def named(raw: Path) -> str:
    """The capture's place, as lists in the tests name it."""
    return str(raw.relative_to(SHARED).with_suffix(""))


@pytest.fixture(scope="session")
def packs() -> dict[str, tuple[Pack, Path]]:
    """Every shipped platform with its folder."""
    return {name: (load_pack(folder), folder) for name, folder in platform_folders().items()}


@pytest.fixture(scope="session")
def rows_of(packs: dict[str, tuple[Pack, Path]]) -> Callable[[Path], tuple[Row, ...]]:
    """What our parser makes of a published capture."""
    pack, folder = packs[PLATFORM]
    return lambda raw: parse(pack, folder, typed(raw.parent.name), raw.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def expected_of() -> Callable[[Path], Any]:
    """What the suite a published capture comes from makes of it."""
    return lambda raw: yaml.safe_load(raw.with_suffix(".expected.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def name_of() -> Callable[[Path], str]:
    """The name under which the tests list a published capture."""
    return named
