"""What a switch shows in a field, in normal spelling: addresses in colon pairs, numbers as numbers, the vendor's ways to say nothing as nothing."""

from __future__ import annotations

import re
from functools import partial

from portseal.core.model import normal_mac
from portseal.core.remembered import Remembered
from portseal.core.rule_scan import Shown

Field = str | int | tuple[str, ...] | None

_NOTHING = frozenset({"", "-", "--", "---", "n/a", "na", "unknown", "(unknown)", "none", "ua"})
_MACS = ("mac", "client_mac", "source_mac")
_NUMBERS = ("vlan", "live_peers", "tx_sc", "rx_sc", "seconds_left", "violations", "maximum", "current")
_SUMS = ("sent", "received")
_COUNTED = ("live_peers",)
"""Fields of which the number is wanted where a template lists them."""
_HEX = ("ckn",)
_ADDRESSES = ("ip",)
_INTEGERS = frozenset(_NUMBERS + _SUMS)
_SPELT = _INTEGERS | {*_MACS, *_COUNTED, *_HEX, *_ADDRESSES}
_MAY_BE_NOTHING = _INTEGERS | {*_MACS, *_HEX, *_ADDRESSES}


def _ports(shown: Field) -> tuple[str, ...]:
    parts = (shown,) if isinstance(shown, str) else shown if isinstance(shown, tuple) else ()
    return tuple(port for part in parts for port in part.split(",") if port)


def _plain(value: Shown) -> Field:
    """Of a field that has no spelling of its own."""
    if isinstance(value, tuple):
        return tuple([each for each in value if each])
    return (value.strip() or None) if value else None


def _field(name: str, value: Shown) -> Field:
    if isinstance(value, tuple):
        return _list(name, [each for each in value if each])
    text = (value or "").strip()
    if not text or (name in _MAY_BE_NOTHING and text.lower() in _NOTHING):
        return None
    if name in _MACS:
        return _mac(text)
    if name in _HEX:
        return text.lower()
    return int(text) if name in _INTEGERS and text.isdigit() else text


def _list(name: str, values: list[str]) -> Field:
    if name in _COUNTED:
        return len(values)
    if name in _SUMS:
        return sum(map(int, values)) if values else None
    return tuple(_mac(each) or each for each in values) if name in _MACS else tuple(values)


PORTS = Remembered(_ports)
FIELDS: Remembered[str, Remembered[Shown, Field]] = Remembered(
    lambda name: Remembered(partial(_field, name) if name in _SPELT else _plain)
)
"""By name: what stands for what a switch shows."""


def _mac(text: str) -> str | None:
    """`text` in colon pairs; group addresses as well, for they stand in address tables. None where it is no address."""
    try:
        return normal_mac(text)
    except ValueError:
        digits = re.sub(r"[.:-]", "", text).lower()
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2)) if re.fullmatch("[0-9a-f]{12}", digits) else None
