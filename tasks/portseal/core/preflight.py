"""What a switch says before a change in, findings out: what speaks against beginning, and what only deserves a look.

Which commands are asked, and what in their output is a finding, stands in the platform's folder (`[[preflight]]`); what ports
say of who hangs on them comes from the same observation that verdicts come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from portseal.core.facts import SwitchFacts
from portseal.core.intent import PortIntent, SwitchIntent
from portseal.core.model import Value
from portseal.core.observation import PortState
from portseal.core.platforms import Pack
from portseal.core.preflight_checks import Ask, PreflightCheck
from portseal.core.profile import MacsecPolicy

CLOCK_SECONDS = 300
"""How far a switch's clock may be off."""
MANY = 4
"""More addresses than this are no camera."""
_QUARTER = timedelta(minutes=15)


class PreflightFinding(Value):
    """One thing that speaks against a change, or that people should know of."""

    switch: str
    scope: str
    """Long port name, or empty where it is about the switch."""
    code: str
    severity: Literal["block", "warn"]
    message: str


def asked(checks: Sequence[PreflightCheck], intent: SwitchIntent) -> tuple[PreflightCheck, ...]:
    """`checks` as they are sent to the switch of `intent`: with the addresses of its RADIUS servers, and its camera ports."""
    servers = [str(server.address) for server in intent.radius.servers] if intent.radius else []
    secured = any(port.macsec.policy is not MacsecPolicy.OFF for port in intent.ports)
    found: list[PreflightCheck] = []
    for check in checks:
        if (check.when == "macsec" and not secured) or check.unless in intent.options:
            continue
        if "{radius}" in check.command:
            found.extend(_filled(check, "{radius}", address, f"{address}: {check.reason}") for address in servers)
        elif "{port}" in check.command:
            found.extend(_filled(check, "{port}", port.port, check.reason) for port in intent.ports)
        else:
            found.append(check)
    return tuple(found)


def _filled(check: PreflightCheck, place: str, with_: str, reason: str) -> PreflightCheck:
    return check.model_copy(update={"command": check.command.replace(place, with_), "reason": reason})


def not_asked(pack: Pack) -> tuple[str, ...]:
    """What is not asked on a platform, a line each: `licence: why`."""
    return tuple(f"{each.matter}: {each.why}" for each in pack.unasked)


def switch_findings(
    switch: str, checks: Sequence[PreflightCheck], outputs: Sequence[str], now: datetime
) -> tuple[PreflightFinding, ...]:
    """What the outputs of `checks`' commands, in their order, say against touching `switch`."""
    found: list[PreflightFinding] = []
    for check, output in zip(checks, outputs, strict=True):
        for scope, message in _concluded(check, output, now):
            found.append(
                PreflightFinding(switch=switch, scope=scope, code=check.code, severity=check.severity, message=message)
            )
    return tuple(found)


def _concluded(check: PreflightCheck, output: str, now: datetime) -> Iterator[tuple[str, str]]:
    lines = [line.strip() for line in output.splitlines()]
    hits = [hit for line in lines if (hit := re.search(check.match, line))]
    if check.ask is Ask.REFUSES:
        yield from (("", f"{check.reason} (`{hit.string}`)") for hit in hits[:3])
    elif check.ask is Ask.NEEDS:
        if not hits:
            yield "", check.reason
    elif check.ask is Ask.CLOCK:
        if not hits:
            yield "", f"the clock could not be read from `{check.command}`"
        elif told := _clock(check, hits[0], now, _zone(check, hits[0], lines)):
            yield "", told
    else:
        yield from _neighbours(check, lines)


def _zone(check: PreflightCheck, hit: re.Match[str], lines: Sequence[str]) -> str:
    if check.zone:
        return next((found["zone"] for line in lines if (found := re.search(check.zone, line))), "unnamed")
    return hit.groupdict().get("zone") or "UTC"


def _clock(check: PreflightCheck, hit: re.Match[str], now: datetime, zone: str) -> str:
    text = " ".join(hit[name] for name in ("clock", "date", "year") if name in hit.groupdict())
    try:
        shown = datetime.strptime(text, check.time).replace(tzinfo=UTC)
    except ValueError:
        return f"the clock says `{hit.string}`, which is no time that was expected"
    off = shown - now.astimezone(UTC)
    if zone not in ("UTC", "GMT", "Z") and abs(off) < timedelta(hours=15):
        # Every zone is a whole number of quarters of an hour away from UTC; what is left over is the clock's.
        left = off % _QUARTER
        off = min(left, _QUARTER - left)
    seconds = abs(off.total_seconds())
    return f"{check.reason}: off by {seconds:.0f} s (`{hit.string}`)" if seconds > CLOCK_SECONDS else ""


def _neighbours(check: PreflightCheck, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    port, told = "", False
    for line in lines:
        if hit := re.search(check.match, line):
            port, told = hit["port"], False
        elif port and not told and check.switch and re.search(check.switch, line):
            told = True
            yield port, f"{check.reason} (`{line}`)"


def fact_findings(switch: str, facts: SwitchFacts, ports: Sequence[PortIntent]) -> tuple[PreflightFinding, ...]:
    """What facts that were asked of an API say against touching a port."""
    found: list[PreflightFinding] = []
    for port in ports:
        known = facts.ports.get(port.port)
        for each in known.neighbours if known else ():
            if each.forwards:
                message = f"the neighbour on this port is a switch or a router ({each.name}, {each.port})"
                code = "neighbour-is-switch"
                found.append(
                    PreflightFinding(switch=switch, scope=port.port, code=code, severity="block", message=message)
                )
    return tuple(found)


def port_findings(
    switch: str, ports: Sequence[PortIntent], states: Mapping[str, PortState], owners: Mapping[str, str]
) -> tuple[PreflightFinding, ...]:
    """What speaks against closing a port: another station where the camera should be, or more of them than a camera is."""
    found: list[PreflightFinding] = []
    for port in ports:
        macs = states[port.port].macs if port.port in states else ()
        if len(macs) > MANY:
            message = (
                f"{len(macs)} addresses are learned here: something with other devices behind it hangs on this port"
            )
            code = "many-macs"
        elif macs and port.mac not in macs:
            who = f" ({owners[macs[0]]})" if macs[0] in owners else ""
            message, code = f"{macs[0]}{who} is here; the inventory says {port.mac} ({port.camera})", "other-mac"
        else:
            continue
        found.append(PreflightFinding(switch=switch, scope=port.port, code=code, severity="block", message=message))
    return tuple(found)
