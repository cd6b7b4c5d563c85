"""What a site remembers between runs: which ports were sealed, and what undecodable texts on its switches stand for.

A JSON file, `state.json`, and a line in `state.jsonl` for each switch that was remembered since that was written: a change of one switch
writes one line, whatever the number of switches. Without them, released ports are not noticed and secrets of type 6 look changed once.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

from portseal.core.errors import InputError
from portseal.core.model import Value
from portseal.transport.whole_file import locked, replace_file, sync_folder

_LOCK = threading.Lock()
_LINES = 64
"""So many lines, and twice as many as there are switches, are put into the whole file before a further one is added."""


class SwitchMemory(Value):
    """One switch."""

    ports: tuple[str, ...] = ()
    """Long names of the ports that portseal sealed and has not released."""
    stored: dict[str, str] = {}
    """Mark of an undecodable text → mark of the secret that was pushed."""


class _File(Value):
    schema_version: Literal[1] = 1
    switches: dict[str, SwitchMemory] = {}


class _Line(SwitchMemory):
    switch: str


class Remembers(Protocol):
    """What is remembered of switches, wherever that is kept."""

    @property
    def folder(self) -> Path:
        """Where a site's own files of this machine are."""
        ...

    def sealed(self, switch: str) -> frozenset[str]:
        """Long names of the ports of `switch` that portseal sealed."""
        ...

    def stored(self, switch: str) -> Mapping[str, str]:
        """What undecodable texts of `switch` stand for."""
        ...

    def remember(self, switch: str, *, ports: frozenset[str], stored: Mapping[str, str]) -> None:
        """Keep what a confirmed change left on `switch`."""
        ...


_Seen = tuple[int, int, int]
"""Inode, time of change and size of a file; noughts where there is none."""


class Memory:
    """The files in `folder`. Safe from several threads and processes; what others write is seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, SwitchMemory] = {}
        self._whole: _Seen = (0, 0, 0)
        self._added: _Seen = (0, 0, 0)
        """What the files looked like when they were read last."""
        self._read_to, self._lines = 0, 0
        """How far the lines were read, in octets, and how many they are."""

    @property
    def path(self) -> Path:
        """The whole file."""
        return self.folder / "state.json"

    @property
    def added(self) -> Path:
        """The lines."""
        return self.folder / "state.jsonl"

    def sealed(self, switch: str) -> frozenset[str]:
        """Long names of the ports of `switch` that portseal sealed."""
        return frozenset(self._read().get(switch, SwitchMemory()).ports)

    def stored(self, switch: str) -> Mapping[str, str]:
        """What undecodable texts of `switch` stand for."""
        return self._read().get(switch, SwitchMemory()).stored

    def remember(self, switch: str, *, ports: frozenset[str], stored: Mapping[str, str]) -> None:
        """Keep what a confirmed change left on `switch`; it is on the disk when this returns."""
        line = _Line(switch=switch, ports=tuple(sorted(ports)), stored=dict(stored)).model_dump_json() + "\n"
        with _LOCK, locked(self.folder / "state.lock"):
            known = self._refreshed()
            if self._lines >= max(_LINES, 2 * len(known)):
                self._put_together(known)
            made = not self.added.exists()
            with os.fdopen(os.open(self.added, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                file.truncate(self._read_to)  # the half of a line that somebody who died left behind
                file.seek(self._read_to)
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
            if made:
                sync_folder(self.folder)

    def _put_together(self, known: Mapping[str, SwitchMemory]) -> None:
        """All of it into one file; who dies between the two has both, which say the same."""
        replace_file(self.path, _File(switches=dict(known)).model_dump_json(indent=1).encode())
        self.added.unlink(missing_ok=True)
        self._whole, self._added, self._read_to, self._lines = _seen(self.path), _seen(self.added), 0, 0

    def _read(self) -> Mapping[str, SwitchMemory]:
        if (_seen(self.path), _seen(self.added)) == (self._whole, self._added):
            return self._known
        with _LOCK:
            return self._refreshed()

    def _refreshed(self) -> Mapping[str, SwitchMemory]:
        """What the files say: lines that came since alone are read, where nothing else changed."""
        try:
            whole, added = _seen(self.path), _seen(self.added)
            if whole != self._whole or added[0] != self._added[0] or added[2] < self._read_to:
                self._known = dict(self._from_whole())
                self._read_to, self._lines = 0, 0
            self._take_lines()
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.folder}: state.json or state.jsonl is damaged; restore them or move them away (released ports will not be noticed then)"
            ) from error
        self._whole, self._added = whole, added
        return self._known

    def _from_whole(self) -> Mapping[str, SwitchMemory]:
        try:
            return _File.model_validate(json.loads(self.path.read_text(encoding="utf-8"))).switches
        except FileNotFoundError:
            return {}

    def _take_lines(self) -> None:
        """What was added; the last line may be half there."""
        try:
            with self.added.open("rb") as file:
                file.seek(self._read_to)
                for raw in file:
                    if not raw.endswith(b"\n"):
                        break
                    line = _Line.model_validate_json(raw)
                    self._known[line.switch] = SwitchMemory(ports=line.ports, stored=line.stored)
                    self._read_to += len(raw)
                    self._lines += 1
        except FileNotFoundError:
            return


def _seen(path: Path) -> _Seen:
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0, 0
    return state.st_ino, state.st_mtime_ns, state.st_size
