"""802.1X, port security, key chains and error-disabling in published captures: our rows have what their own suite finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from portseal.core.model import normal_mac
from portseal.core.parsing import Row
from portseal.core.platforms import Pack
from portseal.core.portname import long_port

FOLDERS = r"show_(dot1x_.*|port-security.*|key_chain|errdisable_recovery|interfaces_status.*)|authentication_display_config-mode"

Read = Callable[[Path], tuple[Row, ...]]
Expect = Callable[[Path], Any]
DOT1X = {
    "pae": "pae",
    "host_mode": "host_mode",
    "hostmode": "host_mode",
    "port_control": "port_control",
    "portcontrol": "port_control",
    "control_direction": "control_direction",
    "controldirection": "control_direction",
    "reauthentication": "reauthentication",
    "max_reauth_req": "reauth_max",
    "reauthmax": "reauth_max",
    "max_req": "max_req",
    "masreq": "max_req",
    "max_start": "max_start",
    "credentials": "credentials",
    "tx_period": "tx_period",
    "txperiod": "tx_period",
    "quiet_period": "quiet_period",
    "quietperiod": "quiet_period",
    "ratelimit_period": "rate_limit_period",
    "ratelimitperiod": "rate_limit_period",
    "server_timeout": "server_timeout",
    "servertimeout": "server_timeout",
    "supp_timeout": "supp_timeout",
    "supptimeout": "supp_timeout",
    "held_period": "held_period",
    "start_period": "start_period",
    "sysauthcontrol": "system_auth_control",
    "dot1xversion": "version",
}


def texts(row: Row) -> dict[str, str]:
    return {name: str(value).lower() for name, value in row.items()}


def several(row: Row, name: str) -> tuple[str, ...]:
    value = row[name]
    assert isinstance(value, tuple)
    return value


def by_port(rows: tuple[Row, ...]) -> dict[str, Row]:
    assert len({row["port"] for row in rows}) == len(rows)
    return {str(row["port"]): row for row in rows}


def dot1x(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    found = by_port(rows)
    ports = (
        {each["interface"]: each for each in tree["parsed_sample"]} if "parsed_sample" in tree else tree["interfaces"]
    )
    assert found.keys() == ports.keys()
    for port, each in ports.items():
        row = texts(found[port])
        said = {**each, **each.get("timeout", {})}
        compared = {name: str(value).lower() for name, value in said.items() if name in DOT1X}
        assert len(compared) >= 5
        assert {name: row[DOT1X[name]] for name in compared} == compared
        period = said.get("reauthperiod") or (said["timeout"].get("auth_period") if "timeout" in said else None)
        assert str(period) in (row["reauth_period"].split()[0], row["auth_period"])
        if "re_authentication" in said:
            assert row["reauthentication"] == ("enabled" if said["re_authentication"] else "disabled")
        if "supplicant" in said:
            assert row["eap_profile"] == said["supplicant"]["eap"]["profile"].lower()
        if "parsed_sample" not in tree:
            assert row["version"] == str(tree["version"])
            assert row["system_auth_control"] == ("enabled" if tree["system_auth_control"] else "disabled")
        assert clients(found[port]) == expected_clients(said.get("clients", {}))


def clients(row: Row) -> set[tuple[str, ...]]:
    lists = [several(row, name) for name in ("mac", "eap_method", "session_id", "status", "backend_state")]
    return {tuple(value.lower() for value in each) for each in zip(*lists, strict=True)}


def expected_clients(said: dict[str, Any]) -> set[tuple[str, ...]]:
    return {
        (normal_mac(mac), each["eap_method"], session.lower(), state["auth_sm_state"], state["auth_bend_sm_state"])
        for mac, each in said.items()
        for session, state in each["session"].items()
    }


def dot1x_summary(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    role = {"AUTH": "authenticator", "SUPP": "supplicant"}
    ours = {(row["port"], row["mac"], role[str(row["pae"])], str(row["status"]).lower()) for row in rows}
    assert ours == {
        (port, normal_mac(mac), each["pae"], each["status"])
        for port, below in tree["interfaces"].items()
        for mac, each in below["clients"].items()
    }


def expected_statistics(tree: Any) -> Iterator[tuple[str | None, str | None, dict[str, Any]]]:
    for port, each in tree.get("interfaces", {}).items():
        yield port, None, each["statistics"]
    for port, each in tree.get("interface", {}).items():
        yield from ((port, role, counters) for role, counters in each["type"].items())
    if "dot1x_stats" in tree:
        yield None, "Global", tree["dot1x_stats"]


def dot1x_statistics(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    expected = list(expected_statistics(tree))
    assert len(expected) == len(rows)
    for port, role, said in expected:
        (row,) = (row for row in rows if row["port"] == port or (port is None and row["pae"] == "Global")
                  if role in (None, row["pae"]))  # fmt: skip
        bare = {name.replace("_", ""): value for name, value in row.items()}
        for name, value in said.items():
            if name == "lastrxsrcmac":
                assert row["source_mac"] == ":".join(value.replace(".", "")[i : i + 2] for i in range(0, 12, 2))
            else:
                assert bare[name.replace("_", "").replace("lenerr", "lengtherrors")] == str(value), name


def port_security(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    assert rows == ()
    assert "interfaces" not in tree


def port_security_addresses(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    assert {(row["port"], row["vlan"], row["mac"], row["type"]) for row in rows} == {
        (long_port(pack.ports, port), each["vlan"], normal_mac(each["mac"]), each["type"])
        for port, each in tree["interfaces"].items()
    }


def port_security_port(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    (row,) = rows
    said = tree["parsed_sample"][0] if "parsed_sample" in tree else tree
    assert row["enabled"] == said["port_security"]
    assert row["status"] == said["port_status"]
    assert row["action"] == said["violation_mode"]
    assert f"{row['aging_minutes']} mins" == said["aging_time"]
    assert row["aging_type"] == said["aging_type"]
    assert row["static_aging"] == said.get("ss_addr_aging", said.get("secure_static_addr_aging"))
    numbers = [row[name] for name in ("maximum", "current", "configured", "sticky", "violations")]
    theirs = ("max_mac_addr", "total_mac_addr", "cfg_mac_addr", "sticky_mac_addr", "sec_violation_cnt")
    shorter = ("max_mac_addrs", "total_mac_addrs", "config_mac_addrs", "sticky_mac_addrs", "violation_count")
    assert [str(number) for number in numbers] == [
        str(said[name]) for name in (theirs if theirs[0] in said else shorter)
    ]
    last = said.get("last_src_mac_addr_vlan") or f"{said['last_src_addr']}:{said['last_src_addr_vlan']}"
    assert str(row["mac"]).replace(":", "") + f":{row['vlan']}" == last.replace(".", "")


def port_security_vlan(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    assert [(row["vlan"], row["maximum"], row["current"]) for row in rows] == [
        (tree["vlan"], tree["max"], tree["current"])
    ]


def key_chain(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    """All but the key strings: those a parser of ours does not take."""
    assert "key_string" not in {name for row in rows for name in row}
    ours = {(row["chain"], row["key_id"]): row for row in rows}
    keys = {
        (chain, str(key)): each for chain, below in tree["key_chains"].items() for key, each in below["keys"].items()
    }
    assert ours.keys() == keys.keys()
    for name, said in keys.items():
        row = ours[name]
        assert row["algorithm"] == said.get("cryptographic_algo")
        assert said["key_string"] not in [value for field, value in row.items() if field != "chain"]
        for use in ("accept", "send"):
            life = said[f"{use}_lifetime"]
            assert (row[f"{use}_start"], row[f"{use}_end"]) == (life["start"], life["end"])
            assert (use in several(row, "valid_now")) == life["is_valid"]


def errdisable_recovery(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    causes = {row["reason"]: row["timer"] == "Enabled" for row in rows if row["port"] is None}
    assert causes == tree["timer_status"]
    assert [(row["port"], row["reason"], row["seconds_left"]) for row in rows if row["port"]] == [
        (port, each["errdisable_reason"], each["time_left"]) for port, each in tree["interfaces"].items()
    ]


def err_disabled(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    assert {row["port"]: (row["name"], row["status"], row["reason"]) for row in rows} == {
        port: (each["name"], each["status"], each["reason"]) for port, each in tree["interfaces"].items()
    }


def config_mode(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    assert [row["mode"] for row in rows] == [tree["current_config_mode"]]


COMPARE = {
    "show_dot1x_all": dot1x,
    "show_dot1x_all_details": dot1x,
    "show_dot1x_all_summary": dot1x_summary,
    "show_dot1x_all_statistics": dot1x_statistics,
    "show_dot1x_statistics": dot1x_statistics,
    "show_dot1x_interface_interface_statistics": dot1x_statistics,
    "show_port-security": port_security,
    "show_port-security_address": port_security_addresses,
    "show_port-security_interface_interface": port_security_port,
    "show_port-security_interface_interface_address_vlan": port_security_vlan,
    "show_key_chain": key_chain,
    "show_errdisable_recovery": errdisable_recovery,
    "show_interfaces_status_err-disabled": err_disabled,
    "authentication_display_config-mode": config_mode,
}


def test_every_row_says_what_its_own_suite_finds(
    shared_raw: Path, rows_of: Read, expected_of: Expect, packs: dict[str, tuple[Pack, Path]]
) -> None:
    COMPARE[shared_raw.parent.name](expected_of(shared_raw), rows_of(shared_raw), packs["cisco_iosxe"][0])
