"""JSON text in pieces in, the members of its object out, the long list among them value by value; the text is never in memory as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

_BLANK = " \t\r\n"


class JsonPieces:
    """An object's text, which comes in pieces."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._text, self._at = "", 0
        self._decode = json.JSONDecoder().raw_decode

    def read(self, many: str, one: Callable[[object, dict[str, object]], None]) -> dict[str, object]:
        """The members but `many`, of whose list `one` is given each value, and the members that stood before it.

        Raises:
            ValueError: it is no such object, or something in it stands twice.
        """
        found: dict[str, object] = {}
        listed = False
        self._take("{")
        while not self._took("}"):
            if found or listed:
                self._take(",")
            name = self._value()
            self._take(":")
            if not isinstance(name, str) or name in found or (listed and name == many):
                raise ValueError(f"{name!r} stands where no name, or no further one, can")
            if name == many:
                listed = True
                self._list(lambda value: one(value, found))
            else:
                found[name] = self._value()
        if self._next():
            raise ValueError("something follows on the end")
        if not listed:
            raise ValueError(f"there is no {many}")
        return found

    def _list(self, one: Callable[[object], None]) -> None:
        self._take("[")
        some = False
        while not self._took("]"):
            if some:
                self._take(",")
            one(self._value())
            some = True

    def _next(self) -> str:
        """The next character that is no blank; nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _took(self, sign: str) -> bool:
        if self._next() != sign:
            return False
        self._at += 1
        return True

    def _take(self, sign: str) -> None:
        if not self._took(sign):
            raise ValueError(f"{sign!r} is missing")

    def _value(self) -> object:
        self._next()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            if end == len(self._text) and self._more():
                continue  # a number may go on
            self._at = end
            return value

    def _more(self) -> bool:
        """Whether there was another piece."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text, self._at = self._text[self._at :] + piece, 0
        return True
