"""Lines of one camera in, the same lines with blanks for what is this camera's alone, and what was in the blanks, out.

Ports whose lines have the same blanks in the same places change alike. `filled` puts the values back, so that nothing is lost.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portseal.core.port_lines import Lines

OPENING, CLOSING = "‹", "›"
_TOKEN = re.compile(r"\{\{secret:[^}]*\}\}|‹[^›]*›?|›|[^\s\"‹›{]+|\{")
_BLANK = re.compile(r"‹[^›]*›")
_VLAN = re.compile(r"vlan", re.IGNORECASE)
_HEX_TAIL = re.compile(r"(?:-[0-9a-f]+)+(?![A-Za-z0-9])")
_CUT_FROM = 8
"""So much of a camera's name is left at least, where it was cut short."""
_CUT_NAME = re.compile(r"-[0-9a-f]{4}(?![A-Za-z0-9-])")
_WORDLIKE = re.compile(r"[A-Za-z0-9]")


class Known(NamedTuple):
    """What is known to be one port's own, or one switch's."""

    names: tuple[tuple[str, str], ...]
    """(what it is called, the text), the longest text first: camera, port, identity, MAC."""
    ckns: frozenset[str] = frozenset()
    vlans: frozenset[str] = frozenset()


class Blanked(NamedTuple):
    """Lines with blanks, and what stands in each."""

    lines: Lines
    values: Mapping[str, str]
    """By the name of the blank: `VLAN`, `camera`, `key`, `key 2`."""


def known(names: Mapping[str, str | None], ckns: Iterable[str] = (), vlans: Iterable[str] = ()) -> Known:
    """What is one port's own."""
    given = sorted(((name, text) for name, text in names.items() if text), key=lambda pair: -len(pair[1]))
    return Known(tuple(given), frozenset(ckns), frozenset(vlans))


def blanked(lines: Lines, of: Known) -> Blanked:
    """`lines` with blanks."""
    blanks = _Blanks(of)
    made = Lines(*(tuple(map(blanks.line, part)) for part in lines))
    return Blanked(made, {name: text for (_, text), name in blanks.taken.items()})


def filled(line: str, values: Mapping[str, str]) -> str:
    """The line as it was; a blank that has no value stays one."""
    return _BLANK.sub(lambda found: values.get(found[0][1:-1], found[0]), line) if OPENING in line else line


@functools.lru_cache(maxsize=16384)
def _suspect(line: str) -> bool:
    """Whether a line, of whatever port, may hold more of its own than names: the same lines come thousands of times."""
    marked = "{{secret:" in line or OPENING in line or CLOSING in line
    return marked or _VLAN.search(line) is not None or _CUT_NAME.search(line) is not None


class _Blanks:
    """Gives each distinct text of a kind one blank, numbered in the order of its first appearance."""

    def __init__(self, of: Known) -> None:
        self._of = of
        self._texts = tuple(text for _, text in of.names)
        self._vlan = False
        self.taken: dict[tuple[str, str], str] = {}
        """(kind, text) → the name of its blank."""

    def line(self, line: str) -> str:
        """`line` with blanks."""
        if not self._concerned(line):
            return line
        self._vlan = bool(self._of.vlans) and _VLAN.search(line) is not None
        return _TOKEN.sub(self._token, line)

    def _concerned(self, line: str) -> bool:
        for text in self._texts:
            if text in line:
                return True
        return _suspect(line) or any(ckn in line for ckn in self._of.ckns)

    def _token(self, found: re.Match[str]) -> str:
        token = found[0]
        if token.startswith("{{secret:"):
            return self._blank("secret", token)
        if token[0] in OPENING + CLOSING:
            return self._blank("key" if token.startswith(("‹hmac:", "‹opaque:")) else "text", token)
        if token in self._of.ckns:
            return self._blank("CKN", token)
        if self._vlan and token in self._of.vlans:
            return self._blank("VLAN", token)
        for kind, text in self._of.names:
            if text in token:
                token = self._within(token, kind, text)
        return self._cut(token) if token[-5:-4] == "-" and OPENING not in token else token

    def _within(self, token: str, kind: str, text: str) -> str:
        """`token` with `text` blanked wherever it stands as a word."""
        at = token.find(text)
        while at >= 0:
            end = at + len(text)
            inside = token[:at].count(OPENING) > token[:at].count(CLOSING)
            before, after = token[at - 1 : at], token[end : end + 1]
            if inside or _WORDLIKE.match(before) or _WORDLIKE.match(after):
                at = token.find(text, at + 1)
                continue
            if kind == "camera" and (tail := _HEX_TAIL.match(token, end)):  # a name made of camera and key
                kind, end = "key name", tail.end()
            blank = self._blank(kind, token[at:end])
            token = token[:at] + blank + token[end:]
            at = token.find(text, at + len(blank))
        return token

    def _cut(self, token: str) -> str:
        """A name that was cut short (`fit` of core/rendering.py), with the camera's beginning in it, blanked."""
        camera = next((text for kind, text in self._of.names if kind == "camera"), None)
        if camera is None or not _CUT_NAME.search(token):
            return token
        parts = token[:-5].split("-")
        for at in range(len(parts)):
            start = "-".join(parts[at:])
            if len(start) >= _CUT_FROM and camera.startswith(start):
                return token[: -5 - len(start)] + self._blank("key name", token[-5 - len(start) :])
        return token

    def _blank(self, kind: str, text: str) -> str:
        key = (kind, text)
        if key not in self.taken:
            number = 1 + sum(each == kind for each, _ in self.taken)
            self.taken[key] = kind if number == 1 else f"{kind} {number}"
        return f"{OPENING}{self.taken[key]}{CLOSING}"
