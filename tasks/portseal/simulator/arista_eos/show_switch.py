"""What the switch says of itself and of its configuration."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from portseal.simulator.arista_eos.box import Box
from portseal.simulator.arista_eos.configure import load
from portseal.simulator.grammar import Match
from portseal.simulator.unsaved import unsaved

Answer = tuple[str, Mapping[str, object] | None]
MODEL, RELEASE = "CCS-720XP-48Y6", "4.31.1F"


def _serial(box: Box) -> str:
    return f"WTW{int(hashlib.sha256(box.spec.name.encode()).hexdigest(), 16) % 10**8:08d}"


def _heading(command: str, box: Box) -> str:
    return (
        f"! Command: {command}\n! device: {box.hostname} ({MODEL}, EOS-{RELEASE})\n!\n! boot system flash:/EOS.swi\n!\n"
    )


def _running(box: Box, _match: Match, _user: str) -> Answer:
    return _heading("show running-config", box) + box.text(shown=True), None


def _startup(box: Box, _match: Match, _user: str) -> Answer:
    return _heading("show startup-config", box) + box.print(load(box.startup), shown=True), None


def uptime(box: Box) -> float:
    """Seconds since the switch started."""
    return (box.now() - box.booted).total_seconds()


def _version(box: Box, _match: Match, _user: str) -> Answer:
    up = uptime(box)
    data = {
        "mfgName": "Arista",
        "modelName": MODEL,
        "hardwareRevision": "11.02",
        "serialNumber": _serial(box),
        "systemMacAddress": box.ports.mac_of("chassis"),
        "version": RELEASE,
        "internalVersion": f"{RELEASE}-34554157.{RELEASE.replace('.', '')}",
        "architecture": "i686",
        "uptime": up,
        "bootupTimestamp": box.booted.timestamp(),
        "memTotal": 3943304,
        "memFree": 2511304,
    }
    text = (
        f"Arista {MODEL}\nHardware version: 11.02\nSerial number: {_serial(box)}\n\n"
        f"Software image version: {RELEASE}\nArchitecture: i686\n\nUptime: {int(up // 60)} minutes\n"
        "Total memory: 3943304 kB\nFree memory: 2511304 kB\n\n"
    )
    return text, data


def _hostname(box: Box, _match: Match, _user: str) -> Answer:
    fqdn = f"{box.hostname}.cameras.example"
    return f"Hostname: {box.hostname}\nFQDN:     {fqdn}\n", {"hostname": box.hostname, "fqdn": fqdn}


def _clock(box: Box, _match: Match, _user: str) -> Answer:
    return box.now().strftime("%a %b %e %H:%M:%S %Y\nTimezone: UTC\nClock source: local\n"), None


def _unsaved(box: Box, _match: Match, _user: str) -> Answer:
    """What the running configuration has and has not that the startup one has; nothing where they are the same."""
    before, after = box.print(load(box.startup), shown=False), box.text(shown=False)
    return unsaved(before.splitlines(), after.splitlines(), ("startup-config", "running-config")), None


def _users(_box: Box, _match: Match, user: str) -> Answer:
    return (
        "    Line      User        Host(s)       Idle        Location\n"
        f"*  1 vty 2    {user:<11} idle          00:00:00    127.0.0.1\n"
    ), None


def _sessions(box: Box, _match: Match, _user: str) -> Answer:
    timer = box.sessions.timer
    text = "Maximum number of completed sessions: 1\nMaximum number of pending sessions: 5\n\n"
    text += "  Name                    State              User    Terminal  Commit Time Left\n"
    text += "  ----------------------- ------------------ ------- --------- ----------------\n"
    found: dict[str, object] = {}
    for session in box.sessions.known.values():
        left = ""
        entry: dict[str, object] = {"state": session.state, "instances": {}, "description": ""}
        if timer is not None and timer.session == session.name:
            seconds = max((timer.due - box.now()).total_seconds(), 0)
            left = f"{int(seconds // 60)}m{int(seconds % 60)}s"
            entry["commitBy"] = uptime(box) + seconds
        found[session.name] = entry
        text += f"  {session.name:<23} {session.state:<18} {session.user:<17} {left}".rstrip() + "\n"
    return text, {"sessions": found, "maxSavedSessions": 1, "maxOpenSessions": 5, "mergeOnCommit": False}


SWITCH: dict[str, Callable[[Box, Match, str], Answer]] = {
    "running": _running,
    "startup": _startup,
    "version": _version,
    "hostname": _hostname,
    "clock": _clock,
    "users": _users,
    "unsaved": _unsaved,
    "sessions": _sessions,
}
