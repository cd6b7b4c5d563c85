"""What is in the blanks of many in, how it ranges out; what is the same in all is written into the lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from portseal.core.blanks import filled
from portseal.core.patterns import PatternLines, Range
from portseal.core.port_lines import Lines

_TOLD = 20
"""So many values of a blank are told, the most frequent ones."""


def folded(lines: Lines, values: Sequence[Mapping[str, str]]) -> PatternLines:
    """`lines`, the blanks in which all have the same filled with it."""
    same = {
        blank: text
        for blank, text in (values[0] if values else {}).items()
        # "text" came from outside with our own signs in it, and would be taken for a blank
        if not blank.startswith("text") and all(each.get(blank) == text for each in values)
    }
    return PatternLines(**{part: tuple(filled(line, same) for line in of) for part, of in lines._asdict().items()})


def ranges(values: Sequence[Mapping[str, str]], *, leave: Collection[str] = ()) -> tuple[Range, ...]:
    """How the values of each blank range, but for the blanks to `leave`."""
    found = []
    for blank in values[0] if values else ():
        if blank not in leave:
            seen = Counter(each[blank] for each in values if blank in each)
            found.append(Range(blank=blank, values=tuple(seen.most_common(_TOLD)), distinct=len(seen)))
    return tuple(found)
