"""Owned files in, what each port must be out."""

import re

from portseal_switch.config import HOSTAPD, MKA, PORTS, SWITCH_FILE, Refused

SWITCH_OPTIONS = {
    "own_ip_addr", "nas_identifier", "auth_server_addr", "auth_server_port", "auth_server_shared_secret",
    "acct_server_addr", "acct_server_port", "acct_server_shared_secret", "radius_retry_primary_interval", "portseal_bridge",
}  # fmt: skip
PORT_OPTIONS = {
    "interface", "eapol_version", "eap_reauth_period", "portseal_camera", "portseal_mode", "portseal_methods",
    "portseal_host_mode", "portseal_violation", "portseal_on_failure", "portseal_tx_period", "portseal_max_reauth_requests",
    "portseal_macsec", "portseal_cak", "mka_cak", "mka_ckn", "mka_priority", "macsec_replay_window",
}  # fmt: skip
WORDS = {
    "portseal_mode": ("closed", "monitor", "off"),
    "portseal_methods": ("dot1x", "mab", "dot1x,mab", "mab,dot1x"),
    "portseal_host_mode": ("single-host", "multi-auth"),
    "portseal_violation": ("shutdown", "restrict", "protect", "replace"),
    "portseal_on_failure": ("none", "next-method"),
    "portseal_macsec": ("should-secure", "must-secure"),
    "portseal_cak": ("static", "derived"),
}
NUMBERS = {
    "eapol_version", "eap_reauth_period", "auth_server_port", "acct_server_port", "radius_retry_primary_interval",
    "portseal_tx_period", "portseal_max_reauth_requests", "mka_priority", "macsec_replay_window",
}  # fmt: skip
KEYS = {"mka_cak": re.compile(r"(?:[0-9A-Fa-f]{32}){1,2}"), "mka_ckn": re.compile(r"(?:[0-9A-Fa-f]{2}){1,32}")}
DAEMONS = ("hostapd", "wpa_supplicant")
"""What may run on a port, at most one of them: hostapd authenticates, wpa_supplicant keeps a static CAK."""


def options_of(path, allowed):
    """The `name=value` lines of an owned file, in order; a name may repeat (several servers)."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or name not in allowed:
            raise Refused(f"{path}: line {number}: option {name!r} is not known")
        if name in WORDS and value not in WORDS[name]:
            raise Refused(f"{path}: line {number}: {name} is one of {', '.join(WORDS[name])}")
        if name in NUMBERS and not value.isdecimal():
            raise Refused(f"{path}: line {number}: {name} is a number")
        if name in KEYS and not KEYS[name].fullmatch(value):
            raise Refused(f"{path}: line {number}: {name} is not hexadecimal digits, or not as many as a key has")
        found.append((name, value))
    return found


def wanted_settings():
    """What each port must be, by the files; a file that cannot be understood is a message instead."""
    settings, mistakes = {}, []
    try:
        switch = options_of(SWITCH_FILE, SWITCH_OPTIONS) if SWITCH_FILE.exists() else []
    except Refused as refused:
        return {}, [str(refused)]
    for path in sorted(PORTS.glob("*.conf")):
        try:
            settings[path.stem] = port_settings(path, switch)
        except Refused as refused:
            mistakes.append(str(refused))
    return settings, mistakes


def port_settings(path, switch):
    """One port's settings: ours by name, and the text of the configuration of each daemon that it needs."""
    port, own = path.stem, options_of(path, PORT_OPTIONS)
    ours = dict(own)
    if ours.get("interface") != port:
        raise Refused(f"{path}: says interface={ours.get('interface', '')}; it must be {port}")
    mode = ours.get("portseal_mode", "closed")
    methods = ours.get("portseal_methods", "dot1x").split(",") if mode != "off" else []
    macsec, cak = ours.get("portseal_macsec", "off"), ours.get("portseal_cak", "")
    contradiction = contradicts(ours, mode, methods)
    if contradiction:
        raise Refused(f"{path}: {contradiction}")
    servers = servers_of(switch)
    if methods and not servers:
        raise Refused(
            f"{path}: {SWITCH_FILE} names no auth_server_addr with its secret; a port cannot be sealed without"
        )
    everywhere = dict(switch)
    return {
        "port": port,
        "bridge": everywhere.get("portseal_bridge", "br0"),
        "servers": servers,
        "nas_identifier": everywhere.get("nas_identifier", ""),
        "own_ip_addr": everywhere.get("own_ip_addr", ""),
        "mode": mode,
        "methods": methods,
        "host_mode": ours.get("portseal_host_mode", "single-host"),
        "violation": ours.get("portseal_violation", "shutdown"),
        "on_failure": ours.get("portseal_on_failure", "none"),
        "tx_period": max(1, int(ours.get("portseal_tx_period", "30"))),
        "requests": 1 + int(ours.get("portseal_max_reauth_requests", "2")),
        "reauthentication": int(ours.get("eap_reauth_period", "3600")),
        "macsec": macsec,
        "cak": cak,
        "hostapd": authenticator(port, switch, own) if "dot1x" in methods else "",
        "wpa_supplicant": participant(ours) if cak == "static" else "",
    }


