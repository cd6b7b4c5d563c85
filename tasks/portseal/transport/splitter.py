"""What a terminal prints in, one answer a line out.

A switch's terminal prints a prompt, echoes the line it reads, prints what it has to say, and prints the next prompt; it does
so in this order however many lines were typed ahead. So an answer is what stands between the echo of its line and the
next prompt, and every answer belongs to the line whose echo it follows.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+][0-9A-Za-z]|[0-9=>@-Z\\^_a-z])")
_BEGUN_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[()*+])?\Z")
_SILENT = {0x00: None, 0x07: None, 0x0D: None}
_PAGER = re.compile(r"-{2,} ?\(?more\)? ?-{2,}|<-{2,} ?more ?-{2,}>", re.IGNORECASE)


def prompt_pattern(name: str) -> re.Pattern[str]:
    """Every prompt of a switch whose prompt begins with `name`, in whatever mode.

    >>> bool(prompt_pattern("acc-01").match("acc-01(config-if)#"))
    True
    """
    mode = r"(?:\([^()\s]*\))?"
    return re.compile(rf"^[<\[~*]{{0,3}}{re.escape(name)}[\w.:/@-]{{0,64}}{mode}[#>$%\]] ?", re.MULTILINE)


def cleaned(text: str) -> str:
    """`text` without escape sequences and carriage returns."""
    return _ESCAPE.sub("", text).translate(_SILENT)


class Splitter:
    """The answers to `lines`, found as the stream comes in; `seen` is the prompt that stands there already."""

    def __init__(self, prompt: re.Pattern[str], seen: str, lines: Sequence[str]) -> None:
        self.sent = 0
        """How many of the lines have been written so far; told by whoever writes them."""
        self.answers: list[str] = []
        self.lost: set[int] = set()
        """Lines whose echo never came although the next one's did: they were not received as they were sent."""
        self._prompt = prompt
        self._echoes = [line.strip() for line in lines]
        self._echoed = 0
        self._text = seen
        self._scanned = 0
        self._strange: int | None = None  # where a prompt stands that is followed by no echo we know
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    @property
    def pending(self) -> str:
        """What has come so far in answer to a line whose answer is not complete."""
        return self._text if self._open else ""

    @property
    def rest(self) -> str:
        """What stands after the last complete answer: the prompt."""
        return self._text

    @property
    def at_prompt(self) -> bool:
        """The last thing that came is a prompt."""
        return bool(self._prompt.fullmatch(self._last_line))

    @property
    def paged(self) -> bool:
        """The switch waits for a key before it prints on."""
        return bool(_PAGER.search(self._last_line))

    def feed(self, data: bytes) -> None:
        """Take in what came, wherever it was cut."""
        self._text += self._cleaned(data)
        while prompt := self._prompt.search(self._text, self._scanned):
            end = self._text.find("\n", prompt.end())
            if end < 0:
                self._scanned = prompt.start()
                if self._open and self._echoed == self.sent and prompt.end() == len(self._text):
                    self._close(prompt.start())
                    self._text, self._scanned = self._text[prompt.start() :], 0
                return
            self._found(prompt, self._text[prompt.end() : end].strip(), end + 1)
        self._scanned = self._text.rfind("\n") + 1

    @property
    def _open(self) -> bool:
        return self._echoed > len(self.answers)

    @property
    def _last_line(self) -> str:
        return self._text.rpartition("\n")[2]

    def _found(self, prompt: re.Match[str], echo: str, end: int) -> None:
        """A prompt and the line that stands behind it."""
        coming = self._echoes[self._echoed : min(self._echoed + 2, self.sent)]
        if echo not in coming:
            if echo and self._strange is None:
                self._strange = prompt.start()
            self._scanned = end
            return
        if echo != coming[0]:
            strange = prompt.start() if self._strange is None else self._strange
            self._close(strange)
            self.lost.add(self._echoed)
            self._echoed += 1
            self.answers.append(self._text[strange : prompt.start()])
        else:
            self._close(prompt.start())
        self._echoed += 1
        self._text, self._scanned, self._strange = self._text[end:], 0, None

    def _close(self, end: int) -> None:
        if self._open:
            self.answers.append(self._text[:end].strip("\n"))

    def _cleaned(self, data: bytes) -> str:
        """Text without escape sequences and carriage returns; a sequence that is not complete yet is kept back."""
        text = self._held + self._decoder.decode(data)
        begun = _BEGUN_ESCAPE.search(text)
        self._held = text[begun.start() :] if begun else ""
        return cleaned(text[: begun.start()] if begun else text)
