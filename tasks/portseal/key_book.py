"""The static keys of a site: what keys.toml says of them, and the place where they are kept.

A key is stored before keys.toml names it, and named by nothing before it is forgotten, so that a process that dies in between
leaves at most a key that nobody uses.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from portseal.core.cameras import CameraRow
from portseal.core.errors import InputError, SecretError, SiteError
from portseal.core.findings import LintCode
from portseal.core.inventory import Camera, LinkKey
from portseal.core.key_rules import Keys
from portseal.core.keys_file import read_keys
from portseal.core.keys_text import with_key
from portseal.core.model import Severity
from portseal.core.platforms import Pack
from portseal.core.profile import CakSource, MacsecPolicy, Profile
from portseal.core.secrets import Resolve, fingerprint
from portseal.core.settings import Settings
from portseal.core.toml_source import read_toml
from portseal.site import inspect_site
from portseal.site_files import KEYS, read_files
from portseal.transport.key_store import KeyStore, open_store
from portseal.transport.secret_sources import resolver
from portseal.transport.whole_file import locked, replace_file


@dataclass(frozen=True)
class KeyBook:
    """The keys of one site as they were when it was opened."""

    path: Path
    settings: Settings
    cameras: Mapping[str, Camera]
    profiles: Mapping[str, Profile]
    packs: Mapping[str, Pack]
    """By switch."""
    keys: Mapping[str, LinkKey]
    """By camera, those of cameras that have left included."""
    store: KeyStore
    resolve: Resolve

    def rules(self, camera: str) -> Keys | None:
        """What the platform of the camera's switch says of keys."""
        known = self.cameras.get(camera)
        pack = self.packs.get(known.switch) if known else None
        return pack.keys if pack else None

    def wants_key(self, camera: str) -> bool:
        """Whether the camera's profile has a static CAK, at whatever stage."""
        known = self.cameras.get(camera)
        macsec = self.profiles[known.profile].macsec if known else None
        return macsec is not None and macsec.policy is not MacsecPolicy.OFF and macsec.cak is CakSource.STATIC

    def every(self) -> dict[str, tuple[str, LinkKey]]:
        """Each key there is by its CKN, with the camera it belongs to."""
        found: dict[str, tuple[str, LinkKey]] = {}
        for camera, key in self.keys.items():
            for one in (key, key.fallback):
                if one is not None:
                    found[one.ckn] = (camera, one)
        return found

    def fingerprint(self, link: LinkKey, key: SecretStr) -> str:
        """The fingerprint of a key by the site's key of fingerprints; `unknown` where no source has it any more."""
        try:
            return fingerprint(self.resolve(link.cak), key, hex=True)
        except SecretError:
            return "unknown"

    def used_ckns(self) -> frozenset[str]:
        """CKNs that stand for a key, or have."""
        return frozenset(self.every()) | {old.ckn for key in self.keys.values() for old in key.retired}


def open_book(path: Path) -> KeyBook:
    """The keys of the site in directory `path`; a camera that still lacks its key is no error here.

    Raises:
        SiteError: the site is wrong otherwise; has every finding.
        SecretError: the place for keys cannot be one.
    """
    inspected = inspect_site(path)
    errors = [found for found in inspected.findings if found.severity is Severity.ERROR]
    if wrong := tuple(found for found in errors if found.code != LintCode.MISSING_KEY):
        raise SiteError(f"{path}: {len(wrong)} mistakes in the inventory; see `portseal lint`", wrong)
    read = read_files(path)
    rows: tuple[CameraRow, ...] = read.cameras.rows if read.cameras else ()
    settings = read.settings
    return KeyBook(
        path=path,
        settings=settings,
        cameras={row.camera.name: row.camera for row in rows},
        profiles=read.profiles.profiles if read.profiles else {},
        packs={r.name: read.packs[r.platform] for r in read.hosts.records if r.platform and r.platform in read.packs},
        keys=read.keys.keys if read.keys else {},
        store=store_of(settings, path),
        resolve=resolve_of(settings, path),
    )


def store_of(settings: Settings, path: Path) -> KeyStore:
    """The place where a site keeps the keys that portseal makes.

    Raises:
        SecretError: the setting names none.
    """
    return open_store(
        settings.keys.store,
        site=path,
        age_identity=settings.secrets.age_identity,
        recipients=settings.keys.recipients,
        environ=os.environ,
    )


def resolve_of(settings: Settings, path: Path) -> Resolve:
    """What finds a site's secrets: its sources, and then the place where its keys are.

    Raises:
        SecretError: a source is not spelt as one.
    """
    sources = tuple(dict.fromkeys((*settings.secrets.sources, settings.keys.store)))
    return resolver(sources, site=path, age_identity=settings.secrets.age_identity, environ=os.environ)


def edit_keys(path: Path, changes: Mapping[str, tuple[LinkKey | None, LinkKey | None]]) -> None:
    """Change keys.toml of the site at `path`: camera → (what must stand there now, what shall stand there).

    Raises:
        InputError: something else stands there, the file cannot be changed here, or it could not be written.
    """
    file = path / KEYS
    with locked(path / ".portseal" / "keys.lock"):
        text = file.read_text(encoding="utf-8-sig") if file.exists() else ""
        now = _parsed(text)
        for camera, (expected, new) in changes.items():
            if now.get(camera) not in (expected, new):
                raise InputError(
                    f"{file}: the key of {camera} was changed by somebody else meanwhile; look, and try again"
                )
            text = with_key(text, camera, new)
        try:
            replace_file(file, text.encode("utf-8"), mode=0o644)
        except OSError as error:
            raise InputError(f"{file}: cannot be written: {error.strerror}") from error


def keys_now(path: Path) -> Mapping[str, LinkKey]:
    """What keys.toml of the site at `path` says now.

    Raises:
        SiteError: it has mistakes.
    """
    file = path / KEYS
    return _parsed(file.read_text(encoding="utf-8-sig") if file.exists() else "")


def _parsed(text: str) -> Mapping[str, LinkKey]:
    source, findings = read_toml(KEYS, text)
    parsed = read_keys(source) if source else None
    errors = [*findings, *(parsed.findings if parsed else ())]
    if parsed is None or errors:
        raise SiteError(f"{KEYS}: {len(errors)} mistakes; see `portseal lint`", tuple(errors))
    return parsed.keys
