"""Intent and platform in, findings out: what the platform cannot do, or is not known to do.

A `[[capability]]` lists the values that a field may have; a value in none of them is refused, because what no source shows is
not presented as supported. A `[[conflict]]` refuses a combination of values that each would be possible alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from portseal.core.findings import LintCode, finding, listed
from portseal.core.intent import PortIntent, SwitchIntent
from portseal.core.inventory import Stage
from portseal.core.model import Finding, Severity
from portseal.core.platforms import Capability, Conflict, Pack, Refused
from portseal.core.profile import MacsecPolicy, Mode

CLAIMED: Mapping[str, str] = {
    "dot1x.mode": "off",
    "dot1x.host_mode": "",
    "dot1x.methods": "",
    "dot1x.violation": "",
    "dot1x.on_failure.action": "none",
    "dot1x.on_no_response.action": "none",
    "dot1x.on_server_dead.action": "none",
    "macsec.policy": "off",
    "macsec.cak": "",
    "macsec.ciphers": "",
    "macsec.confidentiality_offset": "0",
    "mac_limit.violation": "",
}
"""Fields that a platform must claim values of, each with the value that asks nothing of it."""


OF_CAMERA = frozenset({"vlan", "identity"})
"""Fields that a row of cameras.csv gives to its port; all others come from the profile."""


def check(intent: SwitchIntent, pack: Pack) -> tuple[Finding, ...]:
    """What this platform cannot do of what the switch is meant to be; once a profile and stage, whatever the number of ports.

    Findings name the profile's dotted key in profiles.toml, the camera's row in cameras.csv for what that gives, or the
    switch in hosts.yaml for what is switch-wide.
    """
    pack = _with_options(pack, intent)
    kinds: dict[tuple[str, Stage], PortIntent] = {}
    for port in intent.ports:
        kinds.setdefault((port.profile, port.stage), port)
    found = [told for port in kinds.values() for told in _check_profile(port, pack)]
    if any(claim.feature in OF_CAMERA for claim in pack.capability):
        found += (told for port in intent.ports for told in _check_camera(port, pack))
    found += _check_conflicts(intent.ports, kinds.values(), pack)
    return tuple(dict.fromkeys((*found, *_check_switch(intent, pack))))


def possible(port: PortIntent, pack: Pack) -> bool:
    """Whether this platform can do what one port is meant to be."""
    told = (*_check_profile(port, pack), *_check_camera(port, pack), *_check_conflicts((port,), (port,), pack))
    return all(found.severity is not Severity.ERROR for found in told)


def _check_profile(port: PortIntent, pack: Pack) -> Iterator[Finding]:
    for feature in dict.fromkeys((*CLAIMED, *(claim.feature for claim in pack.capability))):
        for value in () if feature in OF_CAMERA else field_values(port, feature):
            if value != CLAIMED.get(feature):
                place = f"{port.profile}.{feature}"
                yield from _claim(feature, value, pack, file="profiles.toml", column=place, stage=port.stage)


def _check_camera(port: PortIntent, pack: Pack) -> Iterator[Finding]:
    for feature in dict.fromkeys(claim.feature for claim in pack.capability if claim.feature in OF_CAMERA):
        for value in field_values(port, feature):
            yield from _claim(feature, value, pack, file="cameras.csv", column=feature, row=port.row)


def _check_conflicts(ports: Iterable[PortIntent], kinds: Iterable[PortIntent], pack: Pack) -> Iterator[Finding]:
    for conflict in pack.conflict:
        for port in ports if OF_CAMERA.intersection(conflict.when) else kinds:
            if _applies(conflict, port):
                yield _conflict(conflict, port, pack)


def _check_switch(intent: SwitchIntent, pack: Pack) -> Iterator[Finding]:
    """Claims about switch-wide fields (`radius.dynamic_author`)."""
    for feature in dict.fromkeys(claim.feature for claim in pack.capability):
        if feature.split(".")[0] in SwitchIntent.model_fields.keys() - PortIntent.model_fields.keys():
            for value in field_values(intent, feature):
                place = f"{intent.switch}.data.{feature}"
                yield from _claim(feature, value, pack, file="hosts.yaml", column=place)


def _claim(
    feature: str,
    value: str,
    pack: Pack,
    *,
    file: str,
    column: str,
    row: int | None = None,
    stage: Stage = Stage.SEALED,
) -> Iterator[Finding]:
    """Nothing where the value is claimed; an error where it is not, a warning where it is experimental."""
    claims = [claim for claim in pack.capability if claim.feature == feature]
    claim = next((claim for claim in claims if _holds(value, claim.values)), None)
    if claim is None:
        asked = f"{feature} = {value}{_at(stage)}"
        why = "".join(
            f": {r.reason} ({r.source})" for r in pack.refused if r.feature == feature and _holds(value, r.values)
        )
        message = f"{asked} is not known to be possible on {pack.name}{why}; {_known(claims)}"
        yield finding(LintCode.NOT_POSSIBLE, message, file=file, row=row, column=column)
    elif claim.support == "experimental":
        yield finding(LintCode.EXPERIMENTAL, _experimental(claim, value, pack), file=file, row=row, column=column)


def _at(stage: Stage) -> str:
    return "" if stage is Stage.SEALED else f" (at stage {stage})"


def _known(claims: Iterable[Capability]) -> str:
    values = listed(word for claim in claims for word in claim.values)
    sources = listed(dict.fromkeys(claim.source for claim in claims), 2)
    return f"known: {values or 'none'} ({sources})" if sources else "no source claims any value"


def _experimental(claim: Capability, value: str, pack: Pack) -> str:
    note = f"; {claim.note}" if claim.note else ""
    return f"{claim.feature} = {value} is experimental on {pack.name}: {claim.source}{note}"


def applies(when: Mapping[str, tuple[str, ...]], port: PortIntent) -> bool:
    """Whether every field of `when` has one of its values in this intent."""
    return all(_meets(field_values(port, feature), words) for feature, words in when.items())


def _applies(conflict: Conflict, port: PortIntent) -> bool:
    differ = not conflict.differ or len({field_values(port, feature) for feature in conflict.differ}) > 1
    return applies(conflict.when, port) and differ


def _meets(values: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether one of the values is one of the words; of a word with `+` in it, each part has to be a value."""
    return any(all(any(_holds(v, (part,)) for v in values) for part in word.split("+")) for word in words)


