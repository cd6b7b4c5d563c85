"""The commands this switch understands outside configuration: commands.txt, with the name of what answers each."""

from __future__ import annotations

from pathlib import Path

from portseal.simulator.cisco_iosxe.lines import TYPES
from portseal.simulator.grammar import Grammar, Misfit, read_rules

_RULES = read_rules(Path(__file__).with_name("commands.txt").read_text(encoding="utf-8"))
COMMANDS = {level: Grammar(rules, TYPES) for level, rules in _RULES.items()}


def misfit_text(prompt: str, line: str, misfit: Misfit) -> str:
    """The words for a line that was not understood, the caret under the character where it went wrong."""
    if misfit.kind == "incomplete":
        return "% Incomplete command.\n\n"
    if misfit.kind == "ambiguous":
        return f'% Ambiguous command:  "{line.strip()}"\n'
    return f"{' ' * (len(prompt) + misfit.offset)}^\n% Invalid input detected at '^' marker.\n\n"
