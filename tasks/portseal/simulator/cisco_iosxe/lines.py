"""The configuration lines this switch understands: lines.txt, level by level, in the order in which it prints them.

Enumerations, ranges and defaults of 802.1X, MKA, MACsec and key chains are those of the IOS-XE 17.15 YANG models and of
Cisco's own test library; lines of other features are taken with free arguments, so that they can be typed and kept.
`@aaa` needs `aaa new-model`; `@on` is the default, so that only its `no` is shown; `@list` prints in natural order;
`@new` exists only in new-style (IBNS 2.0) mode.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from portseal.simulator.grammar import Accepts, read_rules

_PORT_TYPES = (
    "AppGigabitEthernet",
    "FastEthernet",
    "FiveGigabitEthernet",
    "FortyGigabitEthernet",
    "GigabitEthernet",
    "HundredGigE",
    "Loopback",
    "Port-channel",
    "TenGigabitEthernet",
    "TwentyFiveGigE",
    "TwoGigabitEthernet",
    "Vlan",
)
SHORT = {
    "AppGigabitEthernet": "Ap",
    "FastEthernet": "Fa",
    "FiveGigabitEthernet": "Fi",
    "FortyGigabitEthernet": "Fo",
    "GigabitEthernet": "Gi",
    "HundredGigE": "Hu",
    "Loopback": "Lo",
    "Port-channel": "Po",
    "TenGigabitEthernet": "Te",
    "TwentyFiveGigE": "Twe",
    "TwoGigabitEthernet": "Tw",
    "Vlan": "Vl",
}
_INTERFACE = re.compile(r"([A-Za-z][A-Za-z-]*)(\d+(?:/\d+)*(?:\.\d+)?)")
_CIPHERS = ("gcm-aes-128", "gcm-aes-256", "gcm-aes-xpn-128", "gcm-aes-xpn-256")


def long_name(word: str) -> str | None:
    """The full name of an interface from any beginning of its type; None where the type is none or ambiguous."""
    parts = _INTERFACE.fullmatch(word)
    if parts is None:
        return None
    typed = parts[1].lower()
    kinds = [kind for kind in _PORT_TYPES if kind.lower().startswith(typed)]
    exact = [kind for kind in kinds if kind.lower() == typed or SHORT[kind].lower() == typed]
    chosen = exact or kinds
    return f"{chosen[0]}{parts[2]}" if len(chosen) == 1 else None


def short_name(name: str) -> str:
    """`Gi1/0/5` for `GigabitEthernet1/0/5`."""
    parts = _INTERFACE.fullmatch(name)
    return f"{SHORT[parts[1]]}{parts[2]}" if parts and parts[1] in SHORT else name


def _address(word: str) -> str | None:
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return None


def _choice(*allowed: str) -> Accepts:
    """One of `allowed`, or a beginning of exactly one of them."""

    def accept(word: str) -> str | None:
        lower = word.lower()
        starts = [item for item in allowed if item.startswith(lower)]
        return lower if lower in allowed else starts[0] if len(starts) == 1 else None

    return accept


def _pattern(expression: str) -> Accepts:
    compiled = re.compile(expression)
    return lambda word: word if compiled.fullmatch(word) else None


TYPES: Mapping[str, Accepts] = {
    "<word>": lambda word: word,
    "<ip>": _address,
    "<interface>": long_name,
    "<cipher>": _choice(*_CIPHERS),
    "<ckn>": _pattern(r"(?:[0-9A-Fa-f]{2}){1,32}"),
    "<clock>": _pattern(r"\d\d:\d\d:\d\d"),
    "<mac>": _pattern(r"[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"),
    "<name16>": _pattern(r"\S{1,16}"),
}
"""The arguments that are checked word by word; `<methods>` and `<methods3>` below are lists of words."""


def _spelt(table: str) -> str:
    """The table with its lists of methods written out."""
    names = ("dot1x", "mab", "webauth")
    orders = [
        " ".join(order)
        for first in names
        for order in (
            [first],
            *([first, second] for second in names if second != first),
            *([first, second, third] for second in names for third in names if len({first, second, third}) == 3),
        )
    ]
    one = "(group <word>|local|none|cache <word>|if-authenticated)"
    return table.replace("<methods3>", f"({'|'.join(orders)})").replace("<methods>", f"{one} [{one} [{one}]]")


RULES = read_rules(_spelt(Path(__file__).with_name("lines.txt").read_text(encoding="utf-8")))
RANGE_PROMPT = "if-range"
PROMPTS = {
    "interface": "if",
    "server-group": "sg-radius",
    "dynamic-author": "locsvr-da-radius",
    "keychain-macsec": "keychain-macsec",
    "keychain-macsec-key": "keychain-macsec-key",
    "archive-log": "archive-log-cfg",
    "class-map": "cmap",
    "policy-map": "pmap",
    "policy-class": "pmap-c",
    "control-class": "filter-control-classmap",
    "control-policy": "event-control-policymap",
    "control-event": "class-control-policymap",
    "control-action": "action-control-policymap",
    "access-list": "ext-nacl",
    "redundancy": "red",
    "transceiver": "xcvr-type",
    "control-plane": "cp",
}
"""What stands in the prompt of a level, where it is not the level's name: `acc-01(config-if)#`."""
