"""One login: modes, prompts and questions, and what each line that is typed does."""

from __future__ import annotations

import re

from portseal.simulator.cisco_iosxe import show
from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.commands import COMMANDS, misfit_text
from portseal.simulator.cisco_iosxe.configure import GRAMMARS
from portseal.simulator.cisco_iosxe.configuring import Answer, Configuring
from portseal.simulator.grammar import Match, Misfit
from portseal.simulator.pipes import through

_BETWEEN = "(?:^|$|[,{}() ])"


def _searched_for(pipe: str) -> str:
    """A filter with its expression as Python writes it: `_` is what stands between words, and a backslash makes no letter special (IOS XE 17
    security configuration guide, Regular Expressions)."""
    return re.sub(r"\\([A-Za-z])", r"\1", pipe).replace("_", _BETWEEN)


class Shell:
    """What a session's lines are given to. `prompt` is printed after each answer."""

    def __init__(self, box: Box, user: str, password: str) -> None:
        self._box = box
        self.user = user
        self._password = password
        self.level = "privileged"
        self.closed = False
        self.hidden = False
        """The next line is a password and is not echoed."""
        self.length: int = 24
        self._config: Configuring | None = None
        self._answer: Answer | None = None
        self._question = ""

    # --- what the session asks

    @property
    def configuring(self) -> bool:
        """Whether lines are configuration at the moment."""
        return self._config is not None

    @property
    def mode(self) -> str:
        """The prompt without the host's name, for the log."""
        if self._config is not None:
            return self._config.mode
        return "#" if self.level == "privileged" else ">"

    @property
    def prompt(self) -> str:
        """What is printed when a line has been dealt with."""
        if self._answer is not None:
            return self._question
        if self._config is not None and self._config.in_banner:
            return ""
        name = self._box.hostname
        return f"{name[:20] if self.configuring else name}{self.mode}"

    def enter(self, line: str) -> str:
        """Do what `line` says; the text printed for it, which ends with a line end where there is any."""
        if self._answer is not None:
            answer, self._answer, self.hidden = self._answer, None, False
            return answer(line)
        config = self._config
        if config is not None and config.in_banner:
            return config.enter(line)
        words = line.split()
        if not words or words[0].startswith("!"):
            return ""
        if config is None:
            return self._command(line)
        if words[0].lower() == "do" and len(words) > 1:
            return self._do_exec(line.lstrip()[2:].lstrip())
        output = config.enter(line)
        if config.left:
            self._config = None
        return output

    def end(self) -> str:
        """Control-Z: out of configuration."""
        self._config = None
        return ""

    def interrupt(self) -> str:
        """Control-C."""
        self._answer, self.hidden = None, False
        return self.end()

    def help(self, line: str) -> str:
        """What `?` prints behind `line`."""
        grammar = COMMANDS[self.level] if self._config is None else GRAMMARS[self._config.levels()[-1]]
        words = grammar.completions(re.sub(r"^\s*(no|do)\s+", "", line))
        return "".join(f"  {word}\n" for word in words) or "% Unrecognized command\n"

    def ask(self, question: str, answer: Answer, *, hidden: bool = False) -> None:
        """Put a question in place of the prompt; the next line is its answer."""
        self._question, self._answer, self.hidden = question, answer, hidden

    # --- exec

    def _command(self, line: str) -> str:
        command, _, pipe = line.partition("|")
        found = COMMANDS[self.level].match(command.rstrip() if pipe else command)
        if isinstance(found, Misfit):
            return misfit_text(self.prompt, line, found)
        handler = found.rule.enters or ""
        own = getattr(self, f"_do_{handler}", None)
        output: str = own(found) if own else show.answer(handler, self._box, found, self.user)
        return through(_searched_for(pipe), output) if pipe.strip() else output

    def _do_exec(self, command: str) -> str:
        """`do` in front of an exec command; `configure` begins at the top again."""
        config, self._config = self._config, None
        output = self._command(command)
        if self._config is None:
            self._config = config
        return output

    def _do_nothing(self, _match: Match) -> str:
        return ""

    def _do_leave(self, _match: Match) -> str:
        self.closed = True
        return ""

    def _do_disable(self, _match: Match) -> str:
        self.level = "user"
        return ""

    def _do_enable(self, _match: Match) -> str:
        def check(typed: str) -> str:
            if typed != self._password:
                return "% Access denied\n\n"
            self.level = "privileged"
            return ""

        self.ask("Password: ", check, hidden=True)
        return ""

    def _do_terminal(self, match: Match) -> str:
        if match.words[1] == "length":
            self.length = int(match.words[2])
        return ""

    def _do_configure(self, _match: Match) -> str:
        self._config = Configuring(self._box, self.user, ask=self.ask, prompt=lambda: self.prompt)
        return "Enter configuration commands, one per line.  End with CNTL/Z.\n"

    def _do_arm(self, match: Match) -> str:
        if not self._box.archive_on():
            return "%Turn config archive on before using Rollback Confirmed Change\n"
        if self._box.rollback is not None:
            return "%Rollback Confirmed Change is already pending; confirm or revert it first\n"
        self._box.arm(int(match.words[-1]), self.user, idle="idle" in match.words)
        backup = f"flash:/rollback_{self._box.rollbacks}.cfg"
        note = f"Rollback Confirmed Change: Backing up current running config to {backup}\n\n"
        return note + self._do_configure(match)

    def _do_rearm(self, match: Match) -> str:
        if self._box.rollback is None:
            return "%No Rollback Confirmed Change pending\n"
        self._box.rearm(int(match.words[-1]), idle="idle" in match.words)
        return ""

    def _do_confirm(self, _match: Match) -> str:
        return "" if self._box.confirm() else "%No Rollback Confirmed Change pending\n"

    def _do_revert(self, _match: Match) -> str:
        if self._box.rollback is None:
            return "%No Rollback Confirmed Change pending\n"
        self._box.fire()
        return (
            f"Rollback Confirmed Change: rolling to:flash:/rollback_{self._box.rollbacks}.cfg\n\n"
            "Total number of passes: 1\nRollback Done\n\n"
        )

    def _do_save(self, _match: Match) -> str:
        self._box.save()
        return "Building configuration...\n[OK]\n"

    def _do_copy(self, match: Match) -> str:
        self.ask("Destination filename [startup-config]? ", lambda _name: self._do_save(match))
        return ""

    def _do_clear_sessions(self, match: Match) -> str:
        self._box.ports.reauthenticate(match.words[-1] if "interface" in match.words else None)
        return ""
