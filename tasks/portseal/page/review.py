"""A plan in, the page on which people review it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from shlex import quote

from portseal.core.plan_file import Plan, digest_of
from portseal.core.review import Extent, Review, review
from portseal.core.words import KEY
from portseal.page.document import Strings, document, in_groups
from portseal.page.planned import (
    ALIKE,
    CHANGES,
    KIND,
    LEFT_OUT,
    OPENS,
    PLACE,
    PLATFORM,
    RISK,
    STATE,
    STATES,
    STAYS,
    UNTOLD,
    WORDLESS,
    Known,
    in_words,
    shown_switch,
)
from portseal.page.switches import Facet, ShownPort, anchors, drawn, facets, known_to_script
from portseal.page.timeline import Schedule, bars
from portseal.page.told import Anchors, noted, port_patterns, switch_patterns, waves_told

_SOUGHT = ("Camera", "MAC address", "Where", "Profile", "Port pattern", KIND)
_FILTERS = {
    "State": STATE,
    "Kind of change": KIND,
    "Switch pattern": ALIKE,
    "Port pattern": "Port pattern",
    "Risk": RISK,
    "Place": PLACE,
    "Platform": PLATFORM,
}
_CONTENTS = [
    ("summary", "Summary"),
    ("risks", "Risks, and what is left out"),
    ("patterns", "Patterns"),
    ("timeline", "Timeline"),
    ("switches", "Switches"),
]


def review_page(
    plan: Plan,
    *,
    saved: str = "",
    playbook: str = "",
    schedule: Schedule | None = None,
    first: Mapping[str, int] | None = None,
) -> str:
    """The page on `plan`. `saved`: the file that holds it; `playbook`: the one that is to carry it out, if any; `first`: platform → number of its first port, where that is not 1."""
    found, texts = review(plan), Strings()
    patterns, known = found.patterns, Known(found.patterns)
    switches = tuple(shown_switch(each, known) for each in plan.switches)
    for_script = known_to_script(switches, sought=_SOUGHT, texts=texts, states=STATES)
    filters = facets(switches, _FILTERS, texts=texts)
    picks = _picks(filters)
    where = Anchors([each.name for each in switches], anchors(switches))
    ports = [port for switch in switches for port in switch.ports]
    values = {
        "title": f"{plan.site}: review of the plan of {plan.created:%Y-%m-%d %H:%M}",
        "kind": "portseal · plan for review",
        "site": plan.site,
        "version": plan.portseal,
        "made": f"{plan.created:%Y-%m-%d %H:%M %Z}",
        "contents": _CONTENTS,
        **_summary(plan, found, ports),
        "how": _how(saved, playbook, changes=bool(found.changing)),
        "kinds": _kinds(found.extent, picks.get("Kind of change", {})),
        "risks": noted(found.risks, where),
        "refusals": noted(found.refusals, where),
        "unread": sorted(plan.unread.items()),
        "switch_patterns": switch_patterns(patterns, where, picks.get("Switch pattern", {})),
        "port_patterns": port_patterns(patterns, where, picks.get("Port pattern", {})),
        "timeless": plan.changes and schedule is None,
        **_timeline(schedule, where),
        "facets": filters,
        "legend": [(state.sign, _LEGEND[state]) for state in STATES],
        "switches": drawn(switches, first or {}),
    }
    return document("review.html.j2", values, for_script)


_LEGEND = {
    CHANGES: "changes",
    OPENS: "is opened: no camera of the inventory hangs there any more",
    STAYS: "stays as it is",
    LEFT_OUT: "left out: nothing is done to it, for the reason given",
}


def _summary(plan: Plan, found: Review, ports: Sequence[ShownPort]) -> dict[str, object]:
    state = Counter(port.state for port in ports)
    return {
        "headline": _headline(found),
        "lead": "" if found.changing else "ok" if plan.complete else "no",
        "tiles": [
            _tile("switches change", found.changing, "ch", of=found.switches),
            _tile("ports change", found.extent.ports, "ch", of=found.ports),
            _tile("cameras affected", found.extent.cameras, "ch"),
            _tile("ports opened", state[OPENS], "op"),
            _tile("risks", len(found.risks), "ri"),
            _tile("ports left out", state[LEFT_OUT], "no"),
            _tile("switches not read", len(found.unread), "no"),
        ],
        "expires": f"{plan.expires:%Y-%m-%d %H:%M %Z}",
        "expires_exact": plan.expires.isoformat(),
        "digest": digest_of(plan),
    }


def _tile(label: str, value: int, sign: str, *, of: int = 0) -> dict[str, object]:
    return {"label": label, "value": value, "of": of, "state": sign if value else ""}


def _headline(found: Review) -> str:
    switches, ports = (in_groups(number) for number in (found.changing, found.extent.ports))
    if found.changing:
        return f"{switches} of {in_groups(found.switches)} switches and {ports} port{'s' * (found.extent.ports != 1)} change."
    if found.as_intended == found.switches:
        return f"Nothing to do: all {in_groups(found.switches)} switches are as the inventory wants them."
    return "Nothing would be sent; but not everything could be planned, see below."


def _how(saved: str, playbook: str, *, changes: bool) -> str:
    if not changes:
        return "nothing: there is nothing to send"
    if not saved:
        return "nothing yet: this plan was not kept in a file; make it again with `portseal plan -o plan.json --html review.html`"
    apply = f"`portseal apply {quote(saved)}`"
    run = f"`portseal run {quote(playbook) if playbook else 'PLAYBOOK'} --plan {quote(saved)}`"
    return f"{run}, or {apply}" if playbook else f"{apply}, or a playbook: {run}"


def _kinds(extent: Extent, picks: Mapping[str, tuple[int, int]]) -> list[dict[str, object]]:
    """Rows of a table: in words, and what no words tell."""
    rows: list[dict[str, object]] = []
    for kind in extent.kinds:
        change, words = kind.change, in_words(kind.change)
        sides = ("", "another one") if change.what == KEY else (change.before, change.after)
        row = dict(zip(("what", "before", "after"), (change.what, *sides), strict=True))
        rows.append({**row, "switches": kind.switches, "count": kind.ports, "pick": picks.get(words)})
    for words, count in ((WORDLESS, extent.wordless), (UNTOLD, extent.untold)):
        if count:
            rows.append(
                {"what": words, "before": "", "after": "", "switches": None, "count": count, "pick": picks.get(words)}
            )
    return rows


def _picks(filters: Iterable[Facet]) -> dict[str, dict[str, tuple[int, int]]]:
    """Filter → text of an option → (field, number of the text)."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for facet in filters:
        found[facet.label] = {text: (facet.field, number) for number, text, _ in facet.options}
    return found


def _timeline(schedule: Schedule | None, where: Anchors) -> dict[str, object]:
    waves = schedule.waves if schedule else ()
    return {
        "schedule": schedule,
        "notes": schedule.notes if schedule else (),
        "waves": waves_told(waves, where),
        "bars": bars(waves) if waves else {},
        "zone": f"{waves[0].begins:%Z}" if waves else "",
    }
