"""Rows of cameras.csv by themselves."""

from __future__ import annotations

import pytest

from portseal.core.cameras import COLUMNS, read_cameras
from portseal.core.inventory import CameraMacsec, Stage, Supplicant
from portseal.core.model import normal_mac

HEADER = "name,mac,switch,port,profile"
ROW = "cam-1,ac:cc:8e:00:00:01,acc-01,Gi1/0/1,sealed"


def told(text: str) -> list[tuple[int | None, str | None, str]]:
    return [(found.row, found.column, found.code) for found in read_cameras(text).findings]


def test_a_row_with_every_column_becomes_a_camera() -> None:
    values = {
        "name": "cam-1",
        "mac": "ACCC.8E00.0001",
        "switch": "acc-01",
        "port": "Gi1/0/1",
        "profile": "sealed",
        "ip": "2001:db8::17",
        "model": "AXIS P3265-LVE",
        "serial": "ACCC8E000001",
        "vlan": "110",
        "identity": "axis-accc8e000001",
        "supplicant": "eap-tls",
        "macsec": "derived",
        "recorder": "rec-1",
        "location": '"Straße 7, Nord"',
        "stage": "monitor",
    }
    assert tuple(values) == COLUMNS
    read = read_cameras(f"{','.join(values)}\n{','.join(values.values())}\n")
    assert read.findings == ()
    [(camera, wrong)] = read.rows
    assert wrong == frozenset()
    assert camera.model_dump() == {
        **values,
        "mac": "ac:cc:8e:00:00:01",
        "vlan": 110,
        "supplicant": Supplicant.EAP_TLS,
        "macsec": CameraMacsec.DERIVED,
        "location": "Straße 7, Nord",
        "stage": Stage.MONITOR,
        "row": 2,
    }


def test_rows_are_counted_as_an_editor_counts_lines() -> None:
    text = f'# exported\n{HEADER},location\n\n{ROW},"two\nlines"\n# a comment\n{ROW},\n'
    read = read_cameras(text)
    assert [row.camera.row for row in read.rows] == [4, 7]
    assert [(found.row, found.code) for found in read.findings] == [(4, "unsafe-text")]


def test_a_row_is_checked_to_its_end_though_its_beginning_is_wrong() -> None:
    text = f"{HEADER},vlan,ip,stage\ncam 1,x,a b,Gi1/0/1,p!,0,1.2.3,sealt\n"
    assert {column for _, column, _ in told(text)} == {"name", "mac", "switch", "profile", "vlan", "ip", "stage"}


def test_fields_that_are_right_survive_beside_one_that_is_wrong() -> None:
    [(camera, wrong)] = read_cameras(f"{HEADER},vlan\n{ROW},5000\n").rows
    assert wrong == {"vlan"}
    assert (camera.name, camera.mac, camera.vlan) == ("cam-1", "ac:cc:8e:00:00:01", None)


@pytest.mark.parametrize("vlan", ["0", "4095", "-1", "1e2", "110.0", "+110", "1_1", "٣", "none"])
def test_what_is_no_vlan_is_refused(vlan: str) -> None:
    assert told(f"{HEADER},vlan\n{ROW},{vlan}\n") == [(2, "vlan", "bad-vlan")]


@pytest.mark.parametrize("address", ["192.0.2", "192.0.2.256", "192.0.2.01", "fe80::1%eth0", "cam.example.net", "1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    assert told(f"{HEADER},ip\n{ROW},{address}\n") == [(2, "ip", "bad-ip")]


@pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::1"])
def test_what_is_an_address_is_taken(address: str) -> None:
    assert told(f"{HEADER},ip\n{ROW},{address}\n") == []


@pytest.mark.parametrize(
    "mac",
    ["ac:cc:8e:00:00", "ac:cc:8e:00:00:01:02", "ac:cc:8e:00:00:0x", "ac:cc-8e:00:00:01", "00:00:00:00:00:00", "٠" * 12],
)
def test_what_is_no_mac_is_refused(mac: str) -> None:
    assert told(f"{HEADER}\ncam-1,{mac},acc-01,Gi1/0/1,sealed\n") == [(2, "mac", "bad-mac")]


@pytest.mark.parametrize("mac", ["01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "0100.5E00.0001"])
def test_a_group_address_is_refused(mac: str) -> None:
    assert told(f"{HEADER}\ncam-1,{mac},acc-01,Gi1/0/1,sealed\n") == [(2, "mac", "multicast-mac")]


@pytest.mark.parametrize(
    "text", ["ACCC8E010203", "ac-cc-8e-01-02-03", "AC:CC:8E:01:02:03", "accc.8e01.0203", "ACCC-8E01-0203"]
)
def test_every_usual_spelling_of_a_mac_is_the_same(text: str) -> None:
    assert normal_mac(text) == "ac:cc:8e:01:02:03"


@pytest.mark.parametrize(
    "evil", ["a\nb", "a\rb", "a\x00b", "a\x1b[2J", "a\u2028b", "a\u202eb", "a!b", "a?b", "a{{b", "a}b"]
)
@pytest.mark.parametrize("column", ["name", "switch", "port", "profile", "identity", "location", "model"])
def test_text_that_could_be_read_as_configuration_is_refused(column: str, evil: str) -> None:
    values = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {column: f'"{evil}"'}
    text = f"{','.join(values)}\n{','.join(values.values())}\n"
    assert told(text) == [(2, column, "unsafe-text")]


def test_a_message_is_one_line_and_short_whatever_the_value() -> None:
    for value in ("x" * 100_000, "a\nb" * 1000, "\u202e" * 500):
        [found] = read_cameras(f'{HEADER}\n"{value}",ac:cc:8e:00:00:01,acc-01,Gi1/0/1,sealed\n').findings
        assert found.message.isprintable()
        assert len(found.message) < 300


def test_blanks_around_a_field_and_surplus_empty_fields_do_not_count() -> None:
    read = read_cameras("Name , MAC,switch,port,profile,,\n cam-1 ,\tac:cc:8e:00:00:01,acc-01,Gi1/0/1,sealed,,,,\n")
    assert read.findings == ()
    assert read.rows[0].camera.name == "cam-1"


def test_a_missing_column_is_told_once_and_not_in_every_row() -> None:
    text = "name,switch,port,profile\n" + "".join(f"cam-{n},acc-01,Gi1/0/{n},sealed\n" for n in range(9))
    read = read_cameras(text)
    assert [(found.row, found.column, found.code) for found in read.findings] == [(1, "mac", "missing-column")]
    assert all(row.wrong == {"mac"} for row in read.rows)


def test_rows_after_a_broken_one_are_read() -> None:
    read = read_cameras(f'{HEADER}\n"cam"x,,,,\n{ROW}\n')
    assert [(found.row, found.code) for found in read.findings] == [(2, "broken-csv")]
    assert [row.camera.row for row in read.rows] == [3]
