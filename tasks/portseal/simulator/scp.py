"""A file that is copied to a switch by SCP: what arrives in, acknowledgements and the whole file out.

The protocol has no standard; this is what OpenSSH's `scp -t` answers to: a line `C<mode> <size> <name>`, then so many characters and a NUL,
and a NUL in answer to each.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol, runtime_checkable

_COMMAND = re.compile(r"scp (?:-\S+ )*-t '?(?P<path>[^']+?)'?\s*")
_HEADER = re.compile(r"C[0-7]+ (?P<size>\d+) .+")
_DONE = "\0"


@runtime_checkable
class Filing(Protocol):
    """A box that takes files."""

    def takes_files(self) -> bool:
        """Whether its SCP server is on."""
        ...

    def store(self, path: str, text: str) -> bool:
        """Keep a file; False where the path leads nowhere."""
        ...


def wanted_path(command: str) -> str | None:
    """Where `scp -t PATH` wants a file to be put; None where the command is something else."""
    found = _COMMAND.fullmatch(command)
    return found["path"] if found else None


class Receiving:
    """One copy under way."""

    def __init__(self, path: str, store: Callable[[str, str], bool]) -> None:
        self._path, self._store = path, store
        self._size: int | None = None
        self._came = ""

    def feed(self, data: str) -> str:
        """What is answered to what arrived."""
        self._came += data
        answer = ""
        if self._size is None and "\n" in self._came:
            header, _, self._came = self._came.partition("\n")
            found = _HEADER.fullmatch(header)
            if found is None:
                return f"\1scp: protocol error: {header}\n"
            self._size, answer = int(found["size"]), _DONE
        if self._size is not None and len(self._came) > self._size:
            text, self._came = self._came[: self._size], self._came[self._size + 1 :]
            self._size = None
            kept = self._store(self._path, text)
            answer += _DONE if kept else f"\1{self._path}: No such file or directory\n"
        return answer
