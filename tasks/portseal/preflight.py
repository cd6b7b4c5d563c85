"""Switch in, what speaks against changing it out: the task that asks before anything is planned for tonight. It writes nothing.

One round trip: the platform's `[[preflight]]` commands and those that tell who hangs on the ports, in one batch. Where the switch has an
API, what its driver tells of ports and their neighbours as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from nornir.core.task import Result, Task

from portseal.core.commands import recognise
from portseal.core.observation import port_states
from portseal.core.platforms import Kind, Pack
from portseal.core.portname import long_port
from portseal.core.preflight import PreflightFinding, asked, fact_findings, port_findings, switch_findings
from portseal.core.preflight_checks import Ask, PreflightCheck
from portseal.core.probes import probe_commands, unmet
from portseal.estate import Estate
from portseal.push import is_idle
from portseal.transport.candidate import CandidateSession
from portseal.transport.objection import objects
from portseal.transport.session import Session


def preflight_switch(task: Task, estate: Estate) -> Result:
    """`result` is a tuple of `PreflightFinding`; nothing is written.

    Raises:
        SessionCut: the session ended in the middle.
    """
    return Result(host=task.host, result=preflight(estate.session(task.host), estate, now=datetime.now(UTC)))


def preflight(session: Session, estate: Estate, *, now: datetime) -> tuple[PreflightFinding, ...]:
    """What speaks against changing the switch of `session`; `now` has its time zone."""
    switch = session.switch
    pack, folder, intent = estate.pack(switch), estate.folder(switch), estate.intent(switch)
    checks, seen = asked(pack.preflight, intent), mac_commands(pack)
    probes, commands = probe_commands(pack), [check.command for check in checks]
    waiting = [pack.commit.pending] if pack.commit.pending else []
    said = iter(session.run([*probes, *waiting, *commands, *seen]))
    probed, pending = list(islice(said, len(probes))), list(islice(said, len(waiting)))
    told = list(islice(said, len(commands)))
    states = port_states(pack, folder, dict(zip(seen, said, strict=True)))
    against = [
        PreflightFinding(switch=switch, scope="", code=code, severity="block", message=reason)
        for code, reason in unmet(pack, probed)
    ]
    against += [_locked(switch, shown) for shown in pending if not is_idle(shown, pack.commit)]
    camera_ports = {port.port for port in intent.ports}
    found = [_named(pack, finding) for finding in switch_findings(switch, checks, told, now)]
    found += _refused(switch, pack, checks, told)
    if isinstance(session, CandidateSession):
        told_of = {(finding.scope, finding.code) for finding in found}
        more = fact_findings(switch, session.facts(), intent.ports)
        found += [finding for finding in more if (finding.scope, finding.code) not in told_of]
    about_us = [finding for finding in found if not finding.scope or finding.scope in camera_ports]
    return (*against, *about_us, *port_findings(switch, intent.ports, states, estate.site.owners))


def _locked(switch: str, shown: str) -> PreflightFinding:
    """Somebody's change waits to be confirmed, so that none can be begun beside it."""
    first = next((line.strip() for line in shown.splitlines() if line.strip()), "no answer")
    message = f"a change that is not confirmed waits there ({first}); it is somebody else's, or an interrupted run's"
    return PreflightFinding(switch=switch, scope="", code="locked", severity="block", message=message)


def _refused(
    switch: str, pack: Pack, checks: Sequence[PreflightCheck], outputs: Sequence[str]
) -> list[PreflightFinding]:
    """The checks that would find nothing because the switch objected to their command."""
    return [
        PreflightFinding(
            switch=switch,
            scope="",
            code=check.code,
            severity="warn",
            message=f"could not be asked: `{check.command}` was refused",
        )
        for check, output in zip(checks, outputs, strict=True)
        if check.ask in (Ask.REFUSES, Ask.NEIGHBOUR) and objects(output, pack.errors)
    ]


def mac_commands(pack: Pack) -> tuple[str, ...]:
    """The commands that tell of all ports which stations are learned there."""
    of_all = [entry.command for entry in pack.observe if "{port}" not in entry.command]
    return tuple(command for command in of_all if recognise(pack, command).show.kind is Kind.MAC)


def _named(pack: Pack, finding: PreflightFinding) -> PreflightFinding:
    """With the long name of its port, however the switch spelt it."""
    if not finding.scope:
        return finding
    try:
        return finding.model_copy(update={"scope": long_port(pack.ports, finding.scope)})
    except ValueError:
        return finding
