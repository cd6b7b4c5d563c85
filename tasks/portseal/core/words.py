"""What a port is, in the words of the intent: from its `PortIntent`, and as a phrase for people.

Words are kept by feature, the dotted field of `PortIntent` (`dot1x.mode` → `closed`). A feature that has no effect (all of 802.1X
where its mode is off) is left out. `core/wording.py` reads the same words from a running configuration.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from portseal.core.intent import PortIntent
from portseal.core.model import Value
from portseal.core.profile import Event, Fallback
from portseal.core.wording_rules import Feature

UNKNOWN = "unknown wording"
"""Where lines stand on the port that nobody described; no guess is made of what they mean."""

Words = dict[str, str]
"""Feature → what it is."""


KEY, VLAN = "key", "VLAN"
"""What two of the features are called that may differ from camera to camera."""
SEVERAL = "several"
"""Stands for the values of many, where they are not the same."""


class WordChange(Value):
    """One thing that becomes another: `802.1X`, `monitor`, `closed`."""

    what: str
    before: str
    after: str

    @property
    def told(self) -> str:
        """How it changes: `monitor → closed`; of a key only that it does, for its name says nothing to people."""
        if self.what == KEY:
            return "another one"
        return "to others" if self.before == self.after == SEVERAL else f"{self.before} → {self.after}"


class PortStory(Value):
    """Whom a plan's port belongs to, and what it is before and after, in the intent's words."""

    port: str
    """Long name."""
    camera: str | None = None
    """None where no camera of the inventory hangs here (any more)."""
    mac: str | None = None
    identity: str | None = None
    location: str | None = None
    profile: str | None = None
    stage: str | None = None
    ckns: tuple[str, ...] = ()
    """Names of the static keys that the port has to take."""
    before: Words | None = None
    """None where nobody can tell: the platform's folder does not say what its lines mean."""
    after: Words = {}

    @property
    def changes(self) -> tuple[WordChange, ...]:
        """What differs, in words; nothing where only lines do that no word stands for, or where nobody can tell."""
        return changes(self.before, self.after)


def story(port: PortIntent, before: Words | None) -> PortStory:
    """The story of a port that has a camera."""
    return PortStory(
        port=port.port,
        camera=port.camera,
        mac=port.mac,
        identity=port.identity,
        location=port.location,
        profile=port.profile,
        stage=port.stage,
        ckns=tuple(key.ckn for key in (port.key, port.fallback_key) if key),
        before=before,
        after=intended(port),
    )


def intended(port: PortIntent) -> Words:
    """What the port must be."""
    dot1x, macsec, limit = port.dot1x, port.macsec, port.mac_limit
    found: Words = {
        "dot1x.mode": dot1x.mode,
        "dot1x.methods": " ".join(dot1x.methods),
        "dot1x.host_mode": dot1x.host_mode,
        "dot1x.violation": dot1x.violation,
        "dot1x.reauthentication": str(dot1x.reauthentication or "off"),
        "dot1x.on_failure": _event(dot1x.on_failure),
        "dot1x.on_no_response": _event(dot1x.on_no_response),
        "dot1x.on_server_dead": _event(dot1x.on_server_dead),
        "macsec.policy": macsec.policy,
        "macsec.cak": macsec.cak,
        "mac_limit": f"{limit.maximum} {limit.violation}" if limit else "none",
    }
    if port.vlan:
        found["vlan"] = str(port.vlan)
    if port.key:
        found["ckn"] = port.key.ckn
    return effective({feature: str(word) for feature, word in found.items()})


def effective(words: Words) -> Words:
    """`words` without those that have no effect: a next method where there is none, all of 802.1X or MACsec where it is off."""
    left = dict(words)
    if left.get("dot1x.mode") == "off":
        left = {feature: word for feature, word in left.items() if feature == "dot1x.mode" or feature[:5] != "dot1x"}
    if left.get("macsec.policy") == "off":
        left = {feature: word for feature, word in left.items() if feature not in {"macsec.cak", "ckn"}}
    if left.get("dot1x.on_failure") == "next-method" and left.get("dot1x.methods") in {"dot1x", "mab"}:
        left["dot1x.on_failure"] = "none"
    return left


