"""A site's directory in, each of its files read and checked by itself out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from portseal.core.cameras import CamerasFile, read_cameras
from portseal.core.errors import PlatformError, SiteError
from portseal.core.findings import LintCode, finding
from portseal.core.keys_file import KeysFile, read_keys
from portseal.core.model import Finding
from portseal.core.platform_files import without_effect
from portseal.core.platforms import Pack, load_pack, platform_folders
from portseal.core.profiles_file import ProfilesFile, read_profiles
from portseal.core.settings import Settings
from portseal.core.toml_source import TomlSource, checked, read_toml, toml_rows
from portseal.hosts import HostsRead, read_hosts, yaml_rows

CAMERAS, PROFILES, KEYS, SETTINGS = "cameras.csv", "profiles.toml", "keys.toml", "portseal.toml"


class SiteFiles(NamedTuple):
    """All files of a site, each by itself."""

    settings: Settings
    hosts: HostsRead
    folders: Mapping[str, Path]
    packs: Mapping[str, Pack]
    profiles: ProfilesFile | None
    keys: KeysFile | None
    cameras: CamerasFile | None
    texts: Mapping[str, str]
    """Of the TOML files."""
    findings: tuple[Finding, ...]


def read_files(path: Path, instead: Mapping[str, str] = {}) -> SiteFiles:
    """Every file of the site, and what is wrong with each by itself; `instead`: texts in place of those of files, by name."""
    sources: dict[str, TomlSource] = {}
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    told: Sequence[Finding]
    for name, required in ((SETTINGS, False), (PROFILES, True), (KEYS, False), (CAMERAS, True)):
        text, told = (instead[name], []) if name in instead else _text(path, name, required=required)
        findings += told
        if text is None:
            continue
        texts[name] = text
        if name != CAMERAS:
            source, told = read_toml(name, text)
            findings += told
            if source:
                sources[name] = source
    settings: Settings | None = Settings()
    if SETTINGS in sources:
        settings, mistakes = checked(Settings, sources[SETTINGS].data, file=SETTINGS)
        findings += mistakes
    hosts = read_hosts(path, settings or Settings())
    folders = platform_folders(path / "platforms")
    packs, broken = _packs(hosts, folders)
    profiles = read_profiles(sources[PROFILES]) if PROFILES in sources else None
    # Where there is no keys.toml there are no keys; where it could not be read, none is called missing.
    no_keys = KeysFile({}, frozenset(), ()) if KEYS not in texts else None
    keys = read_keys(sources[KEYS]) if KEYS in sources else no_keys
    cameras = read_cameras(texts[CAMERAS]) if CAMERAS in texts else None
    for part in (profiles, keys, cameras):
        findings += part.findings if part else ()
    findings += (*hosts.findings, *broken, *_stray(path))
    return SiteFiles(settings or Settings(), hosts, folders, packs, profiles, keys, cameras, texts, tuple(findings))


def read_settings(path: Path) -> Settings:
    """The settings of the site in a directory, of which nothing else is read; the defaults where it has none.

    Raises:
        SiteError: portseal.toml is wrong; has every finding.
    """
    text, findings = _text(path, SETTINGS, required=False)
    source, told = read_toml(SETTINGS, text) if text is not None else (None, ())
    settings, mistakes = checked(Settings, source.data, file=SETTINGS) if source else (Settings(), ())
    wrong = (*findings, *told, *mistakes)
    if wrong or settings is None:
        raise SiteError(f"{path / SETTINGS}: {len(wrong)} findings", tuple(wrong))
    return settings


def _text(path: Path, name: str, *, required: bool) -> tuple[str | None, list[Finding]]:
    """The text of one file of the site, without a byte order mark; None and why where there is none."""
    try:
        raw = (path / name).read_bytes()
    except FileNotFoundError:
        message = f"not there; a site has {CAMERAS}, {PROFILES} and hosts.yaml"
        return None, [finding(LintCode.MISSING_FILE, message, file=name)] if required else []
    except OSError as error:
        return None, [finding(LintCode.MISSING_FILE, f"cannot be read: {error.strerror}", file=name)]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        message = "this is no UTF-8; save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')"
        return None, [finding(LintCode.NOT_UTF8, message, file=name, row=row)]


def _packs(hosts: HostsRead, folders: Mapping[str, Path]) -> tuple[dict[str, Pack], list[Finding]]:
    """The platforms that hosts have."""
    packs: dict[str, Pack] = {}
    findings: list[Finding] = []
    for name in dict.fromkeys(record.platform or "" for record in hosts.records if record.platform in folders):
        try:
            packs[name] = load_pack(folders[name])
        except PlatformError as error:
            findings.append(finding(LintCode.BROKEN_PLATFORM, str(error), file=f"platforms/{name}"))
    return packs, findings


def _stray(site: Path) -> list[Finding]:
    """What stands in the site's folder of platforms and has no effect, so that somebody relies on it in vain."""
    found = without_effect(site / "platforms")
    return [finding(LintCode.BROKEN_PLATFORM, why, file=str(path.relative_to(site))) for path, why in found.items()]


def rows_of_keys(path: Path, findings: Iterable[Finding], read: SiteFiles) -> dict[str, dict[str, int]]:
    """By file, the lines of dotted keys, of those files in which a finding has none yet."""
    files = {found.file for found in findings if found.row is None and found.column}
    return {
        file: toml_rows(read.texts[file]) if file in read.texts else yaml_rows(path / file)
        for file in files
        if file in read.texts or file.endswith((".yaml", ".yml"))
    }
