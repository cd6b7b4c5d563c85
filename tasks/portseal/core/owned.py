"""Running configuration in, the owned lines of it out, with every secret replaced by its fingerprint.

One pass over the text, so that the tree that is compared later holds our lines only: a switch of 48 ports has some
three thousand lines, and a few hundred of them are ours.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from pydantic import SecretStr

from portseal.core.elsewhere import listed_ports, named_servers, with_meanings
from portseal.core.encodings import decode
from portseal.core.errors import ParseError
from portseal.core.model import Value
from portseal.core.paths import nested
from portseal.core.platforms import Lineage, Pack, SecretPlace

Mark = Callable[[SecretStr | None, str, SecretPlace], str]
"""(decoded secret or None, the text as it is shown, where it stands) in, the mark that stands for it out."""


class PortFacts(Value):
    """What the running configuration says of a port besides our own lines."""

    forbidden: tuple[tuple[str, str], ...] = ()
    """(code, reason) of each line that makes the port none of our business."""


class OwnedConfiguration(Value):
    """The owned part of one switch's running configuration."""

    text: str
    """Our lines with one space a level, secrets as fingerprints, in the switch's order.

    A section that only some lines of are ours stands here with those lines, also where there are none.
    """
    keep: str
    """Those of them that are never removed, with their sections."""
    ports: dict[str, PortFacts]
    """By long port name; a port the switch has not is not in it."""
    missing: tuple[tuple[int, str], ...] = ()
    """(index in the pack's `require`, reason) of each requirement of the platform that is not met."""

    @property
    def digest(self) -> str:
        """SHA-256 of the owned lines: the same as long as nobody changed one."""
        return sha256(self.text.encode()).hexdigest()


class _Line(NamedTuple):
    depth: int
    text: str


def owned_configuration(
    running: str,
    pack: Pack,
    *,
    ports: Sequence[str],
    radius_addresses: Sequence[str],
    mark: Mark,
    options: frozenset[str] = frozenset(),
) -> OwnedConfiguration:
    """The owned lines of `running` for the managed `ports` (long names).

    Raises:
        ParseError: the text does not end as a whole configuration does, so it was cut or is something else.
    """
    lines = with_meanings(tuple(_lines(running, pack)), pack.alias)
    servers = named_servers(lines, [owned.named_by for owned in pack.owned if owned.named_by])
    rules = _Rules(pack, tuple(ports), (*radius_addresses, *servers))
    kept: list[str] = []
    keep: list[str] = []
    facts: dict[str, list[tuple[str, str]]] = {}
    met: dict[int, str] = {}
    stack: list[str] = []
    emitted = emitted_keep = 0  # how many levels of the current lineage stand in the results already
    wanted = frozenset(ports)
    for port, code, reason in listed_ports(lines, pack.listed, ports):
        facts.setdefault(port, []).append((code, reason))
    for depth, text in lines:
        del stack[depth:]
        emitted, emitted_keep = min(emitted, depth), min(emitted_keep, depth)
        stack.append(text)
        met.update(rules.requirements_met_by(stack))
        if depth == 0 and (found := rules.port_section.search(text)) and found["port"] in wanted:
            facts.setdefault(found["port"], [])
        elif depth and (found := rules.port_section.search(stack[0])) and found["port"] in wanted:
            facts[found["port"]].extend(rules.forbidden(stack[0], text))
        owner = rules.owner(stack)
        if owner is None:
            if depth == 0 and rules.shared(text):
                emitted = _emit(kept, stack, emitted, depth, text)
            continue
        stack[depth] = shown = rules.marked(stack, mark)
        emitted = _emit(kept, stack, emitted, depth, shown)
        if owner:
            emitted_keep = _emit(keep, stack, emitted_keep, depth, shown)
    missing = tuple(
        (index, need.reason.replace("{why}", met.get(index, "")))
        for index, need in enumerate(pack.require)
        if (index in met) == need.absent and need.unless_option not in options
    )
    return OwnedConfiguration(
        text="".join(kept),
        keep="".join(keep),
        ports={port: PortFacts(forbidden=tuple(dict.fromkeys(found))) for port, found in facts.items()},
        missing=missing,
    )


def _emit(into: list[str], stack: Sequence[str], emitted: int, depth: int, shown: str) -> int:
    into.extend(" " * level + stack[level] + "\n" for level in range(emitted, depth))
    into.append(" " * depth + shown + "\n")
    return depth + 1


def canonical(rendered: str, pack: Pack, *, mark: Mark) -> str:
    """Rendered configuration in the same form as `OwnedConfiguration.text`.

    `rendered` has its secrets as references; `mark` is given each reference as text, and None for the secret.
    """
    rules = _Rules(pack, (), ())
    stack: list[str] = []
    out: list[str] = []
    for depth, text in _lines(rendered, pack, whole=False):
        del stack[depth:]
        stack.append(text)
        out.append(" " * depth + rules.marked(stack, mark) + "\n")
    return "".join(out)


