"""The MACsec interface above a port: it, and not the port, is in the bridge, so that only what it lets through passes.

The interface is made before the daemon starts, which then uses it and leaves it when it ends: the bridge keeps what it has learned.
Linux delivers cleartext to a MACsec interface that does not validate strictly; so one interface does both policies.
"""

import json
import subprocess
from pathlib import Path

from portseal_switch.config import Refused
from portseal_switch.daemons import status_of
from portseal_switch.kernel import bridge_ports, flush, interfaces, set_port, treat_frames

SECTAG = 32
"""Octets that MACsec adds to a frame: SecTAG with SCI, and ICV (IEEE 802.1AE-2018 §9, §14.5)."""
FILTER = ((47101, "0x88e5", "pass"), (47102, "0x888e", "pass"), (47103, "all", "drop"))
"""Preference, EtherType and action: MACsec and EAPOL pass a must-secure port, nothing else does, in either direction."""


def ip(*arguments, port):
    """One `ip` command; its objection with the port's name."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{port}: ip {' '.join(arguments)}: {done.stderr.strip()}")


def ip_lines(lines, port):
    """Several `ip` commands in one process, none after one that it objects to."""
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{port}: ip: {' '.join(done.stderr.split())} ({'; '.join(lines)})")


def ip_json(*arguments):
    """What `ip` knows; nothing where it objects."""
    done = subprocess.run(["ip", "-j", *arguments], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else []


def channel_of(port, index):
    """The name of the MACsec interface above a port."""
    return f"ms-{port}" if len(port) <= 12 else f"ms{index}"


def links_of(secured):
    """Every bridge port by name; a port of `secured` has the bridge's flags of its MACsec interface, whose index is 0 where there is none."""
    links = bridge_ports()
    every = interfaces() if secured else {}
    for port in secured:
        raw = every.get(port)
        if raw is None:
            links.pop(port, None)
            continue
        channel = every.get(
            channel_of(port, raw["index"]), {"index": 0, "up": False, "protect": False, "strict": False}
        )
        if channel["index"] and (channel["kind"] != "macsec" or channel["parent"] != raw["index"]):
            channel = {**channel, "index": 0}
        bridged = links.pop(channel.get("name", ""), None) if channel["index"] else None
        flags = {name: bool(bridged and bridged[name]) for name in ("locked", "learning", "mab")}
        links[port] = {
            "index": channel["index"], "name": port, "master": bridged["master"] if bridged else 0, "raw": raw["index"],
            "up": raw["up"], "carrier": raw["carrier"], **flags,
            "open": channel["up"], "protect": channel["protect"], "strict": channel["strict"],
        }  # fmt: skip
    return links


def in_force(settings, link):
    """Whether the MACsec interface, and nothing else of this port, is in the bridge, and closed where the policy is closed."""
    if not link or not link.get("raw") or not link["index"] or not link["master"]:
        return False
    if settings["mode"] != "closed":
        return not link["locked"]
    return link["locked"] and silent(settings)


def silent(settings):
    """Whether the bridge learns nothing from frames to link-local addresses, as EAPOL is."""
    try:
        text = Path(f"/sys/class/net/{settings['bridge']}/bridge/no_linklocal_learn").read_text()
    except OSError:
        return False
    return text.strip() == "1"


def secure(settings):
    """Put the MACsec interface in the port's place. The port leaves the bridge first: from then on nothing passes."""
    port, bridge, closed = settings["port"], settings["bridge"], settings["mode"] == "closed"
    ip_lines([f"link set dev {bridge} type bridge no_linklocal_learn 1", f"link set dev {port} nomaster"], port)
    guard(port, settings["macsec"] == "must-secure")
    keep_to_itself(port)
    make_room(port)
    every = interfaces()
    channel = channel_of(port, every[port]["index"])
    made = [
        f"link add link {port} name {channel} type macsec port 1 encrypt on validate strict protect on",
        f"link set dev {channel} mtu 1500",
    ]
    ip_lines(
        [f"link set dev {port} up", *([] if channel in every else made), f"link set dev {channel} master {bridge}"],
        port,
    )
    index = interfaces()[channel]["index"]
    set_port(index, locked=closed, mab=False, learning=not closed)
    if closed:
        flush(index)