def _conflict(conflict: Conflict, port: PortIntent, pack: Pack) -> Finding:
    combined = ", ".join(f"{feature} = {'/'.join(field_values(port, feature))}" for feature in conflict.when)
    message = f"{combined}{_at(port.stage)}: not together on {pack.name}: {conflict.reason} ({conflict.source})"
    place = f"{port.profile}.{next(iter(conflict.when))}"
    return finding(LintCode.CONFLICT, message, file="profiles.toml", column=place)


def _with_options(pack: Pack, intent: SwitchIntent) -> Pack:
    """The platform as this switch has it: what needs a host option that is not set is refused, with that as the reason."""
    withheld = [c for c in pack.capability if c.option is not None and intent.options.get(c.option) is not True]
    refused = [
        Refused(
            feature=c.feature, values=c.values, reason=f"it needs the host option {c.option} = true", source=c.source
        )
        for c in withheld
    ]
    left = tuple(claim for claim in pack.capability if claim not in withheld)
    return pack.model_copy(update={"capability": left, "refused": (*pack.refused, *refused)})


def _holds(value: str, words: tuple[str, ...]) -> bool:
    return "*" in words or value.casefold() in (word.casefold() for word in words) or _in_range(value, words)


def _in_range(value: str, words: tuple[str, ...]) -> bool:
    ranges = (word.split("..") for word in words if re.fullmatch(r"\d+\.\.\d+", word))
    return value.isdigit() and any(int(low) <= int(value) <= int(high) for low, high in ranges)


def field_values(intent: PortIntent | SwitchIntent, feature: str) -> tuple[str, ...]:
    """The words of a dotted field: several where the field is a list, none where it is absent or without effect.

    A number in it is a place in a list (`dot1x.methods.0`: the first one), `*` every place (`radius.servers.*.auth_port`).

    Without effect is all of 802.1X where its mode is off, and all of MACsec where its policy is off.
    """
    if isinstance(intent, PortIntent):
        head = feature.split(".", maxsplit=1)[0]
        if head == "dot1x" and feature != "dot1x.mode" and intent.dot1x.mode is Mode.OFF:
            return ()
        if head == "macsec" and feature != "macsec.policy" and intent.macsec.policy is MacsecPolicy.OFF:
            return ()
    found: list[object] = [intent]
    for part in feature.split("."):
        found = [inner for here in found for inner in _inside(here, part)]
    words = (each for here in found for each in (here if isinstance(here, tuple | list | frozenset) else (here,)))
    return tuple(str(word) for word in words if word is not None)


def _inside(here: object, part: str) -> tuple[object, ...]:
    """What `part` leads to from `here`."""
    if isinstance(here, BaseModel) and part in type(here).model_fields:
        return (getattr(here, part),)
    if isinstance(here, Mapping) and part in here:
        return (here[part],)
    if isinstance(here, tuple) and part == "*":
        return here
    return here[int(part) : int(part) + 1] if isinstance(here, tuple) and part.isdecimal() else ()
