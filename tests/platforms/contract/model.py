"""Lines in, configuration out, for platforms that no simulator speaks for: what a plan's lines do to a text by the folder's own rules.

It cannot tell whether a vendor takes a line, only that the planner's lines lead where they are meant to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from portseal.core.paths import Paths, nested
from portseal.core.platforms import Lineage, Pack
from portseal.core.secrets import Resolve, reveal
from portseal.core.steps import Step


@dataclass
class Node:
    """A line and what stands under it."""

    text: str
    children: list[Node] = field(default_factory=list)


def carried_out(running: str, steps: Sequence[Step], pack: Pack, resolve: Resolve) -> str:
    """`running` after `steps`."""
    lines = [reveal(line, resolve) for step in steps for line in step.lines]
    if pack.paths:
        return _paths(running, lines, pack, pack.paths)
    top = _read(running)
    if pack.files:
        _files(top, lines, pack)
    else:
        _lines(top, lines, pack)
    return _text(top, pack)


def _read(text: str) -> Node:
    top = Node("")
    stack = [(-1, top)]
    for line in text.splitlines():
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        while stack[-1][0] >= depth:
            stack.pop()
        node = Node(line.strip())
        stack[-1][1].children.append(node)
        stack.append((depth, node))
    return top


def _text(top: Node, pack: Pack) -> str:
    lines: list[str] = []

    def write(node: Node, depth: int) -> None:
        for child in node.children:
            lines.append(" " * depth + child.text)
            write(child, depth + 1)

    if pack.files:
        shown = re.compile(pack.files.section)
        top.children.sort(key=lambda node: node.text if shown.search(node.text) else "")
    ends = [node for node in top.children if pack.read.complete and re.search(pack.read.complete, node.text)]
    write(Node("", [node for node in top.children if node not in ends] + ends), 0)
    return "".join(f"{line}\n" for line in lines)


def _paths(running: str, lines: Sequence[str], pack: Pack, paths: Paths) -> str:
    top = _read(nested(running, paths))
    for line in lines:
        verb = next(
            verb for verb in (pack.negation, paths.set, paths.deactivate, paths.activate) if line.startswith(verb)
        )
        inactive = paths.deactivate if verb in (paths.deactivate, paths.activate) else ""
        (head,) = _read(nested(f"{paths.set}{line[len(verb) :]}", paths)).children
        section = next((node for node in top.children if node.text == head.text), None)
        for text in [f"{inactive}{child.text}" for child in head.children] or [""]:
            if verb in (pack.negation, paths.activate):
                _drop(top, section, head.text, text)
                continue
            if section is None:
                section = Node(head.text)
                top.children.append(section)
            if text:
                _lines(Node("", [section]), [section.text, f" {text}"], pack)
    written = [(node.text, child.text) for node in top.children for child in node.children or [Node("")]]
    return "".join(f"{_path(head, rest, paths)}\n" for head, rest in written)


def _path(head: str, rest: str, paths: Paths) -> str:
    if head.startswith("#"):
        return head
    if rest.startswith(paths.deactivate):
        return f"{paths.deactivate}{head} {rest[len(paths.deactivate) :]}".rstrip()
    return f"{paths.set}{head} {rest}".rstrip()


def _drop(top: Node, section: Node | None, head: str, text: str) -> None:
    if text and section is not None:
        section.children = [node for node in section.children if not f"{node.text} ".startswith(f"{text} ")]
    if not text:
        top.children = [node for node in top.children if not f"{node.text} ".startswith(f"{head} ")]


def _files(top: Node, lines: Sequence[str], pack: Pack) -> None:
    assert pack.files is not None
    here = top
    for line in lines:
        if re.search(pack.files.section, line):
            top.children = [node for node in top.children if node.text != line]
            here = Node(line)
            top.children.append(here)
        else:
            here.children.append(Node(line.strip()))
    top.children = [node for node in top.children if node.children or not re.search(pack.files.section, node.text)]


def _lines(top: Node, lines: Sequence[str], pack: Pack) -> None:
    stack = [top]
    for line in lines:
        depth, text = len(line) - len(line.lstrip()), line.strip()
        if text == pack.exit:
            continue
        del stack[depth + 1 :]
        path = [node.text for node in stack[1:]]
        if text.startswith(pack.negation):
            _take_away(stack[-1], path, text, pack)
            continue
        for match in pack.idempotent:
            if (kind := _kind(match, [*path, text])) is not None:
                stack[-1].children = [
                    n for n in stack[-1].children if n.text == text or _kind(match, [*path, n.text]) != kind
                ]
                break
        node = next((child for child in stack[-1].children if child.text == text), None)
        if node is None:
            node = Node(text)
            stack[-1].children.append(node)
        stack.append(node)


def _same(match: Lineage, path: Sequence[str]) -> bool:
    return len(match) == len(path) and all(re.search(p, t) for p, t in zip(match, path, strict=True))


def _kind(match: Lineage, path: Sequence[str]) -> tuple[object, ...] | None:
    """What a rule's groups hold of a line, so that one rule may stand for several settings; None where it is not of the rule."""
    return tuple(re.search(p, t).groups() for p, t in zip(match, path, strict=True)) if _same(match, path) else None  # type: ignore[union-attr]


def _take_away(parent: Node, path: Sequence[str], text: str, pack: Pack) -> None:
    """Whatever `text` negates: the very line, or the one that the folder's own rules would negate so."""

    def negated(line: str) -> str:
        plain = f"{pack.negation}{line}"
        for rule in pack.negate:
            if _same(rule.match, [*path, plain]) or _same(rule.match, [*path, line]):
                return re.sub(rule.search, rule.use, plain)
        return plain

    parent.children = [
        node for node in parent.children if text not in (f"{pack.negation}{node.text}", negated(node.text))
    ]
