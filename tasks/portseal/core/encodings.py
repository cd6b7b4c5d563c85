"""A secret as a switch shows it in, the secret out, and back, where the vendor's encoding can be undone: it hides, it does not protect."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from pydantic import SecretStr

Encoding = Literal["plain", "type7", "dollar9", "opaque"]
"""How a switch shows a secret: as it is, Cisco's type 7, Juniper's text behind `$9$`, or so that it cannot be decoded."""

Sendable = Literal["plain", "type7"]
"""How a switch is sent a secret."""

_TYPE_7 = re.compile(r"[0-9]{2}(?:[0-9A-Fa-f]{2})+")
_TYPE_7_KEY = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_DOLLAR_9_FAMILIES = ("QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T")
_DOLLAR_9_ALPHABET = "".join(_DOLLAR_9_FAMILIES)
_DOLLAR_9_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))


def decode(encoding: Encoding, text: str) -> SecretStr | None:
    """The secret that a switch shows as `text`, or None where that cannot be told.

    >>> decode("type7", "121A0C041104").get_secret_value()
    'cisco'
    """
    if encoding == "plain":
        return SecretStr(text)
    plain = {"type7": _type_7, "dollar9": _dollar_9}.get(encoding, lambda _: None)(text)
    return SecretStr(plain) if plain and plain.isascii() and plain.isprintable() else None


def encode(encoding: Sendable, secret: SecretStr) -> str:
    """The secret as a switch takes it: type 7 with its number before it, where a platform is known to take no clear text.

    >>> decode("type7", encode("type7", SecretStr("cisco")).removeprefix("7 ")).get_secret_value()
    'cisco'
    """
    plain = secret.get_secret_value()
    if encoding == "plain":
        return plain
    salt = hashlib.sha256(plain.encode()).digest()[0] % 16
    hidden = (octet ^ _TYPE_7_KEY[(salt + at) % len(_TYPE_7_KEY)] for at, octet in enumerate(plain.encode("latin-1")))
    return f"7 {salt:02}" + "".join(f"{octet:02X}" for octet in hidden)


def _type_7(text: str) -> str | None:
    # Not by netutils, whose module warns of `crypt` on import in Python 3.11 and 3.12.
    if not _TYPE_7.fullmatch(text):
        return None
    salt, hidden = int(text[:2]), bytes.fromhex(text[2:])
    return bytes(octet ^ _TYPE_7_KEY[(salt + at) % len(_TYPE_7_KEY)] for at, octet in enumerate(hidden)).decode(
        "latin-1"
    )


def _dollar_9(text: str) -> str | None:
    """What stands behind `$9$`: a first character, some that mean nothing, and each octet as distances in an alphabet."""
    if not text or not set(text) <= set(_DOLLAR_9_ALPHABET):
        return None
    meaningless = next(3 - at for at, family in enumerate(_DOLLAR_9_FAMILIES) if text[0] in family)
    at, before, plain = 1 + meaningless, text[0], ""
    while at < len(text):
        weights = _DOLLAR_9_WEIGHTS[len(plain) % len(_DOLLAR_9_WEIGHTS)]
        if at + len(weights) > len(text):
            return None
        octet = 0
        for weight, shown in zip(weights, text[at : at + len(weights)], strict=True):
            distance = _DOLLAR_9_ALPHABET.index(shown) - _DOLLAR_9_ALPHABET.index(before)
            octet += weight * (distance % len(_DOLLAR_9_ALPHABET) - 1)
            before = shown
        plain += chr(octet % 256)
        at += len(weights)
    return plain
