"""Text that fits its console: hanging indents in a terminal, whole lines in a pipe, nothing that drives a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from portseal.core.report import without_controls

SIGNS = {"+": "green", "-": "red"}
_APART = 3


def safe(text: str) -> str:
    """One line, without anything that a terminal would take for a command."""
    return without_controls(text).replace("\t", " ").replace("\n", " ").replace("\r", " ")


def put(console: Console, *parts: str | tuple[str, str], indent: int = 0, hang: int = 0, at_most: int = 0) -> None:
    """Print one paragraph; what does not fit goes on `hang` further in. Parts may have a style.

    With `at_most`, a terminal is shown so many lines, and `…` where there are more; a pipe is always given the whole.
    """
    text = Text.assemble(*((safe(p) if isinstance(p, str) else (safe(p[0]), p[1])) for p in parts))
    room = console.width - indent
    lines = list(text.wrap(console, max(room - hang, 20))) if text.cell_len > room else [text]
    if at_most and len(lines) > at_most and console.is_terminal:
        lines[at_most - 1].truncate(max(room - hang, 20) - 2, overflow="crop")
        lines = [*lines[: at_most - 1], lines[at_most - 1] + " …"]
    for at, line in enumerate(lines):
        line.rstrip()
        console.print(Text(" " * (indent + (hang if at else 0))) + line, soft_wrap=True)


def put_lines(console: Console, lines: Iterable[str], *, indent: int = 0, signs: bool = True) -> None:
    """Print lines of configuration or of a diff as they are; the terminal may break them, nothing cuts them."""
    for line in lines:
        shown = safe(line)
        console.print(Text(" " * indent + shown, style=SIGNS.get(shown[:1], "") if signs else ""), soft_wrap=True)


def put_beside(console: Console, left: Sequence[str], right: Sequence[str], titles: tuple[str, str]) -> None:
    """Print two columns of lines side by side where they fit in a terminal, one after the other elsewhere."""
    ours, theirs = ([safe(line) for line in lines] for lines in (left, right))
    width = max(map(cell_len, (*ours, titles[0])))
    if not console.is_terminal or width + _APART + max(map(cell_len, (*theirs, titles[1]))) > console.width:
        for title, lines in zip(titles, (ours, theirs), strict=True):
            put(console, (title, "bold"))
            put_lines(console, lines, indent=2, signs=False)
        return
    rows = [(Text(titles[0], style="bold"), Text(titles[1], style="bold"))]
    length = max(len(ours), len(theirs))
    rows += [
        (Text(ours[at] if at < len(ours) else ""), Text(theirs[at] if at < len(theirs) else "")) for at in range(length)
    ]
    for one, other in rows:
        one.pad_right(width + _APART - one.cell_len)
        console.print(one + other, soft_wrap=True)


def first_few(names: Sequence[str], room: int = 3) -> str:
    """`acc-01, acc-02, acc-03 and 9 more`.

    >>> first_few(["a", "b", "c"], 2), first_few(["a", "b"], 2)
    ('a and 2 more', 'a, b')
    """
    if len(names) <= room:
        return ", ".join(names)
    told = max(room - 1, 1)
    return f"{', '.join(names[:told])} and {len(names) - told:,} more"


def count(number: int, what: str, plural: str = "") -> str:
    """`1 switch`, `3,400 ports`.

    >>> count(1, "switch", "switches"), count(3400, "port")
    ('1 switch', '3,400 ports')
    """
    return f"{number:,} {what if number == 1 else plural or what + 's'}"


def together(lines: Iterable[str]) -> Iterator[str]:
    """`WHERE: TEXT` lines, those of one text as one, with the first few places behind it.

    >>> list(together(["sw1 Gi1: is odd", "sw1 Gi2: is odd", "sw2: odd: it is", "the rest"]))
    ['is odd (sw1 Gi1, sw1 Gi2)', 'sw2: odd: it is', 'the rest']
    """
    found: dict[tuple[bool, str], list[str]] = {}
    for line in lines:
        told = _PLACED.fullmatch(line)
        found.setdefault((bool(told), told[2] if told else line), []).append(told[1] if told else "")
    for (placed, text), places in found.items():
        yield text if not placed else f"{places[0]}: {text}" if len(places) == 1 else f"{text} ({first_few(places)})"


_PLACED = re.compile(r"(\S+?(?: \S+?)?): (.+)", re.DOTALL)
