"""A Junos configuration: a tree of statements, changed by paths, printed as paths or with braces."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from portseal.simulator.config import natural
from portseal.simulator.juniper_junos.dollar9 import hidden, revealed
from portseal.simulator.juniper_junos.statements import Statement, accepted, statements, why_not

_SECRET = ("<secret>", "<cak>")
_QUOTE = re.compile(r"[\s;{}\"#$\[\]]")
_NESTED = ("interfaces", "vlans")
"""Lists whose entries stand within braces of the list's own."""


class Refused(Exception):
    """A line that is not taken: which word of it, and what is printed."""

    def __init__(self, at: int, text: str) -> None:
        super().__init__(text)
        self.at, self.text = at, text


@dataclass(slots=True)
class Node:
    """One word of the configuration with what is under it."""

    statement: Statement
    inactive: bool = False
    value: str | None = None
    values: list[str] = field(default_factory=list)
    children: dict[str, Node] = field(default_factory=dict)
    entries: dict[str, Node] = field(default_factory=dict)
    """Of a list, by name."""
    opaque: list[str] = field(default_factory=list)
    """Paths below this word that were loaded and are not understood."""

    @property
    def empty(self) -> bool:
        """Nothing is set here or below."""
        return self.value is None and not (self.values or self.children or self.entries or self.opaque)

    def copy(self) -> Node:
        """The same with nodes of its own."""
        return Node(
            self.statement,
            self.inactive,
            self.value,
            list(self.values),
            {name: child.copy() for name, child in self.children.items()},
            {name: entry.copy() for name, entry in self.entries.items()},
            list(self.opaque),
        )

    def at(self, path: str) -> Node | None:
        """The node at a path whose every word is active; None where there is none."""
        here: Node | None = self
        for word in path.split():
            here = (here.children.get(word) or here.entries.get(word)) if here else None
            if here is not None and here.inactive:
                return None
        return here

    def text_at(self, path: str) -> str:
        """The value of the leaf there; empty where it is not set."""
        node = self.at(path)
        return (node.value or "") if node else ""


def new() -> Node:
    """A configuration with nothing in it."""
    return Node(statements())


def words_of(line: str) -> list[str]:
    """The words of a line, what stands in quotation marks as one."""
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars="[]")
        lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
        return list(lexer)
    except ValueError as error:
        raise Refused(0, "syntax error: unterminated string") from error


def set_path(root: Node, words: list[str], *, loading: bool = False) -> None:
    """Set what a path says.

    Raises:
        Refused: the path is none, or its value does not fit.
    """
    _set(root, words, 0, [], loading=loading)


def _keyword(node: Node, word: str) -> str | None:
    names = node.statement.children
    if word in names:
        return word
    begins = [name for name in names if name.startswith(word)]
    return begins[0] if len(begins) == 1 else None


def _set(node: Node, words: list[str], at: int, above: list[Node], *, loading: bool) -> None:
    statement = node.statement
    if at == len(words):
        if not (statement.alone or (statement.key == "" and node.value is not None) or node.values):
            raise Refused(at, "missing argument.")
        return
    name = _keyword(node, words[at])
    if name is not None:
        child = node.children.get(name) or Node(statement.children[name])
        if statement.choice:
            node.value, node.children = None, {}
        rest = _below(child, words, at + 1, [*above, node], loading=loading)
        node.children[name] = child
        if rest < len(words):  # several leaves of one container in one line
            _set(node, words, rest, above, loading=loading)
        return
    if loading and (statement.opaque or above == []):
        node.opaque.append(" ".join(_quoted(word) for word in words[at:]))
        return
    raise Refused(at, "syntax error.")


def _below(node: Node, words: list[str], at: int, above: list[Node], *, loading: bool) -> int:
    """Set what stands behind the word of `node`; how far the line was read."""
    statement = node.statement
    if statement.key:
        if at == len(words):
            raise Refused(at, "missing argument.")
        entry_name = accepted(statement.key, words[at])
        if entry_name is None:
            if loading and statement.opaque:
                node.opaque.append(" ".join(_quoted(word) for word in words[at:]))
                return len(words)
            raise Refused(at, why_not(statement.key, words[at]))
        entry = node.entries.get(entry_name) or Node(Statement(statement.rank, alone=True, children=statement.children))
        if at + 1 < len(words):
            _set(entry, words, at + 1, [*above, node], loading=loading)
        node.entries[entry_name] = entry
        return len(words)
    if statement.value and not (at < len(words) and _keyword(node, words[at]) in statement.children):
        return _leaf(node, words, at)
    if at == len(words):
        if not (statement.alone or (statement.opaque and loading)):
            raise Refused(at, "missing argument.")
        return at
    if statement.alone and not statement.children:
        return at
    _set(node, words, at, above, loading=loading)
    return len(words)


def _leaf(node: Node, words: list[str], at: int) -> int:
    statement = node.statement
    if at == len(words):
        raise Refused(at, "missing argument.")
    if statement.several and words[at] == "[":
        end = words.index("]", at) if "]" in words[at:] else len(words)
        given, after = words[at + 1 : end], end + 1
    else:
        given, after = [words[at]], at + 1
    for offset, word in enumerate(given):
        plain = revealed(word) if statement.value in _SECRET else word
        value = accepted(statement.value, plain)
        if value is None:
            raise Refused(at + offset, why_not(statement.value, word))
        if not statement.several:
            if statement.choice:
                node.children = {}
            node.value = value
        elif value not in node.values:
            node.values.append(value)
    return min(after, len(words))


