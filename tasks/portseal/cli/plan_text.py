"""A plan's review in, what a person reads of it in a terminal out: what matters first, then what changes alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from portseal.cli.layout import count, first_few, put, put_lines
from portseal.cli.plan_summary import show_summary, show_where
from portseal.core.patterns import PortPattern, SwitchException, SwitchPattern, lines_of
from portseal.core.plan_file import Plan
from portseal.core.review import Review, review

_BRIEF_LINES, _BRIEF_DIFF = 24, 100
"""How much is told where not all is asked for: lines of patterns, lines of diffs."""


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
    diffs = [*(each.lines.diff for each in patterns), *(each.lines.diff for each in found.patterns.switches)]
    if full or sum(map(len, diffs)) <= _BRIEF_DIFF:
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
    show_where([(member.switch, member.port) for member in pattern.ports], console, full=full)
    for each in pattern.ranges:
        if each.distinct > 1:
            some = ", ".join(f"{value} ({ports:,})" for value, ports in each.values[:4])
            told = some if each.distinct <= 4 else f"{each.distinct:,} different ones"
            put(console, f"‹{each.blank}› {told}", indent=4, hang=2)
    put_lines(console, pattern.lines.diff, indent=2)


def show_switch_wide(pattern: SwitchPattern, console: Console) -> None:
    """Print the diff that a pattern's switches have on no port's behalf."""
    put(console, (pattern.name, "bold cyan"), f"  switch-wide on {count(len(pattern.switches), 'switch', 'switches')}")
    put_lines(console, pattern.lines.diff, indent=2)
