"""MKA and MACsec in published captures: our rows have the status, CKN, peers, ciphers and counters that their own suite finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from portseal.core.parsing import Row
from portseal.core.platforms import Pack
from portseal.core.portname import long_port

FOLDERS = r"show_(mka_sessions?.*|mka_summary|macsec_(interface|statistics|status|summary).*)"

Read = Callable[[Path], tuple[Row, ...]]
Expect = Callable[[Path], Any]

SESSION = {
    "inherited": "inherited",
    "key-server": "key_server",
    "local-txsci": "local_sci",
    "macsec-peers": "live_peers",
    "peer-rxsci": "peer_sci",
    "policy-name": "policy",
    "port-id": "port_id",
    "status": "status",
    "ckn": "ckn",
}
DETAIL = {
    "status": "status",
    "local tx sci": "local_sci",
    "local txsci": "local_sci",
    "mka port identifier": "port_id",
    "cak name ckn": "ckn",
    "ckn": "ckn",
    "member identifier mi": "member_id",
    "member identifier": "member_id",
    "eap role": "eap_role",
    "key server": "key_server",
    "mka cipher suite": "mka_cipher",
    "latest sak status": "sak_status",
    "latest sak an": "sak_an",
    "old sak status": "old_sak_status",
    "mka policy name": "policy",
    "key server priority": "key_server_priority",
    "delay protection": "delay_protection",
    "confidentiality offset": "offset",
    "macsec desired": "desired",
    "num macsec capable live peers": "live_peers",
    "macsec capable live peers": "live_peers",
    "num macsec capable live peers responded": "responded_peers",
    "macsec capable live peers responded": "responded_peers",
}
DETAIL_LEFT_OUT = {
    # Long texts and timers of the key agreement that nothing is concluded from.
    "status description", "interface mac address", "message number mn", "message number", "latest sak ki kn",
    "latest sak ki number", "latest sak ki", "old sak an", "old sak ki kn", "old sak ki number", "old sak ki",
    "sak transmit wait time", "sak transmit wait description", "sak retire time", "sak retire description",
    "sak rekey time", "sak rekey description", "delay protection timer", "delay protection timer description",
    "algorithm agility", "sak rekey on live peer loss", "send secure announcement", "sci based ssci computation",
    "macsec capability", "macsec capability description",
    # Compared below.
    "interface name", "sak cipher suite", "sak cipher suite description", "live peers", "potential peers",
}  # fmt: skip


def the_row(rows: tuple[Row, ...]) -> Row:
    assert len(rows) == 1
    return rows[0]


def mka_table(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    sessions = [each for each in tree["sessions"].values() if isinstance(each, dict)]
    ours = [{name: str(row[name]).lower() for name in ("port", *SESSION.values())} for row in rows]
    assert ours == [
        {"port": long_port(pack.ports, each["interface"]).lower()}
        | {ours: str(each[theirs]).lower() for theirs, ours in SESSION.items()}
        for each in sessions
    ]


def mka_detail(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    said = {name.replace("-", " ").replace("_", " "): value for name, value in tree.get("sessions", tree).items()}
    row = the_row(rows)
    assert set(said) <= DETAIL.keys() | DETAIL_LEFT_OUT
    assert row["port"] == long_port(pack.ports, said["interface name"])
    assert {name: str(row[DETAIL[name]]).lower() for name in said if name in DETAIL} == {
        name: str(value).lower() for name, value in said.items() if name in DETAIL
    }
    assert row["cipher"] in (said.get("sak cipher suite description"), said["sak cipher suite"].partition("(")[2][:-1])
    peers = list((said.get("live peers") or {}).values())
    assert row["peer_sci"] == tuple(each["rx_sci_peer"] for each in peers)
    assert row["peer_member_id"] == tuple(each["mi"] for each in peers)
    assert row["peer_rxsa"] == tuple(each["rxsa_installed"] for each in peers)


def interface(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    row = the_row(rows)
    data, sent, received = (
        tree["macsec-data"],
        tree.get("transmit-secure-channels"),
        tree.get("receive-secure-channels"),
    )
    assert row["enabled"] == data["status"]
    assert row["access_control"] == tree["access-control"]
    assert row["validate"] == tree["capabilities"]["validate-frames"]
    for theirs, ours in {
        "cipher": "cipher",
        "confidentiality-offset": "offset",
        "include-sci": "include_sci",
        "replay-window": "replay_window",
        "replay-protect-status": "replay_protection",
    }.items():
        assert row[ours] == data.get(theirs)
    if not sent:
        assert (row["sent"], row["received"], row["tx_sci"], row["rx_sci"]) == (None, None, (), ())
        return
    peers = {sci: each for sci, each in received.items() if sci != "port-statistics"}
    assert row["tx_sci"] == (sent["sci"],)
    assert row["rx_sci"] == tuple(peers)
    assert row["sent"] == int(sent["sa-statistics"]["encrypted-pkts"])
    assert row["sent_bytes"] == (sent["sa-statistics"]["encrypted-bytes"],)
    assert row["received"] == sum(int(each["sa-statistics"]["valid-pkts"]) for each in peers.values())
    assert row["received_bytes"] == tuple(each["sa-statistics"]["decrypted-bytes"] for each in peers.values())
    assert row["untagged_received"] == received["port-statistics"]["ingress-notag-pkts"]


def statistics(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    row = the_row(rows)
    assert set(row["rx_sci"] if isinstance(row["rx_sci"], tuple) else ()) == set(tree["receive_sa_counters"])
    assert row["tx_sci"] == tuple(tree["transmit_sc_counters"])
    assert row["sent"] == sum(each["out_pkts_encrypted"] for each in tree["transmit_sc_counters"].values())
    assert row["received"] == sum(each["in_pkts_ok"] for each in tree["receive_sa_counters"].values())
    assert row["decrypted_octets"] == str(tree["sec_counters"]["ingress_decrypted_octets"])
    assert row["encrypted_octets"] == str(tree["sec_counters"]["egress_encrypted_octets"])
    assert row["untagged_received"] == str(tree["sec_counters"]["ingress_no_tag_pkts"])


def status(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    row = the_row(rows)
    able, an = tree["capabilities"], tree["receive_sa"]["an"]
    assert row["cipher"] == able["cipher"]
    assert row["ciphers_supported"] == able["ciphers_supported"]
    assert row["access_control"] == able["access_control"]
    assert row["offset"] == str(able["confidentiality_offset"])
    assert row["replay_window"] == str(able["replay_window"])
    assert row["include_sci"] == str(able["include_sci"]).upper()
    assert row["delay_protection"] == str(able["delay_protect_enable"]).upper()
    assert row["clear_tags"] == (able["dot1q_in_clear"].split()[0] if "dot1q_in_clear" in able else None)
    assert row["tx_sci"] == (tree["transmit_sc"]["sci"],)
    assert row["transmitting"] == (str(tree["transmit_sc"]["transmitting"]).upper(),)
    assert row["tx_next_pn"] == str(tree["transmit_sa"]["next_pn"])
    assert row["rx_sci"] == (tree["receive_sc"]["sci"],)
    assert row["receiving"] == (str(tree["receive_sc"]["receiving"]).upper(),)
    assert row["rx_next_pn"] == (str(tree["receive_sa"]["next_pn"]),)
    assert row["rx_an"] == (" ".join(map(str, an if isinstance(an, list) else [an])),)


def summary(tree: Any, rows: tuple[Row, ...], pack: Pack) -> None:
    assert {row["port"]: (row["tx_sc"], row["rx_sc"]) for row in rows} == {
        port: (int(each["transmit_sc"]), int(each["receive_sc"])) for port, each in tree["interfaces"].items()
    }


COMPARE = {
    "show_mka_sessions": mka_table,
    "show_mka_summary": mka_table,
    "show_mka_session_detail": mka_detail,
    "show_mka_sessions_interface_interface_detail": mka_detail,
    "show_macsec_interface_interface": interface,
    "show_macsec_statistics_interface_interface": statistics,
    "show_macsec_status_interface_interface": status,
    "show_macsec_summary": summary,
}


def test_every_link_is_protected_as_its_own_suite_finds_it(
    shared_raw: Path, rows_of: Read, expected_of: Expect, packs: dict[str, tuple[Pack, Path]]
) -> None:
    COMPARE[shared_raw.parent.name](expected_of(shared_raw), rows_of(shared_raw), packs["cisco_iosxe"][0])
