"""What the simulated switch decides about the devices behind its ports, and how it shows it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from netmiko import ConnectHandler

from portseal.simulator.farm import Farm, Handle, PortSpec, SwitchSpec
from portseal.simulator.faults import RadiusAlive, RadiusDead
from portseal.simulator.world import Device, RadiusSpec, Trust

CAK, CKN = "00112233445566778899aabbccddeeff", "0a1b"
PORT = "GigabitEthernet1/0/1"
CAMERA = Device(
    mac="ac:cc:8e:00:00:01", identity="cam-1", eap="eap-tls", certificate=Trust.VALID, macsec="derived", name="cam-1"
)
OLD = Device(mac="ac:cc:8e:00:00:02", name="old")
STATIC = Device(mac="ac:cc:8e:00:00:03", macsec="static", cak=CAK, ckn=CKN, name="static")
ROGUE = Device(mac="02:00:00:00:00:66", name="rogue")
RADIUS = RadiusSpec(
    address="192.0.2.10", key="shared", users={"cam-1": None, "cam-2": 120}, mab={"ac:cc:8e:00:00:02": None}
)
CONFIG = """\
hostname acc-01
aaa new-model
aaa group server radius NAC
 server name NAC1
aaa authentication dot1x default group NAC
aaa authorization network default group NAC
dot1x system-auth-control
radius server NAC1
 address ipv4 192.0.2.10 auth-port 1812 acct-port 1813
 key shared
key chain STATIC macsec
 key 0a1b
  cryptographic-algorithm aes-128-cmac
  key-string 00112233445566778899aabbccddeeff
mka policy CAM
 key-server priority 16
interface GigabitEthernet1/0/1
 switchport access vlan 110
 switchport mode access
