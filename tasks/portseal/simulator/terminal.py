"""Characters from a terminal in, whole lines and their echo out: the little line editing a switch has."""

from __future__ import annotations

import re
from typing import NamedTuple

INTERRUPT = "\x03"
END = "\x1a"
HELP = "?"
_ERASE = "\b\x7f"
_WIPE_LINE = "\x15\x18"
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f?]+")


class Typed(NamedTuple):
    """What came of the characters taken: what to echo and, where a line is complete, the line and how it ended."""

    echo: str
    line: str | None = None
    end: str = "\r"


class LineEditor:
    """Collects one line at a time; what was typed ahead waits until it is asked for."""

    def __init__(self) -> None:
        self._ahead = ""
        self._at = 0
        self._line = ""
        self._after_return = False

    def feed(self, text: str) -> None:
        """Take what arrived."""
        self._ahead = self._ahead[self._at :] + text
        self._at = 0

    def next_key(self) -> str | None:
        """One character typed ahead (a pager's answer); None where there is none."""
        while self._at < len(self._ahead):
            key = self._ahead[self._at]
            self._at += 1
            if key == "\n" and self._after_return:
                self._after_return = False
                continue
            self._after_return = key == "\r"
            return key
        return None

    def next_line(self, *, hidden: bool = False, helpful: bool = True) -> Typed:
        """As much as was typed of the present line. `hidden` echoes nothing (a password)."""
        echo = ""
        while True:
            if plain := _PLAIN.match(self._ahead, self._at):
                self._at, self._after_return = plain.end(), False
                self._line += plain[0]
                echo += plain[0]
            key = self.next_key()
            if key is None:
                return Typed("" if hidden else echo)
            if key in "\r\n":
                return Typed("" if hidden else echo, self._take())
            if key in (INTERRUPT, END) or (key == HELP and helpful and not hidden):
                shown = {INTERRUPT: "^C", END: "^Z", HELP: "?"}[key]
                line = self._line if key == HELP else self._take()
                return Typed(echo + shown, line, key)
            if key in _ERASE:
                echo += "\b \b" if self._line else ""
                self._line = self._line[:-1]
            elif key in _WIPE_LINE:
                echo += "\b \b" * len(self._line)
                self._line = ""
            elif key.isprintable():
                self._line += key
                echo += key

    def _take(self) -> str:
        line, self._line = self._line, ""
        return line
