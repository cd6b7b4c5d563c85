"""A file that others see whole, old or new, and never lost by a process that dies while it writes."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from portseal.core.errors import InputError


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put `content` in place of what is at `path`: written beside it, on the disk before it gets the name.

    Raises:
        OSError: it could not be written; the old file is as it was.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # created with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_pieces(path: Path, pieces: Iterable[str]) -> None:
    """Put a text that comes in pieces in place of what is at `path`, which gets its name only once it is whole; what is no regular file is written to.

    What a process that died has left half-written beside it is taken away.

    Raises:
        OSError: it could not be written; an old file is as it was.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():  # a pipe, say
        with path.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        return
    mask = os.umask(0)
    os.umask(mask)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask
    _sweep(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed or we die
            file.writelines(pieces)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
            Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


_UNFINISHED = ".unfinished"


def _sweep(path: Path) -> None:
    """Take away what nobody writes any more."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{_UNFINISHED}"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path, *, seconds: float = 10.0) -> Iterator[None]:
    """Nobody else is inside at the same time, in this process or another on this machine; ends with the process.

    Raises:
        InputError: somebody else was inside for `seconds`.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    message = f"{path}: another process has worked on it for {seconds:.0f} s; wait for it to end"
                    raise InputError(message) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
