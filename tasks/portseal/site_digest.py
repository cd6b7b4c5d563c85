"""A site's directory in, one digest of all that its files say out: the same where two machines have the same site."""

from __future__ import annotations

import hashlib
from pathlib import Path

from portseal.site_files import CAMERAS, KEYS, PROFILES, SETTINGS

_FILES = (SETTINGS, "hosts.yaml", "groups.yaml", "defaults.yaml", PROFILES, KEYS, CAMERAS, "known_hosts")


def site_digest(path: Path) -> str:
    """SHA-256 over names and contents of the site's files and of its own platform folders; secrets are in none of them."""
    files = [path / name for name in _FILES]
    files += sorted(file for file in (path / "platforms").rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(f"{file.relative_to(path).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
