"""Ports with what is known of each in, the part of a page that shows switches out: what a template draws, and what its script knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portseal.core.intent import natural
from portseal.page.document import Strings
from portseal.page.faceplate import Place, banks

Fields = Mapping[str, str | tuple[str, ...]]
"""What is told of a port, by the label under which it is told; one that begins with `_` is for search and filters only."""


class State(NamedTuple):
    """How a port is marked."""

    sign: str
    """Class of the mark in page.css: `ok`, `no`, `un`, `ch`, `op`, `sa`."""
    word: str
    """For people."""


class Note(NamedTuple):
    """A line about a whole switch."""

    label: str
    text: str


class Block(NamedTuple):
    """What changes in one place, and what undoes it."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """(before, after); what stands on both sides stays, empty is nothing."""
    undo: tuple[str, ...]


@dataclass(frozen=True)
class ShownPort:
    """One port of the page."""

    name: str
    state: State
    label: str
    """What a screen reader says after the port's name: camera, state, reason."""
    fields: Fields
    blocks: tuple[int, ...] = ()
    """Which of its switch's blocks are about it."""


@dataclass(frozen=True)
class ShownSwitch:
    """One switch of the page."""

    name: str
    platform: str
    ports: tuple[ShownPort, ...]
    tally: str
    notes: tuple[Note, ...] = ()
    blocks: tuple[Block, ...] = ()


class Facet(NamedTuple):
    """A filter that a page offers."""

    label: str
    field: int
    """Number of the field that it looks at."""
    options: tuple[tuple[int, str, int], ...]
    """(number of the text, the text, ports that have it)."""


class Cell(NamedTuple):
    """A place of the faceplate, for the template."""

    port: str
    number: str
    missing: int
    state: str = ""
    anchor: str = ""
    label: str = ""


def anchors(switches: Sequence[ShownSwitch]) -> dict[tuple[str, str], str]:
    """(switch, port) → the fragment under which the page has it."""
    return {
        (switch.name, port.name): f"p{at}-{index}"
        for at, switch in enumerate(switches)
        for index, port in enumerate(switch.ports)
    }


def drawn(switches: Sequence[ShownSwitch], first: Mapping[str, int]) -> list[dict[str, object]]:
    """What the template draws of each switch; `first` is the number of a platform's first port where that is not 1."""
    where = anchors(switches)
    return [_drawn(at, switch, where, first.get(switch.platform, 1)) for at, switch in enumerate(switches)]


def _drawn(at: int, switch: ShownSwitch, where: Mapping[tuple[str, str], str], first: int) -> dict[str, object]:
    known = {port.name: port for port in switch.ports}

    def cell(place: Place) -> Cell:
        if not place.port:
            return Cell("", "", place.missing)
        port = known[place.port]
        said = f"{port.name}, {port.label}" if port.label else port.name
        return Cell(port.name, place.number, 0, port.state.sign, where[switch.name, port.name], said)

    return {
        "name": switch.name,
        "platform": switch.platform,
        "anchor": f"s{at}",
        "tally": switch.tally,
        "notes": switch.notes,
        "lines": sum(len(block.rows) for block in switch.blocks),
        "banks": [
            {"label": bank.label, "rows": [[cell(place) for place in row] for row in bank.rows]}
            for bank in banks(known, first=first)
        ],
    }


def known_to_script(
    switches: Sequence[ShownSwitch],
    *,
    sought: Sequence[str],
    texts: Strings,
    states: Sequence[State],
    own: Sequence[str] = (),
    shortened: Sequence[str] = (),
) -> dict[str, object]:
    """What the page's script knows: every text once, and of each port the numbers of its texts. `sought`: labels that a search looks at.

    Blocks that are alike on several switches stand in it once. `own`: labels of what is each port's alone; in its texts under the labels
    `shortened`, a sign (`OWN_SIGNS`) stands for it, so that many ports share them.
    """
    labels = list(dict.fromkeys(label for switch in switches for port in switch.ports for label in port.fields))
    blocks: dict[Block, int] = {}
    shown = []
    for switch in switches:
        numbers = [blocks.setdefault(block, len(blocks)) for block in switch.blocks]
        ports = [
            [
                texts[port.name],
                states.index(port.state),
                [numbers[index] for index in port.blocks],
                *_numbers(port.fields, labels, texts, own=own, shortened=shortened),
            ]
            for port in switch.ports
        ]
        shown.append([texts[switch.name], texts[switch.platform], ports, numbers])
    return {
        "fields": ["" if label.startswith("_") else label for label in labels],
        "own": [labels.index(label) for label in own if label in labels],
        "sought": [labels.index(label) for label in sought if label in labels],
        "states": [state.word for state in states],
        "switches": shown,
        "blocks": [
            [texts[b.title], [texts[side] for row in b.rows for side in row], [texts[line] for line in b.undo]]
            for b in blocks
        ],
        "texts": texts.all,
    }


OWN_SIGNS = "\ue000\ue001\ue002\ue003"
"""Private to us (Unicode 16 §23.5): what comes from outside loses them."""
_NO_SIGNS = str.maketrans(dict.fromkeys(OWN_SIGNS, "\ufffd"))
_SHORTEST = 4
"""What is shorter stands written out."""


def _numbers(
    fields: Fields, labels: Sequence[str], texts: Strings, *, own: Sequence[str], shortened: Sequence[str]
) -> Iterator[int | list[int]]:
    """The numbers of a port's texts, field by field."""
    signs = [
        (text, sign)
        for label, sign in zip(own, OWN_SIGNS, strict=False)
        if len(text := _text(fields, label)) >= _SHORTEST
    ]

    def number(text: str, label: str) -> int:
        text = text.translate(_NO_SIGNS)
        if label in shortened:
            for own_text, sign in signs:
                text = text.replace(own_text, sign)
        return texts[text]

    for label in labels:
        value = fields.get(label, "")
        yield number(value, label) if isinstance(value, str) else [number(each, label) for each in value]


def _text(fields: Fields, label: str) -> str:
    value = fields.get(label, "")
    return value if isinstance(value, str) else ""


def facets(switches: Sequence[ShownSwitch], wanted: Mapping[str, str], *, texts: Strings) -> list[Facet]:
    """The filters that a page offers: label of the filter → label of the field; only those that have something to choose."""
    labels = list(dict.fromkeys(label for switch in switches for port in switch.ports for label in port.fields))
    found = []
    for label, field in wanted.items():
        counted = Counter(
            value for switch in switches for port in switch.ports for value in _values(port.fields, field)
        )
        if len(counted) > 1:
            options = tuple((texts[value], value, counted[value]) for value in sorted(counted, key=natural))
            found.append(Facet(label, labels.index(field), options))
    return found


def _values(fields: Fields, label: str) -> Iterable[str]:
    value = fields.get(label, "")
    return (value,) if isinstance(value, str) and value else tuple(value)


def place(location: str) -> str:
    """The part of a location that several cameras share: what stands before its first `/` or comma.

    >>> place("North/Gate 2"), place("main building ground floor, reception"), place("Gate 2")
    ('North', 'main building ground floor', 'Gate 2')
    """
    return location.partition("/")[0].partition(",")[0].strip()
