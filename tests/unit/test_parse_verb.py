"""`portseal parse`: rows as JSON on stdout, or one message on stderr and exit code 1."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from portseal.cli.parse import parse
from portseal.core.errors import InputError, ParseError

TEXT = "%No Secure Channels\n"


def test_rows_are_printed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "summary.txt"
    file.write_text("Interface   Transmit SC   Receive SC\nGi1/0/5     1     1\n", encoding="utf-8")
    parse("cisco_iosxe", "show macsec summary", str(file), tmp_path)
    assert json.loads(capsys.readouterr().out) == {
        "platform": "cisco_iosxe",
        "command": "show macsec summary",
        "rows": [{"port": "GigabitEthernet1/0/5", "tx_sc": 1, "rx_sc": 1}],
    }


def test_standard_input_is_read_where_no_file_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    parse("cisco_iosxe", "show macsec summary", site=tmp_path)
    assert json.loads(capsys.readouterr().out)["rows"] == []


def test_an_unknown_platform_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no platform 'acme_os'.*cisco_iosxe"):
        parse("acme_os", "show macsec summary", "-", tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.txt: No such file"):
        parse("cisco_iosxe", "show macsec summary", str(tmp_path / "absent.txt"), tmp_path)


def test_text_that_is_not_understood_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cut.txt"
    file.write_bytes(b"\xff\xfe\x00 garbage")
    with pytest.raises(ParseError, match="not understood"):
        parse("cisco_iosxe", "show macsec summary", str(file), tmp_path)
    assert capsys.readouterr().out == ""
