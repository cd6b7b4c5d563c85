"""Where the files of a platform are: its folder in, the folders it stands on and its whole description out.

A folder whose `platform.toml` says `extends = "NAME"` stands on the folder of that platform: a file that it does not have is the
one of NAME, and so is a table that it does not have. A table that it has takes the place of NAME's; one under `extend`
(`[[extend.owned]]`, `[extend.words.link]`) is put in front of it instead. A site's folder that has no `platform.toml` stands on
the shipped platform of the same name, so that a single template there overrides the shipped one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from portseal.core.errors import PlatformError

DESCRIPTION = "platform.toml"


def shipped_folder() -> Path:
    """The folder that holds the platform folders of this installation."""
    import portseal_platforms

    return Path(portseal_platforms.__path__[0])


def platform_folders(*extra: Path) -> dict[str, Path]:
    """Every platform folder by name; a folder in `extra` (a site's own) stands in front of the shipped one.

    A folder without a description is one only where it has the name of a shipped platform, on which it then stands.
    """
    found = {path.parent.name: path.parent for path in sorted(shipped_folder().glob(f"*/{DESCRIPTION}"))}
    for root in extra:
        folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
        found.update({path.name: path for path in folders if path.name in found or (path / DESCRIPTION).is_file()})
    return found


@cache
def layers(folder: Path) -> tuple[Path, ...]:
    """The folders in which a platform's files are looked for: its own, then those it stands on.

    Raises:
        PlatformError: one of them is not there, or stands on itself.
    """
    found: list[Path] = []
    here: Path | None = folder
    while here is not None:
        if here in found:
            raise PlatformError(
                f"{folder}: this platform extends itself ({' → '.join(p.name for p in [*found, here])})"
            )
        found.append(here)
        here = _below(here)
    return tuple(found)


def platform_file(folder: Path, name: str) -> Path:
    """The file called `name` of the platform in `folder`; where none has it, the place where its own would be."""
    return next((path for layer in layers(folder) if (path := layer / name).is_file()), folder / name)


def description(folder: Path) -> dict[str, Any]:
    """What the platform in `folder` says of itself, with what it takes from the one it stands on.

    Raises:
        PlatformError: a file is not there or is no TOML, or a table stands twice.
    """
    merged: dict[str, Any] = {}
    for layer in reversed(layers(folder)):
        own = _own(layer)
        own.pop("extends", None)
        more = own.pop("extend", {})
        if twice := sorted(own.keys() & more.keys()):
            raise PlatformError(f"{layer}: {', '.join(twice)} stands beside extend.{twice[0]}; write one of them")
        merged.update(own)
        for key, addition in more.items():
            merged[key] = _extended(merged.get(key), addition, f"{layer}: extend.{key}")
    return merged


def _below(folder: Path) -> Path | None:
    """The folder that `folder` stands on: beside it, or shipped."""
    if not (folder / DESCRIPTION).is_file() and folder.parent != shipped_folder():
        return shipped_folder() / folder.name
    name = _parsed(folder / DESCRIPTION).get("extends")
    if name is None:
        return None
    if not isinstance(name, str):
        raise PlatformError(f"{folder / DESCRIPTION}: extends has to be the name of a platform")
    beside = folder.parent / name
    below = beside if beside != folder and beside.is_dir() else shipped_folder() / name
    if not below.is_dir():
        raise PlatformError(f"{folder / DESCRIPTION}: extends {name!r}, and there is no such platform")
    return below


def _own(folder: Path) -> dict[str, Any]:
    """The tables of one folder's `*.toml`, no table in two of them."""
    merged: dict[str, Any] = {}
    extensions: dict[str, Any] = {}
    for file in _files(folder):
        part = _parsed(file)
        more = part.pop("extend", {})
        if not isinstance(more, dict):
            raise PlatformError(f"{file}: extend has to be a table of tables, as in [[extend.owned]]")
        if twice := sorted((merged.keys() & part.keys()) | (extensions.keys() & more.keys())):
            raise PlatformError(f"{file}: {', '.join(twice)} stands in another file of this platform already")
        merged.update(part)
        extensions.update(more)
    return merged | ({"extend": extensions} if extensions else {})


def _files(folder: Path) -> Iterator[Path]:
    """The description's files. Without the first, the folder describes nothing by itself and may change what it stands on."""
    if (folder / DESCRIPTION).is_file() or folder.parent == shipped_folder():
        yield folder / DESCRIPTION
    yield from sorted(path for path in folder.glob("*.toml") if path.name != DESCRIPTION)


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlatformError(f"{file}: {error}") from error


def _extended(below: object, more: object, where: str) -> object:
    """`more` in front of `below`: lists one behind the other, tables key by key, anything else in its place."""
    if below is None:
        return more
    if isinstance(below, list) and isinstance(more, list):
        return [*more, *below]
    if isinstance(below, Mapping) and isinstance(more, Mapping):
        return {**below, **{key: _extended(below.get(key), each, f"{where}.{key}") for key, each in more.items()}}
    if isinstance(below, list | Mapping) or isinstance(more, list | Mapping):
        raise PlatformError(f"{where} is not of the kind of what it extends")
    return more


def without_effect(root: Path) -> dict[Path, str]:
    """What stands in a site's folder of platforms and changes nothing, most likely misspelt, with the reason."""
    found: dict[Path, str] = {}
    known = platform_folders(root)
    for folder in sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else ():
        if folder.name not in known:
            shipped = ", ".join(sorted(platform_folders()))
            found[folder] = f"has no {DESCRIPTION}, and no shipped platform is called so; there are {shipped}"
        elif not (folder / DESCRIPTION).is_file():
            found.update({path: why for path in _templates(folder) if (why := _unused(folder, path))})
    return found


def _templates(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".j2", ".textfsm"))


def _unused(folder: Path, path: Path) -> str | None:
    if any((layer / path.name).is_file() for layer in layers(folder)[1:]):
        return None
    others = (other for other in folder.iterdir() if other != path and other.suffix in (".toml", ".j2"))
    if any(path.name in other.read_text(encoding="utf-8", errors="replace") for other in others):
        return None
    return f"overrides no file of the shipped {folder.name}, and no other file here names it"
