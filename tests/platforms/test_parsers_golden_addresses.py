"""Address tables in published captures: our rows have the VLAN, MAC, port and kind that their own suite finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from portseal.core.parsing import Row
from portseal.core.platforms import Pack
from portseal.core.portname import long_port

FOLDERS = r"show_mac[-_ ]address[-_]table.*"

LOST_BY_THE_SUITE = {
    "cisco_ios/show_mac-address-table/ntc_2": "leaves the table of group addresses out",
    "cisco_iosxe/show_mac_address_table_dynamic_all/genie_1": "keeps the last VLAN of an address",
}
Entry = tuple[str, str, str, bool]
"""VLAN (empty where there is none), MAC, port, static."""


def mac_of(text: str) -> str:
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def vlan_of(value: object) -> str:
    """The VLAN; suites write 0, -1, `all` or dashes for none."""
    return str(value) if str(value).isdigit() and int(str(value)) > 0 else ""


def expected_entries(tree: Any) -> Iterator[tuple[object, str, str, object]]:
    """VLAN, MAC, port and kind from whichever shape the suite has."""
    match tree:
        case {"parsed_sample": rows}:
            for row in rows:
                for port in row["destination_port"]:
                    yield row["vlan_id"], row["destination_address"], port, row["type"]
        case {"mac_table": {"vlans": vlans}}:
            for vlan, below in vlans.items():
                for mac, entry in below["mac_addresses"].items():
                    for port, each in entry.get("interfaces", {}).items():
                        yield vlan, mac, port, each["entry_type"]
                    if "drop" in entry:
                        yield vlan, mac, "Drop", entry["drop"]["entry_type"]
        case {"mac_table": vlans}:
            for vlan, below in vlans.items():
                for mac, entry in below.items():
                    for port in entry["ports"]:
                        yield vlan, mac, port, entry["type"]
        case {"mac_address_table": entries}:
            for entry in entries.values():
                yield entry["vlan"], entry["mac_address"], entry["ports"], entry["type"]
        case {"macAddress": entries}:
            for mac, entry in entries.items():
                yield entry["VlanID"], mac, entry["Ports"], entry["Type"]
        case {"ports": entries}:
            for entry in entries.values():
                yield entry["vlan-id"], entry["mac-address"], entry["port"], entry["type"]
        case list(rows):
            for row in rows:
                yield row["vlan"], row["mac"], row["interface"], "static" if row["static"] else "dynamic"
        case _:
            raise AssertionError(f"a shape nobody reads: {tree!r:.200}")


def entry_of(pack: Pack, vlan: object, mac: str, port: str, kind: object) -> Entry:
    try:
        port = long_port(pack.ports, port)
    except ValueError:
        port = port.lower()
    return vlan_of(vlan), mac_of(mac), port, str(kind).lower() in ("static", "system")


def test_every_address_is_where_its_own_suite_finds_it(
    shared_raw: Path,
    rows_of: Callable[[Path], tuple[Row, ...]],
    expected_of: Callable[[Path], Any],
    name_of: Callable[[Path], str],
    packs: dict[str, tuple[Pack, Path]],
) -> None:
    pack = packs["cisco_iosxe"][0]
    rows = rows_of(shared_raw)
    ours = {entry_of(pack, row["vlan"], str(row["mac"]), str(row["port"] or ""), row["type"]) for row in rows}
    theirs = {entry_of(pack, *entry) for entry in expected_entries(expected_of(shared_raw))}
    assert theirs
    if "napalm" in shared_raw.name:
        # Where a routed port stands in place of a VLAN, that suite has VLAN -1 and takes it for the port; where the switch
        # names several ports or itself, it has one or none.
        by_mac = {(vlan, mac, static) for vlan, mac, _, static in theirs}
        assert {(vlan, mac, static) for vlan, mac, _, static in ours} == by_mac
        theirs = {entry for entry in theirs if re.search(r"\d", entry[2])}
        shown = {(mac, port) for _, mac, port, _ in ours} | {
            (str(row["mac"]), long_port(pack.ports, str(row["vlan"]))) for row in rows if "/" in str(row["vlan"])
        }
        assert {(mac, port) for _, mac, port, _ in theirs} - shown == set()
    elif name_of(shared_raw) in LOST_BY_THE_SUITE:
        assert theirs < ours
    else:
        assert ours == theirs
