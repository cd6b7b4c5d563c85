"""Results in as they come, one at a time out: what many switches gave, on disk instead of in memory.

The file has no name, so that nobody else can open it and a process that dies leaves nothing behind. What fits into a few
hundred kilobytes stays in memory.
"""

from __future__ import annotations

import os
import tempfile
import threading
import weakref
import zlib
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import IO, Generic, TypeVar

from pydantic import TypeAdapter

from portseal.core.errors import InputError

T = TypeVar("T")

_IN_MEMORY = 512 * 1024
"""Octets, packed, beyond which a file is made."""
_LEVEL = 1
"""Of zlib: a plan of 47 kB becomes 3.0 kB in 0.05 ms; level 6 takes three times as long for a sixth less."""


class Spool(MutableMapping[str, T], Generic[T]):
    """Values by name, each packed by itself; in memory is only where each is. Safe from several threads."""

    def __init__(self, kind: TypeAdapter[T], folder: Path | None = None, *, in_memory: int = _IN_MEMORY) -> None:
        """`folder`: where the file is to be made; without one, or where that cannot be, among the system's temporary files."""
        self._kind, self._folder, self._in_memory = kind, folder, in_memory
        self._places: dict[str, tuple[int, int]] = {}
        self._head = bytearray()
        """What is in memory, until there is a file."""
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = threading.Lock()

    def __setitem__(self, name: str, value: T) -> None:
        """Keep a value.

        Raises:
            InputError: the disk is full, say.
        """
        packed = zlib.compress(self._kind.dump_json(value), _LEVEL)
        with self._lock:
            try:
                self._append(packed)
            except OSError as error:
                where = self._folder or tempfile.gettempdir()
                raise InputError(
                    f"{where}: what was read cannot be kept there ({error.strerror}); make room"
                ) from error
            self._places[name] = (self._end - len(packed), len(packed))

    def _append(self, packed: bytes) -> None:
        if self._file is None and self._end + len(packed) <= self._in_memory:
            self._head += packed
        else:
            if self._file is None:
                self._file = _nameless(self._folder)
                weakref.finalize(self, self._file.close)
                _written(self._file.fileno(), bytes(self._head), 0)
                self._head.clear()
            _written(self._file.fileno(), packed, self._end)
        self._end += len(packed)

    def __getitem__(self, name: str) -> T:
        """The value, made anew.

        Raises:
            KeyError: there is none of that name.
        """
        with self._lock:
            start, size = self._places[name]
            if self._file is None:
                packed = bytes(self._head[start : start + size])
            else:
                packed = os.pread(self._file.fileno(), size, start)
        return self._kind.validate_json(zlib.decompress(packed))

    def __delitem__(self, name: str) -> None:
        """Forget a value; its octets stay until the end."""
        with self._lock:
            del self._places[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._places))

    def __len__(self) -> int:
        return len(self._places)

    @property
    def octets(self) -> int:
        """How much was put in, packed."""
        return self._end

    @property
    def on_disk(self) -> bool:
        """Whether there is a file by now."""
        return self._file is not None


def _nameless(folder: Path | None) -> IO[bytes]:
    """A file of ours alone, gone with this process; in `folder` where that can be, so that it is on a disk and not in a memory file system."""
    if folder is not None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return tempfile.TemporaryFile(dir=folder, buffering=0)
        except OSError:
            pass
    return tempfile.TemporaryFile(buffering=0)


def _written(descriptor: int, octets: bytes, at: int) -> None:
    left = memoryview(octets)
    while left:
        done = os.pwrite(descriptor, left, at)
        left, at = left[done:], at + done