def contradicts(ours, mode, methods):
    """What is wrong with options that are each right alone, or None."""
    macsec, cak = ours.get("portseal_macsec"), ours.get("portseal_cak")
    if bool(macsec) != bool(cak):
        return "portseal_macsec and portseal_cak go together"
    if mode == "off" and cak != "static":
        return "portseal_mode=off leaves the port open; it goes with portseal_cak=static only"
    if cak == "static" and not (mode == "off" and "mka_cak" in ours and "mka_ckn" in ours):
        return "a static CAK needs mka_cak, mka_ckn and portseal_mode=off"
    if cak == "derived" and (mode != "closed" or methods != ["dot1x"]):
        return "a CAK is derived from EAP: portseal_mode=closed and portseal_methods=dot1x"
    return None


def authenticator(port, switch, own):
    """hostapd's configuration; with MACsec it derives the CAK from EAP."""
    macsec = any(name == "portseal_macsec" for name, _ in own)
    lines = [
        f"interface={port}", f"driver={'macsec_linux' if macsec else 'wired'}", f"ctrl_interface={HOSTAPD}", "ieee8021x=1",
        "use_pae_group_addr=1",
        "radius_auth_req_attr=61:d:15",  # NAS-Port-Type Ethernet; hostapd says Wireless otherwise
        f"radius_auth_req_attr=87:s:{port}",
        *(["macsec_policy=1", "macsec_replay_protect=1"] if macsec else []),
        *(f"{name}={value}" for name, value in [*switch, *own] if not name.startswith("portseal_") and name != "interface"),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def participant(ours):
    """wpa_supplicant's configuration: an MKA participant with a static CAK."""
    options = {
        name: ours[name] for name in ("mka_cak", "mka_ckn", "mka_priority", "macsec_replay_window") if name in ours
    }
    network = {"key_mgmt": "NONE", "eapol_flags": "0", "macsec_policy": "1", "macsec_replay_protect": "1", **options}
    lines = [f"ctrl_interface={MKA}", "eapol_version=3", "ap_scan=0", "network={"]
    return "\n".join([*lines, *(f" {name}={value}" for name, value in network.items()), "}"]) + "\n"


def servers_of(switch):
    """The authentication servers in order: each begins with its address."""
    servers = []
    for name, value in switch:
        if name == "auth_server_addr":
            servers.append({"address": value, "port": 1812, "secret": ""})
        elif name in ("auth_server_port", "auth_server_shared_secret") and servers:
            key = "port" if name.endswith("port") else "secret"
            servers[-1][key] = int(value) if key == "port" else value
    return [server for server in servers if server["secret"]]
