"""Makes one port what its settings say."""

from pathlib import Path

from portseal_switch import macsec
from portseal_switch.config import SHUT, Refused
from portseal_switch.daemons import FOLDERS, runs, start, stop
from portseal_switch.kernel import bridge_ports, flush, forget, forwarding_entries, set_port
from portseal_switch.macsec import ip


def closed(settings, link):
    """Whether nothing passes this port but what is meant to: what has a static entry, and with MACsec what its interface lets through."""
    if settings["macsec"] != "off":
        return macsec.in_force(settings, link)
    return bool(macsec.silent(settings) and link and link["locked"] and link["mab"])


def link_of(settings):
    """The link of this port, or None."""
    port = settings["port"]
    return macsec.links_of([port] if settings["macsec"] != "off" else []).get(port)


def close(settings):
    """Close one port as its settings say."""
    macsec.secure(settings) if settings["macsec"] != "off" else lock(settings)


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
    for daemon in FOLDERS:
        if not settings[daemon]:
            stop(port, daemon)
    if settings["macsec"] == "off":
        macsec.insecure(port)
    if settings["macsec"] != "off":
        macsec.secure(settings)
    elif settings["mode"] == "closed":
        if not closed(settings, link_of(settings)):
            lock(settings)
    else:
        ip("link", "set", "dev", port, "master", settings["bridge"], "up", port=port)
        set_port(bridge_ports()[port]["index"], locked=False, mab=False)
    for daemon in FOLDERS:
        if settings[daemon] and not runs(settings):
            start(settings, daemon)


def release(settings):
    """Make a port an ordinary bridge port again."""
    port = settings["port"]
    for daemon in FOLDERS:
        stop(port, daemon)
    if settings["macsec"] != "off":
        macsec.insecure(port)
        ip("link", "set", "dev", port, "master", settings["bridge"], port=port)
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
    link = link_of(settings)
    if before != settings or not link or not runs(settings):
        return False
    if settings["macsec"] != "off":
        return closed(settings, link) and macsec.guarded(settings["port"]) == (settings["macsec"] == "must-secure")
    return closed(settings, link) if settings["mode"] == "closed" else not link["locked"]
