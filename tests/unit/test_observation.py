"""What a switch prints becomes the state of its ports; what is not understood or not listed is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from portseal.core.errors import InputError
from portseal.core.observation import (
    Counters,
    LinkState,
    MkaStatus,
    PortState,
    SessionMethod,
    SessionStatus,
    port_states,
)
from portseal.core.platforms import load_pack, platform_folders

FOLDER = platform_folders()["cisco_iosxe"]
PACK = load_pack(FOLDER)
GOLDEN = Path(__file__).parents[1] / "golden" / "cisco_iosxe"
GI = "GigabitEthernet1/0/"
MACSEC = "show macsec interface Gi1/0/5"
DETAILS = "show authentication sessions method dot1x details"


def captured(place: str) -> str:
    return (GOLDEN / f"{place}.raw").read_text(encoding="utf-8")


EVERYTHING = {
    "show interfaces status": captured("show_interfaces_status/mixed"),
    "show interfaces status err-disabled": captured("show_interfaces_status_err-disabled/two"),
    "show authentication sessions": captured("show_authentication_sessions/flags"),
    DETAILS: captured("show_authentication_sessions_method_dot1x_details/three_cameras"),
    "show authentication sessions method mab details": captured("show_authentication_sessions_method_mab_details/one"),
    "show mac address-table": captured("show_mac_address-table/access"),
    "show mka sessions": captured("show_mka_sessions/three"),
    MACSEC: captured("show_macsec_interface/sealed"),
}
ALL = {"link", "errdisable", "session", "mka", "counters", "mac"}


def states(outputs: dict[str, str], *ports: str) -> dict[str, PortState]:
    return port_states(PACK, FOLDER, outputs, ports)


@pytest.fixture(scope="module")
def everything() -> dict[str, PortState]:
    return states(EVERYTHING, f"{GI}47")


def test_a_sealed_port_shows_all_of_it(everything: dict[str, PortState]) -> None:
    port = everything[f"{GI}5"]
    assert port.link is LinkState.UP
    assert port.err_disabled is None
    assert port.macs == ("ac:cc:8e:01:02:03",)
    (session,) = port.sessions
    assert (session.mac, session.method, session.status) == (
        "ac:cc:8e:01:02:03",
        SessionMethod.DOT1X,
        SessionStatus.AUTHORIZED,
    )
    assert (session.vlan, session.user, session.fallback) == (110, "cam-017.example.net", None)
    assert session.method_states == (("dot1x", "Authc Success"),)
    assert port.mka is not None
    assert (port.mka.status, port.mka.live_peers, port.mka.key_server) == (MkaStatus.SECURED, 1, True)
    assert (port.mka.ckn, port.mka.policy) == ("4c0ffee04c0ffee04c0ffee04c0ffee0", "PS-cam")
    assert port.mka.cipher == "GCM-AES-128", "which the table of sessions leaves out and the interface shows"
    assert port.counters == Counters(sent=5020, received=91200)
    assert port.observed == ALL
    assert port.unparsed == ()


def test_a_camera_let_in_by_its_address_is_shown_so(everything: dict[str, PortState]) -> None:
    (session,) = everything[f"{GI}6"].sessions
    assert (session.method, session.status) == (SessionMethod.MAB, SessionStatus.AUTHORIZED)


def test_an_error_disabled_port_has_its_reason_and_its_refused_session(everything: dict[str, PortState]) -> None:
    port = everything[f"{GI}8"]
    assert (port.link, port.err_disabled) == (LinkState.DOWN, "security-violation")
    assert [(s.status, s.method) for s in port.sessions] == [(SessionStatus.UNAUTHORIZED, SessionMethod.NONE)]


def test_an_authorization_without_a_server_is_neither_dot1x_nor_hidden(everything: dict[str, PortState]) -> None:
    """The table calls this session `dot1x Auth`; the details say that no method succeeded."""
    (session,) = everything[f"{GI}10"].sessions
    assert session.status is SessionStatus.AUTHORIZED
    assert session.method is SessionMethod.NONE
    assert (session.fallback, session.vlan) == ("server-dead", 997)


def test_secured_without_a_peer_has_no_live_peer(everything: dict[str, PortState]) -> None:
    mka = everything[f"{GI}11"].mka
    assert mka is not None
    assert (mka.status, mka.live_peers) == (MkaStatus.SECURED, 0)


def test_a_pending_session_is_not_secured(everything: dict[str, PortState]) -> None:
    mka = everything[f"{GI}12"].mka
    assert mka is not None
    assert mka.status is MkaStatus.NOT_SECURED


def test_a_word_that_the_pack_does_not_list_is_unknown(everything: dict[str, PortState]) -> None:
    assert everything["TenGigabitEthernet1/1/4"].link is LinkState.UNKNOWN


def test_a_description_in_the_words_of_the_table_does_not_bring_a_link_up(everything: dict[str, PortState]) -> None:
    assert everything[f"{GI}7"].link is LinkState.DOWN


def test_a_port_of_which_nothing_is_shown_appears_empty(everything: dict[str, PortState]) -> None:
    assert everything[f"{GI}47"] == PortState(
        port=f"{GI}47", observed=frozenset({"errdisable", "session", "mka", "mac"})
    )


def test_what_is_no_port_has_no_state(everything: dict[str, PortState]) -> None:
    assert not {"CPU", "Drop"} & everything.keys()


@pytest.mark.parametrize("command", EVERYTHING)
def test_output_not_understood_stands_in_every_port_it_was_about(command: str) -> None:
    lost = states({**EVERYTHING, command: "% Authorization failed."}, f"{GI}5", f"{GI}6")
    about = {f"{GI}5"} if command == MACSEC else {f"{GI}5", f"{GI}6"}
    for name in (f"{GI}5", f"{GI}6"):
        assert [command in each for each in lost[name].unparsed] == ([True] if name in about else [])
    assert "% Authorization failed." in lost[f"{GI}5"].unparsed[0]
    assert len(lost[f"{GI}5"].observed) == len(ALL) - 1


def test_the_sessions_of_one_method_are_not_all_sessions() -> None:
    state = states({DETAILS: EVERYTHING[DETAILS]})[f"{GI}5"]
    assert state.sessions
    assert "session" not in state.observed


def test_an_error_disabled_port_without_a_reason_is_still_error_disabled() -> None:
    outputs = {**EVERYTHING, "show interfaces status err-disabled": ""}
    assert states(outputs)[f"{GI}8"].err_disabled == "err-disabled"


def test_a_port_that_the_status_table_leaves_out_was_not_observed() -> None:
    assert "link" not in states(EVERYTHING, f"{GI}47")[f"{GI}47"].observed


def test_two_commands_that_contradict_each_other_leave_the_status_unknown() -> None:
    details = EVERYTHING[DETAILS].replace("Status:  Authorized", "Status:  Unauthorized", 1)
    (session,) = states({**EVERYTHING, DETAILS: details})[f"{GI}5"].sessions
    assert session.status is SessionStatus.UNKNOWN


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Authorized", SessionStatus.AUTHORIZED),
        ("Unauthorized", SessionStatus.UNAUTHORIZED),
        ("Running", SessionStatus.RUNNING),
        ("Blessed", SessionStatus.UNKNOWN),
    ],
)
def test_a_status_is_what_the_pack_says_of_its_word(word: str, status: SessionStatus) -> None:
    details = EVERYTHING[DETAILS].replace("Status:  Authorized", f"Status:  {word}", 1)
    assert states({DETAILS: details})[f"{GI}5"].sessions[0].status is status


@pytest.mark.parametrize(
    ("state", "method"),
    [
        ("Authc Success", SessionMethod.DOT1X),
        ("Running", SessionMethod.DOT1X),
        ("Authc Failed", SessionMethod.NONE),
        ("Stopped", SessionMethod.NONE),
        ("Enlightened", SessionMethod.UNKNOWN),
    ],
)
def test_a_method_counts_by_its_state(state: str, method: SessionMethod) -> None:
    details = EVERYTHING[DETAILS].replace("Authc Success", state, 1)
    assert states({**EVERYTHING, DETAILS: details})[f"{GI}5"].sessions[0].method is method


def test_a_guest_is_shown_as_one() -> None:
    text = captured("show_authentication_sessions_interface_details/guest")
    (session,) = states({"show authentication sessions interface Fa0/7 details": text})["FastEthernet0/7"].sessions
    assert (session.mac, session.status, session.fallback, session.vlan) == (
        None,
        SessionStatus.AUTHORIZED,
        "guest",
        998,
    )
    assert session.method is SessionMethod.NONE


def test_an_authority_that_the_pack_does_not_list_leaves_the_status_unknown() -> None:
    text = captured("show_authentication_sessions_interface_details/guest").replace("Guest Vlan", "Somebody")
    (session,) = states({"show authentication sessions interface Fa0/7 details": text})["FastEthernet0/7"].sessions
    assert (session.status, session.fallback) == (SessionStatus.UNKNOWN, None)


def test_of_two_keys_the_one_with_a_live_peer_counts() -> None:
    rows = captured("show_mka_sessions/three")
    two = rows.replace("Gi1/0/11 ", "Gi1/0/5  ").replace("Gi1/0/12 ", "Gi1/0/5  ")
    mka = states({"show mka sessions": two})[f"{GI}5"].mka
    assert mka is not None
    assert (mka.ckn, mka.live_peers) == ("4c0ffee04c0ffee04c0ffee04c0ffee0", 1)


def test_the_detail_of_a_key_adds_its_cipher() -> None:
    outputs = {
        "show mka sessions": captured("show_mka_sessions/three"),
        "show mka sessions detail": captured("show_mka_sessions_detail/two"),
    }
    mka = states(outputs)[f"{GI}5"].mka
    assert mka is not None
    assert (mka.status, mka.cipher, mka.live_peers) == (MkaStatus.SECURED, "GCM-AES-128", 1)


def test_a_port_without_macsec_has_no_counts() -> None:
    state = states({"show macsec interface Gi1/0/6": captured("show_macsec_interface/off")})[f"{GI}6"]
    assert state.counters == Counters()
    assert state.observed == {"counters"}


def test_group_addresses_are_no_stations() -> None:
    ports = states({"show mac address-table": captured("show_mac_address-table/ports_over_two_lines")})
    assert ports["GigabitEthernet1/5"].macs == ("ac:cc:8e:01:02:03",)
    assert ports["GigabitEthernet1/6"].macs == ()


def test_a_command_that_nobody_understands_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(InputError, match="show mka sessions"):
        states({"show version": "Cisco IOS XE"})
