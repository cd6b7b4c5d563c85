"""Characters from a terminal in, whole lines and their echo out: the little line editing a switch has."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

INTERRUPT = "\x03"
END = "\x1a"
HELP = "?"
_ERASE = "\b\x7f"


class Typed(NamedTuple):
    """What came of the characters taken: what to echo and, where a line is complete, the line and how it ended."""

    echo: str
    line: str | None = None
    end: str = "\r"


class LineEditor:
    """Collects one line at a time; what was typed ahead waits until it is asked for."""

    def __init__(self) -> None:
        self._ahead: deque[str] = deque()
        self._line: list[str] = []
        self._after_return = False

    def feed(self, text: str) -> None:
        """Take what arrived."""
        self._ahead.extend(text)

    def next_key(self) -> str | None:
        """One character typed ahead (a pager's answer); None where there is none."""
        while self._ahead:
            key = self._ahead.popleft()
            if key == "\n" and self._after_return:
                self._after_return = False
                continue
            self._after_return = key == "\r"
            return key
        return None

    def next_line(self, *, hidden: bool = False, helpful: bool = True) -> Typed:
        """As much as was typed of the present line. `hidden` echoes nothing (a password)."""
        echo: list[str] = []
        while (key := self.next_key()) is not None:
            if key in "\r\n":
                return Typed("" if hidden else "".join(echo), self._take())
            if key in (INTERRUPT, END) or (key == HELP and helpful and not hidden):
                shown = {INTERRUPT: "^C", END: "^Z", HELP: "?"}[key]
                line = "".join(self._line) if key == HELP else self._take()
                return Typed("".join(echo) + shown, line, key)
            if key in _ERASE:
                if self._line:
                    self._line.pop()
                    echo.append("\b \b")
            elif key in "\x15\x18":
                echo.append("\b \b" * len(self._line))
                self._line.clear()
            elif key.isprintable():
                self._line.append(key)
                echo.append(key)
        return Typed("" if hidden else "".join(echo))

    def _take(self) -> str:
        line = "".join(self._line)
        self._line.clear()
        return line
