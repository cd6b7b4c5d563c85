"""Makes one port what its settings say."""

import subprocess
from pathlib import Path

from portseal_switch.config import HOSTAPD, SHUT, Refused
from portseal_switch.hostapd import process_of, start_hostapd, stop_hostapd
from portseal_switch.kernel import bridge_ports, flush, forget, forwarding_entries, set_port


def ip(*arguments, port):
    """One `ip` command; its objection with the port's name."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{port}: ip {' '.join(arguments)}: {done.stderr.strip()}")


def runs(settings):
    """Whether the port's hostapd is as these settings want it: running with this configuration, or not there."""
    if not settings["hostapd"]:
        return not process_of(settings["port"])
    file = HOSTAPD / f".{settings['port']}.conf"
    return bool(process_of(settings["port"])) and file.exists() and file.read_text() == settings["hostapd"]


def closed(settings, link):
    """Whether nothing passes this port but what has a static entry."""
    try:
        silent = Path(f"/sys/class/net/{settings['bridge']}/bridge/no_linklocal_learn").read_text().strip() == "1"
    except OSError:
        return False
    return bool(silent and link and link["locked"] and link["mab"])


def lock(settings):
    """Close one port. The order matters: a station learned before the lock passes until the port is flushed, and without
    no_linklocal_learn one EAPOL-Start would teach the bridge its sender."""
    port = settings["port"]
    ip("link", "set", "dev", settings["bridge"], "type", "bridge", "no_linklocal_learn", "1", port=port)
    ip("link", "set", "dev", port, "down", port=port)
    ip("link", "set", "dev", port, "master", settings["bridge"], port=port)
    index = bridge_ports()[port]["index"]
    set_port(index, locked=True, mab=True)
    if not closed(settings, bridge_ports()[port]):
        raise Refused(f"{port}: this kernel cannot report stations on a locked port (MAB); Linux 6.2 or newer does")
    flush(index)
    ip("link", "set", "dev", port, "up", port=port)


def seal(settings):
    """Make one port what its settings say."""
    port = settings["port"]
    if not Path(f"/sys/class/net/{port}").exists():
        raise Refused(f"{port}: no such interface")
    if settings["mode"] == "closed":
        if not closed(settings, bridge_ports().get(port)):
            lock(settings)
    else:
        ip("link", "set", "dev", port, "master", settings["bridge"], "up", port=port)
        set_port(bridge_ports()[port]["index"], locked=False, mab=False)
    if not settings["hostapd"]:
        stop_hostapd(port)
    elif not runs(settings):
        start_hostapd(settings)


def release(port):
    """Make a port an ordinary bridge port again."""
    stop_hostapd(port)
    link = bridge_ports().get(port)
    if link:
        set_port(link["index"], locked=False, mab=False)
        for index, mac, kind in forwarding_entries():
            if index == link["index"] and kind in ("static", "locked"):
                forget(index, mac)
    recover(port)


def recover(port):
    """Bring up a port that a violation shut down."""
    if (SHUT / port).exists():
        (SHUT / port).unlink()
        ip("link", "set", "dev", port, "up", port=port)


def in_place(settings, before):
    """Whether a port already is what its settings say."""
    port = settings["port"]
    link = bridge_ports().get(port)
    return bool(
        before == settings
        and link
        and (closed(settings, link) if settings["mode"] == "closed" else not link["locked"])
        and runs(settings)
    )
