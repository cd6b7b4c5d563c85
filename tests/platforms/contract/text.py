"""The lines of a running configuration, ours and those of others, in a form in which before and after can be compared."""

from __future__ import annotations

import re

from contract.bench import Bench
from contract.profiles import port_stem
from contract.said import JOIN, paths
from portseal.core.owned import owned_configuration, shared_section
from portseal.core.platforms import Lineage, Owned

PORTS = 128


def _ports(bench: Bench) -> list[str]:
    usual = (f"{port_stem(bench.pack.name)}{number}" for number in range(1, PORTS))
    return list(dict.fromkeys([*usual, *(port.port for port in bench.intent.ports)]))


def _addresses(bench: Bench) -> list[str]:
    """Of every server that a change of the contract brings in."""
    return [f"198.51.100.{number}" for number in range(1, 255)]


def _configuration(bench: Bench, *, everything: bool) -> tuple[list[str], list[str]]:
    """Lines with their sections (all, or ours), and those of them that are never removed."""
    pack = bench.pack.model_copy(update={"owned": (Owned(match=(".",)),)}) if everything else bench.pack
    found = owned_configuration(
        bench.running(),
        pack,
        ports=_ports(bench),
        radius_addresses=_addresses(bench),
        mark=bench.marks().running,
    )
    return paths(found.text), paths(found.keep)


def owned_lines(bench: Bench) -> list[str]:
    """Our lines without those that are never removed or are defaults, and sections that hold nothing else; sorted, numbered where order counts.

    A switch shows what was taken away and put back in another place, and that means nothing.
    """
    lines, kept = _configuration(bench, everything=False)
    left = [line for line in lines if line not in kept and not _matches(line, bench.pack.defaults)]
    shared = shared_section(bench.pack, _ports(bench))
    parents = {line.rpartition(JOIN)[0] for line in left}
    ours = [line for line in left if line in parents or JOIN in line or not shared(line)]
    ordered = [re.compile(JOIN.join(p.strip("^$") for p in match)) for match in bench.pack.sequence]
    numbers = {
        line: number for pattern in ordered for number, line in enumerate(line for line in ours if pattern.search(line))
    }
    return sorted(f"{line} [{numbers[line]}]" if line in numbers else line for line in ours)


def _matches(line: str, lineages: tuple[Lineage, ...]) -> bool:
    path = line.split(JOIN)
    return any(
        len(match) == len(path) and all(re.search(p, t) for p, t in zip(match, path, strict=True)) for match in lineages
    )


def outside(bench: Bench) -> list[str]:
    """Everybody else's lines, in order."""
    lines, _ = _configuration(bench, everything=True)
    ours = set(_configuration(bench, everything=False)[0])
    return [line for line in lines if line not in ours]
