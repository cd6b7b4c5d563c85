"""A plan's review in, what a person reads of it in a terminal out: what matters first, then what changes alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portseal.cli.layout import count, first_few, put, put_lines, safe, spans
from portseal.cli.tables import bare_table
from portseal.core.alike import alike
from portseal.core.patterns import PortPattern, SwitchException, SwitchPattern, lines_of
from portseal.core.plan_file import Plan
from portseal.core.planning import SwitchPlan
from portseal.core.review import Extent, Noted, Review, extent, review
from portseal.core.steps import SWITCH_WIDE

_BRIEF_LINES, _BRIEF_DIFF, _BRIEF_NOTES = 24, 60, 4
"""How much is told where not all is asked for: lines of patterns, lines of diffs, risks or refusals."""


def show_plan(plan: Plan, console: Console, *, name: str = "", full: bool = False) -> None:
    """Print the summary, then the patterns with their exceptions, then their diffs: all of them with `full`, else what fits.

    `name`: the file that has the plan, empty where none does.
    """
    found = review(plan)
    show_summary(found, console, full=full)
    if not found.changing:
        return
    _show_patterns(found, console, full=full)
    patterns = found.patterns.ports
    if full or sum(len(pattern.lines.diff) for pattern in patterns) <= _BRIEF_DIFF:
        for switch in found.patterns.switches:
            if switch.lines.diff:
                console.print()
                show_switch_wide(switch, console)
        for pattern in patterns:
            console.print()
            show_port_pattern(pattern, console, full=full)
    console.print()
    if not name:
        put(console, "Not kept; `portseal plan -o PLAN` keeps it for `portseal show` and `portseal apply`.", hang=2)
    elif not full:
        put(console, f"More: portseal show {name} --full, or --pattern A, or a SWITCH and a PORT.", hang=2)


def show_extent(plans: Sequence[SwitchPlan], console: Console) -> None:
    """Print in which ways the ports of these switches change: what is told before somebody says yes."""
    table = _kinds_table(extent(plans, alike(plans)))
    if table.row_count:
        console.print(table)


def show_summary(found: Review, console: Console, *, full: bool = False) -> None:
    """Print how much changes, in which ways, what is risky and what is left out."""
    if not found.changing and not found.refusals and not found.unread:
        console.print(f"Nothing to do: {count(found.as_intended, 'switch is', 'switches are')} as the inventory wants.")
        return
    when = f"planned {found.created:%Y-%m-%d %H:%M %Z}, valid until {found.expires:%Y-%m-%d %H:%M %Z}"
    put(console, (found.site, "bold"), f": {when}", hang=2)
    _show_numbers(found, console)
    table = _kinds_table(found.extent)
    if table.row_count:
        console.print()
        console.print(table)
    _show_notes(found.risks, ("risk", "yellow"), console, full=full)
    _show_notes(found.refusals, ("left out", "red"), console, full=full)
    for switch, reason in found.unread.items():
        put(console, ("not read ", "red"), f"{switch}: {reason.removeprefix(f'{switch}: ')}", hang=2)


def _kinds_table(found: Extent) -> Table:
    table = bare_table("what changes", "before → after", "ports", "switches")
    table.columns[2].justify = table.columns[3].justify = "right"
    for kind in found.kinds:
        row = (kind.change.what, kind.change.told, f"{kind.ports:,}", f"{kind.switches:,}")
        table.add_row(*(Text(safe(cell)) for cell in row))
    if found.wordless:
        table.add_row("other settings", "see their lines", f"{found.wordless:,}", "")
    if found.untold:
        table.add_row("lines", "what they meant is not told", f"{found.untold:,}", "")
    return table


def _show_numbers(found: Review, console: Console) -> None:
    refused = found.switches - found.changing - found.as_intended - len(found.unread)
    parts = [
        f"{found.as_intended:,} as intended" if found.as_intended else "",
        f"{refused:,} left out" if refused else "",
        f"{len(found.unread):,} not read" if found.unread else "",
    ]
    others = ", ".join(part for part in parts if part)
    put(
        console,
        (f"{found.changing:,} of {count(found.switches, 'switch', 'switches')} change", "bold"),
        f" ({others})" if others else "",
        hang=2,
    )
    put(
        console,
        (f"{found.extent.ports:,} of {count(found.ports, 'port')} change", "bold"),
        f", with {count(found.extent.cameras, 'camera')}",
        hang=2,
    )


def _show_notes(notes: Sequence[Noted], label: tuple[str, str], console: Console, *, full: bool) -> None:
    if notes:
        console.print()
    for note in notes if full else notes[:_BRIEF_NOTES]:
        cut = 0 if full else 2
        put(console, (f"{label[0]} ", label[1]), f"{note.code}: {note.message}", hang=4, at_most=cut)
        extent = f"{count(note.ports, 'port')} of " if note.ports else ""
        size = f"{extent}{count(note.switches, 'switch', 'switches')}: " if len(note.places) > 1 and not full else ""
        _show_where([(place.switch, place.scope) for place in note.places], console, full=full, before=size)
    if not full and len(notes) > _BRIEF_NOTES:
        more = notes[_BRIEF_NOTES:]
        codes = ", ".join(dict.fromkeys(note.code for note in more))
        put(console, (f"{label[0]} ", label[1]), f"{len(more)} more: {codes}", hang=4)


def _show_patterns(found: Review, console: Console, *, full: bool) -> None:
    """Print the switch patterns, without `full` those of the most switches."""
    known = {pattern.name: pattern for pattern in found.patterns.ports}
    patterns = found.patterns.switches
    console.print()
    put(console, (f"{count(len(patterns), 'pattern')} of switches that change alike", "bold"))
    used = 0
    for at, pattern in enumerate(patterns):
        lines = 1 + len(pattern.shares) + (2 if pattern.exceptions else 0)
        if not full and at and used + lines > _BRIEF_LINES:
            left = patterns[at:]
            switches, ports = sum(len(each.switches) for each in left), sum(each.ports for each in left)
            put(
                console,
                f"and {count(len(left), 'more pattern')}: {count(switches, 'switch', 'switches')}, {ports:,} ports",
            )
            return
        show_switch_pattern(pattern, known, console, full=full)
        used += lines


def show_switch_pattern(
    pattern: SwitchPattern, known: Mapping[str, PortPattern], console: Console, *, full: bool = False
) -> None:
    """Print who a pattern is, its ports, and who differs."""
    names = ", ".join(pattern.switches) if full else first_few(pattern.switches)
    size = f"{count(len(pattern.switches), 'switch', 'switches')}, {count(pattern.ports, 'port')}"
    wide = f"; {count(len(pattern.lines.sent), 'line')} switch-wide" if pattern.lines.sent else ""
    put(console, (pattern.name, "bold cyan"), f"  {size}, {pattern.platform}{wide}: {names}", hang=3)
    strange = {kind for exception in pattern.exceptions for _, kind in exception.ports}
    for share in pattern.shares:
        if share.pattern not in strange:
            part = f" on {share.switches:,}" if share.switches < len(pattern.switches) else ""
            put(
                console,
                f"{share.ports:6,}  ",
                (share.pattern, "cyan"),
                f"{part}  {headline(known[share.pattern])}",
                indent=3,
                hang=8,
            )
    if pattern.exceptions:
        put(console, f"but for {count(len(pattern.exceptions), 'switch', 'switches')}:", indent=3)
        plain = [known[share.pattern] for share in pattern.shares if share.pattern not in strange]
        for exception in pattern.exceptions if full else pattern.exceptions[:2]:
            _show_exception(exception, known, plain, console, at_most=0 if full else 3)
        if not full and len(pattern.exceptions) > 2:
            put(console, f"and {len(pattern.exceptions) - 2} more", indent=5)


def _show_exception(
    exception: SwitchException,
    known: Mapping[str, PortPattern],
    plain: Sequence[PortPattern],
    console: Console,
    *,
    at_most: int,
) -> None:
    """Print in what one switch differs; `plain`: the patterns that the others' ports have."""
    for port, kind in exception.ports:
        odd = known[kind]
        told = headline(odd)
        same = next((each for each in plain if headline(each) == told), None)
        if same:  # the words are the same, the lines are not
            told += f" ({_difference(odd, same)})"
        put(console, f"{exception.switch} {port}  ", (kind, "cyan"), f"  {told}", indent=5, hang=2, at_most=at_most)
    if exception.more:
        put(
            console,
            f"{exception.switch}  switch-wide also: {_listed(exception.more)}",
            indent=5,
            hang=2,
            at_most=at_most,
        )
    if exception.less:
        put(
            console,
            f"{exception.switch}  switch-wide not: {_listed(exception.less)}",
            indent=5,
            hang=2,
            at_most=at_most,
        )


