"""What `display` commands print of the switch as a whole, and which one answers which."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from portseal.simulator.config import find, ordered, starting, value
from portseal.simulator.grammar import Match
from portseal.simulator.hpe_comware.box import Box
from portseal.simulator.hpe_comware.configure import load, print_lines, spelt
from portseal.simulator.hpe_comware.display_macsec import MACSEC
from portseal.simulator.hpe_comware.display_ports import PORTS
from portseal.simulator.hpe_comware.display_users import USERS
from portseal.simulator.unsaved import answers, unsaved

Handler = Callable[[Box, Match], str]


def _running_interface(box: Box, match: Match) -> str:
    entry = find(box.running, ("interface", match.words[-1]))
    if entry is None:
        return " % Wrong parameter found at '^' position.\n"
    lines = [spelt(entry, box.vault), *(f" {spelt(child, box.vault)}" for child in ordered(entry.children))]
    return "\n".join(["#", *lines, "#", "return", ""])


def _startup(box: Box, _match: Match) -> str:
    return "\n".join([*print_lines(load(box.startup, box.vault), box.vault), ""])


def _version(box: Box, _match: Match) -> str:
    up = box.now() - box.booted
    return (
        "HPE Comware Software, Version 7.1.070, Release 6635P07\n"
        "Copyright (c) 2010-2022 Hewlett Packard Enterprise Development LP\n"
        f"HPE 5140 48G PoE+ 4SFP+ EI Switch uptime is {up.days // 7} weeks, {up.days % 7} days, "
        f"{up.seconds // 3600} hours, {up.seconds % 3600 // 60} minutes\n"
        "Last reboot reason : User reboot\n"
    )


def _manuinfo(box: Box, _match: Match) -> str:
    serial = int(hashlib.sha256(box.spec.name.encode()).hexdigest(), 16) % 10**8
    return (
        "Slot 1 CPU 0:\nDEVICE_NAME          : 5140 48G PoE+ 4SFP+ EI JL824A\n"
        f"DEVICE_SERIAL_NUMBER : CN{serial:08d}\nMAC_ADDRESS          : {box.ports.mac_of('chassis').upper()}\n"
    )


def _mka_policy(box: Box, _match: Match) -> str:
    text = "PolicyName          ReplayProtection   WindowSize    ConfOffset    Validation\n"
    rows = [("default-policy", "Yes", "0", "0", "Check")]
    for entry in ordered(list(starting(box.running, "mka policy"))):

        def word(setting: str, default: str, lines: list = entry.children) -> str:  # type: ignore[type-arg]
            found = value(lines, setting)
            return found[-1] if found else default

        undone = find(entry.children, ("replay-protection", "enable"))
        rows.append(
            (
                entry.slot[2],
                "No" if undone is not None and undone.negative else "Yes",
                word("replay-protection window-size", "0"),
                word("confidentiality-offset", "0"),
                word("validation mode", "check").capitalize(),
            )
        )
    return text + "".join(f"{n:<20}{r:<19}{w:<14}{o:<14}{v}\n" for n, r, w, o, v in rows)


def _clock(box: Box, _match: Match) -> str:
    return f"{box.now().strftime('%H:%M:%S UTC %a %m/%d/%Y')}\n"


def _lldp_verbose(box: Box, _match: Match) -> str:
    """Behind the uplinks there are switches; cameras say nothing."""
    text = ""
    for number, (name, lines) in enumerate(box.interfaces(), start=1):
        if value(lines, "port link-type") == ("trunk",):
            text += (
                f"LLDP neighbor-information of port {number}[{name}]:\nLLDP agent nearest-bridge:\n LLDP neighbor index : 1\n"
                " Chassis type        : MAC address\n Chassis ID          : 0200-0000-0001\n"
                " System name         : distribution-1\n System capabilities supported : Bridge, Router\n"
                " System capabilities enabled   : Bridge, Router, Customer Bridge\n\n"
            )
    return text


def _ping(box: Box, match: Match) -> str:
    address = match.words[-1]
    answered = 5 if answers(box.radius(), address) else 0
    return (
        f"Ping {address} ({address}): 56 data bytes, press CTRL_C to break\n\n--- Ping statistics for {address} ---\n"
        f"5 packet(s) transmitted, {answered} packet(s) received, {100 - answered * 20}.0% packet loss\n"
    )


def _diffs(box: Box, _match: Match) -> str:
    return unsaved(
        print_lines(load(box.startup, box.vault), None),
        box.text(shown=False).splitlines(),
        ("Startup configuration", "Current configuration"),
    )


HANDLERS: dict[str, Handler] = {
    "running": lambda box, _match: box.text(shown=True),
    "running_interface": _running_interface,
    "startup": _startup,
    "version": _version,
    "manuinfo": _manuinfo,
    "clock": _clock,
    "diffs": _diffs,
    "ping": _ping,
    "lldp_verbose": _lldp_verbose,
    "mka_policy": _mka_policy,
    "lldp": lambda _box, _match: "",
    "users": lambda _box, _match: "  Idx  Line     Idle       Time              Pid     Type\n",
    **PORTS,
    **USERS,
    **MACSEC,
}