def _lines(text: str, pack: Pack, *, whole: bool = True) -> Iterator[_Line]:
    """The lines of configuration with their depth; comments, noise and free text are left out."""
    skip = _union((pack.read.comment, *pack.read.noise))
    separator = re.compile(pack.read.separator) if pack.read.separator else None
    verbatim = [re.compile(pattern) for pattern in pack.read.verbatim]
    complete = re.compile(pack.read.complete) if pack.read.complete and whole else None
    until: str | None = None
    alone = False
    indents: list[int] = []
    ended = complete is None
    for raw in (nested(text, pack.paths) if pack.paths else text).splitlines():
        line = raw.rstrip()
        if until is not None:
            until = None if (line.strip() == until if alone else until in line) else until
            continue
        if not line:
            continue
        if complete and complete.search(line):
            ended = True
        if separator and separator.search(line):
            indents.clear()
            continue
        if skip.search(line):
            continue
        if found := next((m for pattern in verbatim if (m := pattern.search(line))), None):
            alone = found.groupdict().get("end") is None
            until = pack.read.verbatim_end if alone else None if found["end"] in line[found.end() :] else found["end"]
            continue
        indent = len(line) - len(line.lstrip())
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        yield _Line(len(indents) - 1, line.strip())
    if not ended or until is not None:
        raise ParseError(
            "the running configuration does not end as one does; the reading was cut, so nothing is concluded from it"
        )


def shared_section(pack: Pack, ports: Sequence[str]) -> Callable[[str], bool]:
    """A function that tells of a section's line whether only some lines of the section are ours."""
    return _Rules(pack, tuple(ports), ()).shared


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _union(patterns: Sequence[str]) -> re.Pattern[str]:
    return _compiled("|".join(f"(?:{pattern})" for pattern in patterns))


class _Rules:
    """A pack's patterns, compiled for one switch's ports and servers."""

    def __init__(self, pack: Pack, ports: tuple[str, ...], addresses: tuple[str, ...]) -> None:
        port = "(?:" + "|".join(map(re.escape, ports)) + ")" if ports else r"(?!)"
        address = "(?:" + "|".join(map(re.escape, addresses)) + ")" if addresses else r"(?!)"

        def lineage(match: Lineage) -> tuple[re.Pattern[str], ...]:
            return tuple(re.compile(p.replace("<port>", port).replace("<radius-address>", address)) for p in match)

        self.port_section = re.compile(pack.port_section)
        self._forbid = [(re.compile(f.section), re.compile(f.match), f) for f in pack.forbid]
        self._owned = [(lineage(o.match), o.keep) for o in pack.owned]
        self._require = [lineage(r.match) for r in pack.require]
        self._secrets = [(lineage(s.match), s) for s in pack.secrets]
        self._memo: tuple[str, list[tuple[tuple[re.Pattern[str], ...], bool]]] = ("", [])

    def owner(self, stack: Sequence[str]) -> bool | None:
        """None where the line is not ours; else whether it is one that is never removed."""
        if self._memo[0] != stack[0]:
            self._memo = (stack[0], [rule for rule in self._owned if rule[0][0].search(stack[0])])
        for match, keep in self._memo[1]:
            if len(stack) >= len(match) and all(p.search(t) for p, t in zip(match[1:], stack[1:], strict=False)):
                return keep
        return None

    def shared(self, head: str) -> bool:
        """Whether the section `head` is one that only some lines of are ours, so that it never goes away as a whole."""
        found = [match for match, _ in self._owned if match[0].search(head)]
        return bool(found) and all(len(match) > 1 for match in found)

    def forbidden(self, head: str, line: str) -> Iterator[tuple[str, str]]:
        """(code, reason) of each rule by which `line` makes the port of the section `head` none of our business."""
        return ((f.code, f.reason) for where, what, f in self._forbid if what.search(line) and where.search(head))

    def requirements_met_by(self, stack: Sequence[str]) -> Iterator[tuple[int, str]]:
        """(index of each requirement that the last line of `stack` is, text of its group `why`)."""
        for index, match in enumerate(self._require):
            if len(match) == len(stack) and all(p.search(t) for p, t in zip(match, stack, strict=True)):
                found = match[-1].search(stack[-1])
                yield index, (found.groupdict().get("why") or "") if found else ""

    def marked(self, stack: Sequence[str], mark: Mark) -> str:
        """The last line of `stack`, its encoding cut out and its secret replaced."""
        line = stack[-1]
        for match, place in self._secrets:
            if len(match) != len(stack) or not all(p.search(t) for p, t in zip(match[:-1], stack, strict=False)):
                continue
            if found := match[-1].search(line):
                return _replaced(line, found, place, mark)
        return line


def _replaced(line: str, found: re.Match[str], place: SecretPlace, mark: Mark) -> str:
    groups = found.groupdict()
    shown, encoding = found["secret"], groups.get("encoding") or ""
    secret = None if shown.startswith("{{secret:") else decode(place.encodings.get(encoding, "opaque"), shown)
    start = found.start("encoding") if groups.get("encoding") else found.start("secret")
    return line[:start] + mark(secret, shown, place) + line[found.end("secret") :]
