"""What every value in portseal is made of: frozen, closed models and the words they share."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_MAC_DIGITS = re.compile(r"[0-9a-f]{12}")
_MAC_SHAPE = re.compile(
    r"[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}|[0-9A-Fa-f]{4}([.-])[0-9A-Fa-f]{4}\2[0-9A-Fa-f]{4}"
    r"|[0-9A-Fa-f]{12}"
)


def normal_mac(text: str) -> str:
    """`text` as twelve lower-case hex digits in colon pairs, from any of the usual spellings.

    >>> normal_mac("ACCC.8E01.0203")
    'ac:cc:8e:01:02:03'

    Raises:
        ValueError: not a MAC address, or one that no station can have (multicast, all zeros).
    """
    if not _MAC_SHAPE.fullmatch(text):
        raise ValueError(f"{text!r} is not a MAC address; write it as ac:cc:8e:01:02:03")
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    if not _MAC_DIGITS.fullmatch(digits):
        raise ValueError(f"{text!r} is not a MAC address; write it as ac:cc:8e:01:02:03")
    if int(digits[:2], 16) & 1:
        raise ValueError(f"{text!r} is a multicast address; a camera has a unicast one")
    if digits == "000000000000":
        raise ValueError(f"{text!r} is no station's address")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


Mac = Annotated[str, AfterValidator(normal_mac)]
"""A unicast MAC address, normalised to `ac:cc:8e:01:02:03`."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
"""A name that may reach a template: letters, digits, dot, underscore, hyphen; at most 63."""

Vlan = Annotated[int, Field(ge=1, le=4094)]

Text = Annotated[str, StringConstraints(pattern=r"^[^\p{C}\p{Zl}\p{Zp}!?{}]*$", max_length=255)]
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
