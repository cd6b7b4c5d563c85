"""cameras.csv in, camera rows out: everything that a row by itself can have wrong is told here."""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from portseal.core.findings import NAME_RULE, LintCode, finding, listed, nearest, shown
from portseal.core.inventory import Camera, CameraMacsec, Stage, Supplicant
from portseal.core.model import Finding, lean

COLUMNS = tuple(name for name in Camera.model_fields if name != "row")
REQUIRED = tuple(name for name, field in Camera.model_fields.items() if field.is_required())
_WORDS: Mapping[str, type[StrEnum]] = {"supplicant": Supplicant, "macsec": CameraMacsec, "stage": Stage}
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_RULES: Mapping[str, tuple[LintCode, str]] = {
    "mac": (LintCode.BAD_MAC, "is no camera's MAC address; write it as ac:cc:8e:01:02:03"),
    "vlan": (LintCode.BAD_VLAN, "is no VLAN; write a number from 1 to 4094"),
    "ip": (LintCode.BAD_IP, "is no IP address; write it as 192.0.2.17"),
    **dict.fromkeys(("name", "switch", "profile"), (LintCode.BAD_NAME, f"is no name; {NAME_RULE}")),
}
# What stands in for a field that is wrong or missing, so that the rest of its row can be checked; never seen outside.
_STAND_IN = {"name": "x", "mac": "02:00:00:00:00:01", "switch": "x", "port": "x", "profile": "x"}
_ROWS: TypeAdapter[list[Camera]] = TypeAdapter(list[Camera])


class CameraRow(NamedTuple):
    """One row of cameras.csv: a camera, and which of its fields stand for something wrong."""

    camera: Camera
    wrong: frozenset[str]


_SHARED = {"switch", "port", "profile", "model", "vlan", "supplicant", "macsec", "recorder", "location", "stage"}
"""Columns in which many cameras say the same, which is kept once."""


class _Once(dict[str, str]):
    """Gives each text as it came first."""

    def __missing__(self, text: str) -> str:
        return self.setdefault(text, text)


class CamerasFile(NamedTuple):
    """What cameras.csv gives."""

    rows: tuple[CameraRow, ...]
    findings: tuple[Finding, ...]


def read_cameras(text: str, file: str = "cameras.csv") -> CamerasFile:
    """The rows of cameras.csv, and all that is wrong with each by itself.

    Fields are separated by `,` or `;`. Empty lines, and lines that begin with `#`, are no rows.
    """
    records, broken = _records(text, file)
    if not records:
        message = f"no header; the first line names the columns: {', '.join(REQUIRED)}, ..."
        return CamerasFile((), (*broken, finding(LintCode.MISSING_COLUMN, message, file=file, row=1)))
    columns, header = _columns(*records[0], file)
    absent = frozenset(REQUIRED) - {name for name in columns if name}
    raw, counted = _raw_rows(columns, records[1:], absent, file)
    rows, mistakes = _validated(raw, absent, file)
    return CamerasFile(rows, (*broken, *header, *counted, *mistakes))


def _records(text: str, file: str) -> tuple[list[tuple[int, list[str]]], list[Finding]]:
    """Every record that is no comment, with the line it begins on."""
    head = next((line for line in text.split("\n") if line.strip() and not line.startswith("#")), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(head), strict=True)
    records: list[tuple[int, list[str]]] = []
    findings: list[Finding] = []
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return records, findings
        except csv.Error as error:
            findings.append(
                finding(LintCode.BROKEN_CSV, _csv_message(error, begins, reader.line_num), file=file, row=begins)
            )
            continue
        if any(cells) and not cells[0].lstrip().startswith("#"):
            records.append((begins, cells))


def delimiter(head: str) -> str:
    """What separates fields, by the header: `,` or `;`."""
    return ";" if head.count(";") > head.count(",") else ","


def _csv_message(error: csv.Error, begins: int, ends: int) -> str:
    if "unexpected end of data" in str(error):
        return f"a quotation mark opens here and never closes, so lines {begins} to {ends} were not read"
    return f"this is no CSV ({error}); a quotation mark inside a quoted field is written twice"


def _columns(row: int, cells: Sequence[str], file: str) -> tuple[tuple[str | None, ...], list[Finding]]:
    """The column of each position, None for one that is not used, and what is wrong with the header."""
    columns: list[str | None] = []
    findings: list[Finding] = []
    for cell in cells:
        name = cell.strip().casefold()
        if name in COLUMNS and name not in columns:
            columns.append(name)
            continue
        columns.append(None)
        if name in COLUMNS:
            message = f"column {name!r} stands here twice; the first is used"
            findings.append(finding(LintCode.DUPLICATE_COLUMN, message, file=file, row=row, column=name))
        elif name:
            message = f"no column is called {shown(cell.strip())}{nearest(name, COLUMNS)}; known: {', '.join(COLUMNS)}"
            findings.append(finding(LintCode.UNKNOWN_COLUMN, message, file=file, row=row, column=cell.strip()[:64]))
    for name in REQUIRED:
        if name not in columns:
            message = f"column {name!r} is missing; every camera needs {', '.join(REQUIRED)}"
            findings.append(finding(LintCode.MISSING_COLUMN, message, file=file, row=row, column=name))
    return tuple(columns), findings


