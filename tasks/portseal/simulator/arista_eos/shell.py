"""One login: modes, prompts, and what each line that is typed does."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from portseal.simulator.arista_eos import show
from portseal.simulator.arista_eos.box import Box
from portseal.simulator.arista_eos.commands import COMMANDS, misfit_text
from portseal.simulator.arista_eos.configure import GRAMMARS
from portseal.simulator.arista_eos.configuring import Configuring
from portseal.simulator.grammar import Match, Misfit
from portseal.simulator.pipes import through

_IN_SESSION = re.compile(
    r"(?P<abort>abort)|commit(?: timer (?P<timer>\d\d:[0-5]\d:[0-5]\d))?|show session-config(?P<diffs> diffs)?"
)


class Said(NamedTuple):
    """The answer to a line: text, and the same as data where the command can say it so."""

    text: str
    data: show.Data | None = None


class Shell:
    """What a session's lines are given to. `prompt` is printed after each answer."""

    def __init__(self, box: Box, user: str) -> None:
        self._box = box
        self._user = user
        self.closed = False
        self.hidden = False
        self.length = 24
        self._config: Configuring | None = None

    @property
    def configuring(self) -> bool:
        """Whether lines are configuration at the moment."""
        return self._config is not None

    @property
    def mode(self) -> str:
        """The prompt without the host's name, for the log."""
        return self._config.mode if self._config else "#"

    @property
    def prompt(self) -> str:
        """What is printed when a line has been dealt with."""
        return "" if self._config and self._config.banner else f"{self._box.hostname}{self.mode}"

    def enter(self, line: str) -> str:
        """Do what `line` says; the text printed for it, which ends with a line end where there is any."""
        command, _, pipe = line.partition("|")
        if pipe.strip() == "json":
            said = self.say(command)
            if said.data is None:
                return said.text if said.text.startswith("%") else "% This is an unconverted command\n"
            return json.dumps(said.data, indent=4) + "\n"
        said = self.say(command if pipe else line)
        return through(pipe, said.text) if pipe.strip() else said.text

    def say(self, line: str) -> Said:
        """The answer to a line without what stands behind `|`."""
        words = line.split()
        config = self._config
        if config is not None and config.banner:
            return Said(config.enter(line))
        if not words or words[0].startswith("!"):
            return Said("")
        if config is not None and words[0].lower() == "do":
            return self._command(line.lstrip()[2:])
        if config is not None:
            return self._configure(config, line, " ".join(words))
        return self._command(line)

    def end(self) -> str:
        """Control-Z: out of configuration; a session stays."""
        self._config = None
        return ""

    def interrupt(self) -> str:
        """Control-C."""
        return self.end()

    def help(self, line: str) -> str:
        """What `?` prints behind `line`."""
        grammar = COMMANDS if self._config is None else GRAMMARS[self._config.levels()[-1]]
        words = grammar.completions(re.sub(r"^\s*(no|do)\s+", "", line))
        return "".join(f"  {word}\n" for word in words) or "% Unrecognized command\n"

    def _configure(self, config: Configuring, line: str, spelt: str) -> Said:
        session = config.session
        own = _IN_SESSION.fullmatch(spelt) if session is not None else None
        if session is not None and own is not None and spelt.startswith("show"):
            return Said(
                self._box.sessions.diffs(session.name) if own["diffs"] else self._box.print(session.entries, shown=True)
            )
        if session is not None and own is not None and own["abort"]:
            if config.path:
                return Said("% Invalid input\n")  # only at the top of a session
            self._config = None
            return Said(self._box.sessions.abort(session.name))
        if session is not None and own is not None:
            told = self._box.sessions.commit(session.name, _seconds(own["timer"]))
            self._config = config if told else None
            return Said(told)
        told = config.enter(line)
        if config.left:
            self._config = None
        elif told == misfit_text(Misfit("invalid", 0)) and isinstance(COMMANDS.match(line), Match):
            return self._command(line)  # exec commands are understood in configuration mode as well
        return Said(told)

    def _command(self, line: str) -> Said:
        found = COMMANDS.match(line)
        if isinstance(found, Misfit):
            return Said(misfit_text(found))
        handler = found.rule.enters or ""
        own = getattr(self, f"_do_{handler}", None)
        if own is not None:
            return Said(own(found))
        text, data = show.answer(handler, self._box, found, self._user)
        return Said(text, data)

    def _do_nothing(self, _match: Match) -> str:
        return ""

    def _do_leave(self, _match: Match) -> str:
        self.closed = True
        return ""

    def _do_length(self, match: Match) -> str:
        self.length = int(match.words[-1])
        return "Pagination disabled.\n" if not self.length else f"Pagination set to {self.length} lines.\n"

    def _do_width(self, match: Match) -> str:
        return f"Width set to {match.words[-1]} columns.\n"

    def _do_configure(self, _match: Match) -> str:
        self._config = Configuring(self._box, None)
        return ""

    def _do_session(self, match: Match) -> str:
        name = match.words[2] if len(match.words) > 2 else None
        entered = self._box.sessions.enter(name, self._user)
        if isinstance(entered, str):
            return entered
        self._config = Configuring(self._box, entered)
        return ""

    def _do_commit(self, match: Match) -> str:
        return self._box.sessions.commit(match.words[2], _seconds(match.words[-1] if "timer" in match.words else None))

    def _do_abort(self, match: Match) -> str:
        return self._box.sessions.abort(match.words[2])

    def _do_remove(self, match: Match) -> str:
        return self._box.sessions.remove(match.words[-1])

    def _do_save(self, _match: Match) -> str:
        self._box.save()
        return "Copy completed successfully.\n"

    def _do_copy(self, _match: Match) -> str:
        return "Copy completed successfully.\n"

    def _do_candidate(self, match: Match) -> str:
        session = self._box.sessions.known.get(match.words[3])
        return (
            self._box.print(session.entries, shown=True) if session else f"% Session {match.words[3]} does not exist\n"
        )

    def _do_diffs(self, match: Match) -> str:
        return self._box.sessions.diffs(match.words[3])


def _seconds(timer: str | None) -> int | None:
    if timer is None:
        return None
    hours, minutes, seconds = map(int, timer.split(":"))
    return hours * 3600 + minutes * 60 + seconds
