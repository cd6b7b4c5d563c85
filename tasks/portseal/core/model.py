"""What every value in portseal is made of: frozen, closed models and the words they share."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


V = TypeVar("V", bound=Value)
_GIVEN: dict[frozenset[str], set[str]] = {}


def lean(value: V) -> V:
    """The same value, of which there are many alike: which of its fields were given is noted once for all of them.

    A set of 16 names takes 728 octets; a frozen value never changes its own.
    """
    given = frozenset(value.__pydantic_fields_set__)
    if given not in _GIVEN:
        _GIVEN[given] = set(given)
    object.__setattr__(value, "__pydantic_fields_set__", _GIVEN[given])
    return value


_MAC_NORMAL = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_MAC_SHAPE = re.compile(
    r"[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}|[0-9A-Fa-f]{4}([.-])[0-9A-Fa-f]{4}\2[0-9A-Fa-f]{4}"
    r"|[0-9A-Fa-f]{12}"
)
_MULTICAST = frozenset("13579bdf")


def normal_mac(text: str) -> str:
    """`text` as twelve lower-case hex digits in colon pairs, from any of the usual spellings.

    >>> normal_mac("ACCC.8E01.0203")
    'ac:cc:8e:01:02:03'

    Raises:
        ValueError: not a MAC address, or one that no station can have (multicast, all zeros).
    """
    if _MAC_NORMAL.fullmatch(text):  # most are; 100,000 cameras pass here
        normal = text
    elif _MAC_SHAPE.fullmatch(text):
        digits = re.sub(r"[^0-9a-f]", "", text.lower())
        normal = ":".join(digits[i : i + 2] for i in range(0, 12, 2))
    else:
        raise ValueError(f"{text!r} is not a MAC address; write it as ac:cc:8e:01:02:03")
    if normal[1] in _MULTICAST:
        raise ValueError(f"{text!r} is a multicast address; a camera has a unicast one")
    if normal == "00:00:00:00:00:00":
        raise ValueError(f"{text!r} is no station's address")
    return normal


Mac = Annotated[str, AfterValidator(normal_mac)]
"""A unicast MAC address, normalised to `ac:cc:8e:01:02:03`."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
"""A name that may reach a template: letters, digits, dot, underscore, hyphen; at most 63."""

Vlan = Annotated[int, Field(ge=1, le=4094)]

TEXT_PATTERN = r"^[^\p{C}\p{Zl}\p{Zp}!?{}]*$"
Text = Annotated[str, StringConstraints(pattern=TEXT_PATTERN, max_length=255)]
"""Free text that may reach a template: one line, nothing invisible (Unicode categories C, Zl, Zp), and none of `!` (begins
a comment on many switches), `?` (asks their command line for help in the middle of a line), `{` and `}` (mark a secret
reference in rendered lines)."""


class Severity(StrEnum):
    """Whether a finding refuses the site or only deserves a look."""

    ERROR = "error"
    WARNING = "warning"


class Finding(Value):
    """One thing that is wrong with what the user wrote: where, what, and what would be right."""

    file: str
    row: int | None = None
    """1-based line of the file as an editor counts it; None where the finding is about the whole file."""
    column: str | None = None
    """Column of a table or dotted key of a TOML/YAML file."""
    code: str
    """From the documented list in docs/lint-codes.md, e.g. `duplicate-mac`."""
    message: str
    severity: Severity = Severity.ERROR
