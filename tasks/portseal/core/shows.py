"""The commands that tell the state of a switch: part of its folder's description."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from portseal.core.evidence import Evidence
from portseal.core.json_rows import JsonRows
from portseal.core.model import Value
from portseal.core.pattern import Pattern


class Kind(StrEnum):
    """What the rows of a show command are about."""

    LINK = "link"
    ERRDISABLE = "errdisable"
    SESSION = "session"
    SESSION_DETAIL = "session-detail"
    MKA = "mka"
    COUNTERS = "counters"
    MAC = "mac"
    OTHER = "other"
    """Parsed for people and tools; nothing is concluded from it."""


class Show(Value):
    """A show command we understand."""

    commands: tuple[str, ...]
    """As one types it; `<interface>`, `<mac>`, `<session>`, `<any>` stand for an argument, `[...]` for what may be left out."""
    format: Literal["text", "json"] = "text"
    template: str | None = None
    """Of text: TextFSM file in this folder; its Value names, lower-cased, are our field names."""
    json_rows: JsonRows | None = Field(default=None, alias="json")
    """Of JSON: where rows and fields are."""
    kind: Kind = Kind.OTHER
    empty: tuple[Pattern, ...] = ()
    """A line that means: understood, and there is none; `^$` where the command then prints nothing at all."""
    count: Pattern | None = None
    """A line that says in group `count` how many rows there are; with another number of them the output was cut."""
    evidence: Evidence
    source: str

    @model_validator(mode="after")
    def _is_read_in_one_way(self) -> Self:
        if (self.template is None, self.json_rows is None) != (self.format == "json", self.format == "text"):
            raise ValueError("give format 'text' a `template`, and format 'json' a table `json`, each alone")
        return self


class Observe(Value):
    """A command sent to learn the state of ports, by its text; it must be one that a `[[show]]` understands."""

    command: str
    """With `{port}` it is sent once a port, all in one batch."""
    when: Literal["always", "macsec"] = "always"
    twice: bool = False
    """Read again after a pause: counters that must rise."""
    lines: tuple[str, ...] = ()
    """Where `[narrow]` says how: the switch is asked for no lines but those that have one of these texts in them, letter by letter."""

    @model_validator(mode="after")
    def _asks_for_plain_text(self) -> Self:
        for text in self.lines:
            if not re.fullmatch(r"[A-Za-z0-9:/-]+(?: [A-Za-z0-9:/-]+)*", text):
                raise ValueError(
                    f"lines: {text!r} may have letters, digits and : / - with single blanks between, for whatever else may mean "
                    "something to a switch that searches lines"
                )
        return self


class Narrow(Value):
    """`[narrow]`: how the switch is asked for some lines of an output only."""

    before: str
    """What stands between the command and the texts (` | include `)."""
    between: str
    """What stands between two texts of which a line must have one (`|`)."""
    longest: int
    """Characters that the command line takes."""
    evidence: Evidence
    source: str

    def tail(self, texts: Sequence[str]) -> str:
        """What is typed behind a command so that only lines with one of `texts` are printed."""
        return f"{self.before}{self.between.join(texts)}"
