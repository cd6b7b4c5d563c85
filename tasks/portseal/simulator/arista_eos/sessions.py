"""Configuration sessions: copies of the configuration that take effect when they are committed, and the timer that takes one back."""

from __future__ import annotations

import datetime
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portseal.simulator.arista_eos.configure import shown
from portseal.simulator.config import Entry, print_lines
from portseal.simulator.platforms import Cancellable

if TYPE_CHECKING:
    from portseal.simulator.arista_eos.box import Box

MOST_PENDING = 5


@dataclass(slots=True)
class Session:
    """One session; `entries` is its candidate."""

    name: str
    entries: list[Entry]
    state: str = "pending"
    """pending, completed, or pendingCommitTimer."""
    user: str = ""


@dataclass(slots=True)
class _Timer:
    session: str
    saved: list[Entry]
    due: datetime.datetime
    timer: Cancellable


class Sessions:
    """All sessions of a switch; methods give the text of an objection, or nothing."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self.known: dict[str, Session] = {}
        self.timer: _Timer | None = None
        self._numbers = 0

    def forget(self) -> None:
        """A reboot: sessions and the timer are gone."""
        if self.timer is not None:
            self.timer.timer.cancel()
        self.timer = None
        self.known.clear()

    def enter(self, name: str | None, user: str) -> Session | str:
        """The session of that name, a new one where there is none."""
        if name is None:
            self._numbers += 1
            name = f"sess-{self._numbers}"
        session = self.known.get(name)
        if session is None:
            if sum(1 for each in self.known.values() if each.state == "pending") >= MOST_PENDING:
                return "% Maximum number of pending sessions has been reached\n"
            session = self.known[name] = Session(name, [entry.copy() for entry in self._box.running], user=user)
        if session.state == "pendingCommitTimer":
            return f"% Cannot enter session {name} (pendingCommitTimer)\n"
        if session.state == "completed":
            return f"% Cannot enter session {name} (already completed)\n"
        return session

    def commit(self, name: str, seconds: int | None) -> str:
        """Let a session take effect, for `seconds` unless it is committed again; or confirm one whose timer runs."""
        session = self.known.get(name)
        if session is None or session.state == "completed":
            return f"% Session {name} does not exist or is already completed\n"
        if self.timer is not None and self.timer.session != name:
            return f"% Cannot commit session {name}: session {self.timer.session} is pending commit timer\n"
        if self.timer is not None:
            if seconds is None:
                self._stop()
                session.state = "completed"
            else:
                self._start(name, self.timer.saved, seconds)
            return ""
        saved, self._box.running = self._box.running, [entry.copy() for entry in session.entries]
        session.state = "completed" if seconds is None else "pendingCommitTimer"
        if seconds is not None:
            self._start(name, saved, seconds)
        for other in [each.name for each in self.known.values() if each.state == "completed" and each.name != name]:
            del self.known[other]  # one completed session is remembered
        self._box.changed()
        return ""

    def abort(self, name: str) -> str:
        """Throw a session away, or take one back whose timer runs."""
        session = self.known.get(name)
        if session is None:
            return f"% Session {name} does not exist\n"
        if session.state == "completed":
            return f"% Cannot abort session {name} (already completed)\n"
        if session.state == "pendingCommitTimer":
            self._take_back()
        else:
            del self.known[name]
        return ""

    def remove(self, name: str) -> str:
        """`no configure session`: what is left of it."""
        session = self.known.get(name)
        if session is None:
            return f"Cannot delete non-existent session {name}\n"
        if session.state == "pendingCommitTimer":
            return f"% Cannot delete session {name} (pendingCommitTimer)\n"
        del self.known[name]
        return ""

    def _start(self, name: str, saved: list[Entry], seconds: int) -> None:
        self._stop()
        due = self._box.now() + datetime.timedelta(seconds=seconds)
        timer = self._box.later(seconds * self._box.spec.minute / 60, self._take_back)
        self.timer = _Timer(name, saved, due, timer)

    def _stop(self) -> None:
        if self.timer is not None:
            self.timer.timer.cancel()
        self.timer = None

    def _take_back(self) -> None:
        if self.timer is not None:
            saved, name = self.timer.saved, self.timer.session
            self._stop()
            self.known.pop(name, None)
            self._box.running = saved
            self._box.changed()

    def diffs(self, name: str) -> str:
        """What a session would change."""
        session = self.known.get(name)
        if session is None:
            return f"% Session {name} does not exist\n"
        old, new = (list(print_lines(each, shown, indent=3)) for each in (self._box.running, session.entries))
        lines = difflib.unified_diff(old, new, "system:/running-config", f"session:/{name}-session-config", lineterm="")
        return "".join(f"{line}\n" for line in lines)
