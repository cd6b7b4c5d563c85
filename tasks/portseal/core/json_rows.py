"""JSON that a switch printed in, rows out, by paths that the platform's folder gives.

A path is a chain of segments set apart by `/`:

- `name`: the value of that key; `0`, `1`, ...: that element of an array
- `*`: every element of an array, or every value of an object
- `{name}`: every value of an object, its key being field `name` of the row
- `..`: back to what the present value stands in (in fields)
- `#`: how many elements the array or object has (in fields, at the end)

A segment that ends in `?` may be missing: then there is no row, or no value. Any other that is missing is an error, because a
switch that says something else than was expected has not been understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, NoReturn

from portseal.core.errors import ParseError
from portseal.core.model import Value

Paths = str | tuple[str, ...]
"""One path, or several whose values stand in the field one after the other, set apart by blanks."""


class _Place(NamedTuple):
    """A value, and the values it stands in, innermost first."""

    value: object
    around: tuple[object, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    """(field, key) of each `{field}` on the way."""

    def within(self, value: object, *, key: tuple[str, str] | None = None) -> _Place:
        return _Place(value, (self.value, *self.around), self.keys + ((key,) if key else ()))


class JsonRows(Value):
    """`[show.json]`: where the rows are in what a command prints as JSON, and where each row's fields are."""

    rows: str
    """Path from the top to each row."""
    fields: dict[str, Paths] = {}
    """Field → path from the row."""

    def read(self, text: str) -> list[dict[str, str | list[str]]]:
        """The rows in `text`; fields without a value are empty.

        >>> table = JsonRows(rows="ports/{port}/peers/{ckn}", fields={"live_peers": "live/#", "status": ("up", "used")})
        >>> table.read('{"ports": {"Et1": {"peers": {"01ab": {"live": ["x", "y"], "up": true, "used": false}}}}}')
        [{'port': 'Et1', 'ckn': '01ab', 'live_peers': '2', 'status': 'true false'}]

        Raises:
            ParseError: it is no JSON, or not of this shape.
        """
        try:
            top = json.loads(text, object_pairs_hook=_each_key_once)
        except ValueError as error:
            raise ParseError(f"no JSON: {error}") from None
        return [
            {**dict(place.keys), **{name: _field(place, paths) for name, paths in self.fields.items()}}
            for place in _walk(_Place(top), self.rows)
        ]


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _walk(start: _Place, path: str) -> Iterator[_Place]:
    """Every place that `path` leads to."""
    head, _, rest = path.partition("/")
    for place in _step(start, head, path):
        yield from _walk(place, rest) if rest else (place,)


def _step(here: _Place, segment: str, path: str) -> Iterator[_Place]:
    value, bare = here.value, segment.removesuffix("?")
    if bare == "..":
        if not here.around:
            _lost(bare, path)
        yield _Place(here.around[0], here.around[1:], here.keys)
    elif bare == "#" and isinstance(value, list | dict):
        yield here.within(len(value))
    elif bare == "*" and isinstance(value, list | dict):
        yield from map(here.within, value if isinstance(value, list) else value.values())
    elif bare.startswith("{") and isinstance(value, dict):
        for key, inner in value.items():
            yield here.within(inner, key=(bare[1:-1], key))
    elif isinstance(value, dict) and bare in value:
        yield here.within(value[bare])
    elif isinstance(value, list) and bare.isdecimal() and int(bare) < len(value):
        yield here.within(value[int(bare)])
    elif bare == segment:
        _lost(bare, path)


def _lost(segment: str, path: str) -> NoReturn:
    raise ParseError(f"no {segment!r} where {path!r} leads")


def _field(row: _Place, paths: Paths) -> str | list[str]:
    """The value at one path, a list where it has `*`; or the values at several, empty where one is missing."""
    if isinstance(paths, str):
        found = [_word(place.value, paths) for place in _walk(row, paths)]
        return found if re.search(r"(?:^|/)\*", paths) else "".join(found)
    words = ["".join(_word(place.value, path) for place in _walk(row, path)) for path in paths]
    return " ".join(words) if all(words) else ""


def _word(value: object, path: str) -> str:
    if isinstance(value, list | Mapping):
        raise ParseError(f"{path!r} leads to no single value")
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
