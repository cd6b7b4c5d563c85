"""Prints what is true of every port."""

import os
import re

from portseal_switch.asking import ask_watcher
from portseal_switch.config import APPLIED, SHUT, Refused, applied, owned_files
from portseal_switch.daemons import process_of, speaks_macsec, status_of
from portseal_switch.kernel import forwarding_entries, knows_macsec
from portseal_switch.macsec import ip_json, links_of, live_peers, secys


def running_config():
    """Print what the interfaces are, which is not ours, and every owned file."""
    print("agent 1")
    for cak, daemon in (("static", "wpa_supplicant"), ("derived", "hostapd")):
        print(f"macsec {cak} {lacking(daemon)}")
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


def lacking(daemon):
    """What this switch lacks for MACsec with this daemon, or `yes`."""
    if not knows_macsec():
        return f"no: the kernel {os.uname().release} has no MACsec (module macsec)"
    if not speaks_macsec(daemon):
        return f"no: {daemon} is not there, or was built without MACsec and its driver macsec_linux"
    return "yes"


def secured():
    """The settings of ports with MACsec, by port."""
    return {name: settings for name, settings in applied().items() if settings["macsec"] != "off"}


def carrying_ssh():
    """The bridge port that our SSH client is behind, or None: to seal it would be to lock ourselves out."""
    client = os.environ.get("SSH_CONNECTION", "").split()
    route = ip_json("route", "get", client[0]) if client else []
    if not route:
        return None
    device, hop = route[0].get("dev", ""), route[0].get("gateway", client[0])
    neighbour = [n.get("lladdr") for n in ip_json("neigh", "show", "to", hop, "dev", device)]
    ports = {link["index"]: name for name, link in links_of(secured()).items()}
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
    for name, link in links_of(secured()).items():
        port = state.get(name, {"authenticator": "none", "mode": "open"})
        mode = "macsec" if port["mode"] == "off" else port["mode"]
        yes = [("yes" if link[flag] else "no") for flag in ("locked", "learning", "mab")]
        carrier = "violation" if (SHUT / name).exists() else "up" if link["carrier"] else "down"
        rows.append([name, carrier, mode, *yes, port["authenticator"]])
    table(["Interface", "Link", "Mode", "Locked", "Learning", "Mab", "Authenticator"], sorted(rows, key=by_port))


def show_sessions():
    """Print every station that a managed port knows, and what was decided about it."""
    rows = [[name, *map(str, session)] for name, port in watched().items() for session in sorted(port["sessions"])]
    columns = ["Interface", "MAC", "Status", "Method", "State", "PAE", "EAP", "Forwards", "User"]
    table(columns, sorted(rows, key=by_port))


def show_macs():
    """Print the bridge's forwarding table without its own addresses."""
    names = {link["index"]: name for name, link in links_of(secured()).items() if link["index"]}
    rows = [[names[index], mac, kind] for index, mac, kind in forwarding_entries() if index in names]
    table(["Interface", "MAC", "Entry"], sorted(rows, key=by_port))


def show_mka():
    """Print what is known of the MKA participant of every port with MACsec; the kernel's SAs are the proof, not MKA's word."""
    rows, links, kernel = [], links_of(secured()), secys()
    for name, settings in secured().items():
        secy = kernel.get(links.get(name, {"index": 0})["index"])
        static = settings["cak"] == "static"
        said = status_of(name) if static else {}
        peers = said.get("live_peers", "0") if static else str(live_peers(secy))
        status = mka_status(settings, said, live_peers(secy))
        server = "-"
        if status == "secured" and static:  # `Is Key Server` is not kept up to date for the one that is
            server = "yes" if said.get("key_server_sci") == said.get("actor_sci") else "no"
        cipher = secy["cipher_suite"] if secy and status == "secured" else "-"
        rows.append([name, settings["macsec"], settings["cak"], status, peers, said.get("ckn") or "-", server, cipher])
    columns = ["Interface", "Policy", "CAK", "Status", "Peers", "CKN", "Server", "Cipher"]
    table(columns, sorted(rows, key=by_port))


def mka_status(settings, said, peers):
    """`secured`, `pending`, `no-sa` where MKA says secured and the kernel protects nothing, or `stopped`."""
    daemon = "wpa_supplicant" if settings["cak"] == "static" else "hostapd"
    if not process_of(settings["port"], daemon) or (settings["cak"] == "static" and not said):
        return "stopped"
    claimed = settings["cak"] == "derived" or said.get("Secured") == "Yes"
    if not claimed:
        return "pending"
    return "secured" if peers else "no-sa" if settings["cak"] == "static" else "pending"


def show_macsec():
    """Print how every port with MACsec treats frames, and the frames its SecY has counted (IEEE 802.1AE-2018 §10.7)."""
    rows, links, kernel = [], links_of(secured()), secys()
    for name, settings in secured().items():
        secy = kernel.get(links.get(name, {"index": 0})["index"])
        if not secy:
            rows.append([name, settings["macsec"], *"-------"])
            continue
        received = sum(sc["InPktsOK"] for sc in secy.get("rx_sc", []))
        counted = [
            secy["OutPktsEncrypted"],
            received,
            secy["OutPktsUntagged"],
            secy["InPktsUntagged"],
            secy["InPktsNoTag"],
        ]
        protect = "yes" if secy["protect"] else "no"
        rows.append([name, settings["macsec"], protect, secy["validate"], *map(str, counted)])
    columns = ["Interface", "Policy", "Protect", "Validate", "Sent", "Received", "Clear-out", "Clear-in", "No-tag"]
    table(columns, sorted(rows, key=by_port))


SHOWS = {
    "running-config": running_config,
    "links": show_links,
    "sessions": show_sessions,
    "macs": show_macs,
    "mka": show_mka,
    "macsec": show_macsec,
}
