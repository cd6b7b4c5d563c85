#!/usr/bin/env -S python3 -IS
"""Make a Linux box with a bridge and hostapd an 802.1X switch that portseal can manage.

Install as /usr/local/sbin/portseal-switch (docs/lab.md). Python 3.9 or newer and its standard library, iproute2, hostapd 2.10, Linux 6.2 or newer.

    running-config      print the owned files, one `file PATH` section each, closed by `end`
    write PATH          replace an owned file by standard input, at once or not at all
    remove PATH         remove an owned file
    apply               make bridge and hostapd follow the files; ports whose settings did not change are not touched
    arm SECONDS         keep the files as they are now and bring them back after SECONDS unless confirmed
    pending             print `none`, or what is armed
    confirm | revert    end what is armed: for good, or by bringing the files back now
    links | sessions | macs | mka | macsec
                        what is true of every port, one line each
    recover PORT        bring up a port that a violation shut down
    boot                bring files back if a change was armed when the power went, then apply
    watch               follow hostapd and the bridge (started by apply; the service runs it as well)

Owned files: /etc/portseal/switch.conf and /etc/portseal/ports/<port>.conf, `name=value` lines, hostapd's own names where it has one.
A frame from a station passes a closed port only while the bridge holds a static entry for its MAC on that port, and this program writes
one only for a station that hostapd, or the RADIUS server by MAC (MAB), has accepted. With MACsec the interface above the port, and not
the port, is in the bridge: hostapd keeps a CAK derived from EAP, wpa_supplicant a static one.
"""

import os
import subprocess
import sys

from portseal_switch.config import (
    APPLIED,
    CONFIG,
    HOSTAPD,
    MKA,
    PORTS,
    RUN,
    SHUT,
    STATE,
    Refused,
    describe,
    exclusively,
    owned_path,
    pending,
    write_file,
)

TABLES = ("links", "sessions", "macs", "mka", "macsec")


def run(command, arguments):
    """One command. Each loads what it needs and no more: they are short, and a switch has them by the dozen."""
    if command == "pending":
        print(describe(pending()) if pending() else "none")
    elif command == "running-config" or command in TABLES:
        from portseal_switch import show

        show.SHOWS[command]()
    elif command == "watch":
        from portseal_switch.watcher import watch

        watch()
    elif command in ("boot", "timer"):
        from portseal_switch import change

        change.boot() if command == "boot" else change.timer(*arguments)
    else:
        with exclusively():
            alter(command, arguments)


def alter(command, arguments):
    """One command that changes something; nobody else does meanwhile."""
    if command == "write":
        path = owned_path(*arguments)
        write_file(path, sys.stdin.buffer.read())
    elif command == "remove":
        owned_path(*arguments).unlink(missing_ok=True)
    elif command == "recover":
        from portseal_switch.sealing import recover

        recover(*arguments)
    else:
        from portseal_switch import change

        {"arm": change.arm, "apply": change.apply, "confirm": change.confirm, "revert": change.revert}[command](
            *arguments
        )


ARGUMENTS = {
    "running-config": 0, "write": 1, "remove": 1, "apply": 0, "arm": 1, "pending": 0, "confirm": 0, "revert": 0, "links": 0,
    "sessions": 0, "macs": 0, "mka": 0, "macsec": 0, "recover": 1, "boot": 0, "watch": 0, "timer": 2,
}  # fmt: skip


def main():
    """Exit 0, or 1 with `portseal-switch: error: ...`."""
    command, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if ARGUMENTS.get(command) != len(arguments):
        print(__doc__, file=sys.stderr)
        print("portseal-switch: error: no such command, or not with these arguments", file=sys.stderr)
        return 1
    os.umask(0o077)
    try:
        for folder in (RUN, APPLIED, HOSTAPD, MKA, SHUT, STATE, CONFIG, PORTS):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        run(command, arguments)
    except Refused as refused:
        print(f"portseal-switch: error: {refused}", file=sys.stderr)
        return 1
    except (OSError, subprocess.SubprocessError) as error:
        print(f"portseal-switch: error: {command}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
