"""A plan in, one switch of it, or one port, as a person reads it out: words before and after, lines, and what undoes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portseal.cli.layout import count, put, put_beside, put_lines, safe
from portseal.cli.plan_text import headline
from portseal.cli.tables import bare_table
from portseal.core.errors import InputError, PlatformError
from portseal.core.patterns import Member, Patterns, PortPattern, lines_of
from portseal.core.plan_file import Plan
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import load_pack
from portseal.core.port_lines import in_turn, port_lines
from portseal.core.port_spans import spans
from portseal.core.portname import long_port
from portseal.core.steps import SWITCH_WIDE
from portseal.core.words import PortStory, phrase


def switch_of(plan: Plan, name: str) -> SwitchPlan:
    """The plan of the switch that is called so, in whatever case.

    Raises:
        InputError: there is none; says which there are.
    """
    found = [switch for switch in plan.switches if switch.switch.casefold() == name.casefold()]
    if found:
        return found[0]
    if reason := plan.unread.get(name):
        raise InputError(f"{name} could not be read when the plan was made: {reason}")
    some = ", ".join(switch.switch for switch in plan.switches[:5])
    more = f" and {len(plan.switches) - 5} more" if len(plan.switches) > 5 else ""
    raise InputError(f"the plan has no switch and no camera {name!r}; it has {some or 'none'}{more}")


def camera_of(plan: Plan, name: str) -> tuple[SwitchPlan, str] | None:
    """Where the camera that is called so hangs."""
    for switch in plan.switches:
        for story in switch.stories:
            if story.camera and story.camera.casefold() == name.casefold():
                return switch, story.port
    return None


def port_of(switch: SwitchPlan, text: str, platforms: Mapping[str, Path]) -> str:
    """The long name of the port that is spelt so, as anybody spells it: `Gi1/0/5`, `gigabitethernet 1/0/5`, or `5` where that is one.

    `platforms`: the platform folders by name; where the switch's is not among them, letters may be left out at the end.

    Raises:
        InputError: the plan knows no such port of the switch, or it could be more than one.
    """
    names = {story.port for story in switch.stories} | set(switch.ports) | {step.scope for step in switch.steps}
    names.discard(SWITCH_WIDE)
    if text in names:
        return text
    folder = platforms.get(switch.platform)
    try:
        spelt = long_port(load_pack(folder).ports, text) if folder else ""
    except (ValueError, PlatformError):
        spelt = ""
    if spelt in names:
        return spelt
    kind, number = _apart(text)
    of_kind = [name for name in names if _apart(name)[0].startswith(kind)]
    alike = [name for name in of_kind if _apart(name)[1] == number]
    alike = alike or [name for name in of_kind if number and _apart(name)[1].endswith(f"/{number}")]
    if len(alike) == 1:
        return alike[0]
    some = ", ".join(list(dict.fromkeys(story.port for story in switch.stories))[:4])
    problem = (
        f"could be {' or '.join(sorted(alike))}" if alike else f"is none that the plan is about (it has {some}, ...)"
    )
    raise InputError(f"{switch.switch}: port {text!r} {problem}")


def _apart(name: str) -> tuple[str, str]:
    """(letters, the rest) of a port's name, without case and blanks."""
    found = re.match(r"([a-z-]*)(.*)", "".join(name.split()).casefold(), re.DOTALL)
    return (found[1], found[2]) if found else ("", name)


def show_port(switch: SwitchPlan, port: str, patterns: Patterns, console: Console) -> None:
    """Print one port: whose it is, what it was and becomes, its diff, what is sent, and what undoes that."""
    story = next((story for story in switch.stories if story.port == port), PortStory(port=port))
    found = _pattern_of(patterns, switch.switch, port)
    put(console, (f"{switch.switch} {port}", "bold cyan"), f"  {switch.platform}")
    _show_camera(story, console)
    refused = [refusal for refusal in switch.refusals if refusal.scope in (port, SWITCH_WIDE)]
    for refusal in refused:
        put(console, ("left out ", "red"), f"{refusal.code}: {refusal.reason}", hang=4)
    for risk in switch.risks:
        if risk.scope == port:
            put(console, ("risk ", "yellow"), f"{risk.code}: {risk.message}", hang=4)
    put(console, "before    ", phrase(story.before), hang=10)
    put(console, "after     ", "as it is" if refused else phrase(story.after), hang=10)
    if found is None:
        if not refused:
            put(console, "Nothing of it changes.")
        return
    pattern, member = found
    others = f", as {count(len(pattern.ports) - 1, 'other port')}" if len(pattern.ports) > 1 else ", as no other port"
    put(console, "pattern   ", (pattern.name, "cyan"), others, hang=10)
    _show_changes(story, console)
    _show_lines(switch, port, lines_of(pattern, member).diff, console)


