"""What one vendor's command line is made of, for switches whose configuration is typed line by line and takes effect at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from portseal.simulator.config import Entry, Slot
from portseal.simulator.editing import Grammars, Understood
from portseal.simulator.grammar import Grammar, Match, Misfit
from portseal.simulator.policy import Policy, Server

if TYPE_CHECKING:
    from portseal.simulator.line_box import LineBox

Answer = Callable[[str], str]
"""What is printed for a line that answers a question."""


class Asks(Protocol):
    """A login that an exec command may end, page otherwise, lead into configuration or ask something."""

    user: str
    closed: bool
    length: int

    def configure(self) -> None:
        """Begin at the top of the configuration."""
        ...

    def ask(self, question: str, answer: Answer) -> None:
        """Put a question in place of the prompt; the next line is its answer."""
        ...


Command = Callable[["LineBox", Match, Asks], str]
"""An exec command: what it prints."""


@dataclass(frozen=True)
class Dialect:
    """One platform's grammar, words and meanings."""

    grammars: Grammars
    commands: Grammar
    answers: Mapping[str, Command]
    """By what stands behind `>` in the table of commands."""
    prompt: Callable[[tuple[Slot, ...], tuple[str, ...]], str]
    """Sections that a login is in, and their levels → what stands between `(` and `)#`."""
    misfit: Callable[[str, str, Misfit], str]
    """Prompt, line, and where it went wrong → the words for it."""
    pipe: Callable[[str, str], str]
    """What stands behind `|`, and output → what is left of it."""
    entry: Callable[[Match], Entry | None]
    shown: Callable[[Entry], str]
    """An entry as the switch prints it, secrets in the switch's own form."""
    clear: Callable[[Entry], str]
    """The same with secrets as they were typed, the same at each reading."""
    head: str
    """What a whole configuration begins with, where it is shown."""
    indent: int
    hostname: str
    """Where none is configured."""
    long_name: Callable[[str], str | None]
    short_name: Callable[[str], str]
    policy: Callable[[LineBox, list[Entry]], Policy]
    servers: Callable[[LineBox], tuple[Server, ...]]
    recovers: Callable[[LineBox, str], float | None]
    objection: Callable[[LineBox, tuple[Slot, ...], list[Entry], Understood], str]
    """The words with which an understood line is refused at its place; empty where it is taken."""
    one_line: bool = False
    """A section's line with a line of the section behind it is as good as both (`... authenticator enable`)."""
