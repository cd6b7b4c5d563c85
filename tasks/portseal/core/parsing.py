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
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from textfsm import TextFSMError, TextFSMTemplateError

from portseal.core.errors import InputError, ParseError, PlatformError
from portseal.core.json_rows import JsonRows
from portseal.core.model import normal_mac
from portseal.core.platform_files import platform_file
from portseal.core.platforms import Pack, Show
from portseal.core.portname import long_port
from portseal.core.rule_scan import ScanningFSM, joinable

Field = str | int | tuple[str, ...] | None
Row = dict[str, Field]

_NOTHING = frozenset({"", "-", "--", "---", "n/a", "na", "unknown", "(unknown)", "none", "ua"})
_MACS = ("mac", "client_mac", "source_mac")
_NUMBERS = ("vlan", "live_peers", "tx_sc", "rx_sc", "seconds_left", "violations", "maximum", "current")
_SUMS = ("sent", "received")
_COUNTED = ("live_peers",)
"""Fields of which the number is wanted where a template lists them."""
_HEX = ("ckn",)
_ADDRESSES = ("ip",)
_INTEGERS = frozenset(_NUMBERS + _SUMS)
_MAY_BE_NOTHING = _INTEGERS | {*_MACS, *_HEX, *_ADDRESSES}
_INTERFACE = r"(?P<interface>[A-Za-z][A-Za-z-]* \d\S*|\S+)"
_ARGUMENTS = {
    "<interface>": _INTERFACE,
    "<mac>": r"(?P<selects>[0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:[.-][0-9A-Fa-f]{4}){2})",
    "<session>": r"(?P<selects>[0-9A-Fa-f]{8,})",
    "<any>": r"(?P<selects>\S+)",
}
_PROMPT = r"[<\[]?[A-Za-z0-9][\w.:/()@~-]*[#>$\]]"


class Known(NamedTuple):
    """A show command as somebody typed it, recognised."""

    show: Show
    text: str
    """With single spaces."""
    port: str | None
    """The interface argument, long; None where the command has none."""
    selects: bool
    """Whether another argument (a MAC address, a session, a method) leaves some of the switch's rows out."""


def recognise(pack: Pack, command: str) -> Known:
    """The `[[show]]` of the pack that understands `command`, typed with any interface, MAC or session argument.

    Raises:
        InputError: none does; the message lists the commands that one does.
    """
    text = " ".join(command.split())
    for show in pack.show:
        for form in show.commands:
            found = _form(form).fullmatch(text)
            if found:
                parts = found.groupdict()
                typed = parts.get("interface")
                selects = any(value for name, value in parts.items() if name.startswith("selects"))
                return Known(show, text, _port(pack, typed) if typed else None, selects)
    known = "\n".join(f"  {form}" for show in pack.show for form in show.commands)
    raise InputError(f"{pack.name} has no command {text!r}; it understands\n{known}")


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
    chatter, empty = _any_of(pack.chatter), _any_of(known.show.empty)
    lines = [
        line
        for line in _output(known.text, text)
        if (bare := line.strip()) not in ("", "^") and not chatter(bare)  # a caret points into the echo
    ]
    printed = [line.strip() for line in lines]
    silent = [bool(empty(line)) for line in printed or [""]]
    if all(silent):
        return ()
    if not printed:
        raise ParseError(f"`{known.text}` printed nothing, and that command always prints something")
    others = [line for line, is_silent in zip(printed, silent, strict=True) if not is_silent]
    paths = known.show.json_rows
    rows = _json(known, paths, lines) if paths else _rows(folder, known, lines, others)
    _check_count(known, printed, len(rows))
    if not rows and not any(silent) and not paths:
        raise ParseError(
            f"`{known.text}`: no row in it, and no line that says there is none; it ends with {_shown(printed[-1])}"
        )
    return tuple(normal for row in rows for normal in _normal(pack, known, row))


@cache
def _any_of(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """A function that tells whether one of `patterns` is found in a line."""
    if not patterns or all(joinable(pattern) for pattern in patterns):
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)").search
    compiled = [re.compile(pattern).search for pattern in patterns]
    return lambda line: any(search(line) for search in compiled)


def _json(known: Known, paths: JsonRows, lines: Sequence[str]) -> list[dict[str, str | list[str]]]:
    """The rows as the pack's paths lead to them; none is an answer, for what they need was there."""
    try:
        return paths.read("\n".join(lines))
    except ParseError as error:
        raise ParseError(f"`{known.text}`: {error}; it ends with {_shown(lines[-1])}") from None


