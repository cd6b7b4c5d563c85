"""One login on a switch of a dialect: modes, prompts and questions, and what each line that is typed does."""

from __future__ import annotations

import re

from portseal.simulator.config import Entry, Slot, find
from portseal.simulator.dialect import Answer
from portseal.simulator.editing import Understood, set_line, take_away, understand
from portseal.simulator.grammar import Match, Misfit
from portseal.simulator.line_box import LineBox


class LineShell:
    """What a session's lines are given to. `prompt` is printed after each answer."""

    def __init__(self, box: LineBox, user: str) -> None:
        self._box = box
        self.user = user
        self.closed = False
        self.hidden = False
        self.length = 24
        self._place: tuple[Slot, ...] | None = None
        """Slots of the sections we are in, outermost first; None outside configuration mode."""
        self._banner = ""
        self._answer: Answer | None = None
        self._question = ""

    # --- what the session asks

    @property
    def configuring(self) -> bool:
        """Whether lines are configuration at the moment."""
        return self._place is not None

    @property
    def mode(self) -> str:
        """The prompt without the host's name, for the log."""
        if self._place is None:
            return "#"
        levels = self._levels()
        return f"({self._box.dialect.prompt(self._place, levels)})#"

    @property
    def prompt(self) -> str:
        """What is printed when a line has been dealt with."""
        if self._answer is not None:
            return self._question
        return "" if self._banner else f"{self._box.hostname}{self.mode}"

    def enter(self, line: str) -> str:
        """Do what `line` says; the text printed for it, which ends with a line end where there is any."""
        if self._answer is not None:
            answer, self._answer = self._answer, None
            return answer(line)
        if self._banner:
            self._banner = "" if self._banner in line else self._banner
            return ""
        words = line.split()
        if not words or words[0].startswith(("!", "#")):
            return ""
        if self._place is None:
            return self._command(line)
        return self._configure(line, words)

    def end(self) -> str:
        """Control-Z: out of configuration."""
        self._place = None
        return ""

    def interrupt(self) -> str:
        """Control-C."""
        self._answer = None
        return self.end()

    def help(self, line: str) -> str:
        """What `?` prints behind `line`."""
        dialect = self._box.dialect
        grammar = dialect.commands if self._place is None else dialect.grammars[self._levels()[-1]]
        return "".join(f"  {word}\n" for word in grammar.completions(re.sub(r"^\s*no\s+", "", line)))

    def ask(self, question: str, answer: Answer) -> None:
        """Put a question in place of the prompt; the next line is its answer."""
        self._question, self._answer = question, answer

    def configure(self) -> None:
        """Begin at the top of the configuration."""
        self._place = ()

    # --- exec

    def _command(self, line: str) -> str:
        dialect = self._box.dialect
        command, _, pipe = line.partition("|")
        found = dialect.commands.match(command.strip())
        if isinstance(found, Misfit):
            return dialect.misfit(self.prompt, line, found)
        output = dialect.answers[found.rule.enters or ""](self._box, found, self)
        return dialect.pipe(pipe, output) if pipe.strip() else output

    # --- configuration

    def _levels(self) -> tuple[str, ...]:
        """The levels we are in, outermost first."""
        levels, entries = ["global"], self._box.running
        for slot in self._place or ():
            entry = find(entries, slot)
            if entry is None or entry.level is None:
                break
            levels.append(entry.level)
            entries = entry.children
        # going back to a checkpoint may have taken away where we were
        self._place = (self._place or ())[: len(levels) - 1]
        return tuple(levels)

    def _configure(self, line: str, words: list[str]) -> str:
        first = words[0].lower()
        if first in ("end", "exit"):
            place = self._place or ()
            self._place = None if first == "end" or not place else place[:-1]
            return ""
        if first == "banner" and len(words) > 2:
            self._banner = "" if words[2][0] in line.split(None, 2)[2][1:] else words[2][0]
            return ""
        if first in ("show", "do") and isinstance(self._box.dialect.commands.match(line.strip()), Match):
            return self._command(line)
        found = understand(self._box.dialect.grammars, self._levels(), line)
        if isinstance(found, Understood):
            return self._apply(found)
        inner = self._in_one_line(line) if self._box.dialect.one_line else None
        return self._box.dialect.misfit(self.prompt, line, found) if inner is None else inner

    def _in_one_line(self, line: str) -> str | None:
        """What is printed for a section's line with a line of the section behind it; None where it is no such thing."""
        prefix = re.match(r"\s*no\s+", line)
        words = line[prefix.end() :].split() if prefix else line.split()
        for cut in range(len(words) - 1, 0, -1):
            head = understand(self._box.dialect.grammars, self._levels(), " ".join(words[:cut]))
            if not isinstance(head, Understood) or not head.match.rule.enters:
                continue
            inner = self._box.dialect.grammars[head.match.rule.enters].match(
                " ".join(words[cut:]), negated=bool(prefix)
            )
            if isinstance(inner, Match):
                before = self._place
                told = self._apply(head) or self._apply(Understood(inner, 0, bool(prefix)))
                self._place = before
                return told
        return None

    def _apply(self, found: Understood) -> str:
        """Let an understood line take effect at its level."""
        place = self._place or ()
        self._place = place = place[: max(len(place) - found.above, 0)]
        entries = self._box.running
        for slot in place:
            section = find(entries, slot)
            entries = section.children if section else entries
        objection = self._box.dialect.objection(self._box, place, entries, found)
        if objection:
            return objection
        if found.negated:
            take_away(entries, found.match)
        else:
            self._set(entries, found.match, place)
        if found.match.slot == ("shutdown",) and place:
            self._box.ports.bounce(place[-1][1])
        self._box.changed()
        return ""

    def _set(self, entries: list[Entry], match: Match, place: tuple[Slot, ...]) -> None:
        entry = self._box.dialect.entry(match)
        if entry is None:
            return
        if match.rule.enters and (old := find(entries, entry.slot)) is not None:
            entry = old
        else:
            set_line(entries, match, entry)
        if match.rule.enters:
            self._place = (*place, entry.slot)
