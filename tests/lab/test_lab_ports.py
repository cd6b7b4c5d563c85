"""A locked port on the real bridge with the real hostapd: who passes, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.campus import Campus

pytestmark = [pytest.mark.lab, pytest.mark.source_tree]
Build = Callable[..., "Campus"]


def authorized(campus: Campus, number: int, *, by: str = "dot1x") -> bool:
    """Whether the port's one station is let in."""
    session = campus.switch.session(f"swp{number}")
    return session.get("Status") == "authorized" and session.get("Method") == by and session.get("Forwards") == "yes"


def state(campus: Campus, number: int) -> str:
    return campus.switch.session(f"swp{number}").get("State", "none")


def states(campus: Campus) -> dict[str, str]:
    """The state of every station, by MAC."""
    return {row["MAC"]: row["State"] for row in campus.switch.rows("sessions")}


def wait(what: str, condition: Callable[[], object], seconds: float = 12.0) -> float:
    from lab.net import wait_for

    return wait_for(what, condition, seconds)


def test_a_station_learned_before_the_lock_is_held_back_by_it(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    assert campus.switch.entries("swp1", "learned") == {campus.port(1).mac}
    seal(campus.switch, 1)
    assert campus.port(1).stays_away_from(RECORDER)


def test_a_bare_eapol_start_opens_a_port_that_is_only_locked_and_none_that_we_closed(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(2)
    camera, switch = campus.port(1), campus.switch
    switch.run("bridge", "link", "set", "dev", "swp1", "locked", "on", "learning", "on")
    switch.run("ip", "link", "set", "dev", "swp1", "type", "bridge_slave", "fdb_flush")
    assert camera.stays_away_from(RECORDER)
    camera.start_eapol()
    assert camera.reaches(RECORDER), "the pitfall is not there, so this test proves nothing"

    seal(switch, 1)
    camera.start_eapol()
    assert camera.stays_away_from(RECORDER)


def test_the_eapol_of_a_copied_mac_does_not_move_the_cameras_entry(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(2)
    campus.authenticate(1)
    seal(campus.switch, 1, 2)
    campus.port(1).wait_until_it_reaches(RECORDER)
    campus.port(2).unplug()
    campus.port(2).plug(mac=campus.port(1).mac)
    wait("the link", lambda: campus.switch.link("swp2").get("Link") == "up")
    for _ in range(5):
        campus.port(2).start_eapol()
        assert campus.switch.entries("swp1", "static") == {campus.port(1).mac}
        assert not campus.switch.entries("swp2", "static")
    assert campus.port(1).reaches(RECORDER)


def test_a_pulled_cable_ends_the_session_and_its_entry(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    campus.authenticate(1)
    seal(campus.switch, 1)
    campus.port(1).wait_until_it_reaches(RECORDER)
    campus.port(1).unplug()
    wait("the entry is gone", lambda: not campus.switch.entries("swp1", "static"), 3)
    wait("the session is gone", lambda: not campus.switch.session("swp1"), 3)
    campus.port(1).silence()
    campus.port(1).plug()
    assert campus.port(1).stays_away_from(RECORDER), "whoever is plugged in next was let in"


def test_a_cable_pulled_for_a_tenth_of_a_second_ends_the_session_too(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    campus.authenticate(1)
    seal(campus.switch, 1)
    campus.port(1).wait_until_it_reaches(RECORDER)
    campus.port(1).silence()
    campus.port(1).unplug()
    campus.port(1).plug()
    wait("the entry is gone", lambda: not campus.switch.entries("swp1", "static"), 3)


def test_a_restarted_hostapd_is_followed(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    switch, conf = campus.switch, "/run/portseal/hostapd/.swp1"
    campus.authenticate(1)
    seal(switch, 1)
    campus.port(1).wait_until_it_reaches(RECORDER)
    switch.run("sh", "-c", f"kill $(cat {conf}.pid)")
    wait("no entry without hostapd", lambda: not switch.entries("swp1", "static"), 3)
    switch.run("hostapd", "-B", "-P", f"{conf}.pid", "-f", f"{conf}.log", f"{conf}.conf")
    wait("authorized by the new one", lambda: authorized(campus, 1))
    assert switch.entries("swp1", "static") == {campus.port(1).mac}
    assert campus.port(1).reaches(RECORDER)


def test_a_hostapd_that_died_is_started_again(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    campus.authenticate(1)
    seal(campus.switch, 1)
    campus.port(1).wait_until_it_reaches(RECORDER)
    campus.switch.run("sh", "-c", "kill -9 $(cat /run/portseal/hostapd/.swp1.pid)")
    wait("stopped", lambda: campus.switch.link("swp1").get("Authenticator") == "stopped", 3)
    wait("authorized again", lambda: authorized(campus, 1), 15)


def test_a_port_that_somebody_unlocked_is_locked_again(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    seal(campus.switch, 1)
    for way in (["nomaster"], ["master", "br0"]):
        campus.switch.run("ip", "link", "set", "dev", "swp1", *way)  # which forgets every flag of the port
    wait("locked", lambda: campus.switch.link("swp1").get("Locked") == "yes", 5)
    assert campus.port(1).stays_away_from(RECORDER)


def test_a_known_mac_is_let_in_by_mab_and_an_unknown_one_is_not(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(2, macs=[1])
    seal(campus.switch, 1, 2, methods="dot1x,mab")
    assert campus.port(1).wait_until_it_reaches(RECORDER) > 0
    assert authorized(campus, 1, by="mab")
    wait("refused", lambda: state(campus, 2) == "rejected")
    assert campus.port(2).stays_away_from(RECORDER)


def test_mab_follows_a_failed_authentication_only_where_it_is_asked_for(build: Build) -> None:
    from lab.files import seal

    campus = build(2, macs=[1, 2])
    campus.port(1).supplicant("cam-01", campus.wrong, campus.ca.file)
    campus.port(2).supplicant("cam-02", campus.wrong, campus.ca.file)
    seal(campus.switch, 1, methods="dot1x,mab", on_failure="next-method", tx_period="30")
    seal(campus.switch, 2, methods="dot1x,mab", tx_period="30")
    wait("let in by its MAC", lambda: authorized(campus, 1, by="mab"))
    wait("refused", lambda: state(campus, 2) == "failed")


@pytest.mark.parametrize("violation", ["shutdown", "restrict", "protect"])
def test_a_second_station_is_held_back_and_the_port_shut_down_where_that_is_the_policy(
    build: Build, violation: str
) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    campus.authenticate(1)
    seal(campus.switch, 1, violation=violation)
    campus.port(1).wait_until_it_reaches(RECORDER)
    campus.port(1).speak_as("02:00:00:00:99:01")
    if violation == "shutdown":
        wait("shut down", lambda: campus.switch.link("swp1").get("Link") == "violation", 5)
        assert campus.port(1).stays_away_from(RECORDER)
        campus.switch.agent("recover", "swp1")
        campus.port(1).wait_until_it_reaches(RECORDER)
        return
    wait("the second station is seen", lambda: states(campus).get("02:00:00:00:99:01") == "second-station", 5)
    assert campus.switch.entries("swp1", "static") == {campus.port(1).mac}
    assert campus.port(1).reaches(RECORDER)


def test_a_second_station_takes_the_place_of_the_first_where_that_is_the_policy(build: Build) -> None:
    from lab.files import seal

    campus = build(1, macs=[1])
    second = "02:00:00:00:99:01"
    campus.radius.stop()
    campus.radius.macs = [campus.port(1).mac, second]
    campus.radius.start("lab-radius-secret-5f2c")
    seal(campus.switch, 1, methods="mab", violation="replace")
    wait("the first is let in", lambda: campus.switch.entries("swp1", "static") == {campus.port(1).mac})

    def taken() -> bool:
        campus.port(1).speak_as(
            second
        )  # again each time: a frame of the first, which is there still, takes the place back
        return campus.switch.entries("swp1", "static") == {second}

    wait("the second is let in", taken)


def test_several_stations_are_let_in_each_by_itself_where_that_is_the_policy(build: Build) -> None:
    from lab.files import seal

    campus = build(1, macs=[1])
    campus.radius.stop()
    campus.radius.macs = [campus.port(1).mac, "02:00:00:00:99:01"]
    campus.radius.start("lab-radius-secret-5f2c")
    seal(campus.switch, 1, methods="mab", host_mode="multi-auth")
    wait("the first is let in", lambda: campus.switch.entries("swp1", "static") == {campus.port(1).mac})
    for mac in ("02:00:00:00:99:01", "02:00:00:00:99:02"):
        campus.port(1).speak_as(mac)
    both = {campus.port(1).mac, "02:00:00:00:99:01"}
    wait("the second too", lambda: campus.switch.entries("swp1", "static") == both)
    wait("the third is not", lambda: "rejected" in {row["State"] for row in campus.switch.rows("sessions")})
    assert campus.switch.entries("swp1", "static") == both


def test_a_monitored_port_lets_everybody_pass_and_shows_what_a_closed_one_would_do(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(2)
    campus.authenticate(1)
    campus.port(2).supplicant("cam-02", campus.wrong, campus.ca.file)
    seal(campus.switch, 1, 2, mode="monitor")
    wait("authorized", lambda: authorized(campus, 1))
    wait("refused", lambda: state(campus, 2) == "failed")
    assert campus.port(2).reaches(RECORDER)
    assert campus.switch.link("swp2")["Locked"] == "no"
    seal(campus.switch, 2)
    assert campus.port(2).stays_away_from(RECORDER)


def test_accounting_reaches_the_server(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    campus.authenticate(1)
    seal(campus.switch, 1)
    campus.port(1).wait_until_it_reaches(RECORDER)
    ask = ("hostapd_cli", "-p", "/run/portseal/hostapd", "-i", "swp1", "mib")
    answered = re.compile(r"^radiusAccClientResponses=[1-9]", re.MULTILINE)
    wait("an answer to accounting", lambda: answered.search(campus.switch.run(*ask).stdout))
