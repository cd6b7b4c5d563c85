"""What a commit finds wrong with a candidate, before anything of it takes effect."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portseal.simulator.juniper_junos.configuration import Node

FAILED = "error: configuration check-out failed\n"


def objections(candidate: Node) -> str:
    """What is printed instead of `commit complete`; empty where nothing is wrong."""
    found = list(_all(candidate))
    return "".join(f"[edit {level}]\n  '{line}'\n    {why}\n" for level, line, why in found) + FAILED if found else ""


def _all(root: Node) -> Iterator[tuple[str, str, str]]:
    yield from _dot1x(root)
    yield from _access(root)
    yield from _macsec(root)
    yield from _interfaces(root)


def _entries(root: Node, path: str) -> list[tuple[str, Node]]:
    node = root.at(path)
    return [(name, entry) for name, entry in node.entries.items() if not entry.inactive] if node else []


def _dot1x(root: Node) -> Iterator[tuple[str, str, str]]:
    level = "protocols dot1x authenticator"
    profile = root.text_at(f"{level} authentication-profile-name")
    if profile and root.at(f"access profile {profile}") is None:
        yield level, f"authentication-profile-name {profile}", "access profile is not configured"
    for name, _ in _entries(root, f"{level} interface"):
        port, _, unit = name.partition(".")
        switching = f"interfaces {port} unit {unit} family ethernet-switching"
        if root.text_at(f"{switching} interface-mode") == "trunk":
            yield f"{level} interface {name}", name, "802.1X is not supported on a trunk interface"
        if root.at(f"interfaces {port} ether-options 802.3ad") is not None:
            yield f"{level} interface {name}", name, "802.1X is not supported on a member of an aggregated interface"


def _access(root: Node) -> Iterator[tuple[str, str, str]]:
    for name, profile in _entries(root, "access profile"):
        for which in ("authentication-server", "accounting-server"):
            servers = profile.at(f"radius {which}")
            for address in servers.values if servers else ():
                if root.at(f"access radius-server {address}") is None:
                    yield f"access profile {name} radius", f"{which} {address}", "RADIUS server is not configured"
    for address, server in _entries(root, "access radius-server"):
        if not server.text_at("secret"):
            yield f"access radius-server {address}", address, "Missing mandatory statement: 'secret'"


def _macsec(root: Node) -> Iterator[tuple[str, str, str]]:
    level = "security macsec"
    for name, association in _entries(root, f"{level} connectivity-association"):
        where, mode = f"{level} connectivity-association {name}", association.text_at("security-mode")
        for key in ("pre-shared-key", "fallback-key"):
            node = association.at(key)
            lacking = [part for part in ("ckn", "cak") if not association.text_at(f"{key} {part}")]
            if node is not None and lacking:
                yield f"{where} {key}", key, f"Missing mandatory statement: '{lacking[0]}'"
        if mode == "static-cak" and association.at("pre-shared-key") is None:
            yield where, "security-mode static-cak", "pre-shared-key must be configured in static-cak mode"
        if mode == "dynamic" and (association.at("replay-protect") or association.at("include-sci")):
            yield where, "security-mode dynamic", "replay-protect and include-sci need static-cak mode"
        primary, spare = association.text_at("pre-shared-key ckn"), association.text_at("fallback-key ckn")
        if primary and primary.lower() == spare.lower():
            yield f"{where} fallback-key", f"ckn {spare}", "ckn must differ from that of the pre-shared-key"
    for port, interface in _entries(root, f"{level} interfaces"):
        name = interface.text_at("connectivity-association")
        if name and root.at(f"{level} connectivity-association {name}") is None:
            line = f"connectivity-association {name}"
            yield f"{level} interfaces {port}", line, "connectivity-association is not configured"


def _interfaces(root: Node) -> Iterator[tuple[str, str, str]]:
    known = {name for name, _ in _entries(root, "vlans")}
    for port, interface in _entries(root, "interfaces"):
        for unit, node in [(u, n) for u, n in _entries(interface, "unit")]:
            level = f"interfaces {port} unit {unit}"
            switching, routed = node.at("family ethernet-switching"), node.at("family inet")
            if switching is not None and routed is not None:
                why = "When ethernet-switching family is configured on an interface, no other family type can be configured on the same interface."
                yield level, "family", why
            members = node.at("family ethernet-switching vlan members")
            names = members.values if members else []
            mode = node.text_at("family ethernet-switching interface-mode") or "access"
            if mode == "access" and len(names) > 1:
                line = f"members [ {' '.join(names)} ]"
                yield (
                    f"{level} family ethernet-switching vlan",
                    line,
                    "an access interface is a member of one vlan only",
                )
            for name in names:
                if not re.fullmatch(r"\d+|all|[\d-]+", name) and name not in known:
                    yield f"{level} family ethernet-switching vlan", f"members {name}", "vlan is not configured"
