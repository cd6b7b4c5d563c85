"""What a site remembers between runs: which ports were sealed, and what undecodable texts on its switches stand for.

One JSON file, replaced as a whole and read again only where that has happened; without it, released ports are not noticed and secrets of type 6 look changed once.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

from pydantic import ValidationError

from portseal.core.errors import InputError
from portseal.core.model import Value

_LOCK = threading.Lock()


class SwitchMemory(Value):
    """One switch."""

    ports: tuple[str, ...] = ()
    """Long names of the ports that portseal sealed and has not released."""
    stored: dict[str, str] = {}
    """Mark of an undecodable text → mark of the secret that was pushed."""


class _File(Value):
    schema_version: Literal[1] = 1
    switches: dict[str, SwitchMemory] = {}


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


class Memory:
    """The file `state.json` in `folder`. Safe from several threads of one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: tuple[tuple[int, int, int], _File] | None = None
        """What the file held when it was last read, and what it looked like from outside then."""

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return self.folder / "state.json"

    def _read(self) -> _File:
        try:
            state = self.path.stat()
            version, kept = (state.st_ino, state.st_mtime_ns, state.st_size), self._kept
            if kept is None or kept[0] != version:
                kept = self._kept = version, _File.model_validate(json.loads(self.path.read_text(encoding="utf-8")))
            return kept[1]
        except FileNotFoundError:
            return _File()
        except (OSError, json.JSONDecodeError, ValidationError) as error:
            raise InputError(
                f"{self.path}: damaged; restore it or move it away (released ports will not be noticed then)"
            ) from error

    def sealed(self, switch: str) -> frozenset[str]:
        """Long names of the ports of `switch` that portseal sealed."""
        return frozenset(self._read().switches.get(switch, SwitchMemory()).ports)

    def stored(self, switch: str) -> Mapping[str, str]:
        """What undecodable texts of `switch` stand for."""
        return self._read().switches.get(switch, SwitchMemory()).stored

    def remember(self, switch: str, *, ports: frozenset[str], stored: Mapping[str, str]) -> None:
        """Keep what a confirmed change left on `switch`."""
        with _LOCK:
            file = self._read()
            switches = {**file.switches, switch: SwitchMemory(ports=tuple(sorted(ports)), stored=dict(stored))}
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = self.path.with_suffix(f".{os.getpid()}.new")
            fresh.write_text(_File(switches=switches).model_dump_json(indent=1), encoding="utf-8")
            fresh.chmod(0o600)
            fresh.replace(self.path)
