"""Two canonical configurations in, what differs between them out, for people."""

from __future__ import annotations

import functools
from collections.abc import Iterator

Tree = dict[str, "Tree"]
"""Lines with what stands under them."""


def sections(text: str) -> dict[str, tuple[str, ...]]:
    """Canonical configuration by top-level line, in order; what stands under it keeps its indentation."""
    found: dict[str, list[str]] = {}
    head = ""
    for line in text.splitlines():
        if line.startswith(" "):
            found[head].append(line)
        else:
            head = line
            found.setdefault(head, [])
    return {head: tuple(lines) for head, lines in found.items()}


def diff(before: str, after: str) -> str:
    """What changes, as lines that begin with ` `, `-` or `+`; the order of lines within a section does not matter.

    A line that takes another's place stands right behind it.
    """
    return "\n".join(_level(_tree(before), _tree(after), 0))


def section_diff(head: str, before: str | None, after: str | None) -> Iterator[str]:
    """The same of one section, of whose lines each side is given those under `head`; None where it does not stand."""
    if before is None or after is None:
        sign = "+" if before is None else "-"
        yield from (sign + line for line in (head, *(before or after or "").splitlines()))
    elif inside := _inside(before, after):
        yield f" {head}"
        yield from inside


@functools.lru_cache(maxsize=1024)
def _inside(before: str, after: str) -> tuple[str, ...]:
    """Ports change alike."""
    old, new = (_tree(f"head\n{lines}")["head"] for lines in (before, after))
    return tuple(_level(old, new, 1))


def _tree(text: str) -> Tree:
    root: Tree = {}
    levels: list[Tree] = [root]
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        del levels[depth + 1 :]
        levels.append(levels[depth].setdefault(line.strip(), {}))
    return root


def _level(old: Tree, new: Tree, depth: int) -> Iterator[str]:
    gone = [line for line in old if line not in new]
    for line, below in new.items():
        if line not in old:
            replaced = [other for other in gone if _kind(other) == _kind(line) and depth]
            for other in replaced:
                gone.remove(other)
                yield from _whole("-", other, old[other], depth)
            yield from _whole("+", line, below, depth)
        elif old[line] != below:
            inside = list(_level(old[line], below, depth + 1))
            if inside:
                yield f" {' ' * depth}{line}"
                yield from inside
    for other in gone:
        yield from _whole("-", other, old[other], depth)


def _kind(line: str) -> tuple[str, ...]:
    return tuple(word for word in line.split()[:2] if not word.startswith("‹"))


def _whole(sign: str, line: str, below: Tree, depth: int) -> Iterator[str]:
    yield f"{sign}{' ' * depth}{line}"
    for inner, deeper in below.items():
        yield from _whole(sign, inner, deeper, depth + 1)
