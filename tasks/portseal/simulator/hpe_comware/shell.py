"""One login: views, prompts and questions, and what each line that is typed does."""

from __future__ import annotations

from collections.abc import Callable

from portseal.simulator.config import Entry, find
from portseal.simulator.editing import set_line, take_away
from portseal.simulator.grammar import Grammar, Match, Misfit
from portseal.simulator.hpe_comware import display
from portseal.simulator.hpe_comware.box import Box
from portseal.simulator.hpe_comware.configure import GRAMMARS, entry_of, understand
from portseal.simulator.hpe_comware.lines import COMMANDS, TYPES
from portseal.simulator.hpe_comware.refusals import objection
from portseal.simulator.pipes import through

_ANY = Grammar(COMMANDS, TYPES)
_MISFITS = {
    "incomplete": "Incomplete command found at '^' position.",
    "ambiguous": "Ambiguous command found at '^' position.",
    "invalid": "Unrecognized command found at '^' position.",
}
_VIEWS: dict[str, Callable[[tuple[str, ...]], str]] = {
    "interface": lambda slot: slot[1],
    "vlan": lambda slot: f"vlan{slot[1]}",
    "radius-scheme": lambda slot: f"radius-{slot[2]}",
    "domain": lambda slot: f"isp-{slot[1]}",
    "mka-policy": lambda slot: f"mka-policy-{slot[2]}",
    "das": lambda _slot: "radius-da-server",
    "line": lambda slot: "line-" + "-".join(slot[1:]),
    "local-user": lambda slot: f"luser-{slot[3]}-{slot[1]}",
}
_SAVED = "Validating file. Please wait...\nSaved the current configuration to mainboard device successfully.\n"


class Shell:
    """What a session's lines are given to. `prompt` is printed after each answer."""

    def __init__(self, box: Box, user: str) -> None:
        self._box = box
        self.user = user
        self.closed = False
        self.hidden = False
        self.length: int = 24
        self.configuring = False
        """Whether the system view or one below it is open."""
        self._path: tuple[tuple[str, ...], ...] = ()
        self._answer: Callable[[str], str] | None = None

    @property
    def mode(self) -> str:
        """The view, as the prompt names it."""
        if not self.configuring:
            return "<>"
        return f"[{_VIEWS[self._levels()[-1]](self._path[-1])}]" if self._path and len(self._levels()) > 1 else "[]"

    @property
    def prompt(self) -> str:
        """What is printed when a line has been dealt with."""
        if self._answer is not None:
            return "The current configuration will be written to the device. Are you sure? [Y/N]:"
        name = self._box.hostname
        if not self.configuring:
            return f"<{name}>"
        view = self.mode[1:-1]
        return f"[{name}-{view}]" if view else f"[{name}]"

    def enter(self, line: str) -> str:
        """Do what `line` says; the text printed for it, which ends with a line end where there is any."""
        if self._answer is not None:
            answer, self._answer = self._answer, None
            return answer(line)
        words = line.split()
        if not words or words[0].startswith("#"):
            return ""
        command, _, pipe = line.partition("|")
        found = _ANY.match(command.strip() if pipe else command)
        if isinstance(found, Match):
            return self._command(found, pipe)
        if not self.configuring:
            return self._misfit(line, found)
        return self._configure(line)

    def end(self) -> str:
        """Control-Z: to the user view."""
        self.configuring, self._path = False, ()
        return ""

    def interrupt(self) -> str:
        """Control-C: a question is not answered; the view stays."""
        self._answer = None
        return ""

    def help(self, line: str) -> str:
        """What `?` prints behind `line`."""
        grammars = [_ANY, *([GRAMMARS[self._levels()[-1]]] if self.configuring else [])]
        words = sorted({word for grammar in grammars for word in grammar.completions(line.removeprefix("undo "))})
        return "".join(f"  {word}\n" for word in words) or " % Unrecognized command found at '^' position.\n"

    def _misfit(self, line: str, misfit: Misfit) -> str:
        return f"{' ' * (len(self.prompt) + misfit.offset)}^\n % {_MISFITS[misfit.kind]}\n"

    # --- commands of any view

    def _command(self, found: Match, pipe: str) -> str:
        handler = found.rule.enters or ""
        own: Callable[[Match], str] | None = getattr(self, f"_do_{handler}", None)
        output = own(found) if own else display.HANDLERS[handler](self._box, found)
        return through(pipe, output) if pipe.strip() else output

    def _do_nothing(self, match: Match) -> str:
        return self.end() if match.words == ("return",) else ""

    def _do_system_view(self, _match: Match) -> str:
        if self.configuring:
            return ""
        self.configuring = True
        return "System View: return to User View with Ctrl+Z.\n"

    def _do_leave(self, _match: Match) -> str:
        if not self.configuring:
            self.closed = True
        elif self._path:
            self._path = self._path[:-1]
        else:
            self.configuring = False
        return ""

    def _do_no_pages(self, _match: Match) -> str:
        self.length = 0
        return ""

    def _do_pages(self, match: Match) -> str:
        self.length = int(match.words[1])
        return ""

    def _do_save(self, _match: Match) -> str:
        self._box.save()
        return _SAVED

    def _do_ask_save(self, match: Match) -> str:
        self._answer = lambda typed: self._do_save(match) if typed.strip().lower() == "y" else ""
        return ""

    def _do_clear_sessions(self, match: Match) -> str:
        self._box.ports.reauthenticate(match.words[-1] if "interface" in match.words else None)
        return ""

    # --- configuration

    def _levels(self) -> tuple[str, ...]:
        """The views we are in, outermost first; a rollback may have taken away where we were."""
        levels, entries = ["global"], self._box.running
        for slot in self._path:
            entry = find(entries, slot)
            if entry is None or entry.level is None:
                break
            levels.append(entry.level)
            entries = entry.children
        self._path = self._path[: len(levels) - 1]
        return tuple(levels)

    def _configure(self, line: str) -> str:
        found = understand(self._levels(), line)
        if isinstance(found, Misfit):
            return self._misfit(line, found)
        if found.above:
            self._path = ()
        entries = self._entries()
        refusal = objection(self._box, self._path, entries, found)
        if refusal is not None:
            return refusal
        match = found.match
        if "exec" in match.rule.flags:
            return self._delay(match)
        if found.negated:
            take_away(entries, match)
        else:
            entry = entry_of(match, self._box.vault)
            if entry is None:
                return " % Wrong parameter found at '^' position.\n"
            known = find(entries, entry.slot) if match.rule.enters else None
            if known is None:
                set_line(entries, match, entry)
            if match.rule.enters:
                self._path = (*self._path, entry.slot)
        self._box.changed()
        return ""

    def _entries(self) -> list[Entry]:
        entries = self._box.running
        for slot in self._path:
            section = find(entries, slot)
            entries = section.children if section else entries
        return entries

    def _delay(self, match: Match) -> str:
        if match.words[-1].isdigit():
            self._box.delay(int(match.words[-1]))
        else:
            self._box.commit()
        return ""
