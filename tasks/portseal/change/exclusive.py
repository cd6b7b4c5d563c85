"""One run on a site at a time: a lock that its holder's death releases, with a note of who holds it.

The kernel's lock (`flock`) is what excludes, so that a killed process leaves none behind; the text in the file is for people.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from portseal.core.errors import InputError


def actor() -> str:
    """Who runs this process: `user@machine`."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, in a container say
        user = str(os.getuid())
    return f"{user}@{platform.node() or 'unknown'}"


@contextmanager
def exclusive(folder: Path, run: str) -> Iterator[None]:
    """Hold the site of `folder` (its `.portseal`) for `run` while the block lasts.

    Raises:
        InputError: another process holds it; the message says who, since when, and for which run.
    """
    path = folder / "run.lock"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"{folder.parent}: another run is at work here ({_holder(path)}); wait for its end"
            ) from error
        note = {
            "run": run,
            "actor": actor(),
            "process": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(note).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder(path: Path) -> str:
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        return f"run {note['run']} of {note['actor']}, process {note['process']}, since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it does not say whose"
