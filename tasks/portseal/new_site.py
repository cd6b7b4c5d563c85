"""An empty directory in, a site out that teaches: every file with comments, right at once, and nothing that was there touched."""

from __future__ import annotations

from pathlib import Path

from portseal.core.errors import InputError

_FILES = Path(__file__).with_name("new_site_files")
_BESIDE_THE_SOURCES = Path(__file__).parents[2] / "playbooks"
"""Where playbooks are in the source tree; a wheel has them among the files of a new site."""
_NAMES = {"gitignore": ".gitignore"}
"""Files that must not act where they lie."""


def new_site_files() -> dict[str, Path]:
    """What a new site has: path in it → the file that is copied."""
    found = {_NAMES.get(path.name, path.name): path for path in sorted(_FILES.iterdir()) if path.is_file()}
    inside = _FILES / "playbooks"
    books = inside if inside.is_dir() else _BESIDE_THE_SOURCES
    shipped = sorted([*books.glob("*.yaml"), *books.glob("*.json")])
    return {**found, **{f"playbooks/{path.name}": path for path in shipped}}


def make_site(folder: Path) -> tuple[Path, ...]:
    """Write a new site into `folder`, which is made if need be; gives the files, in order.

    Raises:
        InputError: a file is there that would be written, in which case none is; or they cannot be written.
    """
    wanted = {folder / name: source.read_bytes() for name, source in new_site_files().items()}
    there = [path for path in wanted if path.exists() or path.is_symlink()]
    if there:
        told = "".join(f"\n  {path.relative_to(folder)}" for path in there)
        raise InputError(
            f"{folder}: nothing was written; these are there already, and nothing is ever overwritten:{told}"
        )
    written: list[Path] = []
    try:
        for path, content in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                written.append(path)
                file.write(content)
    except OSError as error:
        told = f"; {len(written)} files were written before" if written else ""
        raise InputError(f"{error.filename or folder}: {error.strerror}{told}") from error
    return tuple(written)
