"""Running configuration in, the owned lines of it out, with every secret replaced by its fingerprint.

One pass over the text, so that the tree that is compared later holds our lines only: a switch of 48 ports has some
three thousand lines, and a few hundred of them are ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from pydantic import SecretStr

from portseal.core.elsewhere import listed_ports, named_servers, with_meanings
from portseal.core.encodings import decode
from portseal.core.errors import ParseError
from portseal.core.model import Value
from portseal.core.owned_rules import Section, any_of, pack_rules
from portseal.core.pack_memory import once_a_pack
from portseal.core.paths import nested
from portseal.core.platforms import Pack, SecretPlace

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
    lines = with_meanings(list(_lines(running, pack)), pack.alias)
    servers = named_servers(lines, [owned.named_by for owned in pack.owned if owned.named_by])
    rules = pack_rules(pack).of_switch(tuple(ports), (*radius_addresses, *servers))
    kept: list[str] = []
    keep: list[str] = []
    facts: dict[str, list[tuple[str, str]]] = {}
    met: dict[int, str] = {}
    stack: list[str] = []
    emitted = emitted_keep = 0  # how many levels of the current lineage stand in the results already
    for port, code, reason in listed_ports(lines, pack.listed, ports):
        facts.setdefault(port, []).append((code, reason))
    section: Section | None = None
    for depth, text in lines:
        if depth == 0:
            section = rules.section(text)
        if section is None:  # no rule looks at it
            continue
        del stack[depth:]
        emitted, emitted_keep = min(emitted, depth), min(emitted_keep, depth)
        said = section.below.said(tuple(stack[1:]), text) if depth else section.itself
        stack.append(text)
        met.update(said.met)
        if section.port:
            facts.setdefault(section.port, []).extend(said.forbidden)
        if said.owner is None:
            if depth == 0 and section.shared:
                emitted = _emit(kept, stack, emitted, depth, text)
            continue
        if said.secret is not None:
            stack[depth] = text = _replaced(text, *said.secret, mark)  # noqa: PLW2901 - the line as it is compared
            section = section if depth else rules.section(text)
        emitted = _emit(kept, stack, emitted, depth, text)
        if said.owner:
            emitted_keep = _emit(keep, stack, emitted_keep, depth, text)
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
    rules = pack_rules(pack)
    stack: list[str] = []
    out: list[str] = []
    for depth, text in _lines(rendered, pack, whole=False):
        del stack[depth:]
        if (found := rules.secret_in(stack, text)) is not None:
            text = _replaced(text, *found, mark)  # noqa: PLW2901 - the line as it is compared
        stack.append(text)
        out.append(" " * depth + text + "\n")
    return "".join(out)


def _lines(text: str, pack: Pack, *, whole: bool = True) -> Iterator[tuple[int, str]]:
    """The lines of configuration with their depth; comments, noise and free text are left out."""
    odd, skip, verbatim, complete, separator = _reading(pack)
    is_odd = odd.search
    until: str | None = None
    alone = False
    indents: list[int] = []
    ended = complete is None or not whole
    for raw in (nested(text, pack.paths) if pack.paths else text).splitlines():
        line = raw.rstrip()
        if until is not None:
            until = None if (line.strip() == until if alone else until in line) else until
            continue
        if not line:
            continue
        if is_odd(line):
            if complete and complete.search(line):
                ended = True
            if separator and separator.search(line):
                indents.clear()
                continue
            if skip.search(line):
                continue
            if found := next((m for pattern in verbatim if (m := pattern.search(line))), None):
                alone = found.groupdict().get("end") is None
                until = (
                    pack.read.verbatim_end if alone else None if found["end"] in line[found.end() :] else found["end"]
                )
                continue
        bare = line.lstrip()
        indent = len(line) - len(bare)
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        yield len(indents) - 1, bare
    if not ended or until is not None:
        raise ParseError(
            "the running configuration does not end as one does; the reading was cut, so nothing is concluded from it"
        )


def shared_section(pack: Pack, ports: Sequence[str]) -> Callable[[str], bool]:
    """A function that tells of a section's line whether only some lines of the section are ours."""
    rules = pack_rules(pack).of_switch(tuple(ports), ())
    return lambda head: (found := rules.section(head)) is not None and found.shared


class _Reading(NamedTuple):
    """The patterns by which lines are read."""

    odd: re.Pattern[str]
    """Fits every line that one of the others fits."""
    skip: re.Pattern[str]
    verbatim: tuple[re.Pattern[str], ...]
    complete: re.Pattern[str] | None
    separator: re.Pattern[str] | None


@once_a_pack
def _reading(pack: Pack) -> _Reading:
    read = pack.read
    skip = (read.comment, *read.noise)
    others = [each for each in (read.complete, read.separator) if each]
    return _Reading(
        odd=any_of([*skip, *read.verbatim, *others]),
        skip=any_of(skip),
        verbatim=tuple(map(re.compile, read.verbatim)),
        complete=re.compile(read.complete) if read.complete else None,
        separator=re.compile(read.separator) if read.separator else None,
    )


def _replaced(line: str, pattern: re.Pattern[str], place: SecretPlace, mark: Mark) -> str:
    """The line with its encoding cut out and its secret replaced."""
    found = pattern.search(line)
    if found is None:
        return line
    groups = found.groupdict()
    shown, encoding = found["secret"], groups.get("encoding") or ""
    secret = None if shown.startswith("{{secret:") else decode(place.encodings.get(encoding, "opaque"), shown)
    start = found.start("encoding") if groups.get("encoding") else found.start("secret")
    return line[:start] + mark(secret, shown, place) + line[found.end("secret") :]
