"""Type 6: how this switch stores keys under a main key."""

from __future__ import annotations

import secrets as entropy
import string

_ALPHABET = string.ascii_letters[:34] + "]^_`"


def type6(clear: str) -> str:
    """Something as opaque as type 6: it cannot be decoded, only looked up by the switch that made it."""
    return "".join(entropy.choice(_ALPHABET) for _ in range(max(24, len(clear) + 16)))
