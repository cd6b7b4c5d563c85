"""The index of a site's own authority, and its files: what is there already is never written over, the index aside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from portseal.core.errors import InputError
from portseal.core.model import Value
from portseal.transport.whole_file import locked, replace_file, sync_folder

Purpose = Literal["radius", "camera"]


class Issued(Value):
    """One certificate."""

    role: Purpose
    name: str
    number: int
    """Of those with this role and name, from 1."""
    serial: str
    """In hexadecimal digits."""
    subject: str
    issued: datetime
    ends: datetime
    revoked: datetime | None = None

    @property
    def file(self) -> str:
        """Where the certificate is, from the authority's directory; its key has the ending `.key`."""
        return f"issued/{self.role}-{self.name}-{self.number}.pem"


class Index(Value):
    """All that an authority has issued."""

    schema_version: Literal[1] = 1
    lists: int = 0
    """How many revocation lists it has made."""
    issued: tuple[Issued, ...] = ()


def read_index(folder: Path) -> Index:
    """All that was issued.

    Raises:
        InputError: the index is not there, or damaged.
    """
    path = folder / "index.json"
    try:
        return Index.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(
            f"{path}: missing or damaged; without it nothing can be revoked: restore it from a copy"
        ) from error


def write_index(folder: Path, index: Index) -> None:
    """Put `index` in place of the one that is there."""
    replace_file(folder / "index.json", index.model_dump_json(indent=1).encode() + b"\n")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """One process at a time; what the disk refuses is told.

    Raises:
        InputError: another process is at it, or something cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(folder / ".lock"):
            yield
    except OSError as error:
        raise InputError(f"{error.filename or folder}: cannot be written: {error.strerror}") from error


def create(path: Path, content: bytes, *, mode: int) -> None:
    """A file that was not there before.

    Raises:
        OSError: it was, or cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
