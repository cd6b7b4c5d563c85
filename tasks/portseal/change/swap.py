"""Another camera in the place of one (RMA): its row in cameras.csv, and no other byte of the file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from portseal.core.errors import InputError
from portseal.core.model import normal_mac


@dataclass(frozen=True)
class Swap:
    """A row that is to change: the file as it was read, and as it will be."""

    path: Path
    before: bytes
    after: bytes

    @property
    def files(self) -> dict[str, str]:
        """The site's files that are others with it, for whoever wants to see the site as it will be."""
        return {self.path.name: self.after.decode("utf-8-sig")}

    def write(self) -> None:
        """Put it into the file.

        Raises:
            InputError: the file changed since, or cannot be written.
        """
        try:
            if self.path.read_bytes() != self.before:
                raise InputError(f"{self.path}: changed meanwhile; nothing was done, begin again")
            fresh = self.path.with_suffix(".csv.new")
            fresh.write_bytes(self.after)
            fresh.replace(self.path)
        except OSError as error:
            raise InputError(f"{self.path}: {error.strerror}; nothing was done") from error


def swap_of(site: Path, camera: str, *, mac: str, serial: str = "") -> Swap:
    """The change that gives the camera called `camera` another MAC address (and serial number); nothing is written.

    An identity that its row names is kept, though it may be that of the old serial number.

    Raises:
        InputError: no such camera, a wrong MAC address, or a file that cannot be read.
    """
    path = site / "cameras.csv"
    try:
        before = path.read_bytes()
        after = with_camera(before.decode("utf-8"), camera, mac=_mac(mac), serial=serial, name=str(path)).encode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not in UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    return Swap(path, before, after)


def _mac(text: str) -> str:
    try:
        return normal_mac(text)
    except ValueError as error:
        raise InputError(f"--mac: {error}") from error


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
