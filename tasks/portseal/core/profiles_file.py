"""profiles.toml in, profiles out: one table a profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from portseal.core.findings import NAME_RULE, LintCode, finding, shown
from portseal.core.model import Finding, Name
from portseal.core.profile import CakSource, MacsecPolicy, Method, Mode, Profile
from portseal.core.toml_source import TomlSource, checked

_NAME: TypeAdapter[str] = TypeAdapter(Name)


class ProfilesFile(NamedTuple):
    """What profiles.toml gives."""

    profiles: Mapping[str, Profile]
    """Those without a mistake."""
    names: frozenset[str]
    """All that are there, also those with mistakes, so that a camera's profile is not called unknown for them."""
    findings: tuple[Finding, ...]


def read_profiles(source: TomlSource) -> ProfilesFile:
    """The profiles of profiles.toml, and all that is wrong with them."""
    profiles: dict[str, Profile] = {}
    findings: list[Finding] = []
    for name, table in source.data.items():
        if not is_name(name):
            findings.append(
                finding(LintCode.BAD_NAME, f"{shown(name)} is no name; {NAME_RULE}", file=source.file, column=name)
            )
        if not isinstance(table, Mapping):
            message = f"a profile is a table; write [{name}.dot1x], [{name}.macsec]"
            findings.append(finding(LintCode.BAD_VALUE, message, file=source.file, column=name))
            continue
        if "name" in table:
            message = "a profile's name is its table's; take this line out"
            findings.append(finding(LintCode.UNKNOWN_KEY, message, file=source.file, column=f"{name}.name"))
        fields = {key: value for key, value in table.items() if key != "name"}
        # A bad name has its finding already; the rest of the table is checked all the same.
        given = {**fields, "name": name if is_name(name) else "unnamed"}
        profile, mistakes = checked(Profile, given, file=source.file, prefix=name)
        findings += mistakes
        if profile:
            profiles[name] = profile
            findings += _contradictions(profile, source.file)
    return ProfilesFile(profiles, frozenset(source.data), tuple(findings))


def is_name(text: object) -> bool:
    """Whether `text` is a name that may reach a template."""
    try:
        _NAME.validate_python(text)
    except ValidationError:
        return False
    return True


def _contradictions(profile: Profile, file: str) -> Iterator[Finding]:
    """What no platform could do."""
    name, dot1x, macsec = profile.name, profile.dot1x, profile.macsec
    if macsec.policy is MacsecPolicy.OFF:
        return
    controlled = dot1x.mode is not Mode.OFF
    if controlled and Method.MAB in dot1x.methods and Method.DOT1X not in dot1x.methods:
        message = "MAB alone gives no key, so MACsec cannot come up; add method 'dot1x', or set macsec.policy = 'off'"
        yield finding(LintCode.MACSEC_WITH_MAB, message, file=file, column=f"{name}.dot1x.methods")
    elif controlled and Method.MAB in dot1x.methods and macsec.policy is MacsecPolicy.MUST_SECURE:
        message = (
            "a camera admitted by MAB has no key, and must-secure drops all it sends: a dark camera; "
            "take 'mab' out of the methods, or set macsec.policy = 'should-secure'"
        )
        yield finding(LintCode.MACSEC_WITH_MAB, message, file=file, column=f"{name}.dot1x.methods")
    if macsec.cak is CakSource.DERIVED and dot1x.eap == "peap":
        message = "a derived CAK comes from EAP-TLS; set dot1x.eap = 'eap-tls', or give the link a static CAK"
        yield finding(LintCode.CAK_WITHOUT_EAP_TLS, message, file=file, column=f"{name}.dot1x.eap")
