"""Lines of a diff in, what stood before and what stands after out, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest


def side_by_side(diff: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(before, after) of each line, indentation kept; lines that take another's place stand beside it, empty is nothing.

    >>> side_by_side([" interface A", "- a", "+ b", "+ c"])
    (('interface A', 'interface A'), (' a', ' b'), ('', ' c'))
    """
    rows: list[tuple[str, str]] = []
    old: list[str] = []
    new: list[str] = []
    for line in diff:
        sign, text = line[:1], line[1:]
        if sign == "+":
            new.append(text)
            continue
        if new or sign != "-":
            rows += zip_longest(old, new, fillvalue="")
            old, new = [], []
        if sign == "-":
            old.append(text)
        else:
            rows.append((text, text))
    return (*rows, *zip_longest(old, new, fillvalue=""))
