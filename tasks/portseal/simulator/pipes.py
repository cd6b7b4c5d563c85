"""What stands behind `|` of a show command: lines in, the wanted ones out."""

from __future__ import annotations

import re


def through(pipe: str, output: str) -> str:
    """`output` after `| include X`, `exclude`, `begin`, `section` or `count`; an unknown filter is an error."""
    words = pipe.split(None, 1)
    kinds = [kind for kind in ("begin", "count", "exclude", "include", "section") if kind.startswith(words[0].lower())]
    if len(kinds) != 1 or len(words) < 2:
        return "% Incomplete command.\n\n" if len(kinds) == 1 else "% Invalid input detected at '^' marker.\n\n"
    try:
        wanted = re.compile(words[1].rstrip())
    except re.error:
        return "% Failed to compile regular expression.\n"
    lines = output.splitlines()
    if kinds[0] == "include":
        kept = [line for line in lines if wanted.search(line)]
    elif kinds[0] == "exclude":
        kept = [line for line in lines if not wanted.search(line)]
    elif kinds[0] == "begin":
        first = next((i for i, line in enumerate(lines) if wanted.search(line)), len(lines))
        kept = lines[first:]
    elif kinds[0] == "count":
        kept = [f"Number of lines which match regexp = {sum(1 for line in lines if wanted.search(line))}"]
    else:
        kept = _sections(lines, wanted)
    return "".join(f"{line}\n" for line in kept)


def _sections(lines: list[str], wanted: re.Pattern[str]) -> list[str]:
    """Lines that match with all that is indented under them."""
    kept: list[str] = []
    depth: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if depth is not None and indent > depth:
            kept.append(line)
        elif wanted.search(line):
            depth = indent
            kept.append(line)
        else:
            depth = None
    return kept
