"""A platform's description in, its page in docs/platforms/ out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portseal.core.claims import readings, understood_by
from portseal.core.commands import as_sent
from portseal.core.commit import Strategy
from portseal.core.platforms import Pack

_STRATEGIES = {
    Strategy.COMMIT_CONFIRMED: "the change is one commit, which the switch takes back unless it is confirmed in time",
    Strategy.SESSION_TIMER: "the change is a configuration session, committed with a timer that takes it back unless it is confirmed",
    Strategy.REVERT_TIMER: "the switch is told before the change to take it back unless it is confirmed in time",
    Strategy.CHECKPOINT_AUTO: "the switch takes a checkpoint and goes back to it unless the change is confirmed in time",
    Strategy.COMMIT_DELAY: "the change is committed with a delay after which the switch takes it back unless it is confirmed",
    Strategy.FILE_SWAP: "files are put aside, and a timer on the switch puts them back unless the change is confirmed",
    Strategy.CHECKPOINT_ROLLBACK: "a checkpoint is taken and portseal goes back to it; **the switch does not do so by itself**, "
    "so that a change needs `--accept-no-timer`",
}
_ROTATION = {
    "fallback": "the port holds the next key beside the present one, so that the camera may move at any moment",
    "swap": "the port holds one key, so that the link is not secured between the camera's move and the switch's",
    "none": "no source says how; MACsec is taken off the port and put on again",
}
_ABOUT = {"licence": "Licence", "hardware": "Hardware", "release": "Release", "operation": "Operation"}


def platform_page(pack: Pack) -> str:
    """The page of one platform, as docs/platforms/NAME.md has it.

    Write it anew with `portseal platforms NAME --format markdown > docs/platforms/NAME.md`.
    """
    parts = [
        f"# {pack.title}",
        f"Platform `{pack.name}`. Generated from its folder; `portseal platforms {pack.name}` prints the same.",
        _evidence(),
        *_supported(pack),
        *_refused(pack),
        *_ready(pack),
        *_asked(pack),
        *_change(pack),
        *_api(pack),
        *_rotation(pack),
        *_observed(pack),
        *_options(pack),
        *_notes(pack),
        *_sources(pack),
    ]
    return "\n\n".join(parts) + "\n"


def _evidence() -> str:
    return (
        "Every claim says what it rests on: **captured** (output or behaviour of the real thing was seen), **documented** (a manual or a "
        "published parser says so, nobody saw it here), **none**. What is not in the table is refused by `portseal lint`; "
        "experimental claims are taken with a warning."
    )


def _supported(pack: Pack) -> Iterator[str]:
    yield "## What is supported"
    rows = [
        (
            f"`{claim.feature}`",
            ", ".join(f"`{value}`" for value in claim.values) or "nothing",
            claim.evidence + (", experimental" if claim.support == "experimental" else ""),
            claim.source,
            claim.note + (f" Only with option `{claim.option}`." if claim.option else ""),
        )
        for claim in pack.capability
    ]
    yield _table(("field", "values", "evidence", "source", "note"), rows)


def _refused(pack: Pack) -> Iterator[str]:
    if not (pack.refused or pack.conflict):
        return
    yield "## What is refused, and why"
    if pack.refused:
        alone = [(f"`{each.feature}` {_or(each.values)}", each.reason, each.source) for each in pack.refused]
        yield _table(("field", "why", "source"), alone)
    if not pack.conflict:
        return
    yield "Each of these values may be possible alone; together they are refused by `portseal lint`."
    rows = [
        (
            " with ".join(f"`{field}` {_or(values)}" for field, values in conflict.when.items()),
            conflict.reason,
            conflict.source,
        )
        for conflict in pack.conflict
    ]
    yield _table(("together", "why", "source"), rows)


def _ready(pack: Pack) -> Iterator[str]:
    if pack.require:
        yield "## What the switch must have first"
        yield "Where one of these is not so, the plan leaves the whole switch alone."
        yield "\n".join(f"- `{need.code}`: {need.reason}" for need in pack.require)
    if pack.forbid:
        yield "## Which ports are left alone"
        reasons = dict.fromkeys((line.code, line.reason) for line in pack.forbid)
        yield "\n".join(f"- `{code}`: {reason}" for code, reason in reasons)


def _asked(pack: Pack) -> Iterator[str]:
    yield "## What is asked before a change"
    yield (
        "Of every switch: that it can be reached and logged in to, that its probes say the right style, and who hangs on each camera port. "
        "Before the confirmation a second login is made."
    )
    rows: list[tuple[str, ...]] = [
        (
            f"`{check.command}`",
            f"`{check.code}`",
            "blocks" if check.severity == "block" else "warns",
            check.evidence,
            check.source,
        )
        for check in pack.preflight
    ]
    if pack.commit.pending:
        rows.append((f"`{pack.commit.pending}`", "`locked`", "blocks", "", "as in the change below"))
    if rows:
        yield _table(("command", "finding", "a finding", "evidence", "source"), rows)
    if pack.unasked:
        yield "Not asked:"
        yield "\n".join(f"- {each.matter}: {each.why}" for each in pack.unasked)


def _change(pack: Pack) -> Iterator[str]:
    commit = pack.commit
    low, high = commit.minutes
    yield "## How a change is carried out"
    told = f"Commit strategy `{commit.strategy}`: {_STRATEGIES[commit.strategy]}."
    yield f"{told} Timer: {low} to {high} minutes." if commit.strategy.self_undoing else told
    steps = (
        ("arm", commit.arm),
        ("leave", commit.leave),
        ("activate", commit.activate),
        ("confirm", commit.confirm),
        ("take back", commit.revert),
        ("save", commit.save),
    )
    yield _table(("step", "lines"), [(name, _code(lines)) for name, lines in steps if lines])


def _api(pack: Pack) -> Iterator[str]:
    if pack.api is None or pack.names.napalm is None:
        return
    yield "## Through napalm"
    needs = "".join(f" A change is refused until you {need.told}." for need in pack.api.needs)
    yield (
        f"`transport: napalm` on a host or group drives it by napalm's `{pack.names.napalm}` (port {pack.api.port}; docs/transport.md)."
        + needs
    )


def _rotation(pack: Pack) -> Iterator[str]:
    yield "## Static keys"
    keys = pack.keys
    if keys is None:
        yield "Nothing is known of static keys here, so none is generated or rotated."
        return
    gap = "" if keys.gap_seconds is None else f" The link is unsecured for at most {keys.gap_seconds:g} s."
    bits = " or ".join(map(str, keys.cak_bits))
    yield (
        f"Rotation `{keys.rotation}`: {_ROTATION[keys.rotation]}.{gap} A CAK has {bits} bits; a port holds {keys.max_keys} "
        f"{'key' if keys.max_keys == 1 else 'keys'}. {keys.evidence.capitalize()}: {keys.source}."
        + (f" {keys.note[:1].upper()}{keys.note[1:]}." if keys.note else "")
    )


def _observed(pack: Pack) -> Iterator[str]:
    yield "## What is read"
    rows = [(f"`{each.command}`", each.tells, each.evidence, each.source) for each in readings(pack)]
    yield _table(("command", "tells of", "evidence", "source"), rows)
    yield from _narrowed(pack)
    sent = [understood_by(pack, observe) for observe in pack.observe]
    others = [show for show in pack.show if show not in sent]
    if others:
        yield "`portseal parse` understands these too:"
        yield "\n".join(f"- `{show.commands[0]}` ({show.evidence})" for show in others)


def _narrowed(pack: Pack) -> Iterator[str]:
    some = [each for each in pack.observe if each.lines]
    if pack.narrow and some:
        yield (
            "Of the following a switch is asked for some lines only. Where what it then prints is not understood, it is asked for all of "
            "them, in one more round trip. The evidence above is that of the lines; output with lines left out was not seen. "
            f"{pack.narrow.evidence.capitalize()}: {pack.narrow.source}."
        )
        yield "\n".join(f"- `{as_sent(pack, each)}`" for each in some)


def _options(pack: Pack) -> Iterator[str]:
    if pack.option:
        yield "## Options of a host"
        yield "\n".join(f"- `{name}`: {meaning}" for name, meaning in pack.option.items())


def _notes(pack: Pack) -> Iterator[str]:
    if pack.note:
        yield "## Licences, hardware, releases"
        yield "\n".join(f"- {_ABOUT[note.about]}: {note.text} ({note.source})" for note in pack.note)


def _sources(pack: Pack) -> Iterator[str]:
    if pack.sources:
        yield "## Sources"
        yield "\n".join(f"- {short}: {whole}" for short, whole in pack.sources.items())


def _or(values: Iterable[str]) -> str:
    return " or ".join(f"`{value}`" for value in values)


def _code(lines: Iterable[str]) -> str:
    return "<br>".join(f"`{line}`" for line in lines)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown, without the columns that are empty throughout."""
    body = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    used = [at for at in range(len(head)) if any(row[at].strip() for row in body)]
    lines = [[head[at] for at in used], ["---"] * len(used), *([row[at] for at in used] for row in body)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
