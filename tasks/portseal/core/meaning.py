"""A vendor's rows and words in, ours out: which rows are about the same session, and what their words mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from portseal.core.parsing import Row
from portseal.core.platforms import Pack
from portseal.core.remembered import RememberedOf

Answer = TypeVar("Answer")
_IDENTITY = ("session_id", "mac")


def word(pack: Pack, field: str, shown: object) -> str | None:
    """Our word for the vendor's in `field`; None for one the pack does not list, which means: unknown.

    A vendor's word in the pack that ends in `*` stands for every word that begins so.
    """
    if not isinstance(shown, str):
        return None
    return _word(pack, (field, shown))


@RememberedOf
def _word(pack: Pack, asked: tuple[str, str]) -> str | None:
    field, shown = asked
    for ours, theirs in pack.words.get(field, {}).items():
        if any(shown.startswith(each[:-1]) if each.endswith("*") else shown == each for each in theirs):
            return ours
    return None


def text(row: Row, field: str) -> str | None:
    """The field where it is text."""
    value = row.get(field)
    return value if isinstance(value, str) else None


def several(row: Row, field: str) -> tuple[str, ...]:
    """The field where it is a list; nothing otherwise."""
    value = row.get(field)
    return value if isinstance(value, tuple) else ()


def last(values: Iterable[Answer | None]) -> Answer | None:
    """The last value that is one."""
    found = None
    for value in values:
        if value is not None:
            found = value
    return found


def last_text(rows: Iterable[Row], field: str) -> str | None:
    """The last of the rows' fields that is text."""
    found = None
    for row in rows:
        if isinstance(value := row.get(field), str):
            found = value
    return found


def last_number(rows: Iterable[Row], field: str) -> int | None:
    """The last of the rows' fields that is a number."""
    found = None
    for row in rows:
        if isinstance(value := row.get(field), int):
            found = value
    return found


def same_sessions(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of one port, those of one session together: same session id, or the same MAC address."""
    groups: list[list[Row]] = []
    for row in rows:
        for group in groups:
            if any(row.get(key) is not None and row.get(key) == other.get(key) for key in _IDENTITY for other in group):
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def method_states(rows: Iterable[Row]) -> tuple[tuple[str, str], ...]:
    """Each method that the rows name with the vendor's word for how it stands, each pair once."""
    pairs = (zip(several(row, "methods"), several(row, "method_states"), strict=False) for row in rows)
    return tuple(dict.fromkeys(pair for each in pairs for pair in each))


def method(pack: Pack, rows: Sequence[Row], states: Sequence[tuple[str, str]]) -> str | None:
    """By which method a session stands: `dot1x`, `mab`, `other`, `none`; None where that cannot be told.

    A list of methods with their `states` decides, for a table names a method even where none has succeeded.
    """
    if states:
        ours = [
            (word(pack, "session.method", name), word(pack, "session.method_state", state)) for name, state in states
        ]
        for wanted in ("success", "running"):
            if found := [name for name, state in ours if state == wanted]:
                return "dot1x" if "dot1x" in found else found[0]
        return None if any(state is None for _, state in ours) else "none"
    named = {word(pack, "session.method", row.get("method")) for row in rows}
    return named.pop() if len(named) == 1 else None


def fallback(pack: Pack, rows: Iterable[Row]) -> str | None:
    """`server-dead`, `guest` or `auth-fail` where the rows say so, `unknown` where they name an authority we do not know."""
    found: set[str] = set()
    for row in rows:
        if authority := text(row, "authorized_by"):
            found.add(word(pack, "session.authorized_by", authority) or "unknown")
        found.update(
            word(pack, "session.service_template", each) or "none" for each in several(row, "service_templates")
        )
    return min(found - {"none"}, default=None)
