"""A known_hosts file in, the keys of one host out (OpenSSH's sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).

paramiko reads the whole file for each connection, and compares each line with all before it: 500 lines cost five times what the
rest of a login does, 10,000 seconds. Here a file is read once for as long as it stays as it is, and only lines of one host become keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hmac import compare_digest
from pathlib import Path
from typing import NamedTuple

from paramiko import HostKeys, PKey, SSHException
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

_HASHED = "|1|"
"""Begins a name that is kept as its hash."""
_REVOKED = "@revoked "


class _Lines(NamedTuple):
    """What a file has, each line with its number."""

    named: Mapping[str, tuple[tuple[int, str], ...]]
    hashed: tuple[tuple[str, int, str], ...]


def host_keys(file: Path, name: str) -> tuple[PKey, ...]:
    """The keys that `file` has for `name`, one of a kind and the first of each; none where there is no such file.

    `name` is an address, or `[address]:port` where the port is not 22. A key that a line `@revoked` has for it is left out. Lines of authorities are not read, nor are patterns.

    Raises:
        SSHException: a line of this host holds no key.
    """
    try:
        told = file.stat()
    except FileNotFoundError:
        return ()
    lines = _read(file, told.st_mtime_ns, told.st_size, told.st_ino)
    keys: dict[str, PKey] = {}
    revoked: list[PKey] = []
    for number, line in sorted(_of(lines, name)):
        try:
            entry = HostKeyEntry.from_line(line.removeprefix(_REVOKED), number)
        except InvalidHostKey as error:
            raise SSHException(f"{file}, line {number}: holds no key; correct it, or delete it") from error
        if entry is None or entry.key is None:
            continue
        if line.startswith(_REVOKED):
            revoked.append(entry.key)
        else:
            keys.setdefault(entry.key.get_name(), entry.key)
    return tuple(key for key in keys.values() if key not in revoked)


def _of(lines: _Lines, name: str) -> Iterator[tuple[int, str]]:
    yield from lines.named.get(name, ())
    for hashed, number, line in lines.hashed:
        if compare_digest(HostKeys.hash_host(name, hashed), hashed):
            yield number, line


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int, _size: int, _inode: int) -> _Lines:
    named: dict[str, list[tuple[int, str]]] = {}
    hashed: list[tuple[str, int, str]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        mark = _REVOKED if line.startswith(_REVOKED) else ""
        fields = line.removeprefix(mark).split()[:3]
        if len(fields) < 3 or fields[0][0] in "#@":
            continue
        kept = mark + " ".join(fields)
        for name in fields[0].split(","):
            if name.startswith(_HASHED):
                hashed.append((name, number, kept))
            else:
                named.setdefault(name, []).append((number, kept))
    return _Lines({name: tuple(found) for name, found in named.items()}, tuple(hashed))
