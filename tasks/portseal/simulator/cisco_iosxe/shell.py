"""One login: modes, prompts and questions, and what each line that is typed does."""

from __future__ import annotations

import re
from collections.abc import Callable

from portseal.simulator.cisco_iosxe import refusals, show
from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.commands import COMMANDS
from portseal.simulator.cisco_iosxe.configure import (
    GRAMMARS,
    Understood,
    entry_of,
    interface_range,
    set_line,
    take_away,
    understand,
)
from portseal.simulator.cisco_iosxe.lines import PROMPTS
from portseal.simulator.config import Entry, drop, find
from portseal.simulator.grammar import Match, Misfit

_CONVERT = (
    "This operation will permanently convert all relevant authentication commands to their CPL control-policy\n"
    "equivalents. As this conversion is irreversible and will disable the conversion CLI\n"
    "'authentication display [legacy|new-style]', you are strongly advised to back up your current configuration\n"
    "before proceeding.\n"
)
_QUESTION = "Do you wish to continue? [yes]: "
Answer = Callable[[str], str]


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
        self._path: tuple[tuple[str, ...], ...] | None = None
        """Slots of the sections we are in, outermost first; None outside configuration."""
        self._range: tuple[str, ...] = ()
        self._answer: Answer | None = None
        self._question = ""
        self._banner: tuple[str, str, list[str]] | None = None

    # --- what the session asks

    @property
    def configuring(self) -> bool:
        """Whether lines are configuration at the moment."""
        return self._path is not None

    @property
    def mode(self) -> str:
        """The prompt without the host's name, for the log."""
        if self._path is None:
            return "#" if self.level == "privileged" else ">"
        if not self._path:
            return "(config)#"
        level = "if-range" if self._range else self._levels()[-1]
        return f"(config-{PROMPTS.get(level, level)})#"

    @property
    def prompt(self) -> str:
        """What is printed when a line has been dealt with."""
        if self._answer is not None:
            return self._question
        if self._banner is not None:
            return ""
        name = self._box.hostname
        return f"{name[:20] if self.configuring else name}{self.mode}"

    def enter(self, line: str) -> str:
        """Do what `line` says; the text printed for it, which ends with a line end where there is any."""
        if self._answer is not None:
            answer, self._answer, self.hidden = self._answer, None, False
            return answer(line)
        if self._banner is not None:
            return self._more_banner(line)
        if not line.strip() or line.lstrip().startswith("!"):
            return ""
        return self._command(line) if self._path is None else self._configure(line)

    def end(self) -> str:
        """Control-Z: out of configuration."""
        self._path, self._range = None, ()
        return ""

    def interrupt(self) -> str:
        """Control-C."""
        self._answer, self._banner, self.hidden = None, None, False
        return self.end()

    def help(self, line: str) -> str:
        """What `?` prints behind `line`."""
        grammar = COMMANDS[self.level] if self._path is None else GRAMMARS[self._levels()[-1]]
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
            return self._misfit(line, found)
        handler = found.rule.enters or ""
        own = getattr(self, f"_do_{handler}", None)
        output: str = own(found) if own else show.answer(handler, self._box, found, self.user)
        return show.through(pipe, output) if pipe.strip() else output

    def _misfit(self, line: str, misfit: Misfit) -> str:
        if misfit.kind == "incomplete":
            return "% Incomplete command.\n\n"
        if misfit.kind == "ambiguous":
            return f'% Ambiguous command:  "{line.strip()}"\n'
        return f"{' ' * (len(self.prompt) + misfit.offset)}^\n% Invalid input detected at '^' marker.\n\n"

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
        self._path = ()
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

    # --- configuration

    def _levels(self) -> tuple[str, ...]:
        levels, entries = ["global"], self._box.running
        for slot in self._path or ():
            entry = find(entries, slot)
            if entry is None or entry.level is None:
                break
            levels.append(entry.level)
            entries = entry.children
        return tuple(levels)

    def _configure(self, line: str) -> str:
        words = line.split()
        first, second = words[0].lower(), words[1].lower() if len(words) > 1 else ""
        if first in ("end", "exit"):
            return self._step_out(first)
        if first == "do" and second:
            return self._do_exec(line.lstrip()[2:].lstrip())
        if first == "banner" and len(words) > 2:
            return self._begin_banner(line)
        if first == "interface" and len(words) > 2 and "range".startswith(second):
            return self._select_range(line)
        if first == "default" and second and "interface".startswith(second):
            return self._default_interface(line)
        return self._configuration_line(line)

    def _do_exec(self, command: str) -> str:
        """`do` in front of an exec command; only `configure` itself changes where we are."""
        path = self._path
        self._path = None
        output = self._command(command)
        if self._path is None:
            self._path = path
        return output

    def _configuration_line(self, line: str) -> str:
        found = understand(self._levels(), line)
        if isinstance(found, Misfit):
            return self._misfit(line, found)
        if refusals.unavailable(self._box, found):
            return self._misfit(line, Misfit("invalid", len(line) - len(line.lstrip())))
        if "convert" in found.match.rule.flags and not self._box.new_style and not found.negated:
            self.ask(_CONVERT + _QUESTION, lambda typed: self._convert(typed, found))
            return ""
        return self._apply(found)

    def _convert(self, typed: str, found: Understood) -> str:
        if typed.strip().lower() not in ("", "y", "yes"):
            return ""
        self._box.new_style = True
        return self._apply(found)

    def _step_out(self, word: str) -> str:
        if word == "end" or not self._path:
            return self.end()
        self._path, self._range = self._path[:-1], ()
        return ""

    def _apply(self, found: Understood) -> str:
        """Let an understood line take effect at its level, on every interface of a range."""
        path = self._path or ()
        depth = len(path) - found.above
        if found.above:
            self._range = ()
        path = path[: max(depth, 0)]
        self._path = path
        outputs = []
        for name in self._range or (None,):
            own = path if name is None else (("interface", name), *path[1:])
            outputs.append(self._apply_at(own, found))
        self._box.changed(self.user)
        return next((output for output in outputs if output), "")

    def _apply_at(self, path: tuple[tuple[str, ...], ...], found: Understood) -> str:
        entries = self._box.running
        for slot in path:
            section = find(entries, slot)
            entries = section.children if section else entries
        match = found.match
        objection = refusals.objection(self._box, path, entries, found)
        if objection is not None:
            return objection
        if "exec" in match.rule.flags:
            return self._exec_line(match)
        if found.negated:
            take_away(entries, match)
            return ""
        entry = entry_of(match, self._box.vault)
        if entry is None:
            return f"Invalid encrypted password: {match.words[-1]}\n"
        if match.rule.enters and (old := find(entries, entry.slot)) is not None:
            entry = old
        else:
            set_line(entries, match, entry)
        remark = refusals.remark(self._box, path, match)
        if match.rule.enters and not self._range:
            self._path = (*path, entry.slot)
        return remark

    def _exec_line(self, match: Match) -> str:
        """Lines that do something and are not kept."""
        if match.words[:2] == ("key", "config-key"):
            self._box.master_key = True
        elif match.words[:2] == ("authentication", "convert-to"):
            self.ask(_CONVERT + _QUESTION, self._answer_conversion)
        return ""

    def _answer_conversion(self, typed: str) -> str:
        self._box.new_style = typed.strip().lower() in ("", "y", "yes")
        return ""

    def _select_range(self, line: str) -> str:
        names = interface_range(line.split(None, 2)[2])
        known = {name for name, _ in self._box.interfaces()}
        if names is None or not set(names) <= known:
            return self._misfit(line, Misfit("invalid", line.index(line.split()[2])))
        self._path, self._range = (("interface", names[0]),), names
        return ""

    def _default_interface(self, line: str) -> str:
        found = GRAMMARS["global"].match(line.split(None, 1)[1])
        if isinstance(found, Misfit):
            return self._misfit(line, Misfit(found.kind, found.offset + line.index(line.split()[1])))
        entry = find(self._box.running, found.slot)
        if entry is None:
            return self._misfit(line, Misfit("invalid", len(line)))
        entry.children.clear()
        self._path = ()
        self._box.changed(self.user)
        return f"Interface {found.slot[1]} set to default configuration\n"

    def _begin_banner(self, line: str) -> str:
        kind, text = line.split(None, 2)[1:]
        mark, rest = ("^C", text[2:]) if text.startswith("^C") else (text[0], text[1:])
        self._banner = (kind, mark, [])
        if mark in rest:
            return self._more_banner(rest)
        self._banner = (kind, mark, [rest] if rest else [])
        return f"Enter TEXT message.  End with the character '{mark}'.\n"

    def _more_banner(self, line: str) -> str:
        kind, mark, lines = self._banner or ("motd", "^C", [])
        before, found, _ = line.partition(mark)
        lines.append(before)
        if found:
            slot = ("banner", kind)
            drop(self._box.running, slot)
            rank = max((e.rank for e in self._box.running if e.level == "interface"), default=0) + 1
            text = "\n".join([f"banner {kind} ^C{lines[0]}", *lines[1:]]) + "^C"
            self._box.running.append(Entry(slot, slot, rank, -2, verbatim=text))
            self._banner = None
            self._box.changed(self.user)
        return ""
