"""Hosts of the Nornir inventory in, switches out: the data that intent depends on, checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from portseal.core.findings import NAME_RULE, LintCode, finding, listed, nearest, shown
from portseal.core.inventory import Radius, Switch
from portseal.core.keys_file import reference_mistake
from portseal.core.model import Finding, Text, Value
from portseal.core.profiles_file import is_name
from portseal.core.toml_source import NOT_TEXT, checked
from portseal.core.transport import transport_mistakes

_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class Login(Value):
    """Host or group data `login`: who logs in, with a password (a secret reference) or a key file."""

    username: Annotated[str, Field(min_length=1, pattern=r"^[^\p{C}\s]+$")]
    password: str | None = None
    """Secret reference, e.g. `login/switches`."""
    key_file: str | None = None
    """Path of an SSH private key."""
    enable: str | None = None
    """Secret reference for the privileged mode, where the login does not lead there."""
    aaa: Annotated[str, Field(pattern=r"^[^\p{C}\s]*$")] = ""
    """A name for the AAA server (TACACS+, RADIUS) that decides on this login, the same for all switches that ask it."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Login:
        if (self.password is None) == (self.key_file is None):
            raise ValueError("give either `password` (a secret reference) or `key_file`")
        return self


class Datum(NamedTuple):
    """A value of Nornir data, and where it was written: the file, and the host, group or (None) the defaults."""

    value: object
    file: str
    element: str | None

    def column(self, key: str) -> str:
        """The dotted key at which it stands."""
        return f"{self.element}.data.{key}" if self.element else f"data.{key}"


class HostRecord(NamedTuple):
    """One host as Nornir resolves it."""

    name: str
    platform: str | None
    hostname: str | None
    data: Mapping[str, Datum]
    """`radius`, `options`, `login`, `transport`, `accept_unknown_host_key`, where there are any."""


class SwitchesFile(NamedTuple):
    """What the hosts give."""

    switches: Mapping[str, Switch]
    """Those without a mistake."""
    findings: tuple[Finding, ...]


def read_switches(
    hosts: Iterable[HostRecord],
    platforms: Iterable[str],
    options: Mapping[str, Iterable[str]],
    file: str,
    *,
    with_api: Collection[str] = (),
) -> SwitchesFile:
    """The switches, and all that is wrong with hosts and their data.

    `platforms` are the folders there are, `options` the host options that each platform in use reads, `with_api` those of them
    that napalm is offered for; `file` is where hosts are written. Data of a group is told once, however many hosts have it.
    """
    switches: dict[str, Switch] = {}
    findings: dict[Finding, None] = {}
    known, near = frozenset(platforms), dict[str, str]()
    read_before: dict[int, tuple[object, tuple[Finding, ...]]] = {}
    for host in hosts:
        found = [*_host_mistakes(host, known, near, file), *_login_mistakes(host, file)]
        radius = _once(read_before, host.data.get("radius"), _read_radius)
        chosen = _once(read_before, host.data.get("options"), _read_options)
        found += (*radius[1], *chosen[1], *_unknown_options(host, options))
        if (way := host.data.get("transport")) is not None and way.value is not None:
            column = way.column("transport")
            found += transport_mistakes(way.value, host.platform, with_api, file=way.file, column=column)
        findings.update(dict.fromkeys(found))
        if not any(told.code not in (LintCode.MISSING_LOGIN,) for told in found) and host.platform:
            switches[host.name] = Switch(
                name=host.name,
                platform=host.platform,
                address=host.hostname or "",
                radius=radius[0] if isinstance(radius[0], Radius) else None,
                options=chosen[0] if isinstance(chosen[0], dict) else {},
            )
    return SwitchesFile(switches, tuple(findings))


def _host_mistakes(host: HostRecord, platforms: frozenset[str], near: dict[str, str], file: str) -> Iterator[Finding]:
    if not is_name(host.name):
        yield finding(LintCode.BAD_NAME, f"{shown(host.name)} is no name; {NAME_RULE}", file=file, column=host.name)
    if not host.platform:
        message = "no platform; give the host or one of its groups the name of a platform folder"
        yield finding(LintCode.MISSING_PLATFORM, message, file=file, column=host.name)
    elif host.platform not in platforms:
        if host.platform not in near:
            near[host.platform] = nearest(host.platform, platforms)
        message = f"there is no platform {shown(host.platform)}{near[host.platform]}; `portseal platforms` lists those there are"
        yield finding(LintCode.UNKNOWN_PLATFORM, message, file=file, column=f"{host.name}.platform")
    if not host.hostname:
        message = "no hostname; give the address or the name under which the switch is reached"
        yield finding(LintCode.MISSING_HOSTNAME, message, file=file, column=host.name)
    elif not _HOSTNAME.fullmatch(host.hostname):
        message = f"{shown(host.hostname)} is neither a host name nor an address"
        yield finding(LintCode.BAD_HOSTNAME, message, file=file, column=f"{host.name}.hostname")


