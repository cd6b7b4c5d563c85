"""Sessions in published captures: our rows have the port, MAC, method, status and the rest that their own suite finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from portseal.core.model import normal_mac
from portseal.core.parsing import Row
from portseal.core.platforms import Pack
from portseal.core.portname import long_port

FOLDERS = r"show_(authentication_sessions|access-session(?!_event)).*"

FIELDS = {
    "status": "status",
    "status_fg": "status",
    "method": "method",
    "domain": "domain",
    "session_id": "session_id",
    "session": "session_id",
    "common_session_id": "session_id",
    "iif_id": "iif_id",
    "user_name": "user",
    "username": "user",
    "device_type": "device_type",
    "device_name": "device_name",
    "oper_host_mode": "host_mode",
    "operational_host_mode": "host_mode",
    "oper_control_dir": "control_direction",
    "operational_control_dir": "control_direction",
    "acct_session_id": "acct_session_id",
    "handle": "handle",
    "current_policy": "policy",
    "policy": "policy",
    "role": "role",
    "ipv4_address": "ip",
    "ipv4": "ip",
    "ipv6_address": "ipv6",
    "vlan": "vlan",
    "vlan_id": "vlan",
    "vlan_policy": "vlan",
    "vlan_group": "vlan",
    "server_policy_vlan": "vlan",
    "server_policy_vlan_group": "vlan",
    "resultant_policy_vlan": "vlan",
    "resultant_policy_vlan_group": "vlan",
    "authorized_by": "authorized_by",
    "timeout_action": "timeout_action",
    "security_policy": "security_policy",
    "security_status": "security_status",
    "acs_acl": "acl",
    "authc": "authc",
    "flag": "flags",
    "uptime": "uptime",
}
PLACES = {"interface", "mac_address", "mac", "client"}
LEFT_OUT = {
    # Times that run, in other shapes; ours has the line whole.
    "session_timeout", "type", "timeout", "remaining", "local", "server", "idle_timeout", "acct_update_timeout",
    "acct_update_remaining", "accounting_update_seconds", "accounting_update_remaining_seconds", "server_session_timeout",
    # TrustSec, web authentication, stack internals: in `other`.
    "server_policy_vn", "server_policy_sgt", "resultant_policy_vn", "resultant_policy_sgt", "server_template", "aaa_uid",
    "url_redirect_acl_v4", "filter_id", "authz", "priority",
    # Of the switch, not of a session.
    "session_count", "runnable_methods",
}  # fmt: skip
NOTHING = {"unknown", "(unknown)", "n/a", "ua", "", "[]", "{}"}
LOST_BY_THE_SUITE = {
    "cisco_iosxe/show_access-session_interface_interface_details_switch_switch_num_r0/genie_1": "keeps the last of two rows",
    "cisco_iosxe/show_access-session_interface_interface_details_switch_switch_num_r0/genie_3": "keeps the last of two rows",
}
"""Captures of which the suite itself leaves sessions out."""
_DETAILS = "cisco_iosxe/show_authentication_sessions_interface_interface_details"
INVENTED_BY_THE_SUITE = {
    # `Auth` in the column Status, which abbreviates Authorized.
    ("cisco_ios/show_access-session/genie_1", "status", "authenticator"),
    ("cisco_iosxe/show_access-session/genie_1", "status", "authenticator"),
    # Headings taken for methods.
    (f"{_DETAILS}/genie_1", "state of Method", "state"),
    (f"{_DETAILS}/genie_1", "state of Resultant", "policies:"),
    (f"{_DETAILS}/genie_1", "state of Server", "policies:"),
    (f"{_DETAILS}/genie_3", "state of Method", "state"),
    (f"{_DETAILS}/genie_3", "state of Server", "policies:"),
    (f"{_DETAILS}/genie_7", "state of Method", "state"),
    (f"{_DETAILS}/genie_7", "state of Server", "policies:"),
}
"""What the capture does not say, by capture, field and value."""
MISREAD_BY_THE_SUITE = {
    "cisco_iosxe/show_access-session_session-id_session_id_details/genie_3": "reads the table as the details form: a port for a method",
}

Fact = tuple[str | None, str | None, str, str]


def is_port(text: str) -> bool:
    """Whether a key of a nested dictionary is a port; suites made some of the words of the legend."""
    return re.fullmatch(r"[A-Z][A-Za-z]+\d[\d/.]*", text) is not None


def is_mac(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{4}(\.[0-9a-f]{4}){2}", text) is not None


def expected_facts(pack: Pack, node: Any, port: str | None = None, mac: str | None = None) -> Iterator[Fact]:
    """Every mapped leaf below `node` with the port and MAC address it belongs to."""
    if isinstance(node, list):
        for each in node:
            yield from expected_facts(pack, each, port, mac)
        return
    if isinstance(named := node.get("interface"), str):
        port = long_port(pack.ports, named) if is_port(named) else named
    for key in ("mac_address", "mac", "client"):
        if isinstance(named := node.get(key), str):
            mac = normal_mac(named) if is_mac(named) else None
    if {"method", "state"} <= node.keys():
        yield port, mac, f"state of {node['method']}", node["state"].lower()
        return
    if "method_type_list" in node:
        for method, state in zip(node["method_type_list"], node["method_state_list"], strict=True):
            yield port, mac, f"state of {method}", state.lower()
    if node.get("name") == "ACS ACL":
        yield port, mac, "acl", node["policies"].lower()
    for key, value in node.items():
        if key in ("runnable_methods", "method_type_list", "method_state_list") or (
            key in ("name", "policies") and "name" in node
        ):
            continue
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            inner_port = long_port(pack.ports, str(key)) if is_port(str(key)) else port
            inner_mac = normal_mac(str(key)) if is_mac(str(key)) else mac
            yield from expected_facts(pack, value, inner_port, inner_mac)
        elif key in FIELDS:
            for each in value if isinstance(value, list) else [value]:
                yield port, mac, FIELDS[key], str(each).strip().lower()
        else:
            assert key in PLACES | LEFT_OUT, f"{key!r} of the suite is neither compared nor left out for a reason"


def our_facts(row: Row) -> Iterator[Fact]:
    port, mac = row["port"], row["mac"]
    assert isinstance(port, str)
    assert mac is None or isinstance(mac, str)
    methods, states = row.get("methods") or (), row.get("method_states") or ()
    assert isinstance(methods, tuple)
    assert isinstance(states, tuple)
    for method, state in zip(methods, states, strict=True):
        yield port, mac, f"state of {method}", state.lower()
    for field, value in row.items():
        for each in value if isinstance(value, tuple) else (value,):
            yield port, mac, field, str(each).lower()


def test_every_session_has_the_facts_that_its_own_suite_finds(
    shared_raw: Path,
    rows_of: Callable[[Path], tuple[Row, ...]],
    expected_of: Callable[[Path], Any],
    name_of: Callable[[Path], str],
    packs: dict[str, tuple[Pack, Path]],
) -> None:
    name = name_of(shared_raw)
    rows = rows_of(shared_raw)
    ours = {fact for row in rows for fact in our_facts(row)}
    pack = packs["cisco_iosxe"][0]
    said = [f for f in expected_facts(pack, expected_of(shared_raw)) if f[3] not in NOTHING and is_port(f[0] or "")]
    invented = {fact for fact in said if (name, *fact[2:]) in INVENTED_BY_THE_SUITE}
    assert {fact[2:] for fact in invented} == {each[1:] for each in INVENTED_BY_THE_SUITE if each[0] == name}
    assert not invented & ours, "listed as invented, and we read it too"
    theirs = set(said) - invented
    if name in MISREAD_BY_THE_SUITE:
        assert ours
        assert not theirs
        return
    assert theirs, "nothing to compare"
    assert theirs - ours == set()
    sessions = {fact[:2] for fact in ours}
    if name in LOST_BY_THE_SUITE:
        assert sessions > {fact[:2] for fact in theirs}, "listed as losing sessions, and loses none"
    else:
        assert sessions == {fact[:2] for fact in theirs}
