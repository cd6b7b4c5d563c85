"""A TOML file in; a checked value, or findings with dotted key and line, out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from portseal.core.findings import NAME_RULE, LintCode, finding, listed, nearest, shown
from portseal.core.model import TEXT_PATTERN, Finding
from portseal.core.settings import KEY_STORE_PATTERN, REFERENCE_PATTERN, SOURCE_PATTERN

Model = TypeVar("Model", bound=BaseModel)

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_TABLE = re.compile(rf"[ \t]*\[[ \t]*({_DOTTED})[ \t]*\]")
_PAIR = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PLACE = re.compile(r" ?\((?:at line (\d+), column \d+|at end of document)\)$")

NOT_A_REFERENCE = "is no secret reference; write lower-case words with a slash between them, as in radius/nac-1, never the secret itself"
NOT_TEXT = "holds what could be read as configuration: a line break, an invisible character, ! ? { or }"
_PATTERNS: Mapping[str, tuple[LintCode, str, bool]] = {
    REFERENCE_PATTERN: (LintCode.BAD_REFERENCE, NOT_A_REFERENCE, False),
    SOURCE_PATTERN: (
        LintCode.BAD_VALUE,
        "is no source; write env:PREFIX, file:secrets.age, vault:MOUNT/PATH or keyring:SERVICE",
        True,
    ),
    KEY_STORE_PATTERN: (
        LintCode.BAD_VALUE,
        "is no place for keys; write file:keys.age, vault:MOUNT/PATH or keyring:SERVICE",
        True,
    ),
    TEXT_PATTERN: (LintCode.UNSAFE_TEXT, NOT_TEXT, True),
}
"""By pattern: code, what is wrong, and whether the value may be shown."""
_SECRETS = frozenset({"password", "passphrase"})
"""Keys that have a reference; what stands there by mistake is never shown."""
_OTHER_PATTERN = (LintCode.BAD_NAME, f"is no name; {NAME_RULE}", True)


class TomlSource(NamedTuple):
    """One TOML file, read."""

    file: str
    text: str
    data: Mapping[str, Any]


def read_toml(file: str, text: str) -> tuple[TomlSource | None, tuple[Finding, ...]]:
    """What `text` holds, or None and the finding that says where it is no TOML."""
    try:
        return TomlSource(file, text, tomllib.loads(text)), ()
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        row = int(place[1]) if place and place[1] else max(1, text.count("\n") + (not text.endswith("\n")))
        message = f"this is no TOML: {_PLACE.sub('', str(error))}; nothing in this file could be checked"
        return None, (finding(LintCode.BROKEN_TOML, message, file=file, row=row),)


def toml_rows(text: str) -> dict[str, int]:
    """The line of every dotted key that stands at the beginning of a line."""
    rows: dict[str, int] = {}
    table = ""
    for row, line in enumerate(text.split("\n"), 1):
        if head := _TABLE.match(line):
            table = _dotted(head[1])
            rows.setdefault(table, row)
        elif pair := _PAIR.match(line):
            rows.setdefault(f"{table}.{_dotted(pair[1])}".lstrip("."), row)
    return rows


def _dotted(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in re.findall(_KEY, key))


def checked(
    model: type[Model], data: object, *, file: str, prefix: str = "", secret: bool = False
) -> tuple[Model | None, tuple[Finding, ...]]:
    """`data` as a `model`, or None and a finding for each mistake, its column beginning with `prefix`.

    With `secret`, messages never show a value.
    """
    try:
        return model.model_validate(data), ()
    except ValidationError as error:
        by_column: dict[str, tuple[LintCode, list[str]]] = {}
        for mistake in error.errors(include_url=False):
            path = _real_path(mistake, data)
            code, message = _told(model, mistake, path, secret)
            column = ".".join([*([prefix] if prefix else []), *map(str, path)])
            by_column.setdefault(column, (code, []))[1].append(message)
        # The branches of a union (a number, or a word) each object; together they are one finding.
        return None, tuple(
            finding(code, "; or ".join(dict.fromkeys(messages)), file=file, column=column or None)
            for column, (code, messages) in by_column.items()
        )


def _real_path(mistake: ErrorDetails, data: object) -> tuple[str | int, ...]:
    """The keys of the mistake's place, without the names pydantic gives to the branches of a union."""
    path: list[str | int] = []
    here = data
    for part in mistake["loc"]:
        in_list = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if in_list or (isinstance(here, Mapping) and part in here):
            here = here[part]  # type: ignore[index]
            path.append(part)
    if mistake["type"] == "missing":
        path.append(mistake["loc"][-1])
    return tuple(path)


def _told(
    model: type[BaseModel], mistake: ErrorDetails, path: Sequence[str | int], secret: bool
) -> tuple[LintCode, str]:
    kind, context = mistake["type"], mistake.get("ctx", {})
    secret = secret or (bool(path) and path[-1] in _SECRETS)
    given = "this" if secret else shown(mistake["input"])
    if kind == "extra_forbidden":
        fields = _fields_at(model, path[:-1])
        key = str(path[-1])
        message = f"nothing is called {shown(key)} here{nearest(key, fields)}; known: {listed(fields, 16)}"
        return LintCode.UNKNOWN_KEY, message
    if kind == "missing":
        return LintCode.MISSING_VALUE, f"`{path[-1]}` is missing"
    if kind in ("enum", "literal_error"):
        wanted = str(context["expected"])
        near = "" if secret else nearest(str(mistake["input"]), re.findall(r"'([^']*)'", wanted))
        return LintCode.BAD_WORD, f"{given} is not one of {wanted}{near}"
    if kind == "value_error":
        return LintCode.BAD_VALUE, str(context["error"])
    if kind == "string_pattern_mismatch":
        code, rule, may_show = _PATTERNS.get(str(context["pattern"]), _OTHER_PATTERN)
        return code, f"{given if may_show else 'this'} {rule}"
    wrong = mistake["msg"][:1].lower() + mistake["msg"][1:]
    return LintCode.BAD_VALUE, wrong if secret else f"{wrong}, not {given}"


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The fields that the table at `path` may have."""
    here: type[BaseModel] = model
    for part in path:
        field = here.model_fields.get(str(part))
        if field is not None:
            models = [a for a in (field.annotation, *_arguments(field.annotation)) if _is_model(a)]
            here = models[0] if models else here
    return list(here.model_fields)


def _arguments(annotation: object) -> list[Any]:
    return [deep for argument in get_args(annotation) for deep in (argument, *_arguments(argument))]


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