def insecure(port):
    """No MACsec interface above this port, and nothing of what came with it."""
    raw = interfaces().get(port)
    channel = channel_of(port, raw["index"]) if raw else ""
    if raw and channel in interfaces():
        ip("link", "delete", "dev", channel, port=port)
        ip("link", "set", "dev", port, "mtu", "1500", port=port)
    guard(port, False)


def make_room(port):
    """A full frame has to fit with what MACsec adds to it."""
    mtu = int(Path(f"/sys/class/net/{port}/mtu").read_text())
    if mtu < 1500 + SECTAG:
        try:
            ip("link", "set", "dev", port, "mtu", str(1500 + SECTAG), port=port)
        except Refused as refused:
            raise Refused(f"{refused}; MACsec needs frames of {1500 + SECTAG} octets here") from refused


def keep_to_itself(port):
    """Whoever is behind the port must not reach the switch itself past the MACsec interface, as it could not past a bridge."""
    for family, name, value in (("ipv4", "arp_ignore", 8), ("ipv4", "rp_filter", 1), ("ipv6", "disable_ipv6", 1)):
        path = Path(f"/proc/sys/net/{family}/conf/{port}/{name}")
        if path.exists():
            path.write_text(str(value))


def guarded(port):
    """Whether the kernel drops cleartext on this port in both directions."""
    last = f"pref {FILTER[-1][0]} matchall"
    return all(last in tc("filter", "show", "dev", port, way) for way in ("ingress", "egress"))


def tc(*arguments, lines=()):
    """What `tc` prints; nothing where it objects or is not there."""
    try:
        done = subprocess.run(["tc", *arguments], input="\n".join(lines), capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout


def guard(port, on):
    """Have the kernel drop cleartext on this port, or not. What lets MACsec and EAPOL pass comes first."""
    if on == guarded(port):
        return
    places = [(way, *each) for way in ("ingress", "egress") for each in FILTER]
    tc("-force", "-batch", "-", lines=[f"filter del dev {port} {way} pref {number}" for way, number, *_ in places])
    if not on:
        return
    adding = "filter add dev {} {} pref {} protocol {} matchall action {}"
    tc(
        "-force",
        "-batch",
        "-",
        lines=[f"qdisc add dev {port} clsact", *(adding.format(port, *each) for each in places)],
    )
    if not guarded(port):
        raise Refused(
            f"{port}: the kernel takes no filter that drops cleartext (tc, clsact, matchall), so must-secure cannot be"
        )


def secys():
    """Every MACsec interface as the kernel has it, by index: protection, SAs and counters."""
    return {each["ifindex"]: each for each in ip_json("-s", "macsec", "show")}


def live_peers(secy):
    """Peers that frames go to and come from under an SA: none without a transmit SA that is on."""
    if not secy or not any(sa["active"] and sa["an"] == secy["encoding_sa"] for sa in secy.get("sa_list", [])):
        return 0
    return sum(sc["active"] and any(sa["active"] for sa in sc.get("sa_list", [])) for sc in secy.get("rx_sc", []))


def is_secured(settings, link):
    """Whether frames are protected in both directions right now; MKA's own word alone is not enough."""
    if settings["cak"] == "static":
        said = status_of(settings["port"])
        if said.get("Secured") != "Yes" or said.get("live_peers", "0") == "0":
            return False
    return live_peers(secys().get(link["index"])) > 0


def steer(settings, link):
    """Keep the interface as the policy has it, whatever MKA or somebody else made of it; True where that was not so."""
    strict = settings["macsec"] == "must-secure" or is_secured(settings, link)
    if link["strict"] == strict and link["protect"] == strict and (strict or link["open"]):
        return False
    treat_frames(link["index"], strict=strict, up=not strict)
    return True
