"""What the switch prints of itself and of its configuration."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from difflib import ndiff

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.configure import load, speller
from portseal.simulator.config import find, print_lines
from portseal.simulator.grammar import Match


def _stamp(moment: datetime.datetime) -> str:
    return moment.strftime("%H:%M:%S UTC %a %b %-d %Y")


def serial(box: Box) -> str:
    """A chassis serial number that stays the same for a switch's name."""
    return f"FOC{int(hashlib.sha256(box.spec.name.encode()).hexdigest(), 16) % 10**8:08d}"


def _running(box: Box, _match: Match, _user: str) -> str:
    body = box.text(shown=True)
    return (
        f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n!\n"
        f"! Last configuration change at {_stamp(box.changed_at)} by {box.changed_by}\n!\n{body}\n"
    )


def _running_interface(box: Box, match: Match, _user: str) -> str:
    entry = find(box.running, ("interface", match.words[-1]))
    if entry is None:
        return "% Invalid input detected at '^' marker.\n\n"
    spell = speller(box.running, box.vault, master_key=box.master_key)
    body = "\n".join([*print_lines([entry], spell), "end", ""])
    return f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n!\n{body}\n"


def _startup(box: Box, _match: Match, _user: str) -> str:
    body = box.print(load(box.startup, box.vault), shown=True)
    return f"Using {len(body)} out of 2097152 bytes\n!\n{body}\n"


def _archive(box: Box, _match: Match, _user: str) -> str:
    if not box.archive_on():
        return "Archive feature not enabled\n"
    return (
        "The maximum archive configurations allowed is 10.\n"
        "There are currently 0 archive configurations saved.\n"
        "The next archive file will be named flash:archive-<timestamp>-0\n"
        " Archive #  Name\n" + "".join(f"   {n:<9}\n" for n in range(1, 11))
    )


def _rollback(box: Box, _match: Match, _user: str) -> str:
    if box.rollback is None:
        return "%No Rollback Confirmed Change pending\n"
    kind = "idle" if box.rollback.idle else "absolute"
    return (
        f"Time configured(or reconfigured): {_stamp(box.rollback.since)}\n"
        f"Timer type: {kind} timer\nTimer value: {box.rollback.minutes} min\nUser: {box.rollback.user}\n"
    )


def _differences(box: Box, _match: Match, _user: str) -> str:
    """What the running configuration has and has not that the startup one has (Contextual Configuration Diff Utility)."""
    before = box.print(load(box.startup, box.vault), shown=False).splitlines()
    lines = [line for line in ndiff(before, box.print(box.running, shown=False).splitlines()) if line[0] in "+-"]
    body = "".join(f"{line[0]}{line[2:]}\n" for line in lines if line[2:].strip())
    return f"!Contextual Config Diffs:\n{body or '!No changes were found'}\n"


def _ping(box: Box, match: Match, _user: str) -> str:
    address = match.words[-1]
    alive = any(server.alive and server.address == address for server in box.ports.radius)
    answered = 5 if alive else 0
    return (
        f"Type escape sequence to abort.\nSending 5, 100-byte ICMP Echos to {address}, timeout is 2 seconds:\n"
        f"{'!' * answered or '.....'}\nSuccess rate is {answered * 20} percent ({answered}/5)\n"
    )


def _clock(box: Box, _match: Match, _user: str) -> str:
    now = box.now()
    return f"*{now.strftime('%H:%M:%S')}.{now.microsecond // 1000:03d} UTC {now.strftime('%a %b %-d %Y')}\n"


def _version(box: Box, _match: Match, _user: str) -> str:
    up = box.now() - box.booted
    hours, minutes = up.seconds // 3600, up.seconds % 3600 // 60
    return (
        "Cisco IOS XE Software, Version 17.09.04a\n"
        "Cisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.4a, "
        "RELEASE SOFTWARE (fc3)\n"
        "Technical Support: http://www.cisco.com/techsupport\n"
        "Copyright (c) 1986-2023 by Cisco Systems, Inc.\n"
        "Compiled Fri 20-Oct-23 10:44 by mcpre\n\n\n"
        "ROM: IOS-XE ROMMON\nBOOTLDR: System Bootstrap, Version 17.9.1r, RELEASE SOFTWARE (P)\n\n"
        f"{box.hostname} uptime is {up.days} days, {hours} hours, {minutes} minutes\n"
        "System returned to ROM by Reload Command\n"
        'System image file is "flash:packages.conf"\nLast reload reason: Reload Command\n\n'
        "cisco C9300-48UN (X86) processor with 1338934K/6147K bytes of memory.\n"
        f"Processor board ID {serial(box)}\n"
        f"{len(box.spec.ports)} Gigabit Ethernet interfaces\n"
        "2048K bytes of non-volatile configuration memory.\n\n"
        f"Model Number                       : C9300-48UN\n"
        f"System Serial Number               : {serial(box)}\n\n\n"
        "Switch Ports Model              SW Version        SW Image              Mode   \n"
        "------ ----- -----              ----------        ----------            ----   \n"
        "*    1 65    C9300-48UN         17.09.04a         CAT9K_IOSXE           INSTALL\n\n\n"
        "Configuration register is 0x102\n\n"
    )


def _inventory(box: Box, _match: Match, _user: str) -> str:
    return (
        f'NAME: "c93xx Stack", DESCR: "c93xx Stack"\nPID: C9300-48UN        , VID: V02  , SN: {serial(box)}\n\n'
        f'NAME: "Switch 1", DESCR: "C9300-48UN"\nPID: C9300-48UN        , VID: V02  , SN: {serial(box)}\n\n'
    )


def _users(_box: Box, _match: Match, user: str) -> str:
    return (
        "    Line       User       Host(s)              Idle       Location\n"
        f"*  1 vty 0     {user:<10} idle                 00:00:00 127.0.0.1\n\n"
        "  Interface    User               Mode         Idle     Peer Address\n\n"
    )


def _config_mode(box: Box, _match: Match, _user: str) -> str:
    return f"Current configuration mode is {'new-style' if box.new_style else 'legacy'}\n"


CONFIG: dict[str, Callable[[Box, Match, str], str]] = {
    "running": _running,
    "running_interface": _running_interface,
    "startup": _startup,
    "archive": _archive,
    "rollback": _rollback,
    "clock": _clock,
    "differences": _differences,
    "ping": _ping,
    "version": _version,
    "inventory": _inventory,
    "users": _users,
    "config_mode": _config_mode,
    "privilege": lambda _box, _match, _user: "Current privilege level is 15\n",
}
