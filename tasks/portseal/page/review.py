"""A plan in, the page on which people review it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from portseal.core.alike import alike
from portseal.core.patterns import Patterns
from portseal.core.plan_file import Plan, digest_of
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
    Known,
    in_words,
    shown_switch,
)
from portseal.page.switches import Facet, ShownPort, anchors, drawn, facets, known_to_script
from portseal.page.timeline import Schedule, bars
from portseal.page.told import Anchors, grouped, port_patterns, refusals, risks, switch_patterns, waves_told

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
    schedule: Schedule | None = None,
    first: Mapping[str, int] | None = None,
) -> str:
    """The page on `plan`. `saved`: the file that holds it; `first`: platform → number of its first port, where that is not 1."""
    patterns, texts = alike(plan.switches), Strings()
    known = Known(patterns)
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
        **_summary(plan, ports, saved),
        "kinds": _kinds(patterns, picks.get("Kind of change", {})),
        "risks": grouped(risks(plan.switches), where),
        "refusals": grouped(refusals(plan.switches), where),
        "unread": sorted(plan.unread.items()),
        "switch_patterns": switch_patterns(patterns, where, picks.get("Switch pattern", {})),
        "port_patterns": port_patterns(patterns, where, picks.get("Port pattern", {})),
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


def _summary(plan: Plan, ports: Sequence[ShownPort], saved: str) -> dict[str, object]:
    changing = [switch for switch in plan.switches if switch.changes]
    touched = sum(port.state in (CHANGES, OPENS) for port in ports)
    cameras = {story.camera for each in changing for story in each.stories if story.port in each.changed_ports} - {None}
    left_out = sum(port.state is LEFT_OUT for port in ports)
    risky = sum(len(switch.risks) for switch in plan.switches)
    return {
        "headline": _headline(plan, len(changing), touched),
        "lead": "" if changing else "ok" if plan.complete else "no",
        "tiles": [
            _tile("switches change", len(changing), "ch", of=len(plan.switches)),
            _tile("ports change", touched, "ch", of=len(ports)),
            _tile("cameras affected", len(cameras), "ch"),
            _tile("ports opened", sum(port.state is OPENS for port in ports), "op"),
            _tile("risks", risky, "ri"),
            _tile("ports left out", left_out, "no"),
            _tile("switches not read", len(plan.unread), "no"),
        ],
        "how": _how(saved, changes=bool(changing)),
        "expires": f"{plan.expires:%Y-%m-%d %H:%M %Z}",
        "expires_exact": plan.expires.isoformat(),
        "digest": digest_of(plan),
    }


def _tile(label: str, value: int, sign: str, *, of: int = 0) -> dict[str, object]:
    return {"label": label, "value": value, "of": of, "state": sign if value else ""}


def _headline(plan: Plan, switches: int, ports: int) -> str:
    if switches:
        return f"{in_groups(switches)} of {in_groups(len(plan.switches))} switches and {in_groups(ports)} ports change."
    if plan.complete:
        return f"Nothing to do: all {len(plan.switches)} switches are as the inventory wants them."
    return "Nothing would be sent; but not everything could be planned, see below."


def _how(saved: str, *, changes: bool) -> str:
    if not changes:
        return "nothing: there is nothing to send"
    if saved:
        return f"`portseal apply {saved}`, or a playbook: `portseal run PLAYBOOK --plan {saved}`"
    return "nothing yet: this plan was not kept in a file; make it again with `portseal plan -o plan.json --html review.html`"


def _kinds(patterns: Patterns, picks: Mapping[str, tuple[int, int]]) -> list[dict[str, object]]:
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for pattern in patterns.ports:
        for change in pattern.changes:
            counted[change.what, change.before or "none", change.after or "none", in_words(change)] += len(
                pattern.ports
            )
        if not pattern.changes:
            counted["lines only", "", "", "lines only"] += len(pattern.ports)
    return [
        {"what": what, "before": before, "after": after, "count": count, "pick": picks.get(told)}
        for (what, before, after, told), count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]


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
        "waves": waves_told(waves, where),
        "bars": bars(waves) if waves else {},
        "zone": f"{waves[0].begins:%Z}" if waves else "",
    }
