"""The sections of two configurations in, what leads from one to the other out: each different section is compared once.

No rule looks from one section into another, except at their own lines. So what is alike on both sides needs no comparison, and of the
others hier_config is asked by themselves; what it says holds for every section that has the same lines on both sides and is looked at
by the same rules, so that forty-eight ports that change alike are one question. Answers are remembered for the process, the most
recent ones of each platform: they are made of fingerprints and references, as everything here.

Where a section is not by itself, the configurations are compared as a whole.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hier_config.root import HConfig

from portseal.core import tree
from portseal.core.differences import diff, section_diff
from portseal.core.pack_driver import driver_of
from portseal.core.pack_memory import once_a_pack
from portseal.core.platforms import Pack

_REMEMBERED = 1024
"""Answers of each platform; one takes some kilobytes."""
_SECTION = re.compile(r"^(\S[^\n]*)\n((?: [^\n]*\n)*)", re.M)

Bodies = Mapping[str, str]
"""A section's own line → the lines that stand under it, with their indentation."""
Shared = Callable[[str], bool]
"""Tells of a section's own line whether only some lines of the section are ours."""


class Changes(NamedTuple):
    """What leads from one configuration to another and back, in the order of the lines' weights or not, and the diff for people."""

    forth: tuple[tree.Section, ...]
    back: tuple[tree.Section, ...]
    diff: str


@dataclass(frozen=True)
class _Question:
    """One section on both sides; equal to every other that has the same answer."""

    fits: frozenset[int]
    """The rules that look at the section."""
    shared: bool
    running: str | None
    keep: str | None
    target: str | None
    head: str = field(compare=False)


class _Answer(NamedTuple):
    """What becomes of one section; `before` and `after` are None where it does not stand."""

    before: str | None
    after: str | None
    forth: tree.Section | None
    back: tree.Section | None


def changes_as_a_whole(pack: Pack, running: str, keep: str, target: str, shared: Shared) -> Changes:
    """All sections together, in order; `keep` are the lines of `running` that are never removed."""
    before, after = _sides(pack, running, keep, target, shared)
    forth = tree.change(before, after, pack)
    if not forth:
        return Changes((), (), "")
    return Changes(forth, tree.change(after, before, pack), diff(tree.text(before), tree.text(after)))


def changes_by_section(pack: Pack, running: str, keep: str, target: str, shared: Shared) -> Changes | None:
    """The same, section by section; None where that cannot be said of one."""
    cut = [_cut(text) for text in (running, keep, target)]
    if None in cut or any(len(match) == 1 for match in pack.sequence):
        return None
    old, kept, new = (each or {} for each in cut)
    answers = _answers(pack, old, kept, new, shared)
    before = [head for head in old if head not in answers or answers[head].before is not None]
    wanted = dict.fromkeys((*new, *(head for head in old if shared(head)), *kept))
    after = [head for head in wanted if head not in answers or answers[head].after is not None]
    forth = _sections(before, after, {head: found.forth for head, found in answers.items()}, pack)
    if forth is None:
        return None
    if not forth:
        return Changes((), (), "")
    back = _sections(after, before, {head: found.back for head, found in answers.items()}, pack)
    return None if back is None else Changes(forth, back, "\n".join(_diff(before, after, answers)))


def questions(running: str, target: str) -> int:
    """How many sections differ between the two, each other than the rest; about that many has hier_config to be asked of."""
    old, new = _cut(running) or {}, _cut(target) or {}
    sides = {(old.get(head), new.get(head)) for head in (*old, *new)}
    return sum(before != after for before, after in sides)


def _cut(text: str) -> dict[str, str] | None:
    """The sections of canonical configuration; None where they are not plain sections that stand there once each."""
    found = _SECTION.findall(text)
    bodies = {" ".join(head.split()): body for head, body in found}
    whole = len(text) == sum(len(head) + len(body) + 1 for head, body in found)
    odd = any(head.startswith("banner ") for head in bodies)  # which hier_config reads in a way of its own
    return bodies if whole and not odd and len(bodies) == len(found) else None


def _answers(pack: Pack, old: Bodies, kept: Bodies, new: Bodies, shared: Shared) -> dict[str, _Answer]:
    """Of each section that is not the same on both sides."""
    fits, ask = _asked_of(pack)
    found: dict[str, _Answer] = {}
    for head in dict.fromkeys((*old, *new, *kept)):
        running, target = old.get(head), new.get(head)
        if running == target:
            continue
        answer = ask(_Question(fits(head), shared(head), running, kept.get(head), target, head))
        found[head] = answer._replace(
            forth=answer.forth and tree.renamed(answer.forth, head, pack),
            back=answer.back and tree.renamed(answer.back, head, pack),
        )
    return found


@once_a_pack
def _asked_of(pack: Pack) -> tuple[Callable[[str], frozenset[int]], Callable[[_Question], _Answer]]:
    """What tells which rules look at a section's own line, and what answers a question; both remember."""
    return driver_of(pack).fits_of, functools.lru_cache(_REMEMBERED)(functools.partial(_answer, pack))


def _answer(pack: Pack, asked: _Question) -> _Answer:
    driver = driver_of(pack)
    running, keep, target = (
        HConfig(driver) if body is None else tree.section_tree(asked.head, body, driver)
        for body in (asked.running, asked.keep, asked.target)
    )
    _settle(running, keep, target, pack, lambda _: asked.shared)
    before, after = (
        tree.text(side).partition("\n")[2] if asked.head in side.children else None for side in (running, target)
    )
    same = before == after
    forth = tree.change(running, target, pack) if after is not None and not same else ()
    back = tree.change(target, running, pack) if before is not None and not same else ()
    return _Answer(before, after, forth[0] if forth else None, back[0] if back else None)


def _sides(pack: Pack, running: str, keep: str, target: str, shared: Shared) -> tuple[HConfig, HConfig]:
    """Before and after."""
    driver = driver_of(pack)
    before, after = tree.tree(running, driver), tree.tree(target, driver)
    _settle(before, tree.tree(keep, driver), after, pack, shared)
    return before, after


def _settle(before: HConfig, kept: HConfig, after: HConfig, pack: Pack, shared: Shared) -> None:
    """Let lines that are never removed stand on both sides, and hidden defaults on neither."""
    for child in before.children:  # of a shared section, only our lines come and go
        if shared(child.text) and child.text not in after.children:
            after.add_child(child.text)
    tree.add_kept(after, kept, driver_of(pack))
    tree.drop_defaults(before, after, pack)


def _sections(
    before: Sequence[str], after: Sequence[str], found: Mapping[str, tree.Section | None], pack: Pack
) -> tuple[tree.Section, ...] | None:
    """The sections to send in order of their weights; None where taking one away is said with the words of another."""
    stays, was = frozenset(after), frozenset(before)
    gone = [head for head in before if head not in stays]
    removed = tree.removals(gone, after, pack) if gone else ()
    if any(section.head in stays or section.head in was for section in removed):
        return None
    changed = [section for head in after if (section := found.get(head))]
    changed.sort(key=lambda section: section.late)
    return tuple(sorted((*removed, *changed), key=lambda section: section.weight))


def _diff(before: Sequence[str], after: Sequence[str], answers: Mapping[str, _Answer]) -> Iterator[str]:
    stays = frozenset(after)
    for head in (*after, *(head for head in before if head not in stays)):
        if answer := answers.get(head):
            yield from section_diff(head, answer.before, answer.after)
