"""A switch's plan in, what a page shows of the switch and its ports out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from portseal.core.patterns import Patterns
from portseal.core.planning import SwitchPlan
from portseal.core.port_lines import Lines, port_lines
from portseal.core.steps import SWITCH_WIDE
from portseal.core.words import PortStory, WordChange, phrase
from portseal.page.sides import side_by_side
from portseal.page.switches import Block, Note, ShownPort, ShownSwitch, State, place

CHANGES = State("ch", "changes")
OPENS = State("op", "is opened")
STAYS = State("sa", "stays")
LEFT_OUT = State("no", "left out")
STATES = (CHANGES, OPENS, STAYS, LEFT_OUT)
KIND, ALIKE, RISK, PLACE, PLATFORM, STATE = "_kind", "_alike", "_risk", "_place", "_platform", "_state"
"""Labels of what is told of a port for filters only."""


class Known:
    """The pattern of each port that changes, and the kinds of change that it means."""

    def __init__(self, patterns: Patterns) -> None:
        self._of = {(m.switch, m.port): pattern for pattern in patterns.ports for m in pattern.ports}
        self._switches = {name: pattern.name for pattern in patterns.switches for name in pattern.switches}

    def pattern(self, switch: str, port: str) -> str:
        """Its name; nothing where the port does not change."""
        found = self._of.get((switch, port))
        return found.name if found else ""

    def alike(self, switch: str) -> str:
        """The name of the switch's own pattern; nothing where it does not change."""
        return self._switches.get(switch, "")

    def kinds(self, switch: str, story: PortStory) -> tuple[str, ...]:
        """Each kind of change of a port, in words."""
        found = self._of.get((switch, story.port))
        if found is None:
            return ()
        if not found.changes:
            return (UNTOLD if story.before is None else WORDLESS,)
        return tuple(in_words(change) for change in found.changes)


WORDLESS = "other settings"
UNTOLD = "lines whose meaning before is not told"
"""What is said of ports that change, where no words can."""


def in_words(change: WordChange) -> str:
    """`802.1X: monitor → closed`."""
    return f"{change.what}: {change.told}"


def shown_switch(plan: SwitchPlan, known: Known) -> ShownSwitch:
    """The switch with every port that the plan knows of, refused ones too."""
    lines = port_lines(plan)
    blocks: list[Block] = []
    if lines.own.diff or lines.own.undo:
        blocks.append(block("the switch as a whole", lines.own))
    of_port: dict[str, int] = {}
    for port, own in lines.ports.items():
        of_port[port] = len(blocks)
        blocks.append(block(port, own))
    told = {story.port: story for story in plan.stories}
    names = dict.fromkeys((*told, *plan.ports, *lines.ports))
    notes = [Note("left out", f"{each.reason} [{each.code}]") for each in plan.refusals if each.scope == SWITCH_WIDE]
    notes += [Note("risk", f"{each.message} [{each.code}]") for each in plan.risks if each.scope == SWITCH_WIDE]
    ports = tuple(_port(plan, told.get(name, PortStory(port=name)), known, of_port) for name in names)
    return ShownSwitch(
        name=plan.switch,
        platform=plan.platform,
        ports=ports,
        tally=_tally(ports, len(lines.own.sent)),
        notes=tuple(notes),
        blocks=tuple(blocks),
    )


def block(title: str, lines: Lines) -> Block:
    """What changes in one place, and what undoes it."""
    return Block(title=title, rows=side_by_side(lines.diff), undo=(*lines.undo_wide, *lines.undo))


def _port(plan: SwitchPlan, story: PortStory, known: Known, blocks: Mapping[str, int]) -> ShownPort:
    risks = {f"{risk.message} [{risk.code}]": risk.code for risk in plan.risks if risk.scope == story.port}
    refusals = [each for each in plan.refusals if each.scope in (story.port, SWITCH_WIDE)]
    changed = story.port in blocks
    if refusals:
        state = LEFT_OUT
    elif "opens-port" in risks.values():
        state = OPENS
    else:
        state = CHANGES if changed else STAYS
    kinds = known.kinds(plan.switch, story)
    said = [f"{story.camera or 'no camera'}: {state.word}", *kinds]
    return ShownPort(
        name=story.port,
        state=state,
        label=", ".join(said[:3]),
        fields={
            "Camera": story.camera or "none of the inventory",
            "Change": tuple(map(in_words, story.changes)) or kinds if changed else (),
            "Left out because": tuple(f"{each.reason} [{each.code}]" for each in refusals),
            "Risks": tuple(risks),
            "Is now": phrase(story.before),
            "Is to be": phrase(story.after),
            "MAC address": story.mac or "",
            "Where": story.location or "",
            "Profile": _profile(story),
            "Port pattern": known.pattern(plan.switch, story.port),
            KIND: kinds,
            ALIKE: known.alike(plan.switch),
            RISK: tuple(dict.fromkeys(risks.values())),
            PLACE: place(story.location or ""),
            PLATFORM: plan.platform,
            STATE: state.word,
        },
        blocks=(blocks[story.port],) if changed else (),
    )


def _profile(story: PortStory) -> str:
    if story.profile is None:
        return ""
    return story.profile if story.stage in (None, "sealed") else f"{story.profile}, stage {story.stage}"


def _tally(ports: Iterable[ShownPort], wide: int) -> str:
    number = Counter(port.state.word for port in ports)
    told = [
        f"{number[state.word]} {state.word if number[state.word] == 1 else _PLURAL[state]}"
        for state in STATES
        if number[state.word]
    ]
    if wide:
        told.append(f"{wide} switch-wide line{'s' * (wide != 1)}")
    return f"{number.total()} port{'s' * (number.total() != 1)}: {', '.join(told)}" if told else "no ports"


_PLURAL = {CHANGES: "change", OPENS: "are opened", STAYS: "stay", LEFT_OUT: "left out"}
