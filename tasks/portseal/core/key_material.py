"""A static key in, what is wrong with it out; never the key. Keys themselves are made elsewhere: nothing here is by chance."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pydantic import SecretStr

from portseal.core.key_rules import Keys

CAK_DIGITS = {32: 128, 64: 256}
"""Hexadecimal digits of a CAK → its bits (IEEE 802.1X-2020 §9.3.3)."""

_LEAST_DISTINCT = {32: 7, 64: 12}
"""Fewer different octets than this in 16 or 32 of them are no chance: it happens to one random key in 10^12 or fewer."""
_FEWEST_PAIRS = 2


def ckn_mistake(ckn: str, rules: Keys | None) -> str | None:
    """Why the platform does not take this CKN; None where it does."""
    if not re.fullmatch(r"(?:[0-9a-f]{2}){1,32}", ckn):
        return "a CKN is 2 to 64 lower-case hexadecimal digits, an even number of them"
    if rules and not re.fullmatch(rules.ckn, ckn):
        return f"the switch's platform takes CKNs of the form {rules.ckn} only"
    return None


def cak_mistake(cak: SecretStr, rules: Keys | None, *, ckn: str = "", mac: str = "") -> str | None:
    """Why this CAK must not be used: its form, or that it can be guessed; None where it may. Never shows it."""
    text = cak.get_secret_value().lower()
    bits = CAK_DIGITS.get(len(text))
    if bits is None or not re.fullmatch(r"[0-9a-f]+", text):
        return "a CAK is 32 or 64 hexadecimal digits"
    if rules and bits not in rules.cak_bits:
        sizes = " or ".join(map(str, rules.cak_bits))
        return f"the switch's platform takes a CAK of {sizes} bits, not {bits}"
    weak = next(_weaknesses(text, ckn.lower(), mac.replace(":", "").lower()), None)
    return f"it is weak: {weak}; make another (`portseal keys rotate`)" if weak else None


def _weaknesses(text: str, ckn: str, mac: str) -> Iterator[str]:
    octets = [text[at : at + 2] for at in range(0, len(text), 2)]
    if len(set(octets)) < _LEAST_DISTINCT[len(text)]:
        yield f"only {len(set(octets))} different octets in {len(octets)}"
    if any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1)):
        yield "one piece repeated"
    numbers = [int(octet, 16) for octet in octets]
    steps = {(after - before) % 256 for before, after in itertools.pairwise(numbers)}
    digits = {(int(after, 16) - int(before, 16)) % 16 for before, after in itertools.pairwise(text)}
    if len(steps) < _FEWEST_PAIRS or len(digits) < _FEWEST_PAIRS:
        yield "a sequence"
    if all(32 <= number < 127 for number in numbers):
        yield "all of it is readable text"
    if len(ckn) >= 8 and ckn in text:
        yield "the CKN stands in it, and that travels in clear"
    if mac and mac in text:
        yield "the camera's MAC address stands in it"


def key_reference(camera: str, ckn: str) -> str:
    """The reference of a key that portseal keeps: by camera and CKN, so that the next key has another.

    >>> key_reference("Cam-017", "7f3c0a9e51d27f3c0a9e51d27f3c0a9e")
    'cak/cam-017/7f3c0a9e51d2'
    """
    return f"cak/{camera.lower()}/{ckn[:12]}"
