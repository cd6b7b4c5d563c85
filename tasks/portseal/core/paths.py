"""Lines that each spell a whole path in, sections with their lines out; and back.

Some systems have no nested configuration lines: `set protocols dot1x authenticator interface ge-0/0/5.0 supplicant
single-secure` stands by itself, and `delete` takes away the same path. portseal folds such lines under the paths that its
folder names as sections, so that owned lines, order, differences and steps are the same everywhere, and unfolds what it
sends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from portseal.core.model import Value
from portseal.core.pattern import Pattern

Leaf = Callable[[str], str]
"""A line of a section in, its path without the value out."""

_OPENS = re.compile(r"\{\s*$")
_TRAILER = re.compile(r"\s*##.*$|\s*/\*.*\*/\s*$")


class Paths(Value):
    """`[paths]`: the configuration has one line a path; `negation` of the platform stands before one that goes away."""

    set: str = "set "
    """Stands before a path that is there, in the configuration and in what is sent."""
    deactivate: str = "deactivate "
    """Stands before a path that is kept without effect; such a line is one of the section, `deactivate` and the rest."""
    activate: str = "activate "
    """What takes a `deactivate` line away."""
    sections: tuple[Pattern, ...]
    """How the paths begin that are sections, whole words; the first that matches counts, and a path that none matches stands alone."""
    lists: tuple[tuple[Pattern, Pattern], ...] = ()
    """(section, how its line begins) of what holds several words in an order: one line each is read as one line with all."""
    containers: tuple[tuple[Pattern, Pattern], ...] = ()
    """(section, its beginning) of what still stands when nothing is left in it, so that it goes away by its own name."""


def nested(text: str, paths: Paths) -> str:
    """`text` with one space a level: each section once, where it first stands, and what stands behind its path under it.

    Lines that are no path (comments, say) stay. Configuration written with braces is read as well.
    """
    sections: dict[str, list[str]] = {}
    for line in _flat(text, paths):
        head, rest = _split(line, paths)
        held = sections.setdefault(head, [])
        if rest and rest not in held:
            held.append(rest)
    return "".join(
        f"{head}\n" + "".join(f" {rest}\n" for rest in _joined(head, held, paths)) for head, held in sections.items()
    )


def unfolded(
    head: str,
    lines: Iterable[str],
    paths: Paths,
    negation: str,
    *,
    held: Iterable[str] = (),
    wanted: Iterable[str] = (),
    leaf: Leaf = str,
) -> Iterator[str]:
    """What to send for one section of a change: `head` and, without indentation, the lines under it.

    `held` are the section's lines before the change, since a list that is set only grows, and `wanted` those after it; `leaf`
    gives what a line that goes away is called.

    >>> list(unfolded("system", ["host-name a", "delete time-zone"], Paths(sections=("^system",)), "delete "))
    ['set system host-name a', 'delete system time-zone']
    """
    if head.startswith(negation):
        yield head
        return
    under = tuple(lines)
    begins = _patterns(head, paths.lists)
    stays = tuple(wanted)
    emptied = [p for p in _patterns(head, paths.containers) if not any(map(p.match, stays))]
    gone: set[str] = set()
    grown = {name for line in held if (name := _list_name(line, begins))}
    if not under:
        yield f"{paths.set}{head}"
    for line in under:
        bare = line.removeprefix(negation)
        if _is_inactive(bare, paths):
            verb = paths.activate if bare != line else paths.deactivate
            yield f"{verb}{head} {bare[len(paths.deactivate) :]}".rstrip()
        elif bare != line:
            name = _list_name(bare, emptied) or _list_name(bare, begins) or leaf(bare)
            if name not in gone:
                yield f"{negation}{head} {name}"
            gone.add(name)
        else:
            name = _list_name(bare, begins)
            if name in grown and f"{negation}{bare}" not in under:
                yield f"{negation}{head} {name}"
            yield f"{paths.set}{head} {bare}"


def _is_inactive(line: str, paths: Paths) -> bool:
    return f"{line} ".startswith(paths.deactivate)


def _split(line: str, paths: Paths) -> tuple[str, str]:
    """The section a line belongs to and its text there; a line of no section is its own."""
    verb = next((verb for verb in (paths.set, paths.deactivate) if line.startswith(verb)), None)
    if verb is None:
        return line, ""
    path = line[len(verb) :].strip()
    inactive = paths.deactivate if verb == paths.deactivate else ""
    for pattern in paths.sections:
        found = re.match(rf"(?:{pattern})(?=\s|$)", path)
        if found:
            return found[0], f"{inactive}{path[found.end() :].strip()}".strip()
    return f"{inactive}{path}", ""


def _patterns(head: str, rules: Iterable[tuple[str, str]]) -> list[re.Pattern[str]]:
    """How the lines of the section `head` begin that one of `rules` is about."""
    return [re.compile(begin) for section, begin in rules if re.search(section, head)]


def _list_name(line: str, begins: Iterable[re.Pattern[str]]) -> str:
    """What the list or container is called that `line` is of; empty where it is of none."""
    return next((found[0].strip() for begin in begins if (found := begin.match(line))), "")


def _joined(head: str, lines: Sequence[str], paths: Paths) -> Iterator[str]:
    """The lines of a section, those of one list as one line."""
    begins = _patterns(head, paths.lists)
    lists: dict[str, list[str]] = {}
    for line in lines:
        if found := next((m for begin in begins if (m := begin.match(line))), None):
            lists.setdefault(found[0], []).extend(line[found.end() :].strip("[] ").split())
    told: set[str] = set()
    for line in lines:
        name = next((name for name in lists if line.startswith(name)), None)
        if name is None:
            yield line
        elif name not in told:
            told.add(name)
            words = lists[name]
            yield f"{name}{words[0]}" if len(words) == 1 else f"{name}[ {' '.join(words)} ]"


def _flat(text: str, paths: Paths) -> Iterator[str]:
    """The lines of `text`; those written with braces as paths."""
    lines = text.splitlines()
    if not any(_OPENS.search(line) for line in lines):
        yield from (line.strip() for line in lines)
        return
    above: list[tuple[str, bool]] = []  # (what stands before a brace, whether anything was inside yet)
    for raw in lines:
        line = _TRAILER.sub("", raw).strip()
        if line == "}" and above:
            whole = " ".join(path for path, _ in above)
            _, filled = above.pop()
            if not filled:
                yield f"{paths.set}{whole}"
            continue
        if not line.endswith(("{", ";")):
            yield raw.strip()
            continue
        path = line.rstrip("{;").strip()
        bare = path.removeprefix("inactive: ").removeprefix("protect: ")
        whole = " ".join([*(path for path, _ in above), bare])
        above[-1:] = [(path, True) for path, _ in above[-1:]]
        if line.endswith("{"):
            above.append((bare, False))
        else:
            yield f"{paths.set}{whole}"
        if bare != path and path.startswith("inactive: "):  # of a leaf, its name alone is said to be without effect
            yield f"{paths.deactivate}{whole if line.endswith('{') else whole.removesuffix(bare) + bare.split()[0]}"
