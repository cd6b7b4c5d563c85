"""Configuration mode: where a login is in the configuration, and what each line it types does there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from portseal.simulator.cisco_iosxe import refusals
from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.commands import misfit_text
from portseal.simulator.cisco_iosxe.configure import (
    GRAMMARS,
    entry_of,
    interface_range,
    understand,
)
from portseal.simulator.cisco_iosxe.lines import PROMPTS, RANGE_PROMPT
from portseal.simulator.config import Entry, drop, find
from portseal.simulator.editing import Understood, set_line, take_away
from portseal.simulator.grammar import Match, Misfit

_CONVERT = (
    "This operation will permanently convert all relevant authentication commands to their CPL control-policy\n"
    "equivalents. As this conversion is irreversible and will disable the conversion CLI\n"
    "'authentication display [legacy|new-style]', you are strongly advised to back up your current configuration\n"
    "before proceeding.\n"
)
_QUESTION = "Do you wish to continue? [yes]: "
Answer = Callable[[str], str]


class Ask(Protocol):
    """Puts a question in place of the prompt; the next line is its answer."""

    def __call__(self, question: str, answer: Answer, *, hidden: bool = False) -> None:
        """Ask."""
        ...


class Configuring:
    """One login in configuration mode, from `configure terminal` to `end`."""

    def __init__(self, box: Box, user: str, *, ask: Ask, prompt: Callable[[], str]) -> None:
        self._box = box
        self._user = user
        self._ask = ask
        self._prompt = prompt
        self.left = False
        self.path: tuple[tuple[str, ...], ...] = ()
        """Slots of the sections we are in, outermost first."""
        self.range: tuple[str, ...] = ()
        """Names of `interface range`."""
        self._banner: tuple[str, str, list[str]] | None = None

    @property
    def in_banner(self) -> bool:
        """Whether lines are a banner's text at the moment."""
        return self._banner is not None

    @property
    def mode(self) -> str:
        """E.g. `(config-if)#`."""
        level = self.levels()[-1]
        if not self.path:
            return "(config)#"
        return f"(config-{RANGE_PROMPT if self.range else PROMPTS.get(level, level)})#"

    def levels(self) -> tuple[str, ...]:
        """The levels we are in, outermost first."""
        levels, entries = ["global"], self._box.running
        for slot in self.path:
            entry = find(entries, slot)
            if entry is None or entry.level is None:
                break
            levels.append(entry.level)
            entries = entry.children
        # a rollback may have taken away where we were
        self.path = self.path[: len(levels) - 1]
        return tuple(levels)

    def enter(self, line: str) -> str:
        """Do what the line says; what is printed for it."""
        if self.in_banner:
            return self._more_banner(line)
        words = line.split()
        first, second = words[0].lower(), words[1].lower() if len(words) > 1 else ""
        if first in ("end", "exit"):
            return self._step_out(first)
        if first == "banner" and len(words) > 2:
            return self._begin_banner(line)
        if first == "interface" and len(words) > 2 and "range".startswith(second):
            return self._select_range(line)
        if first == "default" and second and "interface".startswith(second):
            return self._default_interface(line)
        return self._configuration_line(line)

    def _configuration_line(self, line: str) -> str:
        found = understand(self.levels(), line)
        if isinstance(found, Misfit):
            return misfit_text(self._prompt(), line, found)
        if refusals.unavailable(self._box, found):
            return misfit_text(self._prompt(), line, Misfit("invalid", len(line) - len(line.lstrip())))
        if "convert" in found.match.rule.flags and not self._box.new_style and not found.negated:
            self._ask(_CONVERT + _QUESTION, lambda typed: self._convert(typed, found))
            return ""
        return self._apply(found)

    def _convert(self, typed: str, found: Understood) -> str:
        if typed.strip().lower() not in ("", "y", "yes"):
            return ""
        self._box.new_style = True
        return self._apply(found)

    def _step_out(self, word: str) -> str:
        if word == "end" or not self.path:
            self.left = True
            return ""
        self.path, self.range = self.path[:-1], ()
        return ""

    def _apply(self, found: Understood) -> str:
        """Let an understood line take effect at its level, on every interface of a range."""
        path = self.path
        depth = len(path) - found.above
        if found.above:
            self.range = ()
        path = path[: max(depth, 0)]
        self.path = path
        outputs = []
        for name in self.range or (None,):
            own = path if name is None else (("interface", name), *path[1:])
            outputs.append(self._apply_at(own, found))
        self._box.changed(self._user)
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
        if match.rule.enters and not self.range:
            self.path = (*path, entry.slot)
        return remark

    def _exec_line(self, match: Match) -> str:
        """Lines that do something and are not kept."""
        if match.words[:2] == ("key", "config-key"):
            self._box.master_key = True
        elif match.words[:2] == ("authentication", "convert-to"):
            self._ask(_CONVERT + _QUESTION, self._answer_conversion)
        return ""

    def _answer_conversion(self, typed: str) -> str:
        self._box.new_style = typed.strip().lower() in ("", "y", "yes")
        return ""

    def _select_range(self, line: str) -> str:
        names = interface_range(line.split(None, 2)[2])
        known = {name for name, _ in self._box.interfaces()}
        if names is None or not set(names) <= known:
            return misfit_text(self._prompt(), line, Misfit("invalid", line.index(line.split()[2])))
        self.path, self.range = (("interface", names[0]),), names
        return ""

    def _default_interface(self, line: str) -> str:
        found = GRAMMARS["global"].match(line.split(None, 1)[1])
        if isinstance(found, Misfit):
            return misfit_text(self._prompt(), line, Misfit(found.kind, found.offset + line.index(line.split()[1])))
        entry = find(self._box.running, found.slot)
        if entry is None:
            return misfit_text(self._prompt(), line, Misfit("invalid", len(line)))
        entry.children.clear()
        self.path = ()
        self._box.changed(self._user)
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
            self._box.changed(self._user)
        return ""
