"""A configuration with braces in, its statements as paths out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'/\*.*?\*/|##?[^\n]*|"[^"]*"|[{};\[\]]|[^\s{};\[\]"]+', re.DOTALL)


def brace_paths(text: str) -> Iterator[str]:
    """Each statement, its containers before it.

    >>> list(brace_paths('system { host-name a; services { ssh; } }'))
    ['system host-name a', 'system services ssh']
    """
    above: list[tuple[list[str], bool]] = []
    words: list[str] = []
    for part in _TOKEN.findall(text):
        if part.startswith(("#", "/*")):
            continue
        if part == "{":
            above[-1:] = [(path, True) for path, _ in above[-1:]]
            above.append((words, False))
            words = []
        elif part == "}":
            if above:
                _, filled = above.pop()
                if not filled:
                    yield _path(above, [])
            words = []
        elif part == ";":
            above[-1:] = [(path, True) for path, _ in above[-1:]]
            yield _path(above, words)
            words = []
        else:
            words.append(part)


def _path(above: list[tuple[list[str], bool]], words: list[str]) -> str:
    return " ".join([*(word for path, _ in above for word in path), *words])
