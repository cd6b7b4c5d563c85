"""Secrets as Junos shows them behind `$9$`, with a salt of their own each time; and back."""

from __future__ import annotations

import random

_FAMILIES = ("QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T")
_ALPHABET = "".join(_FAMILIES)
_EXTRA = {letter: 3 - at for at, family in enumerate(_FAMILIES) for letter in family}
_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))
MAGIC = "$9$"


def hidden(plain: str) -> str:
    """`plain` behind `$9$`."""
    salt = random.choice(_ALPHABET)
    text = salt + "".join(random.choices(_ALPHABET, k=_EXTRA[salt]))
    before = salt
    for at, letter in enumerate(plain):
        octet, gaps = ord(letter), list[int]()
        for weight in reversed(_WEIGHTS[at % len(_WEIGHTS)]):
            gaps.insert(0, octet // weight)
            octet %= weight
        for gap in gaps:
            before = _ALPHABET[(_ALPHABET.index(before) + gap + 1) % len(_ALPHABET)]
            text += before
    return MAGIC + text


def revealed(text: str) -> str:
    """What stands behind `$9$`; a text without it is itself. A damaged one is taken for what it is.

    >>> revealed(hidden("0123abcd"))
    '0123abcd'
    """
    if not text.startswith(MAGIC):
        return text
    letters = text[len(MAGIC) :]
    if not letters or not set(letters) <= set(_ALPHABET):
        return text
    before, left, plain = letters[0], letters[1 + _EXTRA[letters[0]] :], ""
    while left:
        weights = _WEIGHTS[len(plain) % len(_WEIGHTS)]
        octet = 0
        for weight, letter in zip(weights, left, strict=False):
            octet += weight * ((_ALPHABET.index(letter) - _ALPHABET.index(before)) % len(_ALPHABET) - 1)
            before = letter
        plain, left = plain + chr(octet % 256), left[len(weights) :]
    return plain