"""
CLOSED = ("authentication order dot1x mab", "authentication port-control auto", "mab", "dot1x pae authenticator")
DERIVED = (*CLOSED, "macsec", "mka policy CAM", "authentication linksec policy must-secure")
NETWORK = ("macsec network-link", "mka policy CAM", "mka pre-shared-key key-chain STATIC")


class Bench:
    """A switch with one client, which types lines into the port and reads."""

    def __init__(self, switch: Handle) -> None:
        self.switch = switch
        self.client = ConnectHandler(
            device_type="cisco_xe", host=switch.host, port=switch.port, username="admin", password="pw"
        )

    def type(self, *lines: str) -> None:
        output = self.client.send_config_set([f"interface {PORT}", *lines])
        assert "%" not in output
        assert "rejected" not in output
        self.settle()

    def settle(self) -> None:
        time.sleep(0.12)

    def show(self, command: str) -> str:
        return str(self.client.send_command(command, expect_string=r"acc-01#\s*$", strip_prompt=True))

    def details(self) -> dict[str, str]:
        text = self.show(f"show authentication sessions interface {PORT} details")
        found = dict(re.findall(r"^[ \t]*([A-Za-z0-9 -]+?):[ \t]+(\S.*)$", text, re.M))
        methods = text.partition("Method status list:")[2]
        found.update({f"method {name}": word for name, word in re.findall(r"^\s+(dot1x|mab)\s+(\S.*)$", methods, re.M)})
        return found

    def mka(self) -> tuple[str, str, str] | None:
        """(status, peers, CKN)."""
        row = re.search(r"^\d+\s+\S+/\S+\s+(\d+)\s+(\S.*?)\s{2,}(\S+)\s*$", self.show("show mka sessions"), re.M)
        return (row[2], row[1], row[3]) if row else None

    def reaches(self) -> bool:
        return "Gi1/0/1" in self.show("show mac address-table")


@pytest.fixture
def bench() -> Iterator[Bench]:
    spec = SwitchSpec(
        name="acc-01",
        platform="cisco_iosxe",
        running_config=CONFIG,
        ports=(PortSpec(name=PORT, device=CAMERA), PortSpec(name="GigabitEthernet1/0/2")),
        radius=(RADIUS,),
        minute=0.6,
    )
    with Farm([spec], username="admin", password="pw") as farm:
        bench = Bench(farm["acc-01"])
        yield bench
        bench.client.disconnect()


def test_an_open_port_has_no_session_and_passes_everything(bench: Bench) -> None:
    assert "No sessions currently exist" in bench.show("show authentication sessions")
    assert bench.reaches()


def test_the_right_camera_is_authorized_by_802_1x(bench: Bench) -> None:
    bench.type(*CLOSED)
    seen = bench.details()
    assert (seen["Status"], seen["User-Name"], seen["MAC Address"]) == ("Authorized", "cam-1", "accc.8e00.0001")
    assert (seen["method dot1x"], seen["method mab"]) == ("Authc Success", "Not run")
    assert bench.reaches()
    table = bench.show("show authentication sessions")
    assert re.search(r"^Gi1/0/1 {18}accc\.8e00\.0001 dot1x   DATA    Auth        [0-9A-F]{24}$", table, re.M)
    assert "Session count = 1" in table


@pytest.mark.parametrize("certificate", [Trust.EXPIRED, Trust.REVOKED, Trust.WRONG_CA, None])
def test_a_certificate_that_is_not_valid_gets_nothing(bench: Bench, certificate: Trust | None) -> None:
    bench.switch.plug(PORT, CAMERA.model_copy(update={"certificate": certificate}))
    bench.type(*CLOSED)
    seen = bench.details()
    assert (seen["Status"], seen["method dot1x"], seen["method mab"]) == ("Unauthorized", "Authc Failed", "Not run")
    assert not bench.reaches()


def test_a_rogue_is_not_authorized_by_any_method(bench: Bench) -> None:
    bench.switch.plug(PORT, ROGUE)
    bench.type(*CLOSED)
    seen = bench.details()
    assert (seen["Status"], seen["method dot1x"], seen["method mab"]) == ("Unauthorized", "Stopped", "Authc Failed")
    assert not bench.reaches()


def test_an_old_camera_falls_back_to_its_mac_address(bench: Bench) -> None:
    bench.switch.plug(PORT, OLD)
    bench.type(*CLOSED)
    seen = bench.details()
    assert (seen["Status"], seen["method dot1x"], seen["method mab"]) == ("Authorized", "Stopped", "Authc Success")


def test_a_failed_supplicant_tries_the_next_method_only_where_told(bench: Bench) -> None:
    bench.switch.plug(PORT, OLD.model_copy(update={"eap": "peap", "identity": "nobody"}))
    bench.type(*CLOSED)
    assert bench.details()["Status"] == "Unauthorized"
    bench.type("authentication event fail action next-method")
    seen = bench.details()
    assert (seen["Status"], seen["method dot1x"], seen["method mab"]) == ("Authorized", "Authc Failed", "Authc Success")


def test_a_silent_device_without_mab_leaves_802_1x_running(bench: Bench) -> None:
    bench.switch.plug(PORT, ROGUE)
    bench.type("authentication port-control auto", "dot1x pae authenticator")
    assert bench.details()["method dot1x"] == "Running"


def test_failing_devices_land_in_the_vlans_of_their_events(bench: Bench) -> None:
    bench.type(
        *CLOSED,
        "authentication event fail action authorize vlan 999",
        "authentication event no-response action authorize vlan 998",
        "authentication event server dead action authorize vlan 997",
    )
    bench.switch.plug(PORT, CAMERA.model_copy(update={"certificate": Trust.EXPIRED}))
    bench.settle()
    assert (bench.details()["Status"], bench.details()["Vlan Group"]) == ("Authorized", "Vlan: 999")
    bench.switch.plug(PORT, ROGUE)
    bench.settle()
    assert bench.details()["Vlan Group"] == "Vlan: 998"
    bench.switch.inject(RadiusDead())
    bench.switch.plug(PORT, CAMERA)
    bench.settle()
    assert bench.details()["Vlan Group"] == "Vlan: 997"
    assert "CRITICAL_AUTH_VLAN" in bench.show(f"show authentication sessions interface {PORT} details")
    bench.switch.inject(RadiusAlive())
    bench.settle()
    assert "Vlan Group" not in bench.details()


def test_the_server_may_assign_the_vlan(bench: Bench) -> None:
    bench.switch.plug(PORT, CAMERA.model_copy(update={"identity": "cam-2"}))
    bench.type(*CLOSED)
    assert bench.details()["Vlan Group"] == "Vlan: 120"
    assert re.search(r"connected +120 ", bench.show("show interfaces status"))


def test_a_wrong_shared_key_gets_no_answer(bench: Bench) -> None:
    bench.client.send_config_set(["radius server NAC1", "key other"])
    bench.type(*CLOSED)
    assert bench.details()["Status"] == "Unauthorized"
    bench.client.send_config_set(["radius server NAC1", "key shared"])
    bench.settle()
    assert bench.details()["Status"] == "Authorized"


def test_who_is_admitted_stays_so_while_the_server_is_dead_until_it_is_asked_again(bench: Bench) -> None:
    bench.type(*CLOSED)
    bench.switch.inject(RadiusDead())
    bench.settle()
    assert bench.details()["Status"] == "Authorized"
    bench.show(f"clear authentication sessions interface {PORT}")
    bench.settle()
    assert bench.details()["Status"] == "Unauthorized"


def test_reauthentication_asks_again_when_its_time_is_over(bench: Bench) -> None:
    bench.type(*CLOSED, "authentication periodic", "authentication timer reauthenticate 60")
    bench.switch.inject(RadiusDead())
    time.sleep(1.0)
    assert bench.details()["Status"] == "Unauthorized"


def test_monitor_mode_lets_everything_through_and_tells(bench: Bench) -> None:
    bench.switch.plug(PORT, ROGUE)
    bench.type(*CLOSED, "authentication open")
    assert bench.details()["Status"] == "Unauthorized"
    assert bench.reaches()


def test_a_second_station_error_disables_a_single_host_port(bench: Bench) -> None:
    bench.type(*CLOSED)
    bench.switch.plug(PORT, ROGUE, beside=True)
    bench.settle()
    assert re.search(
        r"^Gi1/0/1 .*err-disabled security-violation", bench.show("show interfaces status err-disabled"), re.M
    )
    assert not bench.reaches()
    bench.switch.unplug(PORT)
    bench.switch.plug(PORT, CAMERA)
    bench.type("shutdown", "no shutdown")
    assert bench.details()["Status"] == "Authorized"


def test_error_disable_recovers_by_itself_where_it_is_told_to(bench: Bench) -> None:
    bench.client.send_config_set(["errdisable recovery cause security-violation", "errdisable recovery interval 60"])
    bench.type(*CLOSED)
    bench.switch.plug(PORT, ROGUE, beside=True)
    bench.settle()
    bench.switch.plug(PORT, CAMERA)
    time.sleep(0.8)
    assert bench.details()["Status"] == "Authorized"


def test_restrict_admits_the_first_station_only(bench: Bench) -> None:
    bench.type(*CLOSED, "authentication violation restrict")
    bench.switch.plug(PORT, ROGUE, beside=True)
    bench.settle()
    assert bench.details()["MAC Address"] == "accc.8e00.0001"
    assert "0200.0000.0066" not in bench.show("show mac address-table")


def test_port_security_error_disables_a_port_with_too_many_addresses(bench: Bench) -> None:
    bench.type("switchport port-security maximum 1", "switchport port-security")
    bench.switch.plug(PORT, ROGUE, beside=True)
    bench.settle()
    assert "psecure-violation" in bench.show("show interfaces status err-disabled")


def test_a_derived_key_secures_the_link_and_its_name_changes(bench: Bench) -> None:
    bench.type(*DERIVED)
    first = bench.mka()
    assert first is not None
    assert (first[0], first[1]) == ("Secured", "1")
    assert re.fullmatch(r"[0-9A-F]{32}", first[2])
    assert "Link Secured" in bench.show(f"show authentication sessions interface {PORT} details")
    assert re.search(r"^Gi1/0/1 {28}1 {19}1", bench.show("show macsec summary"), re.M)
    bench.show("clear authentication sessions")
    bench.settle()
    second = bench.mka()
    assert second is not None
    assert second[2] != first[2]


def test_counters_rise_while_the_camera_sends(bench: Bench) -> None:
    bench.type(*DERIVED)

    def encrypted() -> int:
        found = re.findall(r"Encrypted Pkts : (\d+)", bench.show(f"show macsec interface {PORT}"))
        return int(found[-1])

    before = encrypted()
    time.sleep(0.05)
    assert encrypted() > before
    bench.switch.plug(PORT, CAMERA.model_copy(update={"traffic": False}))
    bench.settle()
    assert encrypted() == 0


def test_no_key_name_from_the_server_means_no_key(bench: Bench) -> None:
    bench.switch.set_radius(RADIUS.model_copy(update={"returns_key_name": False}))
    bench.type(*DERIVED)
    assert bench.mka() is None
    assert bench.details()["Status"] == "Unauthorized"
    assert not bench.reaches()


def test_must_secure_blocks_a_camera_without_macsec_and_should_secure_does_not(bench: Bench) -> None:
    bench.switch.plug(PORT, CAMERA.model_copy(update={"macsec": "none"}))
    bench.type(*DERIVED)
    assert bench.details()["method dot1x"] == "Authc Success"
    assert not bench.reaches()
    bench.type("authentication linksec policy should-secure")
    assert bench.reaches()
    assert "Link Unsecured" in bench.show(f"show authentication sessions interface {PORT} details")


def test_the_same_static_key_on_both_sides_secures_the_link(bench: Bench) -> None:
    bench.switch.plug(PORT, STATIC)
    bench.type(*NETWORK)
    assert bench.mka() == ("Secured", "1", CKN)
    detail = bench.show(f"show mka sessions interface {PORT} detail")
    assert "CAK Name (CKN)........... 0a1b" in detail
    assert "# of MACsec Capable Live Peers............ 1" in detail
    assert bench.reaches()


@pytest.mark.parametrize("wrong", [{"cak": CAK[::-1]}, {"ckn": "0a1c"}, {"macsec": "none"}])
def test_another_key_leaves_the_link_unsecured_and_dark(bench: Bench, wrong: dict[str, str]) -> None:
    bench.switch.plug(PORT, STATIC.model_copy(update=wrong))
    bench.type(*NETWORK)
    assert bench.mka() == ("Init", "0", CKN)
    assert "%No Secure Channels" in bench.show("show macsec summary")
    assert not bench.reaches()


def test_a_key_out_of_its_lifetime_is_not_used(bench: Bench) -> None:
    bench.switch.plug(PORT, STATIC)
    bench.client.send_config_set(
        ["key chain STATIC macsec", "key 0a1b", "lifetime local 00:00:00 Jan 1 2020 00:00:00 Jan 1 2021"]
    )
    bench.type(*NETWORK)
    assert bench.mka() is None


OTHER = {"ckn": "0a1c", "cak": CAK[::-1]}
SECOND = ["key 0a1c", "cryptographic-algorithm aes-128-cmac", f"key-string {CAK[::-1]}"]


def test_of_two_keys_in_a_chain_the_one_whose_lifetime_began_last_is_used(bench: Bench) -> None:
    bench.client.send_config_set(["key chain STATIC macsec", *SECOND, "lifetime local 00:00:00 Jan 1 2021 infinite"])
    bench.switch.plug(PORT, STATIC)
    bench.type(*NETWORK)
    assert bench.mka() == ("Init", "0", "0a1c")
    assert not bench.reaches()
    bench.switch.plug(PORT, STATIC.model_copy(update=OTHER))
    bench.settle()
    assert bench.mka() == ("Secured", "1", "0a1c")


def test_a_camera_that_moves_to_the_key_of_the_fallback_chain_is_secured_with_it(bench: Bench) -> None:
    bench.client.send_config_set(["key chain SPARE macsec", *SECOND])
    bench.switch.plug(PORT, STATIC)
    bench.type(*NETWORK[:-1], "mka pre-shared-key key-chain STATIC fallback-key-chain SPARE")
    rows = re.findall(r"^\d+\s+\S+/\S+\s+(\d+)\s+(\S.*?)\s{2,}(\S+)\s*$", bench.show("show mka sessions"), re.M)
    assert rows == [("1", "Secured", CKN), ("0", "Init", "0a1c")]
    bench.switch.plug(PORT, STATIC.model_copy(update=OTHER))
    bench.settle()
    rows = re.findall(r"^\d+\s+\S+/\S+\s+(\d+)\s+(\S.*?)\s{2,}(\S+)\s*$", bench.show("show mka sessions"), re.M)
    assert rows == [("0", "Init", CKN), ("1", "Secured", "0a1c")]
    assert bench.reaches()
    bench.type("mka pre-shared-key key-chain SPARE")
    assert bench.mka() == ("Secured", "1", "0a1c")


def test_secured_without_a_peer_is_shown_as_such(bench: Bench) -> None:
    bench.switch.plug(PORT, STATIC.model_copy(update={"live": False}))
    bench.type(*NETWORK)
    assert bench.mka() == ("Secured, no peer", "0", CKN)


def test_authentication_is_running_until_it_is_settled() -> None:
    spec = SwitchSpec(
        name="acc-01",
        platform="cisco_iosxe",
        running_config=CONFIG,
        ports=(PortSpec(name=PORT, device=CAMERA),),
        radius=(RADIUS,),
        settle=1.0,
    )
    with Farm([spec], username="admin", password="pw") as farm:
        bench = Bench(farm["acc-01"])
        bench.type(*CLOSED)
        assert bench.details()["method dot1x"] == "Running"
        time.sleep(1.0)
        assert bench.details()["method dot1x"] == "Authc Success"
        bench.client.disconnect()