def _difference(odd: PortPattern, plain: PortPattern) -> str:
    """In which lines the first port of `odd` is not as one of `plain` would be in its place."""
    here, there = lines_of(odd, odd.ports[0]), lines_of(plain, odd.ports[0])
    for part, name in (("diff", ""), ("sent", "is sent "), ("sent_wide", "is sent "), ("undo", "undone by ")):
        mine, theirs = getattr(here, part), getattr(there, part)
        also, less = [line for line in mine if line not in theirs], [line for line in theirs if line not in mine]
        if also or less:
            told = (f"also {_listed(also)}" if also else "", f"not {_listed(less)}" if less else "")
            return name + "; ".join(part for part in told if part)
    return f"its lines in another order than {plain.name}"


def _listed(lines: Sequence[str]) -> str:
    """Lines of a diff in a sentence; of a section that comes or goes, its own line and how many there are in it."""
    told: list[str] = []
    under = 0
    for at, line in enumerate(lines):
        sign, inside = line[:1], line[1:2] == " "
        if inside and under and sign == lines[at - 1][:1]:
            under += 1
            continue
        told += [f"({count(under - 1, 'line')} in it)"] if under > 1 else []
        under = 0 if inside or sign == " " else 1
        told.append(f"{sign} {line[1:].strip()}".strip())
    told += [f"({count(under - 1, 'line')} in it)"] if under > 1 else []
    return " | ".join(told).replace(" | (", " (")


