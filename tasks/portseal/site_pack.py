"""A site's declared files in, bytes that a worker far away makes the same site of out; no secret is among them, and nothing of `.portseal`.

At the worker the files lie in a directory that only its own user can enter, and their digest is that of the client's.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from portseal.core.errors import InputError
from portseal.core.settings import Settings
from portseal.core.transport import Transport
from portseal.errand import packed, unpacked
from portseal.estate import Estate
from portseal.site_digest import declared_files, digest_of

MOST = 64 * 2**20
"""Bytes that a site's files may have together."""
_PRIVATE = (b"PRIVATE KEY-----", b"AGE-SECRET-KEY-1")


def contents_of(estate: Estate) -> dict[str, bytes]:
    """What travels of a site, by names from its directory on.

    Raises:
        InputError: a file lies elsewhere, holds a secret or a private key, or all together are too large.
    """
    path, files = estate.site.path, declared_files(estate.site.path)
    inventory = estate.site.settings.nornir.inventory
    told = [f"{name} (inventory option) is outside the site" for name in files if _outside(name)]
    if inventory.plugin != "SimpleInventory" and "{site}" in repr(inventory.options):
        told.append(f"inventory plugin {inventory.plugin} reads files of the site that nobody knows")
    files |= {name: path / name for name in _authorities(estate) if not _outside(name) and (path / name).is_file()}
    contents = {name: file.read_bytes() for name, file in sorted(files.items())}
    for name, content in contents.items():
        if any(mark in content for mark in _PRIVATE):
            told.append(f"{name} holds a private key")
        text = content.decode("utf-8", errors="replace")
        if estate.redactor().clean(text) != text:
            told.append(f"{name} holds a secret of the site")
    size = sum(map(len, contents.values()))
    if size > MOST:
        largest = max(contents, key=lambda name: len(contents[name]))
        told.append(f"its files have {size:,} bytes, and {MOST:,} are the most (the largest is {largest})")
    if told:
        raise InputError(f"{path}: cannot be packed for workers: {'; '.join(told)}")
    return contents


def _authorities(estate: Estate) -> set[str]:
    """Files of certificates that are to be trusted."""
    hosts = (
        Transport.model_validate(host.get("transport") or {}) for host in estate.site.nornir.inventory.hosts.values()
    )
    cameras = estate.site.settings.cameras.groups.values()
    return {name for name in (*(host.ca_file for host in hosts), *(group.ca for group in cameras)) if name}


def _outside(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or name.startswith("~")


def packed_site(contents: Mapping[str, bytes]) -> bytes:
    """One file of them all."""
    return zlib.compress(packed(dict(contents)))


def unpacked_site(data: bytes, digest: str, name: str, place: str | None) -> Path:
    """The site's directory, made anew in `place`, for this process's user alone.

    Raises:
        InputError: this is not the site of `digest`, or it cannot be written.
    """
    opening = zlib.decompressobj()
    contents: dict[str, bytes] = unpacked(opening.decompress(data, 2 * MOST))
    if digest_of(contents) != digest or any(map(_outside, contents)):
        raise InputError(f"{name}: what came is not the site that is worked on")
    try:
        folder = Path(tempfile.mkdtemp(prefix="portseal-", dir=place)) / (PurePosixPath(name).name or "site")
        folder.mkdir(mode=0o700)
        for each, content in contents.items():
            file = folder / each
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_bytes(content)
    except OSError as error:
        raise InputError(f"{name}: cannot be unpacked at the worker: {error.strerror}") from error
    return folder


def with_own_files(folder: Path, settings: Settings, own: str) -> None:
    """Let an unpacked site find what never travels in the directory `own`: age files and identities, by the names the site has for them."""
    places = [*settings.secrets.sources, settings.keys.store]
    names = [place.removeprefix("file:") for place in places if place.startswith("file:")]
    if not settings.secrets.age_identity.startswith("env:"):
        names.append(settings.secrets.age_identity)
    for name in names:
        there, here = Path(own).expanduser() / name, folder / name
        if not _outside(name) and there.is_file() and not here.exists():
            here.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            here.symlink_to(there.absolute())
