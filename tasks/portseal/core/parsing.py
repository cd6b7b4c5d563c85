"""Output of a show command in, rows out: dictionaries whose keys are the Value names of the pack's TextFSM template, lower-cased,
or the fields that the pack finds in JSON.

Keys mean the same on every platform: `port` (long spelling), `mac`, `vlan`, `status`, `method`, `user`, `session_id`, `ckn`,
`live_peers`, `sent`, `received`, ... Words stay the vendor's; `core.observation` says what they mean.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import getitem
from pathlib import Path
from typing import NamedTuple

from textfsm import TextFSMError, TextFSMTemplateError

from portseal.core.commands import Known, recognise
from portseal.core.errors import ParseError, PlatformError
from portseal.core.fields import FIELDS, PORTS, Field
from portseal.core.json_rows import JsonRows
from portseal.core.platform_files import platform_file
from portseal.core.platforms import Pack
from portseal.core.portname import any_port
from portseal.core.remembered import Remembered
from portseal.core.rule_scan import RuleScan, Shown, joinable

Row = dict[str, Field]

_PROMPT = re.compile(r"[<\[]?[A-Za-z0-9][\w.:/()@~-]*[#>$\]]")
_PROMPTED = re.compile(rf"^{_PROMPT.pattern}\s*")


def parse(pack: Pack, folder: Path, command: str, text: str) -> tuple[Row, ...]:
    """The rows of what a switch printed for `command`; an echo before and a prompt behind the output are borne.

    Raises:
        InputError: the pack understands no such command.
        ParseError: the text is not understood: empty though the command always prints something, an error message, cut.
    """
    return parse_known(pack, folder, recognise(pack, command), text)


def parse_known(pack: Pack, folder: Path, known: Known, text: str) -> tuple[Row, ...]:
    """The rows of what a switch printed for a command that was recognised, as `parse` gives them.

    Raises:
        ParseError: the text is not understood.
    """
    show = known.show
    reading = _READINGS[folder, show.template, pack.chatter, show.empty, show.count]
    lines = _output(known.text, _split(text) if show.json_rows else text.splitlines())
    if "><" in text:
        lines = [part for line in lines for part in _elements(line)]
    what = reading.what.__getitem__
    if "says" not in map(what, lines):
        if "none" in map(what, lines) or reading.nothing_is_none:
            return ()
        raise ParseError(f"`{known.text}` printed nothing, and that command always prints something")
    rows = _rows(known, reading.scan, lines, reading) if reading.scan else _json(known, lines, reading)
    _check_count(known, lines, reading, len(rows))
    if not rows and not show.json_rows and "none" not in map(what, lines):
        raise ParseError(
            f"`{known.text}`: no row in it, and no line that says there is none; it ends with {_end(lines, reading)}"
        )
    return tuple(made for row in rows for made in _of_ports(pack, known, row))


class _Reading(NamedTuple):
    """How the output of a command is read, and what was learnt of its lines."""

    what: Remembered[str, str]
    """Whether a line `says` something, that there is `none`, or nothing: because it is blank, or no output of the command."""
    nothing_is_none: bool
    """Whether no output at all means that there is none."""
    counts: Callable[[str], re.Match[str] | None]
    """What in a line says how many rows there are."""
    scan: RuleScan | None
    """None for JSON."""
    names: tuple[str, ...]
    """Of the template's values, lower-cased."""
    fields: tuple[Remembered[Shown, Field], ...]
    """Of each of them: what stands for what is shown."""


_HowRead = tuple[Path, str | None, tuple[str, ...], tuple[str, ...], str | None]
"""Folder, template, patterns of chatter and of a line that says that there is none, pattern of a line that counts rows."""


def _reading(how: _HowRead) -> _Reading:
    """How a command is read."""
    folder, template, chatter, empty, count = how
    is_chatter, is_none = _any_of(chatter), _any_of(empty)

    def skip(line: str) -> bool:
        bare = line.strip()
        return bare in ("", "^") or bool(is_chatter(bare))  # a caret points into the echo

    def what(line: str) -> str:
        return "" if skip(line) else "none" if is_none(line.strip()) else "says"

    scan = _scan(folder, template, skip) if template else None
    names = tuple(name.lower() for name in scan.names) if scan else ()
    return _Reading(
        Remembered(what),
        bool(is_none("")),
        re.compile(count or "(?!)").search,
        scan,
        names,
        tuple(FIELDS[name] for name in names),
    )


_READINGS = Remembered(_reading)
"""Templates are compiled once in a process."""


def _scan(folder: Path, name: str, skip: Callable[[str], object]) -> RuleScan:
    path = platform_file(folder, name)
    try:
        return RuleScan(io.StringIO(path.read_text(encoding="utf-8")), skip)
    except (OSError, UnicodeDecodeError, TextFSMTemplateError) as error:
        raise PlatformError(f"{path}: {error}") from error


