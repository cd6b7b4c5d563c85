"""Files of evidence in, a bundle in an archive out: whole or not there, following on the last one, and back from a bundle to what it holds.

An archive is a directory with a folder for each bundle, named by its time. A bundle is written beside, on the disk, before it
gets its name, so that what has a name is whole.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from portseal.core.bundle import BUNDLE, SIGNATURE, Before, Bundle, FileDigest
from portseal.core.errors import InputError
from portseal.signatures import signed
from portseal.transport.whole_file import locked, sync_folder

KIND = "evidence"
"""What signatures of bundles are of."""

_NAME = re.compile(r"\d{8}T\d{6}Z(?:-\d+)?")
_UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class Signer:
    """Who signs a bundle."""

    name: str
    key: Ed25519PrivateKey


def bundles_in(archive: Path) -> tuple[Path, ...]:
    """The bundles of an archive, the oldest first; none where there is no archive."""
    try:
        found = [path for path in archive.iterdir() if _NAME.fullmatch(path.name) and path.is_dir()]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputError(f"{archive}: {error.strerror}") from error
    return tuple(sorted(found, key=lambda path: (path.name[:16], len(path.name), path.name)))


def read_bundle(path: Path) -> tuple[str, Bundle]:
    """The digest of a bundle's description, and what that says; whether the rest holds is not looked at.

    Raises:
        InputError: there is none, or it is none.
    """
    try:
        raw = (path / BUNDLE).read_bytes()
        return sha256(raw).hexdigest(), Bundle.model_validate_json(raw)
    except OSError as error:
        raise InputError(f"{path / BUNDLE}: {error.strerror}") from error
    except ValidationError as error:
        raise InputError(f"{path / BUNDLE}: no description of a bundle of evidence, or damaged") from error


Content = bytes | Iterable[bytes]
"""Of a file: whole, or in pieces, so that it is never in memory as a whole."""


def write_bundle(archive: Path, about: Bundle, files: Mapping[str, Content], signer: Signer | None) -> Path:
    """Write a bundle of `files`, described by `about`, whose number, files and predecessor are set here. Gives its folder.

    Raises:
        InputError: it could not be written, and nothing was.
    """
    try:
        with locked(archive / ".lock"):
            return _written(archive, about, files, signer)
    except OSError as error:
        raise InputError(f"{archive}: {error.strerror}; no evidence was written") from error


def _written(archive: Path, about: Bundle, files: Mapping[str, Content], signer: Signer | None) -> Path:
    for left in archive.glob(f"{_UNFINISHED}*"):  # of a process that died: we hold the lock, so nobody is at it
        shutil.rmtree(left, ignore_errors=True)
    there = bundles_in(archive)
    number, before = _after(there)
    target = archive / _free_name({path.name for path in there}, about.made)
    temporary = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=archive))
    try:
        digests = {name: _write(temporary / name, content) for name, content in sorted(files.items())}
        described = about.model_copy(update={"number": number, "before": before, "files": digests})
        text = (described.model_dump_json(indent=1) + "\n").encode()
        _write(temporary / BUNDLE, text)
        if signer:
            line = signed(KIND, sha256(text).hexdigest(), name=signer.name, key=signer.key, now=about.made)
            _write(temporary / SIGNATURE, f"{line.model_dump_json()}\n".encode())
        temporary.chmod(0o750)
        sync_folder(temporary)
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(archive)
    return target


def _after(there: tuple[Path, ...]) -> tuple[int, Before | None]:
    """The number of the next bundle, and what it says of the last one, in whatever state that is."""
    if not there:
        return 1, None
    last = there[-1]
    try:
        digest, bundle = read_bundle(last)
    except InputError:  # the check tells of it; tonight's evidence is written nevertheless
        raw = (last / BUNDLE).read_bytes() if (last / BUNDLE).is_file() else b""
        return len(there) + 1, Before(name=last.name, digest=sha256(raw).hexdigest())
    return bundle.number + 1, Before(name=last.name, digest=digest)


def _free_name(taken: set[str], made: datetime) -> str:
    name = f"{made.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    last = max(taken, default="")
    if last[:16] > name:
        raise InputError(f"the archive has a bundle of {last}, which is later than this machine's clock; set the clock")
    found, further = name, 2
    while found in taken:
        found, further = f"{name}-{further}", further + 1
    return found


def _write(path: Path, content: Content) -> FileDigest:
    """Write a file, and give what the bundle says of it."""
    digest, size = sha256(), 0
    with path.open("xb") as file:
        for piece in (content,) if isinstance(content, bytes) else content:
            digest.update(piece)
            size += file.write(piece)
        file.flush()
        os.fchmod(file.fileno(), 0o640)
        os.fsync(file.fileno())
    return FileDigest(sha256=digest.hexdigest(), size=size)
