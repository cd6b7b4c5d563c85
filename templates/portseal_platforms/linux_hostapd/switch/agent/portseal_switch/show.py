"""Prints what is true of every port."""

import json
import os
import re
import subprocess

from portseal_switch.config import APPLIED, SHUT, Refused, owned_files
from portseal_switch.kernel import bridge_ports, forwarding_entries
from portseal_switch.watcher import ask_watcher


def running_config():
    """Print what the interfaces are, which is not ours, and every owned file."""
    print("agent 1")
    ours = carrying_ssh()
    for link in ip_json("-d", "address", "show"):
        print(f"interface {link['ifname']}")
        if "master" in link:
            print(f" master {link['master']} {link.get('linkinfo', {}).get('info_slave_kind', 'unknown')}")
        for address in link.get("addr_info", []):
            if address.get("scope") != "link":
                print(f" address {address['local']}/{address['prefixlen']}")
        if link["ifname"] == ours:
            print(" carries this session")
    for path in owned_files():
        print(f"file {path}")
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                print(f" {line}")
    print("end")


def ip_json(*arguments):
    """What `ip` knows; nothing where it objects."""
    done = subprocess.run(["ip", "-j", *arguments], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else []


def carrying_ssh():
    """The bridge port that our SSH client is behind, or None: to seal it would be to lock ourselves out."""
    client = os.environ.get("SSH_CONNECTION", "").split()
    route = ip_json("route", "get", client[0]) if client else []
    if not route:
        return None
    device, hop = route[0].get("dev", ""), route[0].get("gateway", client[0])
    neighbour = [n.get("lladdr") for n in ip_json("neigh", "show", "to", hop, "dev", device)]
    ports = {link["index"]: name for name, link in bridge_ports().items()}
    found = [ports[index] for index, mac, _ in forwarding_entries() if mac in neighbour and index in ports]
    return found[0] if found else None


def watched():
    """The watcher's state; empty where nothing was applied yet."""
    state = ask_watcher("state")
    if state is None and any(APPLIED.glob("*.json")):
        raise Refused("the watcher does not run, so nothing is known of sessions")
    return state or {}


def table(names, rows):
    """Columns as wide as their longest word; `-` where there is none."""
    rows = [names, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(names))]
    for row in rows:
        print("  ".join(word.ljust(width) for word, width in zip(row, widths)).rstrip())


def by_port(item):
    """Natural order: swp2 before swp10."""
    return [(text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d*)", item[0])]


def show_links():
    """Print link, lock and authenticator of every bridge port."""
    state, rows = watched(), []
    for name, link in bridge_ports().items():
        port = state.get(name, {"authenticator": "none", "mode": "open"})
        yes = [("yes" if link[flag] else "no") for flag in ("locked", "learning", "mab")]
        carrier = "violation" if (SHUT / name).exists() else "up" if link["carrier"] else "down"
        rows.append([name, carrier, port["mode"], *yes, port["authenticator"]])
    table(["Interface", "Link", "Mode", "Locked", "Learning", "Mab", "Authenticator"], sorted(rows, key=by_port))


def show_sessions():
    """Print every station that a managed port knows, and what was decided about it."""
    rows = [[name, *map(str, session)] for name, port in watched().items() for session in sorted(port["sessions"])]
    columns = ["Interface", "MAC", "Status", "Method", "State", "PAE", "EAP", "Forwards", "User"]
    table(columns, sorted(rows, key=by_port))


def show_macs():
    """Print the bridge's forwarding table without its own addresses."""
    names = {link["index"]: name for name, link in bridge_ports().items()}
    rows = [[names[index], mac, kind] for index, mac, kind in forwarding_entries() if index in names]
    table(["Interface", "MAC", "Entry"], sorted(rows, key=by_port))


SHOWS = {"links": show_links, "sessions": show_sessions, "macs": show_macs}
