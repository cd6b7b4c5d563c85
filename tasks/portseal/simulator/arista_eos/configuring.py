"""Configuration mode: where a login is in a configuration, its own session's or the running one, and what each line does there."""

from __future__ import annotations

from portseal.simulator.arista_eos.box import PHYSICAL, Box
from portseal.simulator.arista_eos.commands import misfit_text
from portseal.simulator.arista_eos.configure import entry_of, understand
from portseal.simulator.arista_eos.lines import RULES, short_name
from portseal.simulator.arista_eos.sessions import Session
from portseal.simulator.config import Entry, find
from portseal.simulator.editing import Understood, set_line, take_away
from portseal.simulator.grammar import Misfit

_CLEAN = "rollback clean-config"


class Configuring:
    """One login in configuration mode, from `configure` to `end`; in `session`, where it was opened for one."""

    def __init__(self, box: Box, session: Session | None) -> None:
        self._box = box
        self.session = session
        self.left = False
        self.path: tuple[tuple[str, ...], ...] = ()
        """Slots of the sections we are in, outermost first."""
        self.banner = ""
        """What a banner's text is for, while it is typed."""

    @property
    def entries(self) -> list[Entry]:
        """The configuration that lines change."""
        return self._box.running if self.session is None else self.session.entries

    @property
    def mode(self) -> str:
        """E.g. `(config-s-portse-if-Et5)#`: of a session's name, six characters."""
        parts = ["config", *(["s", self.session.name[:6]] if self.session else [])]
        if self.path:
            last = self.path[-1]
            parts.append(f"if-{short_name(last[1])}" if last[0] == "interface" else "-".join(last))
        return f"({'-'.join(parts)})#"

    def levels(self) -> tuple[str, ...]:
        """The levels we are in, outermost first."""
        levels, entries = ["global"], self.entries
        for slot in self.path:
            entry = find(entries, slot)
            if entry is None or entry.level is None:
                break
            levels.append(entry.level)
            entries = entry.children
        self.path = self.path[: len(levels) - 1]  # a rollback may have taken away where we were
        return tuple(levels)

    def enter(self, line: str) -> str:
        """Do what the line says; what is printed for it."""
        if self.banner:
            self.banner = "" if line.strip() == "EOF" else self.banner
            return ""
        words = line.split()
        if words[0].lower() in ("end", "exit"):
            self.left = words[0].lower() == "end" or not self.path
            self.path = self.path[:-1]
            return ""
        if words[0].lower() == "banner" and len(words) > 1:
            self.banner = words[1]
            return "Enter TEXT message. Type 'EOF' on its own line to end.\n"
        if " ".join(words) == _CLEAN and self.session is not None:
            self.session.entries[:] = _clean(self._box)
            return ""
        found = understand(self.levels(), line)
        if isinstance(found, Misfit):
            return misfit_text(found)
        return self._apply(found)

    def _apply(self, found: Understood) -> str:
        self.path = self.path[: max(len(self.path) - found.above, 0)]
        entries = self.entries
        for slot in self.path:
            section = find(entries, slot)
            entries = section.children if section else entries
        objection = self._objection(found)
        if objection:
            return objection
        self._change(entries, found)
        if self.session is None:
            self._box.changed()
        return ""

    def _change(self, entries: list[Entry], found: Understood) -> None:
        match = found.match
        if found.negated:
            take_away(entries, match)
            return
        entry = entry_of(match)
        if entry is None:
            return
        if match.rule.enters and (old := find(entries, entry.slot)) is not None:
            entry = old
        else:
            set_line(entries, match, entry)
        if match.rule.enters:
            self.path = (*self.path, entry.slot)
        if match.slot == ("shutdown",) and self.path and self.session is None:
            self._box.ports.bounce(self.path[-1][1])

    def _objection(self, found: Understood) -> str:
        """The words with which an understood line is refused."""
        match = found.match
        if match.rule.enters == "interface" and match.words[1].startswith(PHYSICAL):
            if found.negated:
                return "% Physical interfaces cannot be removed\n"
            if find(self.entries, match.slot) is None:
                return "% Invalid input\n"
        if found.negated:
            return ""
        return "" if entry_of(match) is not None else "% Invalid encrypted password\n"


def _clean(box: Box) -> list[Entry]:
    """The factory default: interfaces without a line."""
    rule = next(rule for rule in RULES["global"] if rule.enters == "interface")
    return [
        Entry(slot, slot, rule.rank, rule.group, "interface", " ".join(slot))
        for name, _ in box.interfaces()
        for slot in [("interface", name)]
    ]
