"""Two canonical configurations in, what differs between them out, section by section."""

from __future__ import annotations

from difflib import ndiff


def sections(text: str) -> dict[str, tuple[str, ...]]:
    """Canonical configuration by top-level line, in order."""
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
    """What changes, section by section, as lines that begin with ` `, `-` or `+`."""
    old, new = sections(before), sections(after)
    out: list[str] = []
    for head in dict.fromkeys([*new, *old]):
        was, becomes = old.get(head), new.get(head)
        if was == becomes:
            continue
        sign = "+" if was is None else "-" if becomes is None else " "
        out.append(f"{sign}{head}")
        out.extend(line[0] + line[2:] for line in ndiff(was or (), becomes or ()) if line[0] in "+-")
    return "\n".join(out)
