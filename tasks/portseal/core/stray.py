"""A plan and the candidate that a switch made of it in, the lines that would change although the plan does not have them out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pydantic import SecretStr

from portseal.core.marks import MARK
from portseal.core.owned import canonical
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Pack, SecretPlace
from portseal.core.secrets import fingerprint

_MASK = "‹secret›"
_Change = tuple[str, tuple[str, ...]]
"""`+` or `-`, and a line with the sections it stands in."""


def stray_lines(plan: SwitchPlan, pack: Pack, running: str, candidate: str) -> tuple[str, ...]:
    """What becoming `candidate` changes in `running` beyond the plan's diff, each with its sign and sections; none is as it should be.

    A section's own line comes and goes with the lines in it. Lines of the plan that make no difference are no matter.
    """
    planned = set(_changes(MARK.sub(_MASK, plan.diff)))
    carried = {(sign, path[:depth]) for sign, path in planned for depth in range(1, len(path))}
    before, after = (set(_paths(canonical(text, pack, mark=_mark))) for text in (running, candidate))
    found = {("-", _masked(path)) for path in before - after} | {("+", _masked(path)) for path in after - before}
    stray = sorted(change for change in found if change not in planned and change not in carried)
    return tuple(f"{sign} {' / '.join(path)}" for sign, path in stray)


def stray_commands(sent: Sequence[str], told: Sequence[str]) -> tuple[str, ...]:
    """The lines of `told` (what a switch says it would be given) that are not among those `sent`, each with its sections.

    What only leaves a section is no matter.

    >>> stray_commands(["vlan 300", " name x"], ["vlan 300", " name y"])
    ('vlan 300 / name y',)
    """
    ours = {_spelt(path) for path in _paths("\n".join(sent))}
    found = [path for path in _paths("\n".join(told)) if path[-1] not in ("!", "end", "exit")]
    return tuple(" / ".join(path) for path in found if _spelt(path) not in ours)


def _spelt(path: tuple[str, ...]) -> tuple[str, ...]:
    """With one blank between words, capitals or not, as the comparison is asked for."""
    return tuple(" ".join(line.split()).lower() for line in path)


def _mark(secret: SecretStr | None, shown: str, place: SecretPlace) -> str:
    """What tells one secret from another for as long as two texts are compared."""
    return fingerprint(secret or SecretStr(shown), SecretStr("compared and forgotten"), hex=place.hexadecimal)


def _masked(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(MARK.sub(_MASK, line) for line in path)


def _changes(diff: str) -> Iterator[_Change]:
    """The changed lines of a plan's diff."""
    lines = diff.splitlines()
    for line, path in zip(lines, _paths("\n".join(line[1:] for line in lines)), strict=True):
        if line[0] in "+-":
            yield line[0], path


def _paths(text: str) -> Iterator[tuple[str, ...]]:
    """Each line with the sections it stands in, of text indented by one blank a level."""
    path: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        path[len(re.match(" *", line)[0]) :] = [bare]  # type: ignore[index]
        yield tuple(path)
