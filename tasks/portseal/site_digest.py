"""A site's directory in, one digest of all that its files say out: the same where two machines have the same site."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from portseal.hosts import DEFAULTS, GROUPS, HOSTS, host_files
from portseal.site_files import CAMERAS, KEYS, PROFILES, SETTINGS, read_settings

_FILES = (SETTINGS, HOSTS, GROUPS, DEFAULTS, PROFILES, KEYS, CAMERAS, "known_hosts")


def declared_files(path: Path) -> dict[str, Path]:
    """The files that a site consists of, by their names from its directory on: none that holds a secret, and nothing of `.portseal`.

    Raises:
        SiteError: portseal.toml is wrong.
    """
    files = {name: path / name for name in (*_FILES, *host_files(read_settings(path)))}
    files |= {file.relative_to(path).as_posix(): file for file in (path / "platforms").rglob("*")}
    return {name: files[name] for name in sorted(files) if files[name].is_file()}


def site_digest(path: Path) -> str:
    """SHA-256 over names and contents of the site's files and of its own platform folders.

    Raises:
        SiteError: portseal.toml is wrong.
    """
    return digest_of({name: file.read_bytes() for name, file in declared_files(path).items()})


def digest_of(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents of files."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(contents[name]).digest())
    return digest.hexdigest()