def _show_camera(story: PortStory, console: Console) -> None:
    if story.camera is None:
        put(console, "camera    none of the inventory's (any more)", hang=10)
        return
    about = ", ".join(part for part in (story.camera, story.mac, story.location) if part)
    put(console, "camera    ", about, hang=10)
    put(console, "profile   ", f"{story.profile} at stage {story.stage}", hang=10)


def _show_changes(story: PortStory, console: Console) -> None:
    if not story.changes:
        return
    table = bare_table("what changes", "before", "after")
    for change in story.changes:
        table.add_row(*(Text(safe(cell)) for cell in (change.what, change.before, change.after)))
    console.print()
    console.print(table)


def _show_lines(switch: SwitchPlan, port: str, shown: Sequence[str], console: Console) -> None:
    console.print()
    put(console, ("diff", "bold"))
    put_lines(console, shown, indent=2)
    console.print()
    titles = ("sent to the switch", "undone by")
    put_beside(console, in_turn(switch, switch.steps, port), in_turn(switch, switch.undo, port), titles)


def show_switch(switch: SwitchPlan, patterns: Patterns, console: Console, *, full: bool = False) -> None:
    """Print one switch: its risks, its switch-wide lines, and its ports in words."""
    put(
        console,
        (switch.switch, "bold cyan"),
        f"  {switch.platform}, {count(len(switch.ports), 'managed port')}, {len(switch.changed_ports):,} change",
    )
    _show_notes(switch, console)
    if not switch.changes:
        put(console, "Nothing to do." if not switch.refusals else "Nothing is done to it but what is told above.")
        return
    own = port_lines(switch).own
    if own.sent:
        console.print()
        put(console, ("switch-wide", "bold"), f"  {count(len(own.sent), 'line')} sent")
        put_lines(console, own.diff, indent=2)
        if full:
            console.print()
            put_beside(console, own.sent, own.undo, ("sent to the switch", "undone by"))
    console.print()
    members = _members(patterns, switch.switch)
    for pattern, ports in members:
        size = count(len(ports), "port")
        put(console, (pattern.name, "cyan"), f"  {size}: {headline(pattern)}", hang=4)
        put(console, spans(member.port for member in ports), indent=4)
    if not full:
        console.print()
        put(console, "More: --full has every port with its camera and lines, a PORT or a CAMERA one alone.", hang=2)
        return
    console.print()
    console.print(_ports_table(switch, members))
    for pattern, ports in members:
        for member in ports:
            console.print()
            put(
                console,
                (f"{member.switch} {member.port}", "bold cyan"),
                f"  {pattern.name}: {headline(pattern)}",
                hang=4,
            )
            _show_lines(switch, member.port, lines_of(pattern, member).diff, console)


def _show_notes(switch: SwitchPlan, console: Console) -> None:
    places: dict[tuple[tuple[str, str], str], list[str]] = {}
    for risk in switch.risks:
        places.setdefault((("risk ", "yellow"), f"{risk.code}: {risk.message}"), []).append(risk.scope)
    for refusal in switch.refusals:
        places.setdefault((("left out ", "red"), f"{refusal.code}: {refusal.reason}"), []).append(refusal.scope)
    for (label, told), scopes in places.items():
        where = "" if scopes == [SWITCH_WIDE] else f" ({spans(scopes)})"
        put(console, label, told + where, hang=4)


def _ports_table(switch: SwitchPlan, members: Sequence[tuple[PortPattern, Sequence[Member]]]) -> Table:
    table = bare_table("port", "camera", "pattern", "what changes")
    kinds = {member.port: pattern for pattern, ports in members for member in ports}
    left_out = {refusal.scope: refusal.code for refusal in switch.refusals}
    for story in switch.stories:
        if story.port in kinds:
            pattern = kinds[story.port]
            told = "; ".join(f"{change.what} {change.told}" for change in story.changes) or headline(pattern)
            row = (story.port, story.camera or "-", pattern.name, told)
        else:
            row = (
                story.port,
                story.camera or "-",
                "",
                f"left out: {left_out[story.port]}" if story.port in left_out else "as it is",
            )
        table.add_row(*(Text(safe(cell)) for cell in row))
    return table


def _members(patterns: Patterns, switch: str) -> list[tuple[PortPattern, Sequence[Member]]]:
    found = [(pattern, [member for member in pattern.ports if member.switch == switch]) for pattern in patterns.ports]
    return [(pattern, members) for pattern, members in found if members]


def _pattern_of(patterns: Patterns, switch: str, port: str) -> tuple[PortPattern, Member] | None:
    for pattern, members in _members(patterns, switch):
        for member in members:
            if member.port == port:
                return pattern, member
    return None