def _event(event: Event) -> str:
    return f"VLAN {event.vlan}" if event.action is Fallback.VLAN else str(event.action)


OPEN: Words = {"dot1x.mode": "off", "macsec.policy": "off", "mac_limit": "none"}
"""What a port is that has nothing of ours any more."""


def told(words: Words) -> dict[str, str]:
    """The words as people read them, by what each is called: `{"802.1X": "closed", "MACsec": "must-secure, derived CAK"}`."""
    return {_TITLES[feature]: _told(feature, words) for feature in _TITLES if feature in words}


def changes(before: Words | None, after: Words) -> tuple[WordChange, ...]:
    """What differs, where both sides tell of it. What follows from 802.1X or MACsec being off on one side is not told besides."""
    return _changes(tuple((before or {}).items()), tuple(after.items()))


@functools.lru_cache(maxsize=4096)
def _changes(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> tuple[WordChange, ...]:
    """The same for thousands of ports."""
    old, new = told(dict(before)), told(dict(after))
    if old.get("802.1X") == "off" != new.get("802.1X", "off") and "methods" in new:
        new["802.1X"] += f", {new['methods']}"  # the port had none that this could be told as a change of
    return tuple(
        WordChange(what=what, before=old[what], after=new[what])
        for what in old
        if what in new and old[what] != new[what]
    )


def phrase(words: Words | None) -> str:
    """What a port is, in a few words.

    >>> phrase({"dot1x.mode": "closed", "dot1x.methods": "dot1x mab", "macsec.policy": "off", "vlan": "20"})
    'closed, dot1x then mab; MACsec off; VLAN 20'
    """
    if words is None:
        return "nobody can tell"
    if words.get("dot1x.mode") == words.get("macsec.policy") == "off":
        main = ["open: neither 802.1X nor MACsec"]
    else:
        named = told(words)
        admitted = [named[what] for what in ("802.1X", "methods", "hosts") if what in named]
        admitted[:1] = ["802.1X off"] if words.get("dot1x.mode") == "off" else admitted[:1]
        macsec = named.get("MACsec", "")
        main = [", ".join(admitted), "MACsec off" if macsec == "off" else macsec]
    return "; ".join(part for part in (*main, *_besides(words)) if part)


def _besides(words: Words) -> Iterator[str]:
    named = told(words)
    for what in ("on failure", "on no response", "on dead servers", "MAC limit", "VLAN"):
        if named.get(what, "none") != "none":
            yield f"{what} {named[what]}"


_TITLES: Mapping[Feature, str] = {
    "dot1x.mode": "802.1X",
    "dot1x.methods": "methods",
    "dot1x.host_mode": "hosts",
    "dot1x.violation": "violation",
    "dot1x.reauthentication": "reauthentication",
    "dot1x.on_failure": "on failure",
    "dot1x.on_no_response": "on no response",
    "dot1x.on_server_dead": "on dead servers",
    "macsec.policy": "MACsec",
    "mac_limit": "MAC limit",
    "vlan": VLAN,
    "ckn": KEY,
}


def _told(feature: Feature, words: Words) -> str:
    word = words[feature]
    if word == UNKNOWN:
        return word
    if feature == "macsec.policy" and "macsec.cak" in words:
        cak = words["macsec.cak"]
        return f"{word}, {cak}{'' if cak == UNKNOWN else ' CAK'}"
    if feature == "dot1x.methods":
        return word.replace(" ", " then ")
    if feature == "dot1x.reauthentication" and word.isdecimal():
        return f"every {word} s"
    return word.replace(" ", ", ") if feature == "mac_limit" else word
