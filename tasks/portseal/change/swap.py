"""Another camera in the place of one (RMA): its row in cameras.csv, and no other byte of the file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from portseal.core.errors import InputError
from portseal.core.model import normal_mac
from portseal.site import open_site


def swap_camera(site: Path, camera: str, *, mac: str, serial: str = "", dry: bool = False) -> None:
    """Give the camera called `camera` another MAC address (and serial number) in cameras.csv, or with `dry` only try to.

    An identity that its row names is kept, though it may be that of the old serial number.

    Raises:
        InputError: no such camera, a wrong MAC address, or a file that cannot be written.
        SiteError: the site would be wrong with it (the MAC address is another camera's, say); the file is as it was.
    """
    path = site / "cameras.csv"
    try:
        new = _mac(mac)
        before = path.read_bytes()
        after = with_camera(before.decode("utf-8"), camera, mac=new, serial=serial, name=str(path)).encode()
        if dry:
            return
        _replace(path, after)
        try:
            open_site(site)
        except BaseException:
            _replace(path, before)
            raise
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not in UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error


def _mac(text: str) -> str:
    try:
        return normal_mac(text)
    except ValueError as error:
        raise InputError(f"--mac: {error}") from error


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".csv.new")
    fresh.write_bytes(content)
    fresh.replace(path)


def with_camera(text: str, camera: str, *, mac: str, serial: str, name: str) -> str:
    """The text of a cameras.csv with another MAC address and serial number in one row.

    Raises:
        InputError: there is no such row or column.
    """
    lines = text.splitlines(keepends=True)
    columns, delimiter = _header(lines, name)
    where = {column: columns.index(column) for column in ("name", "mac", "serial") if column in columns}
    if serial and "serial" not in where:
        raise InputError(f"{name}: has no column `serial`; add it, or leave --serial out")
    for number, line in enumerate(lines):
        if line.removeprefix("\ufeff").lstrip().startswith("#"):
            continue
        fields = next(csv.reader([line], delimiter=delimiter), [])
        if len(fields) <= where["name"] or fields[where["name"]].strip() != camera:
            continue
        if len(fields) <= max(where.values()):
            raise InputError(f"{name}:{number + 1}: has fewer fields than the header; mend the row first")
        if line.count('"') % 2:
            raise InputError(f"{name}:{number + 1}: goes over several lines; write it on one first")
        fields[where["mac"]] = mac
        if serial:
            fields[where["serial"]] = serial
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator=line[len(line.rstrip("\r\n")) :]).writerow(fields)
        lines[number] = out.getvalue()
        return "".join(lines)
    raise InputError(f"{name}: no camera is called {camera!r}; name the one that is replaced with --port")


def _header(lines: list[str], name: str) -> tuple[list[str], str]:
    for line in [each.removeprefix("\ufeff") for each in lines]:
        if line.strip() and not line.startswith("#"):
            delimiter = ";" if line.count(";") > line.count(",") else ","
            columns = [text.strip().lower() for text in next(csv.reader([line], delimiter=delimiter))]
            if {"name", "mac"} <= set(columns):
                return columns, delimiter
            break
    raise InputError(f"{name}: no header that names `name` and `mac`")
