"""Configuration in, control policies of the new style (IBNS 2.0) with all they refer to out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from portseal.simulator.cisco_iosxe.cpl import Clause, Condition, ControlPolicy, Template
from portseal.simulator.config import Entry, find, starting, value

if TYPE_CHECKING:
    from portseal.simulator.cisco_iosxe.box import Box

_BUILT_IN = {
    "DEFAULT_LINKSEC_POLICY_MUST_SECURE": "must-secure",
    "DEFAULT_LINKSEC_POLICY_SHOULD_SECURE": "should-secure",
}


def control_policy(box: Box, name: str) -> ControlPolicy:
    """The policy-map `name` with the classes and service templates it refers to; an empty one where there is none."""
    events = []
    named: set[str] = set()
    for event in starting(box.section("policy-map", "type", "control", "subscriber", name), "event"):
        clauses = []
        for clause in sorted(event.children, key=lambda entry: int(entry.slot[0])):
            actions = tuple(a.words[1:] for a in sorted(clause.children, key=lambda entry: int(entry.slot[0])))
            named |= {a[2] for a in actions if a[:2] == ("activate", "service-template")}
            clauses.append(Clause(_condition(box, clause.words[2]), actions))
        events.append((event.words[1], event.words[2] == "match-first", tuple(clauses)))
    return ControlPolicy(name, tuple(events), tuple((each, _template(box, each)) for each in sorted(named)))


def _condition(box: Box, name: str) -> Condition | None:
    if name == "always":
        return None
    for entry in starting(box.running, "class-map type control subscriber"):
        if entry.words[5] == name:
            return Condition(entry.words[4], tuple(match.words[1:] for match in starting(entry.children, "match")))
    return Condition("match-none", ((),))


def _template(box: Box, name: str) -> Template:
    lines: list[Entry] = box.section("service-template", name)
    vlan = value(lines, "vlan")
    linksec = value(lines, "linksec policy")
    return Template(int(vlan[0]) if vlan else None, linksec[0] if linksec else _BUILT_IN.get(name, ""))


def policies_in_use(box: Box, name: str) -> Iterator[str]:
    """The ports that a policy-map is on."""
    for port, lines in box.interfaces():
        entry = find(lines, ("service-policy", "type", "control", "subscriber"))
        if entry is not None and entry.words[4:] == (name,):
            yield port
