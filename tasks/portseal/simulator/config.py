"""A configuration as a tree of entries, in the order in which the device prints them.

Known lines have a slot (what they set) and a rank (where they stand); lines of a loaded configuration that the grammar
does not know are kept word for word behind the line they followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Slot = tuple[str, ...]
_PARTS = re.compile(r"(\d+)")


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key under which port 2 comes before port 10."""
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in _PARTS.split(text) if part)


@dataclass(slots=True)
class Entry:
    """One line and the lines under it."""

    slot: Slot
    words: tuple[str, ...]
    rank: int
    group: int
    level: str | None = None
    """Level of the lines under it; None where it is no section."""
    sort: str | None = None
    """Sections of one rank stand in the natural order of this; None keeps the order of entry."""
    negative: bool = False
    secret: str | None = None
    """In the clear, where the last word is one; `words` ends before it."""
    verbatim: str | None = None
    """The line as it was loaded, where the grammar does not know it."""
    children: list[Entry] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The line without its secret."""
        return self.verbatim if self.verbatim is not None else " ".join((("no",) if self.negative else ()) + self.words)

    def copy(self) -> Entry:
        """The same entry with entries of its own under it."""
        return Entry(
            self.slot,
            self.words,
            self.rank,
            self.group,
            self.level,
            self.sort,
            self.negative,
            self.secret,
            self.verbatim,
            [child.copy() for child in self.children],
        )


def find(entries: list[Entry], slot: Slot) -> Entry | None:
    """The entry that holds `slot`."""
    for entry in entries:
        if entry.slot == slot:
            return entry
    return None


def value(entries: list[Entry], setting: str) -> tuple[str, ...] | None:
    """The words after the slot spelt `setting`; None where it is not set (or set to `no`)."""
    entry = find(entries, tuple(setting.split()))
    return None if entry is None or entry.negative else entry.words[len(entry.slot) :]


def starting(entries: list[Entry], beginning: str) -> Iterator[Entry]:
    """The entries whose slot begins with the words of `beginning`."""
    words = tuple(beginning.split())
    return (entry for entry in entries if entry.slot[: len(words)] == words)


def put(entries: list[Entry], new: Entry) -> Entry:
    """Set `new` in its slot: an entry that is there keeps its place and the lines under it."""
    old = find(entries, new.slot)
    if old is None:
        entries.append(new)
        return new
    old.words, old.negative, old.secret = new.words, new.negative, new.secret
    return old


def drop(entries: list[Entry], slot: Slot) -> bool:
    """Remove every entry whose slot begins with `slot`; whether there was one."""
    kept = [entry for entry in entries if entry.slot[: len(slot)] != slot]
    changed = len(kept) != len(entries)
    entries[:] = kept
    return changed


def ordered(entries: list[Entry]) -> list[Entry]:
    """Entries as the device prints them."""
    return sorted(entries, key=lambda entry: (entry.rank, natural(entry.sort) if entry.sort is not None else ()))


def print_lines(
    entries: list[Entry], spell: Callable[[Entry], str], depth: int = 0, *, indent: int = 1
) -> Iterator[str]:
    """The lines of a configuration, each section indented by `indent` blanks and, at the top, groups set apart by `!`."""
    group: int | None = None
    for entry in ordered(entries):
        if depth == 0 and group is not None and (entry.group != group or entry.level or entry.children):
            yield "!"
        group = entry.group if not (entry.level or entry.children) else -1
        if entry.verbatim is not None:
            yield from entry.verbatim.splitlines()
        else:
            yield " " * depth * indent + spell(entry)
        yield from print_lines(entry.children, spell, depth + 1, indent=indent)


def read_lines(text: str) -> Iterator[tuple[int, str]]:
    """(indentation, line) of a configuration's text; separators and headings left out, a banner as one line."""
    lines = iter(text.splitlines())
    for raw in lines:
        line = raw.rstrip()
        banner = re.match(r"banner \S+ (\^C|\S)(.*)$", line)
        if banner and banner[1] not in banner[2]:
            block = [line]
            for more in lines:
                block.append(more)
                if banner[1] in more:
                    break
            yield 0, "\n".join(block)
        elif line.strip() and not line.lstrip().startswith("!") and line != "end":
            yield len(line) - len(line.lstrip()), line
