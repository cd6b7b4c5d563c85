"""Published captures of 802.1X in which ports that wait for nobody stand beside sessions: only sessions are rows of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from contract.profiles import packs
from contract.published import captures, typed

from portseal.core.parsing import parse
from portseal.core.portname import long_port

FOLDER = "show_dot1x_interface_display_xml"
WAITS = "Initialize"
CAPTURES = [(name, raw) for name in sorted(packs()) for raw in captures(name) if raw.parent.name == FOLDER]


@pytest.mark.parametrize(("platform", "raw"), CAPTURES)
def test_every_session_is_a_row_and_a_port_without_one_is_none(platform: str, raw: Path) -> None:
    pack, folder = packs()[platform]
    suite = yaml.safe_load(raw.with_suffix(".expected.yml").read_text(encoding="utf-8"))["interfaces"]
    rows = parse(pack, folder, typed(platform, FOLDER), raw.read_text(encoding="utf-8"))
    shown = {
        (
            row["port"],
            row["status"],
            row["mac"],
            row["method"],
            row["user"],
            None if row["vlan"] is None else str(row["vlan"]),
        )
        for row in rows
    }
    assert shown == {
        (
            long_port(pack.ports, each["interface_name"]),
            each["state"],
            each["user_mac_address"].lower() if "user_mac_address" in each else None,
            each.get("authenticated_method"),
            each.get("user_name"),
            each.get("authenticated_vlan"),
        )
        for each in suite
        if each["state"] != WAITS
    }