@cache
def _any_of(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """A function that tells whether one of `patterns` is found in a line."""
    if not patterns or all(joinable(pattern) for pattern in patterns):
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)").search
    compiled = [re.compile(pattern).search for pattern in patterns]
    return lambda line: any(search(line) for search in compiled)


def _json(known: Known, lines: Sequence[str], reading: _Reading) -> list[Row]:
    """The rows as the pack's paths lead to them; none is an answer, for what they need was there."""
    paths = known.show.json_rows or JsonRows(rows="")  # a show command without a template has them
    try:
        found = paths.read("\n".join(line for line in lines if reading.what[line]))
    except ParseError as error:
        raise ParseError(f"`{known.text}`: {error}; it ends with {_end(lines, reading)}") from None
    return [
        {"port": None}
        | {name: FIELDS[name][tuple(value) if isinstance(value, list) else value] for name, value in row.items()}
        for row in found
    ]


def _rows(known: Known, scan: RuleScan, lines: Sequence[str], reading: _Reading) -> list[Row]:
    """The rows as the template has them, which sees no blank lines."""
    try:
        found = scan.rows(lines)
    except TextFSMError as error:
        refused = str(error).partition("Input Line: ")[2].strip()
        others = [bare for line in lines if reading.what[line] == "says" and (bare := line.strip())]
        raise ParseError(
            f"`{known.text}`: not understood: {_shown(refused if refused in others else others[0])}"
        ) from None
    rows: list[Row] = [dict(zip(reading.names, map(getitem, reading.fields, row), strict=True)) for row in found]
    return rows if "port" in reading.names else [{"port": None, **row} for row in rows]


def _end(lines: Sequence[str], reading: _Reading) -> str:
    """The last line that is output, fit for a message."""
    return _shown(next(line for line in reversed(lines) if reading.what[line]))


def _split(text: str) -> list[str]:
    """The lines of JSON, in whose strings further characters may stand that part lines elsewhere."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _output(command: str, lines: list[str]) -> list[str]:
    """The lines of the output alone: no echoed command before, no prompt behind."""
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is not None and (echo := _echo(command, lines[first])) is not None:
        lines = lines[first + 1 :]
        folded = " ".join(lines[0].split()) if lines else ""
        if folded and command.lower().endswith(f" {folded.lower()}") and not echo.lower().endswith(folded.lower()):
            lines = lines[1:]
    while lines and (not (last := lines[-1].strip()) or _PROMPT.fullmatch(last)):
        lines.pop()
    return lines


def _elements(line: str) -> list[str]:
    """`line`, or where it is XML that was written without line breaks, each of its elements on a line of its own.

    >>> _elements("<a><b>1</b><c></c></a>")
    ['<a>', '<b>1</b>', '<c></c>', '</a>']
    """
    if not line.lstrip().startswith("<") or "><" not in line:
        return [line]
    return re.sub(r"(?:</[^<>]+>|/>)(?=<)|>(?=<[^/])", r"\g<0>\n", line).split("\n")


def _echo(command: str, line: str) -> str | None:
    """The command that `line` echoes, with or without a prompt before it; None where it is output."""
    bare = _PROMPTED.sub("", line.strip())
    if bare != line.strip():
        return bare
    typed, asked = bare.lower().split()[:2], command.lower().split()[:2]
    same = len(typed) == len(asked) and all(a.startswith(t) and len(t) > 1 for t, a in zip(typed, asked, strict=True))
    return bare if same else None


def _check_count(known: Known, lines: Sequence[str], reading: _Reading, rows: int) -> None:
    if known.show.count is None:
        return
    counts = [int(found["count"]) for line in lines if (found := reading.counts(line.strip())) and reading.what[line]]
    if counts and sum(counts) != rows:
        raise ParseError(f"`{known.text}`: {rows} of {sum(counts)} entries are there; the output was cut")


def _of_ports(pack: Pack, known: Known, row: Row) -> Iterator[Row]:
    """`row` for each port that stands in it."""
    ports = PORTS[row["port"]] or (known.port or "",)
    for port in ports:
        made = row if len(ports) == 1 else row.copy()
        made["port"] = any_port(pack.ports, port) or None
        yield made


_SECRET_WORD = re.compile(
    r"((?:key[-_ ]?(?:string|octet-string)|\b(?:cak|psk|secret|password|passphrase|shared-secret|server-key)\b|\bkey [0-9]\b)[ :=]+)\S.*",
    re.I,
)


def _shown(line: str) -> str:
    """A line fit for a message: short, and without what may be a secret.

    That is what stands in quotation marks (a switch shows key strings so), and what follows a word for a secret.
    """
    bare = re.sub(r'"[^"]*"?', '"…"', line.strip())
    bare = _SECRET_WORD.sub(r"\1…", bare)
    return repr(bare if len(bare) <= 120 else bare[:119] + "…")
