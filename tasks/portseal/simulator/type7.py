"""Type 7, in which several vendors store the keys they have to be able to read again."""

from __future__ import annotations

import random

_XLAT = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def type7(clear: str, salt: int | None = None) -> str:
    """Type 7 of any length (netutils' own stops at 25 characters, an AES-256 CAK has 64)."""
    start = random.randint(0, 15) if salt is None else salt
    pairs = (ord(char) ^ ord(_XLAT[(start + i) % len(_XLAT)]) for i, char in enumerate(clear))
    return f"{start:02d}" + "".join(f"{byte:02X}" for byte in pairs)


def from_type7(stored: str) -> str | None:
    """The clear text; None where `stored` is no type 7."""
    if len(stored) < 4 or len(stored) % 2 or not stored[:2].isdigit() or int(stored[:2]) >= len(_XLAT):
        return None
    try:
        data = bytes.fromhex(stored[2:])
    except ValueError:
        return None
    start = int(stored[:2])
    return "".join(chr(byte ^ ord(_XLAT[(start + i) % len(_XLAT)])) for i, byte in enumerate(data))
