"""JSON as switches print it, and the paths by which a platform's folder finds rows in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from portseal.core.errors import ParseError
from portseal.core.evidence import Evidence
from portseal.core.json_rows import JsonRows
from portseal.core.parsing import parse
from portseal.core.platforms import load_pack, platform_folders
from portseal.core.shows import Show

PARTICIPANTS = {
    "interfaces": {
        "Ethernet1/2": {
            "participants": {
                "01AB": {"success": True, "principal": True, "details": {"peers": ["x", "y"]}},
                "02CD": {"success": False, "principal": False, "details": {"peers": []}},
            }
        },
        "Ethernet2": {},
    }
}
SESSIONS = {
    "mka-session-information": [
        {
            "interface-name": [{"data": "ge-0/0/1"}],
            "session-live": [{"cak-name": [{"data": "AB"}]}, {"cak-name": [{"data": "CD"}]}],
        }
    ]
}


def test_the_keys_of_objects_become_fields_of_each_row() -> None:
    table = JsonRows(
        rows="interfaces/{port}/participants?/{ckn}",
        fields={"status": ("success", "principal"), "live_peers": "details/peers/#", "peers": "details/peers/*"},
    )
    assert table.read(json.dumps(PARTICIPANTS)) == [
        {"port": "Ethernet1/2", "ckn": "01AB", "status": "true true", "live_peers": "2", "peers": ["x", "y"]},
        {"port": "Ethernet1/2", "ckn": "02CD", "status": "false false", "live_peers": "0", "peers": []},
    ]


def test_arrays_of_data_are_walked_and_a_row_reaches_what_it_stands_in() -> None:
    table = JsonRows(
        rows="mka-session-information/*/session-live/*",
        fields={"port": "../../interface-name/0/data", "ckn": "cak-name/0/data"},
    )
    assert table.read(json.dumps(SESSIONS)) == [{"port": "ge-0/0/1", "ckn": "AB"}, {"port": "ge-0/0/1", "ckn": "CD"}]


def test_what_may_be_missing_leaves_the_field_empty() -> None:
    table = JsonRows(rows="*", fields={"vlan": "vlan?", "status": ("up", "used?"), "user": "user"})
    assert table.read('[{"up": true, "user": null}]') == [{"vlan": "", "status": "", "user": ""}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no JSON"),
        ('{"ports": {"Et1": {"mac": ', "no JSON"),
        ('{"ports": {"Et1": {}, "Et1": {}}}', "twice"),
        ('{"errors": ["not supported"]}', "'ports'"),
        ('{"ports": ["Et1"]}', "'{port}'"),
        ('{"ports": {"Et1": {"mac": ["00"]}}}', "no single value"),
        ('{"ports": {"Et1": {}}}', "'mac'"),
    ],
)
def test_json_that_says_something_else_is_not_understood(text: str, told: str) -> None:
    with pytest.raises(ParseError, match=told):
        JsonRows(rows="ports/{port}", fields={"mac": "mac"}).read(text)


@pytest.mark.parametrize("path", ["../x", "a/../../x"])
def test_no_path_leads_above_the_top(path: str) -> None:
    with pytest.raises(ParseError, match=r"'\.\.'"):
        JsonRows(rows=path).read('{"a": {}}')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A platform with a command that prints JSON."""
    made = tmp_path / "acme_os"
    shutil.copytree(platform_folders()["cisco_iosxe"], made)
    text = (made / "platform.toml").read_text(encoding="utf-8").replace('"cisco_iosxe"', '"acme_os"')
    (made / "platform.toml").write_text(text, encoding="utf-8")
    (made / "show.toml").write_text(
        """
[[show]]
commands = ["show peers [<interface>] | json"]
format = "json"
kind = "mka"
evidence = "documented"
source = "made up"
[show.json]
rows = "interfaces/{port}/participants?/{ckn}"
[show.json.fields]
status = "success"
live_peers = "details/peers/#"
""",
        encoding="utf-8",
    )
    return made


def test_rows_from_json_have_the_same_normal_spelling_as_rows_from_text(folder: Path) -> None:
    said = json.dumps(PARTICIPANTS, indent=4).replace("Ethernet1/2", "Gi1/0/2")
    text = f"sw-1#show peers | json\n{said}\nsw-1#"
    first, second = parse(load_pack(folder), folder, "show peers | json", text)
    assert first == {"port": "GigabitEthernet1/0/2", "ckn": "01ab", "status": "true", "live_peers": 2}
    assert second["live_peers"] == 0


def test_an_empty_object_is_an_answer_and_an_error_is_not(folder: Path) -> None:
    pack = load_pack(folder)
    assert parse(pack, folder, "show peers | json", '{"interfaces": {}}') == ()
    with pytest.raises(ParseError, match="show peers"):
        parse(pack, folder, "show peers | json", "% Unavailable command")


@pytest.mark.parametrize(
    "given", [{"format": "json"}, {"format": "text"}, {"template": "x.textfsm", "json": {"rows": "a"}}]
)
def test_a_command_is_read_in_exactly_one_way(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="each alone"):
        Show.model_validate({"commands": ("show x",), "evidence": Evidence.DOCUMENTED, "source": "made up", **given})
