"""One login on the command line: operational mode, configuration mode, and the questions between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from portseal.simulator.grammar import Grammar, Match, Misfit, read_rules
from portseal.simulator.juniper_junos import show
from portseal.simulator.juniper_junos.box import Box
from portseal.simulator.juniper_junos.configuration import Refused, activate, delete_path, new, set_path, words_of
from portseal.simulator.juniper_junos.statements import PHYSICAL

_DISCARD = "Discard uncommitted changes? [yes,no] (yes) "
_EXIT = "Exit with uncommitted changes? [yes,no] (yes) "


@cache
def grammars() -> dict[str, Grammar]:
    """The commands of each mode."""
    table = (Path(__file__).parent / "commands.txt").read_text(encoding="utf-8")
    types: dict[str, Callable[[str], str | None]] = {
        "<address>": lambda word: word if re.fullmatch(r"[0-9a-fA-F.:]+", word) else None,
        "<interface>": lambda word: word if PHYSICAL.fullmatch(word.removesuffix(".0")) else None,
        "<line>": lambda word: word,
    }
    return {mode: Grammar(rules, types) for mode, rules in read_rules(table).items()}


class Shell:
    """What a session's lines are given to. `prompt` is printed after each answer."""

    def __init__(self, box: Box, user: str) -> None:
        self._box = box
        self.user = user
        self.closed = False
        self.hidden = False
        self.length = 24
        self._mode = "operational"
        self._exclusive = False
        self._question = ""
        self._answer: Callable[[str], str] | None = None

    @property
    def configuring(self) -> bool:
        """Whether lines are configuration at the moment."""
        return self._mode == "configuration"

    @property
    def mode(self) -> str:
        """Where the login is."""
        return "[edit]#" if self.configuring else ">"

    @property
    def prompt(self) -> str:
        """What is printed when a line has been dealt with: the role, the level, whether a timer runs, and the name."""
        if self._answer is not None:
            return self._question
        left = f"# commit confirmed will be rolled back in {self._box.history[0].minutes} minutes\n"
        note = left if self._box.pending else ""
        edit, sign = ("[edit]", "#") if self.configuring else ("", ">")
        return f"\n{note}{{master:0}}{edit}\n{self.user}@{self._box.hostname}{sign} "

    def enter(self, line: str) -> str:
        """Do what `line` says; the text printed for it, which ends with a line end where there is any."""
        if self._answer is not None:
            answer, self._answer = self._answer, None
            return answer(line.strip().lower())
        if not line.strip() or line.lstrip().startswith("#"):
            return ""
        return self._command(self._mode, line)

    def end(self) -> str:
        """Control-Z does nothing here."""
        return ""

    def interrupt(self) -> str:
        """Control-C: a question is answered with no."""
        self._answer = None
        return ""

    def gone(self) -> None:
        """The connection ended: an exclusive candidate is thrown away."""
        self._box.release(self)

    def help(self, line: str) -> str:
        """What `?` prints behind `line`."""
        words = grammars()[self._mode].completions(line)
        return "Possible completions:\n" + "".join(f"  {word}\n" for word in words)

    def _command(self, mode: str, line: str) -> str:
        command, pipes = _piped(line)
        found = grammars()[mode].match(command)
        if isinstance(found, Misfit):
            return self._misfit(mode, command, found)
        handler = getattr(self, f"_{mode[:4]}_{found.rule.enters}", None)
        if handler is not None:
            output: str = handler(found, line)
            return show.through(pipes, output)
        return show.answer(found.rule.enters or "", self._box, found, pipes)

    def _misfit(self, mode: str, command: str, found: Misfit) -> str:
        if found.kind == "incomplete":
            return self._caret(len(command)) + "missing argument.\n"
        what = "unknown command." if found.offset == 0 else "syntax error."
        if found.kind == "ambiguous":
            what = f"'{command.split(maxsplit=1)[0]}' is ambiguous."
        return self._caret(found.offset) + what + "\n"

    def _caret(self, offset: int) -> str:
        return " " * (len(f"{self.user}@{self._box.hostname}> ") + offset) + "^\n"

    # --- operational mode

    def _oper_nothing(self, _match: Match, _line: str) -> str:
        return ""

    def _oper_width(self, match: Match, _line: str) -> str:
        return f"Screen width set to {match.words[-1]}\n"

    def _oper_length(self, match: Match, _line: str) -> str:
        self.length = int(match.words[-1])
        return f"Screen length set to {match.words[-1]}\n"

    def _oper_complete(self, match: Match, _line: str) -> str:
        return f"{'Disabling' if match.words[-1] == 'off' else 'Enabling'} complete-on-space\n"

    def _oper_leave(self, _match: Match, _line: str) -> str:
        self.closed = True
        return ""

    def _oper_logout(self, match: Match, _line: str) -> str:
        lock = self._box.lock
        if lock is None or str(lock.pid) != match.words[-1]:
            return f"error: no such process {match.words[-1]}\n"
        self._box.release(lock.holder)
        return "logout process succeeded\n"

    def _oper_clear_dot1x(self, match: Match, _line: str) -> str:
        port = match.words[3].removesuffix(".0") if len(match.words) > 3 else None
        self._box.ports.reauthenticate(port)
        return ""

    def _oper_recover(self, match: Match, _line: str) -> str:
        for name in self._box.ports.now():
            if match.words[-1].removesuffix(".0") in (name, "recovery-timeout"):
                self._box.ports.bounce(name)
        self._box.ports.touch()
        return ""

    def _oper_configure(self, match: Match, _line: str) -> str:
        self._exclusive = "exclusive" in match.words
        note = ""
        if self._exclusive:
            if refused := self._box.take(self, self.user):
                return refused
            note = "warning: uncommitted changes will be discarded on exit\n"
        self._mode = "configuration"
        others = self._box.locked_by() if not self._exclusive else ""
        changed = "The configuration has been changed but not committed\n" if self._box.dirty else ""
        users = f"Users currently editing the configuration:\n{others}" if others else ""
        return f"{note}Entering configuration mode\n{users}{changed}"

    # --- configuration mode

    def _conf_nothing(self, _match: Match, _line: str) -> str:
        return ""

    def _locked(self) -> str:
        lock = self._box.lock
        if lock is None or lock.holder is self:
            return ""
        return f"error: configuration database locked by:\n{self._box.locked_by()}"

    def _change(self, line: str, change: Callable[[list[str]], bool]) -> str:
        if refused := self._locked():
            return refused
        verb, _, path = line.strip().partition(" ")
        try:
            return "" if change(words_of(path)) else "warning: statement not found\n"
        except Refused as refusal:
            words = re.findall(r'"[^"]*"|\S+', path)
            offset = len(verb) + 1 + len(" ".join(words[: refusal.at])) + (1 if refusal.at else 0)
            return f"{self._caret(offset)}{refusal.text}\n"

    def _conf_set(self, _match: Match, line: str) -> str:
        def change(words: list[str]) -> bool:
            set_path(new(), words)  # so that nothing of a line is taken where a later word of it is wrong
            set_path(self._box.candidate, words)
            return True

        return self._change(line, change)

    def _conf_delete(self, _match: Match, line: str) -> str:
        return self._change(line, lambda words: delete_path(self._box.candidate, words))

    def _conf_activate(self, _match: Match, line: str) -> str:
        return self._change(line, lambda words: activate(self._box.candidate, words, inactive=False))

    def _conf_deactivate(self, _match: Match, line: str) -> str:
        return self._change(line, lambda words: activate(self._box.candidate, words, inactive=True))

    def _conf_commit(self, match: Match, _line: str) -> str:
        if refused := self._locked():
            return refused
        words = match.words
        number = next((int(word) for word in words[1:3] if word.isdigit()), 10)
        minutes = number if "confirmed" in words else 0
        comment = match.arguments[-1][1].strip('"') if "comment" in words else ""
        if wrong := self._box.commit(self.user, "cli", minutes=minutes, comment=comment):
            return wrong
        note = f"commit confirmed will be automatically rolled back in {minutes} minutes unless confirmed\n"
        done = f"{note if minutes else ''}commit complete\n"
        return done + (self._leave() if "and-quit" in words else "")

    def _conf_commit_check(self, _match: Match, _line: str) -> str:
        return self._locked() or self._box.commit(self.user, "cli", check=True) or "configuration check succeeds\n"

    def _conf_rollback(self, match: Match, _line: str) -> str:
        if refused := self._locked():
            return refused
        number = int(match.words[1]) if len(match.words) > 1 else 0
        if not self._box.rollback(number):
            return f"error: could not open configuration rollback file {number}: No such file or directory\n"
        return "load complete\n"

    def _conf_show(self, match: Match, line: str) -> str:
        return show.candidate(self._box, match, compare="| compare" in line)

    def _conf_run(self, match: Match, line: str) -> str:
        return self._command("operational", line.strip().partition(" ")[2])

    def _conf_status(self, _match: Match, _line: str) -> str:
        return f"Users currently editing the configuration:\n{self._box.locked_by()}"

    def _conf_leave(self, _match: Match, _line: str) -> str:
        if self._box.dirty and not self._locked():
            self._question = _DISCARD if self._exclusive else _EXIT
            self._answer = self._left
            auto = "warning: Auto rollback on exiting 'configure exclusive'\n" if self._exclusive else ""
            return f"The configuration has been changed but not committed\n{auto}"
        return self._leave()

    def _left(self, answer: str) -> str:
        if answer.startswith("n"):
            return ""
        note = "warning: discarding uncommitted changes\nload complete\n" if self._exclusive else ""
        return note + self._leave()

    def _leave(self) -> str:
        self._box.release(self)
        self._mode, self._exclusive = "operational", False
        return "Exiting configuration mode\n"


def _piped(line: str) -> tuple[str, tuple[str, ...]]:
    """The command and what stands behind each `|` outside of quotation marks."""
    parts = [part.strip() for part in re.split(r"\|(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line)]
    return parts[0], tuple(parts[1:])