def _rows(folder: Path, known: Known, lines: Sequence[str], others: Sequence[str]) -> list[dict[str, str | list[str]]]:
    """The rows as the template has them, which sees no blank lines; `others` are the lines that say more than that there is none."""
    template = _template(folder, known.show.template or "")
    try:
        with template.lock:
            template.machine.Reset()
            found = template.machine.ParseText("\n".join(lines) + "\n")
    except TextFSMError as error:
        refused = str(error).partition("Input Line: ")[2].strip()
        raise ParseError(
            f"`{known.text}`: not understood: {_shown(refused if refused in others else others[0])}"
        ) from None
    # A group that took no part in a match stands as None.
    return [
        {
            name: [v for v in value if v] if isinstance(value, list) else value or ""
            for name, value in zip(template.names, row, strict=True)
        }
        for row in found
    ]


class _Template(NamedTuple):
    machine: ScanningFSM
    names: tuple[str, ...]
    """Its values, lower-cased."""
    lock: Lock
    """A TextFSM keeps its place in itself, and switches are observed from many threads."""


@cache
def _template(folder: Path, name: str) -> _Template:
    """The compiled template; compiled once in a process."""
    path = platform_file(folder, name)
    try:
        machine = ScanningFSM(io.StringIO(path.read_text(encoding="utf-8")))
        return _Template(machine, tuple(name.lower() for name in machine.header), Lock())
    except (OSError, UnicodeDecodeError, TextFSMTemplateError) as error:
        raise PlatformError(f"{path}: {error}") from error


@cache
def _form(form: str) -> re.Pattern[str]:
    """What `show authentication sessions interface <interface> [details]` matches."""
    pattern = ""
    arguments = 0
    for number, word in enumerate(re.findall(r"\[|\]|[^\s\[\]]+", form)):
        if word == "[":
            pattern += "(?:"
        elif word == "]":
            pattern += ")?"
        else:
            argument = _ARGUMENTS.get(word, re.escape(word))
            if "?P<selects>" in argument:
                arguments += 1
                argument = argument.replace("?P<selects>", f"?P<selects{arguments}>")
            pattern += f"{' ' if number else ''}{argument}"
    return re.compile(pattern, re.IGNORECASE)


def _output(command: str, text: str) -> list[str]:
    """The lines of the output alone: no carriage returns, no echoed command before, no prompt behind."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    first = next((number for number, line in enumerate(lines) if line), None)
    if first is not None and (echo := _echo(command, lines[first])) is not None:
        lines = lines[first + 1 :]
        folded = " ".join(lines[0].split()) if lines else ""
        if folded and command.lower().endswith(f" {folded.lower()}") and not echo.lower().endswith(folded.lower()):
            lines = lines[1:]
    while lines and (not lines[-1] or re.fullmatch(_PROMPT, lines[-1].strip())):
        lines.pop()
    return [part for line in lines for part in _elements(line)] if "><" in text else lines


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
    bare = re.sub(rf"^{_PROMPT}\s*", "", line.strip())
    if bare != line.strip():
        return bare
    typed, asked = bare.lower().split()[:2], command.lower().split()[:2]
    same = len(typed) == len(asked) and all(a.startswith(t) and len(t) > 1 for t, a in zip(typed, asked, strict=True))
    return bare if same else None


def _check_count(known: Known, printed: Sequence[str], rows: int) -> None:
    if known.show.count is None:
        return
    counts = [int(found["count"]) for line in printed if (found := re.search(known.show.count, line))]
    if counts and sum(counts) != rows:
        raise ParseError(f"`{known.text}`: {rows} of {sum(counts)} entries are there; the output was cut")


def _normal(pack: Pack, known: Known, row: dict[str, str | list[str]]) -> Iterator[Row]:
    """`row` in normal spelling; one row for each port where several stand in it."""
    made: Row = {name: _field(name, value) for name, value in row.items()}
    shown = row.get("port", "")
    ports = [port for part in ([shown] if isinstance(shown, str) else shown) for port in part.split(",") if port]
    for port in ports or [known.port or ""]:
        yield {"port": _port(pack, port) or None, **{name: value for name, value in made.items() if name != "port"}}


def _field(name: str, value: str | list[str]) -> Field:
    if isinstance(value, list):
        return _list(name, value)
    text = value.strip()
    if not text or (name in _MAY_BE_NOTHING and text.lower() in _NOTHING):
        return None
    if name in _MACS:
        return _mac(text)
    if name in _HEX:
        return text.lower()
    return int(text) if name in _INTEGERS and text.isdigit() else text


def _list(name: str, values: list[str]) -> Field:
    if name in _COUNTED:
        return len(values)
    if name in _SUMS:
        return sum(map(int, values)) if values else None
    return tuple(_mac(each) or each for each in values) if name in _MACS else tuple(values)


def _mac(text: str) -> str | None:
    """`text` in colon pairs; group addresses as well, for they stand in address tables. None where it is no address."""
    try:
        return normal_mac(text)
    except ValueError:
        digits = re.sub(r"[.:-]", "", text).lower()
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2)) if re.fullmatch("[0-9a-f]{12}", digits) else None


def _port(pack: Pack, text: str) -> str:
    """The long spelling; `CPU`, `Router`, `Drop` and the like stay as they are."""
    try:
        return long_port(pack.ports, text)
    except ValueError:
        return text


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