def _login_mistakes(host: HostRecord, file: str) -> Iterator[Finding]:
    unknown_key = host.data.get("accept_unknown_host_key")
    if unknown_key and not isinstance(unknown_key.value, bool):
        message = f"true or false, not {shown(unknown_key.value)}"
        column = unknown_key.column("accept_unknown_host_key")
        yield finding(LintCode.BAD_VALUE, message, file=unknown_key.file, column=column)
    login = host.data.get("login")
    if login is None:
        message = "no login; give data `login: {username: ..., password: login/switches}` to the host or a group"
        yield finding(LintCode.MISSING_LOGIN, message, file=file, column=host.name)
        return
    column = login.column("login")
    if isinstance(login.value, Mapping):
        for key in ("password", "enable"):
            if told := reference_mistake(login.value.get(key), file=login.file, column=f"{column}.{key}"):
                yield told
    yield from checked(Login, login.value, file=login.file, prefix=column, secret=True)[1]


def _once(before: dict[int, tuple[Any, tuple[Finding, ...]]], datum: Datum | None, read: Any) -> Any:
    """What `read` makes of `datum`, worked out once for data that hosts share."""
    if datum is None:
        return None, ()
    if id(datum.value) not in before:
        before[id(datum.value)] = read(datum)
    return before[id(datum.value)]


def _read_radius(datum: Datum) -> tuple[Radius | None, tuple[Finding, ...]]:
    column = datum.column("radius")
    radius, mistakes = checked(Radius, datum.value, file=datum.file, prefix=column, secret=True)
    servers = datum.value.get("servers") if isinstance(datum.value, Mapping) else None
    found = list(mistakes)
    names: set[object] = set()
    for index, server in enumerate(servers if isinstance(servers, list) else ()):
        if not isinstance(server, Mapping):
            continue
        place = f"{column}.servers.{index}"
        if told := reference_mistake(server.get("key"), file=datum.file, column=f"{place}.key"):
            found = [told, *(other for other in found if other.column != told.column)]
        name = str(server.get("name"))
        if name in names:
            message = f"a server is called {shown(name)} already"
            found.append(finding(LintCode.DUPLICATE_SERVER, message, file=datum.file, column=f"{place}.name"))
        names.add(name)
    return (None if found else radius), tuple(found)


def _read_options(datum: Datum) -> tuple[dict[str, str | int | bool] | None, tuple[Finding, ...]]:
    column = datum.column("options")
    if not isinstance(datum.value, Mapping):
        return None, (
            finding(LintCode.BAD_VALUE, "options are a mapping: name: value", file=datum.file, column=column),
        )
    options: dict[str, str | int | bool] = {}
    found: list[Finding] = []
    for name, value in datum.value.items():
        place = f"{column}.{name}"
        if not isinstance(value, str | int | bool):
            message = f"an option is a text, a whole number, true or false, not {shown(value)}"
            found.append(finding(LintCode.BAD_VALUE, message, file=datum.file, column=place))
        elif isinstance(value, str) and not _is_text(value):
            message = f"{shown(value)} {NOT_TEXT}"
            found.append(finding(LintCode.UNSAFE_TEXT, message, file=datum.file, column=place))
        else:
            options[str(name)] = value
    return options, tuple(found)


def _is_text(value: str) -> bool:
    try:
        _TEXT.validate_python(value)
    except ValidationError:
        return False
    return True


def _unknown_options(host: HostRecord, options: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    """Options that no platform of this site reads: most likely a slip, and then the switch would not be as meant."""
    datum = host.data.get("options")
    if datum is None or not isinstance(datum.value, Mapping) or host.platform not in options:
        return
    known = {name for names in options.values() for name in names}
    for name in datum.value:
        if name not in known:
            message = f"no platform of this site reads an option {shown(name)}{nearest(str(name), known)}"
            message += f"; known: {listed(sorted(known))}" if known else ""
            yield finding(LintCode.UNKNOWN_OPTION, message, file=datum.file, column=f"{datum.column('options')}.{name}")