def find(root: Node, words: list[str]) -> tuple[list[Node], str | None] | None:
    """The nodes along a path, the outermost first, and the value it ends with, if any; None where something of it is not set."""
    line, here = [root], root
    for at, word in enumerate(words):
        name = _keyword(here, word)
        entry = accepted(here.statement.key, word) if here.statement.key else None
        if name is not None and name in here.children:
            here = here.children[name]
        elif entry is not None and entry in here.entries:
            here = here.entries[entry]
        elif at == len(words) - 1 and (word in here.values or here.value == word):
            return line, word
        else:
            return None
        line.append(here)
    return line, None


def delete_path(root: Node, words: list[str]) -> bool:
    """Take away what a path says; whether it was there. Containers that hold nothing more go with it, entries of lists stay."""
    found = find(root, words)
    if found is None or not words:
        return False
    line, value = found
    if value in line[-1].values:
        line[-1].values.remove(value or "")
        if line[-1].values:
            return True
    _drop(line)
    return True


def _drop(line: list[Node]) -> None:
    """Take the innermost node away, and each around it that holds nothing any more and cannot stand alone."""
    for parent, child in zip(reversed(line[:-1]), reversed(line[1:]), strict=True):
        if child is not line[-1] and not (child.empty and not child.statement.alone):
            return
        parent.children = {name: node for name, node in parent.children.items() if node is not child}
        parent.entries = {name: node for name, node in parent.entries.items() if node is not child}


def activate(root: Node, words: list[str], *, inactive: bool) -> bool:
    """Put a statement out of effect or back into it; whether it was there."""
    found = find(root, words)
    if found is None or found[1] is not None or len(found[0]) < 2:
        return False
    found[0][-1].inactive = inactive
    return True


def load(text: str) -> Node:
    """A configuration from `set` lines; what is not understood is kept."""
    root = new()
    for raw in text.splitlines():
        verb, _, rest = raw.strip().partition(" ")
        if verb == "set":
            set_path(root, words_of(rest), loading=True)
        elif verb == "deactivate":
            activate(root, words_of(rest), inactive=True)
    return root


def _quoted(text: str) -> str:
    return f'"{text}"' if _QUOTE.search(text) or not text else text


def _shown(node: Node, text: str, *, clear: bool) -> str:
    if node.statement.value in _SECRET:
        return f'"{text if clear else hidden(text)}"'
    return _quoted(text)


def _ordered(node: Node) -> Iterator[tuple[str, Node]]:
    yield from sorted(node.entries.items(), key=lambda item: natural(item[0]))
    yield from sorted(node.children.items(), key=lambda item: item[1].statement.rank)


def set_lines(node: Node, path: str = "", *, clear: bool = False) -> Iterator[str]:
    """The configuration as paths."""
    for text in node.opaque:
        yield f"set {path}{text}"
    for value in [node.value] if node.value is not None else node.values:
        yield f"set {path}{_shown(node, value, clear=clear)}"
    for name, child in _ordered(node):
        if child.empty:
            yield f"set {path}{_quoted(name)}"
        yield from set_lines(child, f"{path}{_quoted(name)} ", clear=clear)
        if child.inactive:
            yield f"deactivate {path}{_quoted(name)}"


def brace_lines(node: Node, depth: int = 0, *, clear: bool = False) -> Iterator[str]:
    """The configuration with braces; a statement out of effect is marked."""
    pad = "    " * depth
    yield from (f"{pad}{text};" for text in node.opaque)
    if node.value is not None:
        yield f"{pad}{_shown(node, node.value, clear=clear)};"
    for name, entry in sorted(node.entries.items(), key=lambda item: natural(item[0])):
        yield from _block(_quoted(name), entry, depth, clear=clear)
    for name, child in sorted(node.children.items(), key=lambda item: item[1].statement.rank):
        lists = list(child.entries.items()) if child.statement.key and not child.statement.value else []
        inner = sorted(lists, key=lambda item: natural(item[0]))
        if name == "family":
            for family, below in _ordered(child):
                yield from _block(f"family {family}", below, depth, clear=clear)
        elif name in _NESTED or not lists:
            yield from _block(name, child, depth, clear=clear)
        else:
            for entry_name, entry in inner:
                yield from _block(f"{name} {_quoted(entry_name)}", entry, depth, clear=clear)


def _block(title: str, node: Node, depth: int, *, clear: bool) -> Iterator[str]:
    pad, mark = "    " * depth, "inactive: " if node.inactive else ""
    note = " ## SECRET-DATA" if node.statement.value in _SECRET else ""
    if node.empty:
        yield f"{pad}{mark}{title};"
    elif node.values:
        shown = [_shown(node, value, clear=clear) for value in node.values]
        listed = shown[0] if len(shown) == 1 else " ".join(["[", *shown, "]"])
        yield f"{pad}{mark}{title} {listed};"
    elif node.value is not None and not node.children:
        yield f"{pad}{mark}{title} {_shown(node, node.value, clear=clear)};{note}"
    else:
        yield f"{pad}{mark}{title} {{"
        yield from brace_lines(node, depth + 1, clear=clear)
        yield f"{pad}}}"
