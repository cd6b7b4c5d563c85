"""The console that every verb prints on: coloured in a terminal, plain and uncut in a pipe."""

from __future__ import annotations

import io
import os
import sys

from rich.console import Console

_UNCUT = 10_000


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """A console on standard output, or standard error; `width` in columns goes before what the terminal says.

    Colour only in a terminal, and not where NO_COLOR is set to anything. In a pipe lines are as long as they need to be
    (COLUMNS says otherwise), so that tools find a row in a line. Text is printed as it is: what looks like markup in the
    output of a switch is none. Characters that the stream's encoding does not have become `?`.
    """
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="replace")
    terminal = stream.isatty()
    return Console(
        stderr=stderr,
        force_terminal=terminal,
        no_color=bool(os.environ.get("NO_COLOR")) or not terminal,
        width=width if width else None if terminal or os.environ.get("COLUMNS", "").isdigit() else _UNCUT,
        highlight=False,
        markup=False,
        emoji=False,
    )
