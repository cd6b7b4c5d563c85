"""What is being done and what came out so far, on stderr: a bar in a terminal, a line now and then where there is none."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from portseal.core.report import without_controls

EVERY = 30.0
"""Seconds between two lines where stderr is no terminal; what takes less time is told nothing of."""
_FEW = 20
"""Switches that are named one by one where many were not begun."""


class Shown:
    """What tells how far something has come. Safe from several threads."""

    def __init__(self, what: str, total: int, bar: Progress, *, every: float = EVERY) -> None:
        self._what, self._total, self._bar = what, total, bar
        self._task = bar.add_task(what, total=total, found="")
        self._counts: Counter[str] = Counter()
        self._finished, self._told = 0, set[str]()
        self._every, self._last = every, time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, switch: str) -> None:
        """A switch is finished."""
        with self._lock:
            self._finished += 1
            found = self._found()
            due = self._bar.disable and time.monotonic() - self._last >= self._every
            if due:
                self._last = time.monotonic()
                _say(f"{self._what}: {self._finished:,} of {self._total:,}{found and f': {found}'}")
        self._bar.update(self._task, advance=1, description=f"{self._what} {escape(switch)}", found=found)

    def count(self, **found: int) -> None:
        """So many more of each; told in the order in which they were first counted, `_` in a name being a blank."""
        with self._lock:
            self._counts.update(found)

    def failed(self, switch: str, why: str) -> None:
        """Tell at once why a switch gave nothing."""
        with self._lock:
            self._told.add(switch)
            self._counts["not_read"] += 1
            if self._bar.disable:
                _say(why)
            else:  # above the bar
                self._bar.console.print(Text(f"portseal: {without_controls(why)}"), soft_wrap=True)

    def left(self, failures: Mapping[str, str]) -> None:
        """Tell, at the end, of the failures that were not told yet: switches that nobody began any more."""
        later = [why for switch, why in failures.items() if switch not in self._told]
        if not later:
            return
        for why in later if len(later) <= _FEW + 1 else later[:_FEW]:
            _say(why)
        if len(later) > _FEW + 1:
            _say(f"and {len(later) - _FEW:,} more switches: interrupted before their turn came")
        _say(
            f"interrupted: {self._total - len(later):,} of {self._total:,} switches had their turn; nothing was read of the others"
        )

    def _found(self) -> str:
        return ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in self._counts.items() if number)


@contextmanager
def progress(what: str, total: int, *, every: float = EVERY) -> Iterator[Shown]:
    """What goes on by one with each switch that is named.

    A bar is drawn where stderr is a terminal; what is printed on stdout meanwhile goes there as it is.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[found]}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal, redirect_stdout=False
    ) as bar:
        yield Shown(what, total, bar, every=every)


def _say(text: str) -> None:
    typer.echo(f"portseal: {without_controls(text)}", err=True)
