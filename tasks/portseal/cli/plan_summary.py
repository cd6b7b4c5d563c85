"""A plan's review in, the top of what a person reads of it out: how much changes, in which ways, what is risky and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portseal.cli.layout import count, first_few, put, safe
from portseal.cli.tables import bare_table
from portseal.core.alike import alike
from portseal.core.planning import SwitchPlan
from portseal.core.port_spans import spans
from portseal.core.review import Extent, Noted, Review, extent
from portseal.core.steps import SWITCH_WIDE

_BRIEF = 6
"""Where not all is asked for, one risk or refusal is told of so many codes."""


def show_extent(plans: Sequence[SwitchPlan], console: Console) -> None:
    """Print in which ways the ports of these switches change: what is told before somebody says yes."""
    table = _kinds_table(extent(plans, alike(plans)))
    if table.row_count:
        console.print()
        console.print(table)
        console.print()


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
    told: Counter[str] = Counter()
    for note in notes:
        told[note.code] += 1
        if not full and (told[note.code] > 1 or len(told) > _BRIEF):
            continue
        cut = 0 if full else 2
        put(console, (f"{label[0]} ", label[1]), f"{note.code}: {note.message}", hang=4, at_most=cut)
        extent = f"{count(note.ports, 'port')} of " if note.ports else ""
        size = f"{extent}{count(note.switches, 'switch', 'switches')}: " if len(note.places) > 1 and not full else ""
        show_where([(place.switch, place.scope) for place in note.places], console, full=full, before=size)
    codes = list(told)
    more = [f"{code} ({told[code] - (at < _BRIEF)})" for at, code in enumerate(codes) if told[code] > 1 or at >= _BRIEF]
    if more and not full:
        put(console, (f"{label[0]} ", label[1]), f"and more of {', '.join(more)}", hang=4)


def show_where(places: Sequence[tuple[str, str]], console: Console, *, full: bool, before: str = "") -> None:
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
