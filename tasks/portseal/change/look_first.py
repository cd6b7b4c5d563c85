"""A playbook's switches in, what preflight has against each out: which are not begun, which ports are left out, what is only told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from portseal.change.playbook import Playbook
from portseal.core.errors import InputError
from portseal.core.plan_file import Plan
from portseal.core.platforms import Pack
from portseal.core.preflight import PreflightFinding, not_asked
from portseal.estate import Estate
from portseal.fleet import on_all
from portseal.preflight import preflight_switch

_OF_ALL = {"not-asked", "other-mac", "many-macs", "neighbour-is-switch", "locked"}
"""Findings that no platform's folder has to list."""


@dataclass(frozen=True)
class Looked:
    """What preflight found, as the playbook takes it."""

    findings: tuple[PreflightFinding, ...]
    """Without those that are ignored; severities are the playbook's."""
    unasked: tuple[str, ...] = ()
    """What is not asked on a platform, a line each."""

    def _blocking(self) -> Iterator[PreflightFinding]:
        return (finding for finding in self.findings if finding.severity == "block")

    def ports(self, estate: Estate) -> dict[str, tuple[str, ...]]:
        """By switch, the ports to leave out of a plan that is made now.

        A port that is sealed already stays in: it keeps a stranger out as it is.
        """
        found: dict[str, dict[str, None]] = {}
        for finding in self._blocking():
            if finding.scope and finding.scope not in estate.memory.sealed(finding.switch):
                found.setdefault(finding.switch, {})[finding.scope] = None
        return {switch: tuple(ports) for switch, ports in found.items()}

    def blocked(self, given: Plan | None) -> dict[str, str]:
        """Switch → why it is not begun. Of a given plan, no port can be left out: there, it speaks against its switch."""
        changed = {p.switch: set(p.changed_ports) for p in given.switches} if given else {}
        found: dict[str, str] = {}
        for finding in self._blocking():
            if not finding.scope or finding.scope in changed.get(finding.switch, ()):
                where = f"{finding.scope}: " if finding.scope else ""
                found.setdefault(finding.switch, f"{where}{finding.code}: {finding.message}")
        return found

    def told(self) -> tuple[str, ...]:
        """A line for each finding, and for each thing that is not asked."""
        found = (
            f"{finding.switch}{' ' + finding.scope if finding.scope else ''}: {finding.code}: {finding.message}"
            + ("; left out" if finding.severity == "block" else "")
            for finding in self.findings
        )
        return (*found, *self.unasked)


def look_first(book: Playbook, estate: Estate, *, sealing: bool) -> Looked:
    """Ask every switch. Who hangs on a port matters only where ports are closed (`sealing`).

    Raises:
        InputError: the playbook gives a meaning to a finding that there is not.
    """
    known = _OF_ALL | {code for pack in estate.site.packs.values() for code in _codes(pack)}
    if strange := sorted(book.gates.preflight.keys() - known):
        raise InputError(
            f"{book.name}: gates.preflight names {', '.join(strange)}; the findings are {', '.join(sorted(known))}"
        )
    outcomes = on_all(estate, preflight_switch, tuple, reading=True)
    found: list[PreflightFinding] = []
    for findings in outcomes.results.values():
        found += (_taken(finding, book.gates.preflight) for finding in findings if sealing or not finding.scope)
    for switch, why in outcomes.failures.items():
        told = f"what speaks against it could not be asked ({why})"
        unasked = PreflightFinding(switch=switch, scope="", code="not-asked", severity="block", message=told)
        found.append(_taken(unasked, book.gates.preflight))
    return Looked(
        tuple(finding for finding in found if book.gates.preflight.get(finding.code) != "ignore"),
        tuple(_unasked(estate)),
    )


def _unasked(estate: Estate) -> Iterator[str]:
    """Once a platform, for however many switches."""
    packs = {estate.pack(name).name: estate.pack(name) for name in sorted(estate.nornir.inventory.hosts)}
    for name, pack in packs.items():
        yield from (f"not asked on {name}: {line}" for line in not_asked(pack))


def _codes(pack: Pack) -> set[str]:
    return {check.code for check in pack.preflight} | {probe.code for probe in pack.probe}


def _taken(finding: PreflightFinding, said: Mapping[str, Literal["block", "warn", "ignore"]]) -> PreflightFinding:
    severity = said.get(finding.code, finding.severity)
    return finding if severity == "ignore" else finding.model_copy(update={"severity": severity})
