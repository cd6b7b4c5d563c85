"""Commands as one types them, and text as switches and terminals leave it."""

from __future__ import annotations

import pytest

from portseal.core.commands import recognise
from portseal.core.errors import InputError, ParseError
from portseal.core.parsing import parse
from portseal.core.platforms import Kind, load_pack, platform_folders

FOLDER = platform_folders()["cisco_iosxe"]
PACK = load_pack(FOLDER)
TABLE = """\
Interface    MAC Address    Method  Domain  Status Fg Session ID
Gi1/0/5      accc.8e01.0203 dot1x   DATA    Auth      0A0A010100000011B2C3D4E5

Session count = 1
"""


@pytest.mark.parametrize(
    ("command", "kind", "port", "selects"),
    [
        ("show authentication sessions", Kind.SESSION, None, False),
        ("  SHOW   authentication sessions  ", Kind.SESSION, None, False),
        ("show authentication sessions interface gi1/0/5", Kind.SESSION, "GigabitEthernet1/0/5", False),
        (
            "show authentication sessions interface Gig 1/0/5 details",
            Kind.SESSION_DETAIL,
            "GigabitEthernet1/0/5",
            False,
        ),
        ("show authentication sessions mac accc.8e01.0203 details", Kind.SESSION_DETAIL, None, True),
        ("show authentication sessions session-id 0A0A010100000011B2C3D4E5 details", Kind.SESSION_DETAIL, None, True),
        ("show authentication sessions method mab details", Kind.SESSION_DETAIL, None, True),
        (
            "show access-session interface Te1/1/1 details switch 2 R0",
            Kind.SESSION_DETAIL,
            "TenGigabitEthernet1/1/1",
            True,
        ),
        ("show mka sessions interface Gi1/0/5 detail", Kind.MKA, "GigabitEthernet1/0/5", False),
        ("show mac address-table", Kind.MAC, None, False),
        ("show mac address-table dynamic vlan 110", Kind.MAC, None, True),
        ("show macsec interface GigabitEthernet1/0/5", Kind.COUNTERS, "GigabitEthernet1/0/5", False),
    ],
)
def test_a_command_is_recognised_with_its_arguments(command: str, kind: Kind, port: str | None, selects: bool) -> None:
    known = recognise(PACK, command)
    assert (known.show.kind, known.port, known.selects) == (kind, port, selects)


@pytest.mark.parametrize("command", ["", "show", "show mka", "show mka sessions detail please", "sh mka sessions"])
def test_an_unknown_command_is_answered_with_those_there_are(command: str) -> None:
    with pytest.raises(InputError) as caught:
        recognise(PACK, command)
    assert all(form in str(caught.value) for show in PACK.show for form in show.commands)


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        "show authentication sessions\n" + TABLE,
        "sh auth sess\n" + TABLE,
        "\n\nacc-01#sh auth ses\n" + TABLE + "\nacc-01#",
        "acc-01(config)#do show authentication sessions\n" + TABLE,
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("     ", " "),
    ],
)
def test_text_is_understood_as_terminals_leave_it(text: str) -> None:
    (row,) = parse(PACK, FOLDER, "show authentication sessions", text)
    assert (row["port"], row["mac"], row["status"]) == ("GigabitEthernet1/0/5", "ac:cc:8e:01:02:03", "Auth")


def test_a_command_echoed_over_two_lines_is_no_output() -> None:
    text = "acc-01#show authentication sessions interface GigabitEthernet1/0/6\ndetails\n  Interface:  GigabitEthernet1/0/6\n"
    (row,) = parse(PACK, FOLDER, "show authentication sessions interface GigabitEthernet1/0/6 details", text)
    assert row["port"] == "GigabitEthernet1/0/6"


def test_a_table_with_fewer_rows_than_it_counts_was_cut() -> None:
    with pytest.raises(ParseError, match="1 of 2 entries"):
        parse(PACK, FOLDER, "show authentication sessions", TABLE.replace("count = 1", "count = 2"))


def test_a_heading_without_rows_was_cut_where_none_is_said_otherwise() -> None:
    with pytest.raises(ParseError, match="no row in it"):
        parse(PACK, FOLDER, "show authentication sessions", TABLE.splitlines()[0])


def test_the_message_has_the_first_line_that_was_not_understood() -> None:
    lines = TABLE.splitlines()
    text = "\n".join([*lines[:2], "Gi1/0/6  what is this", "% and this?", *lines[2:]])
    with pytest.raises(ParseError) as caught:
        parse(PACK, FOLDER, "show authentication sessions", text)
    assert str(caught.value) == "`show authentication sessions`: not understood: 'Gi1/0/6  what is this'"


def test_the_caret_below_a_refused_command_is_not_the_message() -> None:
    text = "show mka sessions\n      ^\n% Invalid input detected at '^' marker.\n"
    with pytest.raises(ParseError, match=r"not understood: .% Invalid input detected"):
        parse(PACK, FOLDER, "show mka sessions", text)


def test_neither_a_row_nor_a_message_shows_a_key_string() -> None:
    text = 'Key-chain PS-cam:\n    key 01 -- text "5ec2e75ec2e7"\n'
    assert "5ec2e7" not in str(parse(PACK, FOLDER, "show key chain", text))
    with pytest.raises(ParseError) as caught:
        parse(PACK, FOLDER, "show key chain", text.replace("key 01 --", "key 01 (new) --"))
    assert "5ec2e7" not in str(caught.value)
    assert "key 01 (new)" in str(caught.value)


def test_a_row_is_named_after_the_interface_that_was_asked_for_where_the_output_names_none() -> None:
    text = "MACsec is disabled\n No Transmit Secure Channels\n No Receive Secure Channels\n"
    (row,) = parse(PACK, FOLDER, "show macsec interface gi 1/0/5", text)
    assert row["port"] == "GigabitEthernet1/0/5"
