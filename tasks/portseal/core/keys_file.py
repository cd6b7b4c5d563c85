"""keys.toml in, static link keys out: names and references, never a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from portseal.core.findings import LintCode, finding, shown
from portseal.core.inventory import LinkKey
from portseal.core.model import Finding
from portseal.core.settings import Reference
from portseal.core.toml_source import NOT_A_REFERENCE, TomlSource, checked

_REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)
_HEX_KEY = re.compile(r"(?:0x)?[0-9A-Fa-f]{16,}")


class KeysFile(NamedTuple):
    """What keys.toml gives."""

    keys: Mapping[str, LinkKey]
    """Those without a mistake, by camera name."""
    names: frozenset[str]
    """All that are there."""
    findings: tuple[Finding, ...]


def read_keys(source: TomlSource) -> KeysFile:
    """The static keys of keys.toml, and all that is wrong with them. No message shows a value that might be a key."""
    keys: dict[str, LinkKey] = {}
    findings: list[Finding] = []
    for camera, table in source.data.items():
        if not isinstance(table, Mapping):
            message = f"a key is a table: [{shown(camera)[1:-1]}] with ckn, cak and perhaps size"
            findings.append(finding(LintCode.BAD_VALUE, message, file=source.file, column=camera))
            continue
        own = {mistake.column: mistake for mistake in _own_mistakes(table, source.file, camera)}
        key, mistakes = checked(LinkKey, table, file=source.file, prefix=camera, secret=True)
        findings += own.values()
        findings += (_ckn_rule(mistake) for mistake in mistakes if mistake.column not in own)
        if key and not own:
            keys[camera] = key
    findings += _shared(keys, source.file)
    return KeysFile(keys, frozenset(source.data), tuple(findings))


def _own_mistakes(table: Mapping[str, object], file: str, prefix: str) -> Iterator[Finding]:
    """What is told in words of our own, so that no value is shown that might be a key."""
    found = [
        *(_clear_key(key, value, file, f"{prefix}.{key}") for key, value in table.items()),
        reference_mistake(table.get("cak"), file=file, column=f"{prefix}.cak"),
    ]
    yield from (mistake for mistake in found if mistake)
    if isinstance(fallback := table.get("fallback"), Mapping):
        yield from _own_mistakes(fallback, file, f"{prefix}.fallback")


def _clear_key(key: str, value: object, file: str, column: str) -> Finding | None:
    if key == "ckn" or not looks_like_key(value):
        return None
    message = "this looks like a key in clear; put it where secrets are kept, and write its reference: cak/CAMERA"
    return finding(LintCode.KEY_IN_CLEAR, message, file=file, column=column)


def looks_like_key(value: object) -> bool:
    """Whether `value` could be key material: sixteen hexadecimal digits or more, whatever separates them."""
    return isinstance(value, str) and bool(_HEX_KEY.fullmatch(re.sub(r"[\s:._-]", "", value)))


def reference_mistake(value: object, *, file: str, column: str) -> Finding | None:
    """The finding about a secret reference that is none; it never shows `value`, which may be the secret itself."""
    if value is None:
        return None
    if looks_like_key(value):
        message = "this looks like a key in clear; put it where secrets are kept, and write its reference"
        return finding(LintCode.KEY_IN_CLEAR, message, file=file, column=column)
    try:
        _REFERENCE.validate_python(value, strict=True)
    except ValidationError:
        return finding(LintCode.BAD_REFERENCE, f"this {NOT_A_REFERENCE}", file=file, column=column)
    return None


def _ckn_rule(mistake: Finding) -> Finding:
    if not (mistake.column or "").endswith(".ckn") or mistake.code == LintCode.MISSING_VALUE:
        return mistake
    message = "a CKN is 2 to 64 lower-case hexadecimal digits, an even number of them, in quotation marks"
    return mistake.model_copy(update={"code": LintCode.BAD_VALUE.value, "message": message})


def _shared(keys: Mapping[str, LinkKey], file: str) -> list[Finding]:
    """A CKN or a CAK that two links have: whoever holds one camera could listen on the other's link."""
    first_ckn: dict[str, str] = {}
    first_cak: dict[str, str] = {}
    findings: list[Finding] = []
    every = ((name, key) for camera, first in keys.items() for name, key in _with_fallback(camera, first))
    for camera, key in every:
        if (other := first_ckn.setdefault(key.ckn, camera)) != camera:
            message = f"{other} has this CKN already; every link needs its own"
            findings.append(finding(LintCode.DUPLICATE_CKN, message, file=file, column=f"{camera}.ckn"))
        if (other := first_cak.setdefault(key.cak, camera)) != camera:
            message = f"{other} has this CAK already; every link needs its own"
            findings.append(finding(LintCode.DUPLICATE_CAK, message, file=file, column=f"{camera}.cak"))
    return findings


def _with_fallback(camera: str, key: LinkKey) -> Iterator[tuple[str, LinkKey]]:
    yield camera, key
    if key.fallback:
        yield f"{camera}.fallback", key.fallback
