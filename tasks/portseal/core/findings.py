"""Mistakes in, findings out: the closed list of lint codes, and how a mistake is told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from enum import StrEnum

from portseal.core.model import Finding, Severity

NAME_RULE = "use letters, digits, dot, underscore and hyphen, at most 63, beginning with a letter or digit"
_SHOWN = 48


class LintCode(StrEnum):
    """What can be wrong with a site; docs/lint-codes.md explains each."""

    MISSING_FILE = "missing-file"
    NOT_UTF8 = "not-utf8"
    BROKEN_CSV = "broken-csv"
    BROKEN_TOML = "broken-toml"
    BROKEN_YAML = "broken-yaml"
    BROKEN_INVENTORY = "broken-inventory"
    BROKEN_PLATFORM = "broken-platform"
    UNKNOWN_COLUMN = "unknown-column"
    DUPLICATE_COLUMN = "duplicate-column"
    MISSING_COLUMN = "missing-column"
    FIELD_COUNT = "field-count"
    MISSING_VALUE = "missing-value"
    UNKNOWN_KEY = "unknown-key"
    BAD_VALUE = "bad-value"
    BAD_WORD = "bad-word"
    BAD_NAME = "bad-name"
    BAD_MAC = "bad-mac"
    MULTICAST_MAC = "multicast-mac"
    BAD_PORT = "bad-port"
    BAD_VLAN = "bad-vlan"
    BAD_IP = "bad-ip"
    BAD_HOSTNAME = "bad-hostname"
    UNSAFE_TEXT = "unsafe-text"
    BAD_REFERENCE = "bad-reference"
    KEY_IN_CLEAR = "key-in-clear"
    DUPLICATE_CAMERA = "duplicate-camera"
    DUPLICATE_MAC = "duplicate-mac"
    DUPLICATE_PORT = "duplicate-port"
    DUPLICATE_CKN = "duplicate-ckn"
    DUPLICATE_CAK = "duplicate-cak"
    DUPLICATE_SERVER = "duplicate-server"
    UNKNOWN_SWITCH = "unknown-switch"
    UNKNOWN_PROFILE = "unknown-profile"
    UNKNOWN_PLATFORM = "unknown-platform"
    UNKNOWN_GROUP = "unknown-group"
    UNKNOWN_OPTION = "unknown-option"
    MISSING_PLATFORM = "missing-platform"
    MISSING_HOSTNAME = "missing-hostname"
    MISSING_RADIUS = "missing-radius"
    MISSING_KEY = "missing-key"
    CAMERA_WITHOUT_EAP = "camera-without-eap"
    CAMERA_WITHOUT_MACSEC = "camera-without-macsec"
    CAK_WITHOUT_EAP_TLS = "cak-without-eap-tls"
    MACSEC_WITH_MAB = "macsec-with-mab"
    NOT_POSSIBLE = "not-possible"
    CONFLICT = "conflict"
    EXPERIMENTAL = "experimental"
    MISSING_LOGIN = "missing-login"
    UNUSED_PROFILE = "unused-profile"
    UNUSED_KEY = "unused-key"
    UNUSED_GROUP = "unused-group"
    MISSING_ADDRESS = "missing-address"
    NO_CAMERAS = "no-cameras"


WARNINGS = frozenset(
    {
        LintCode.EXPERIMENTAL,
        LintCode.MISSING_LOGIN,
        LintCode.UNUSED_PROFILE,
        LintCode.UNUSED_KEY,
        LintCode.UNUSED_GROUP,
        LintCode.MISSING_ADDRESS,
        LintCode.NO_CAMERAS,
    }
)
"""Codes that do not refuse a site."""


def finding(code: LintCode, message: str, *, file: str, row: int | None = None, column: str | None = None) -> Finding:
    """One finding, with the severity that its code has."""
    severity = Severity.WARNING if code in WARNINGS else Severity.ERROR
    return Finding(file=file, row=row, column=column, code=code, message=message, severity=severity)


def shown(value: object) -> str:
    """`value` as a message may show it: quoted, escaped, on one line, cut after 48 characters.

    >>> shown("cam\\n1")
    "'cam\\\\n1'"
    """
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where a known word is near, else an empty string.

    >>> nearest("acc-10", ["acc-01", "core"])
    "; did you mean 'acc-01'?"
    """
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word[:128].casefold(), by_folded, n=1, cutoff=0.6)
    return f"; did you mean {by_folded[found[0]]!r}?" if found else ""


def listed(words: Iterable[str], most: int = 8) -> str:
    """`a, b, c`, cut after `most` words with the number of those left out."""
    every = list(words)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def located(findings: Iterable[Finding], rows: Mapping[str, Mapping[str, int]]) -> tuple[Finding, ...]:
    """`findings` with rows for those that name a dotted key: of the key, or of the nearest table around it.

    `rows` has, by file, the line of every dotted key.
    """
    return tuple(_with_row(found, rows.get(found.file, {})) for found in findings)


def _with_row(found: Finding, rows: Mapping[str, int]) -> Finding:
    key = found.column if found.row is None else None
    while key:
        if key in rows:
            return found.model_copy(update={"row": rows[key]})
        key = key.rpartition(".")[0]
    return found


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any of them refuses the site."""
    return any(found.severity is Severity.ERROR for found in findings)