def headline(pattern: PortPattern) -> str:
    """What becomes of a pattern's ports, in words: `802.1X monitor → closed; MACsec off → must-secure, derived CAK`."""
    if pattern.changes:
        return "; ".join(f"{change.what} {change.told}" for change in pattern.changes)
    return f"other settings ({count(len(pattern.lines.sent), 'line')})"


def show_port_pattern(pattern: PortPattern, console: Console, *, full: bool = False) -> None:
    """Print what becomes of a pattern's ports, the diff with its blanks, and what is in the blanks; where they are with `full`."""
    size = f"{count(len(pattern.ports), 'port')}, {pattern.platform}"
    put(console, (pattern.name, "bold cyan"), f"  {size}: {headline(pattern)}", hang=4)
    _show_where([(member.switch, member.port) for member in pattern.ports], console, full=full)
    for each in pattern.ranges:
        if each.distinct > 1:
            some = ", ".join(f"{value} ({ports:,})" for value, ports in each.values[:4])
            told = some if each.distinct <= 4 else f"{each.distinct:,} different ones"
            put(console, f"‹{each.blank}› {told}", indent=4, hang=2)
    put_lines(console, pattern.lines.diff, indent=2)


def _show_where(places: Sequence[tuple[str, str]], console: Console, *, full: bool, before: str = "") -> None:
    """Print where something is: a line a switch with `full`, else the first few of them."""
    by_switch: dict[str, list[str]] = {}
    for switch, scope in places:
        by_switch.setdefault(switch, []).extend([scope] if scope != SWITCH_WIDE else [])
    told = [f"{switch} {spans(ports)}".strip() for switch, ports in by_switch.items()]
    if full and any(by_switch.values()):
        for each in told:
            put(console, each, indent=4, hang=2)
    else:
        put(console, before + (", ".join(told) if full else first_few(told)), indent=4)


def show_switch_wide(pattern: SwitchPattern, console: Console) -> None:
    """Print the diff that a pattern's switches have on no port's behalf."""
    put(console, (pattern.name, "bold cyan"), f"  switch-wide on {count(len(pattern.switches), 'switch', 'switches')}")
    put_lines(console, pattern.lines.diff, indent=2)
