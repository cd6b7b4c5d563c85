"""The journal of a site: every step of every run, written to disk before it is taken.

One SQLite file, `journal.db` in the site's `.portseal` folder, so that another process, on another machine too, can take up
what this one left. Rows are chained by digests (`core/journal_entry.py`). It holds plans and messages, never a secret.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import JsonValue

from portseal.core.errors import InputError
from portseal.core.journal_entry import ORIGIN, Entry, Event, Row, RunSummary, broken, digest_of, summaries

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, run TEXT NOT NULL, event TEXT NOT NULL,
    switch TEXT NOT NULL, data TEXT NOT NULL, previous TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entry_run ON entry (run, switch);
CREATE TABLE IF NOT EXISTS plan (digest TEXT PRIMARY KEY, text BLOB NOT NULL);
"""
_VERSION = 1
_COLUMNS = "number, at, run, event, switch, data, previous, digest"

_PIECE = 1 << 20
"""Octets of a plan that are unpacked at once."""

Clean = Callable[[str], str]
"""Takes secrets out of text."""


class Journal:
    """An open journal. Safe from several threads; several processes may write to one file."""

    def __init__(self, path: Path, *, clean: Clean = str) -> None:
        """Open or make the journal at `path`.

        Raises:
            InputError: it cannot be opened, is no journal, or is of a newer portseal.
        """
        self.path = path
        self._clean = clean
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._base = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise InputError(f"{path}: written by a newer portseal (version {version}); use that one")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")  # a step is on the disk before it is taken
            self._base.executescript(_SCHEMA)
            self._base.execute(f"PRAGMA user_version = {_VERSION}")
        except (sqlite3.Error, OSError) as error:
            raise InputError(f"{path}: the journal cannot be opened ({error})") from error

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the file; what was written stays."""
        with self._lock:
            self._base.close()

    def write(self, run: str, event: Event, switch: str = "", **data: JsonValue) -> Entry:
        """Add a row; when this returns, it is on the disk.

        Raises:
            InputError: it cannot be written (a full disk, say), so that the step must not be taken.
        """
        text = self._clean(json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            with self._lock, closing(self._base.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    row = self._row(cursor, at=at, run=run, event=event.value, switch=switch, data=text)
                    cursor.execute(
                        f"INSERT INTO entry ({_COLUMNS}) VALUES "  # noqa: S608 - constant text
                        "(:number, :at, :run, :event, :switch, :data, :previous, :digest)",
                        row.model_dump(),
                    )
                    cursor.execute("COMMIT")
                except BaseException:
                    if self._base.in_transaction:
                        cursor.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise InputError(
                f"{self.path}: the journal cannot be written ({error}); nothing further was begun"
            ) from error
        return _entry(row)

    def keep_plan(self, digest: str, text: Iterable[str]) -> None:
        """Keep the text of a plan, which comes in pieces, so that whoever resumes a run has it.

        Raises:
            InputError: it cannot be written.
        """
        packing = zlib.compressobj()
        pieces = [packing.compress(piece.encode()) for piece in text]
        packed = b"".join([*pieces, packing.flush()])
        try:
            with self._lock:
                self._base.execute("INSERT OR IGNORE INTO plan (digest, text) VALUES (?, ?)", (digest, packed))
        except sqlite3.Error as error:
            raise InputError(
                f"{self.path}: the journal cannot be written ({error}); nothing further was begun"
            ) from error

    def plan(self, digest: str) -> Iterator[str]:
        """The text of a plan that was kept, in pieces.

        Raises:
            InputError: there is none of that digest.
        """
        try:
            with self._lock:
                found = self._base.execute("SELECT text FROM plan WHERE digest = ?", (digest,)).fetchone()
            if found is None:
                raise InputError(f"{self.path}: holds no plan {digest[:12]}…")
            yield from _unpacked(found[0])
        except (sqlite3.Error, zlib.error, TypeError, ValueError) as error:
            raise InputError(
                f"{self.path}: the plan {digest[:12]}… is damaged ({error}); restore it from a copy"
            ) from error

    def entries(self, run: str | None = None, switch: str | None = None) -> tuple[Entry, ...]:
        """The rows of all runs or of one, of all switches or of one, in order."""
        return tuple(_entry(row) for row in self._rows(run, switch))

    def runs(self) -> tuple[RunSummary, ...]:
        """Every run, in the order in which they were begun."""
        return summaries(self.entries())

    def run(self, name: str) -> RunSummary:
        """One run, by its name or an unambiguous beginning of it.

        Raises:
            InputError: there is none, or more than one.
        """
        found = [run for run in self.runs() if run.run.startswith(name)]
        if len(found) != 1:
            what = "no run" if not found else f"{len(found)} runs"
            raise InputError(f"{self.path}: {what} whose name begins with {name!r}; `portseal history` lists them")
        return found[0]

    def broken(self) -> tuple[str, ...]:
        """What is wrong with the chain, a line each; empty where every row is there and unchanged."""
        rows = self._rows(None, None)
        with self._lock:
            highest = self._base.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'").fetchone()
        return tuple(broken(rows, highest=highest[0] if highest else 0))

    def _row(self, cursor: sqlite3.Cursor, *, at: str, run: str, event: str, switch: str, data: str) -> Row:
        last = cursor.execute("SELECT number, digest FROM entry ORDER BY number DESC LIMIT 1").fetchone()
        seen = cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'").fetchone()
        fields: Mapping[str, str] = {"at": at, "run": run, "event": event, "switch": switch, "data": data}
        number, previous = (seen[0] if seen else 0) + 1, last[1] if last else ORIGIN
        digest = digest_of(number=number, previous=previous, **fields)
        return Row(number=number, previous=previous, digest=digest, **fields)

    def _rows(self, run: str | None, switch: str | None) -> tuple[Row, ...]:
        query = (
            f"SELECT {_COLUMNS} FROM entry "  # noqa: S608 - constant text
            "WHERE (:run IS NULL OR run = :run) AND (:switch IS NULL OR switch = :switch) ORDER BY number"
        )
        try:
            with self._lock:
                found = self._base.execute(query, {"run": run, "switch": switch}).fetchall()
        except sqlite3.Error as error:
            raise InputError(f"{self.path}: the journal cannot be read ({error}); restore it from a copy") from error
        try:
            return tuple(Row.model_validate(dict(zip(_COLUMNS.split(", "), row, strict=True))) for row in found)
        except ValueError as error:
            raise InputError(
                f"{self.path}: a row holds what no portseal writes, so that it was changed; restore it from a copy"
            ) from error


def _unpacked(packed: bytes) -> Iterator[str]:
    """Piece by piece.

    Raises:
        ValueError, zlib.error: it is damaged.
    """
    unpacking, decoding = zlib.decompressobj(), getincrementaldecoder("utf-8")()
    while not unpacking.eof:
        piece = unpacking.decompress(packed, _PIECE)
        if not piece and not unpacking.eof:
            raise ValueError("its end is missing")
        packed = unpacking.unconsumed_tail
        yield decoding.decode(piece, final=unpacking.eof)


def _entry(row: Row) -> Entry:
    """A row, understood.

    Raises:
        InputError: it holds what no portseal writes.
    """
    try:
        return Entry.model_validate({**row.model_dump(), "data": json.loads(row.data)})
    except ValueError as error:
        raise InputError(
            f"journal row {row.number}: damaged; `portseal history --check` lists what is wrong"
        ) from error


def new_run(now: datetime) -> str:
    """A name for a run that begins now: its time in UTC, and chance."""
    import secrets

    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