def _raw_rows(
    columns: Sequence[str | None], records: Sequence[tuple[int, list[str]]], absent: frozenset[str], file: str
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Each record as a mapping of its non-empty fields; `row` is its line."""
    stand_in = {name: _STAND_IN[name] for name in absent}
    once, shared = _Once(), [name for name in columns if name in _SHARED]
    width = len(columns)
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for line, cells in records:
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            message = (
                f"{len(cells)} fields where the header has {width}; a field that holds the delimiter stands in quotes"
            )
            findings.append(finding(LintCode.FIELD_COUNT, message, file=file, row=line))
            continue
        row: dict[str, Any] = {
            name: value for name, cell in zip(columns, cells, strict=False) if name and (value := cell.strip(" \t"))
        }
        for name in shared:
            if name in row:
                row[name] = once[row[name]]
        row.update(stand_in)
        row["row"] = line
        rows.append(row)
    return rows, findings


def _validated(
    raw: list[dict[str, Any]], absent: frozenset[str], file: str
) -> tuple[tuple[CameraRow, ...], list[Finding]]:
    """All rows as cameras; a field that is wrong is told, and stood in for."""
    wrong: dict[int, set[str]] = {}
    findings: list[Finding] = []

    def tell(index: int, field: str, code: LintCode, message: str) -> None:
        if field not in wrong.setdefault(index, set()):
            wrong[index].add(field)
            findings.append(finding(code, message, file=file, row=raw[index]["row"], column=field))

    for index, field, value in _malformed(raw):
        code, rule = _RULES[field]
        tell(index, field, code, f"{shown(value)} {rule}")
    try:
        cameras = _ROWS.validate_python(raw)
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            index, field = int(mistake["loc"][0]), str(mistake["loc"][1])
            tell(index, field, *_told(field, mistake))
        for index, fields in wrong.items():
            raw[index] = {name: value for name, value in raw[index].items() if name not in fields}
            raw[index].update({name: _STAND_IN[name] for name in fields if name in _STAND_IN})
        cameras = _ROWS.validate_python(raw)
    rows = (
        CameraRow(lean(camera), absent.union(wrong[index]) if index in wrong else absent)
        for index, camera in enumerate(cameras)
    )
    return tuple(rows), findings


def _malformed(raw: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """(index, field, value) of numbers and addresses that Python would read more kindly than a spreadsheet's author meant."""
    for index, row in enumerate(raw):
        if (vlan := row.get("vlan")) and not (vlan.isascii() and vlan.isdecimal()):
            yield index, "vlan", vlan
        if (address := row.get("ip")) and not _IPV4.fullmatch(address) and not _is_address(address):
            yield index, "ip", address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _told(field: str, mistake: ErrorDetails) -> tuple[LintCode, str]:
    """Code and message for one field of one row."""
    value = str(mistake["input"])
    if mistake["type"] == "missing":
        return LintCode.MISSING_VALUE, f"{field} is empty; every camera needs {', '.join(REQUIRED)}"
    if field in _WORDS:
        words = [str(word) for word in _WORDS[field]]
        return LintCode.BAD_WORD, f"{shown(value)} is not one of {listed(words)}{nearest(value, words)}"
    code, rule = _RULES.get(field, (LintCode.BAD_VALUE, f"{mistake['msg'][:1].lower()}{mistake['msg'][1:]}"))
    if field == "mac" and "multicast" in mistake["msg"]:
        code, rule = LintCode.MULTICAST_MAC, "is a multicast address; a camera has a unicast one"
    elif field not in ("mac", "vlan") and not _is_plain(value):
        code, rule = LintCode.UNSAFE_TEXT, f"{_why_unsafe(value)}; it could be read as configuration"
    return code, f"{shown(value)} {rule}"


def _is_plain(value: str) -> bool:
    return value.isprintable() and not set("!?{}").intersection(value)


def _why_unsafe(text: str) -> str:
    first = next(character for character in text if not character.isprintable() or character in "!?{}")
    if first in "\r\n":
        return "has a line break in it"
    return f"holds {first!r}" if first in "!?{}" else f"holds the invisible character U+{ord(first):04X}"
