"""The text of keys.toml in, the same with one camera's key changed out; everybody else's lines and comments stay."""

from __future__ import annotations

import re
import tomllib

from portseal.core.errors import InputError
from portseal.core.inventory import LinkKey

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_HEADER = re.compile(rf"^[ \t]*\[{{1,2}}[ \t]*({_PART})(?:[ \t]*\.[ \t]*{_PART})*[ \t]*\]{{1,2}}")


def with_key(text: str, camera: str, key: LinkKey | None) -> str:
    """`text` with `key` as the camera's, or without one. A comment directly above a table belongs to it.

    Raises:
        InputError: the file says it in a way that is not understood here (one table a camera is).
    """
    lines = text.splitlines(keepends=True)
    mine = [at for at, (owner, _) in enumerate(_owners(lines)) if owner == camera]
    block = "" if key is None else _block(camera, key)
    if mine:
        first, after = mine[0], mine[-1] + 1
        if mine != list(range(first, after)):
            raise InputError(f"keys.toml: the tables of {camera} stand apart; put them one after the other")
        trailing = "\n" if lines[after - 1].strip() == "" and block else ""
        head = next(at for at in mine if _HEADER.match(lines[at])) if block else first
        new = "".join(lines[:head]) + block + trailing + "".join(lines[after:])
    else:
        new = (
            text
            + ("\n" if text and not text.endswith("\n") else "")
            + ("\n" if text.strip() and block and not text.endswith("\n\n") else "")
            + block
        )
    _check(text, new, camera, key)
    return new


def _owners(lines: list[str]) -> list[tuple[str, bool]]:
    """For each line the camera whose table it stands in; comments and blank lines right above a header go with the next."""
    owners: list[tuple[str, bool]] = []
    current = ""
    for line in lines:
        if head := _HEADER.match(line):
            current = head[1].strip("\"'")
        owners.append((current, bool(head)))
    for at in range(len(lines) - 1, 0, -1):
        if lines[at - 1].lstrip().startswith("#") and (owners[at][1] or lines[at].lstrip().startswith("#")):
            follows = next((owners[i] for i in range(at, len(lines)) if owners[i][1] or not _remark(lines[i])), None)
            if follows and follows[1]:
                owners[at - 1] = (follows[0], False)
    return owners


def _remark(line: str) -> bool:
    return line.lstrip().startswith("#")


def _block(camera: str, key: LinkKey) -> str:
    name = camera if re.fullmatch(r"[A-Za-z0-9_-]+", camera) else f'"{camera}"'
    text = f"[{name}]\n{_fields(key)}"
    if key.fallback:
        text += f"[{name}.fallback]\n{_fields(key.fallback)}"
    for old in key.retired:
        text += f'[[{name}.retired]]\nckn = "{old.ckn}"\nfingerprint = "{old.fingerprint}"\n'
        text += f"retired = {old.retired.isoformat()}\n"
    return text


def _fields(key: LinkKey) -> str:
    text = f'ckn = "{key.ckn}"\ncak = "{key.cak}"\n'
    text += f"size = {key.size}\n" if key.size != 128 else ""
    return text + (f"created = {key.created.isoformat()}\n" if key.created else "")


def _check(before: str, after: str, camera: str, key: LinkKey | None) -> None:
    """See that exactly what was meant has changed.

    Raises:
        InputError: something else has as well.
    """
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"keys.toml: cannot be changed here ({error}); write one table a camera") from error
    old.pop(camera, None)
    mine = new.pop(camera, None)
    if old != new or (mine is None) != (key is None) or (key and LinkKey.model_validate(mine) != key):
        raise InputError(f"keys.toml: {camera} is not one table of its own there; write [{camera}] and its lines below")
