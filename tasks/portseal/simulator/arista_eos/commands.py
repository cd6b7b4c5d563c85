"""The commands this switch understands outside configuration: commands.txt, with the name of what answers each."""

from __future__ import annotations

from pathlib import Path

from portseal.simulator.arista_eos.lines import TYPES
from portseal.simulator.grammar import Grammar, Misfit, read_rules

_RULES = read_rules(Path(__file__).with_name("commands.txt").read_text(encoding="utf-8"))
COMMANDS = Grammar(_RULES["privileged"], TYPES)


def misfit_text(misfit: Misfit) -> str:
    """The words for a line that was not understood."""
    word = {"incomplete": "Incomplete command", "ambiguous": "Ambiguous command"}.get(misfit.kind, "Invalid input")
    return f"% {word}\n"
