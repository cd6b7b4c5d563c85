"""The switch's own agent: its files, its timer, and that it touches nothing it was not told to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.campus import Campus

pytestmark = [pytest.mark.lab, pytest.mark.source_tree]
Build = Callable[..., "Campus"]
PORT = "/etc/portseal/ports/swp1.conf"


def wait(what: str, condition: Callable[[], object], seconds: float = 12.0) -> float:
    from lab.net import wait_for

    return wait_for(what, condition, seconds)


def files(campus: Campus) -> str:
    """The owned files as the switch prints them."""
    shown = campus.switch.agent("running-config").stdout
    return shown[shown.index("file ") if "file " in shown else 0 :]


def pids(campus: Campus) -> dict[str, str]:
    """The hostapd of each port."""
    listed = campus.switch.run("sh", "-c", "cd /run/portseal/hostapd; grep -H . .swp*.pid").stdout
    return dict(line.split(":") for line in listed.split())


def test_the_timer_brings_the_files_back_by_itself(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    before = campus.switch.agent("running-config").stdout
    campus.switch.agent("arm", "6")
    begin = time.monotonic()
    seal(campus.switch, 1)
    assert files(campus) != before
    wait("nothing is pending", lambda: campus.switch.agent("pending").stdout == "none\n", 30)
    assert 4 < time.monotonic() - begin < 15
    assert campus.switch.agent("running-config").stdout == before
    campus.port(1).wait_until_it_reaches(RECORDER)


def test_what_was_confirmed_stays(build: Build) -> None:
    from lab.files import seal

    campus = build(1)
    campus.switch.agent("arm", "6")
    seal(campus.switch, 1)
    after = files(campus)
    campus.switch.agent("confirm")
    time.sleep(6.5)
    assert files(campus) == after
    assert campus.switch.agent("pending").stdout == "none\n"


def test_a_second_change_is_refused_while_one_is_pending(build: Build) -> None:
    campus = build(1)
    campus.switch.agent("arm", "60")
    assert campus.switch.agent("pending").stdout.startswith("armed, reverts in ")
    done = campus.switch.agent("arm", "60", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("portseal-switch: error: a change is pending")
    campus.switch.agent("revert")
    assert campus.switch.agent("revert", check=False).returncode == 1


def test_a_reboot_brings_an_unconfirmed_change_back(build: Build) -> None:
    from lab.files import seal

    campus = build(1)
    seal(campus.switch, 1)
    before = files(campus)
    campus.switch.agent("arm", "600")
    campus.switch.agent("remove", PORT)
    campus.switch.agent("apply")
    campus.switch.run("sh", "-c", "kill -9 $(pgrep -f 'portseal-switch (time[r]|watc[h])'); rm -rf /run/portseal")
    campus.switch.agent("boot")
    assert files(campus) == before
    assert campus.switch.agent("pending").stdout == "none\n"
    assert campus.switch.link("swp1")["Locked"] == "yes"


def test_only_ports_whose_settings_changed_are_touched(build: Build) -> None:
    from lab.files import seal, write_port

    campus = build(2)
    seal(campus.switch, 1, 2)
    before = pids(campus)
    write_port(campus.switch, 2, tx_period="7")
    assert campus.switch.agent("apply").stdout == "swp2: applied\n"
    assert pids(campus) == before, "hostapd's own settings did not change"
    campus.switch.agent("write", PORT, data="interface=swp1\neap_reauth_period=60\n")
    assert campus.switch.agent("apply").stdout == "swp1: applied\n"
    after = pids(campus)
    assert after[".swp1.pid"] != before[".swp1.pid"]
    assert after[".swp2.pid"] == before[".swp2.pid"]


def test_a_port_without_a_file_becomes_an_ordinary_port(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    seal(campus.switch, 1)
    assert campus.port(1).stays_away_from(RECORDER, seconds=1)
    campus.switch.agent("remove", PORT)
    assert campus.switch.agent("apply").stdout == "swp1: released\n"
    campus.port(1).wait_until_it_reaches(RECORDER)
    link = campus.switch.link("swp1")
    assert (link["Locked"], link["Mab"], link["Authenticator"]) == ("no", "no", "none")
    assert not campus.switch.entries("swp1", "static")


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/portseal/../passwd", "/etc/portseal/ports/../x.conf",
                                  "/etc/portseal/ports/a b.conf", "/etc/portseal/ports/.conf"])  # fmt: skip
def test_nothing_but_owned_files_is_written(build: Build, path: str) -> None:
    campus = build(1)
    for command in ("write", "remove"):
        done = campus.switch.agent(command, path, check=False, data="x=y\n")
        assert done.returncode == 1
        assert "not an owned file" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("interface=swp1\ndynamic_vlan=1\n", "line 2: option 'dynamic_vlan' is not known"),
        ("interface=swp2\n", "says interface=swp2; it must be swp1"),
        ("interface=swp1\nportseal_violation=explode\n", "line 2: portseal_violation is one of"),
        ("interface=swp1\neap_reauth_period=soon\n", "line 2: eap_reauth_period is a number"),
    ],
)
def test_files_that_make_no_sense_change_nothing(build: Build, content: str, said: str) -> None:
    from lab.files import write_port, write_servers

    campus = build(2)
    write_servers(campus.switch)
    write_port(campus.switch, 2)
    campus.switch.agent("write", PORT, data=content)
    done = campus.switch.agent("apply", check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert campus.switch.link("swp2")["Locked"] == "no"


def test_a_port_that_fails_is_named_and_the_others_are_sealed(build: Build) -> None:
    from lab.files import write_port, write_servers

    campus = build(1)
    write_servers(campus.switch)
    write_port(campus.switch, 1)
    write_port(campus.switch, 9)
    done = campus.switch.agent("apply", check=False)
    assert done.returncode == 1
    assert done.stderr == "portseal-switch: error: swp9: no such interface\n"
    assert campus.switch.link("swp1")["Locked"] == "yes"


def test_sessions_are_not_shown_while_nobody_watches(build: Build) -> None:
    from lab.files import seal

    campus = build(1)
    seal(campus.switch, 1)
    campus.switch.run("sh", "-c", "kill -9 $(pgrep -f 'portseal-switch watc[h]')")
    done = campus.switch.agent("sessions", check=False)
    assert done.returncode == 1
    assert "the watcher does not run" in done.stderr
    campus.switch.agent("apply")
    assert campus.switch.agent("sessions").stdout.startswith("Interface")


def test_owned_files_are_for_root_alone(build: Build) -> None:
    from lab.files import seal

    campus = build(1)
    seal(campus.switch, 1)
    campus.switch.agent("arm", "60")
    listed = campus.switch.run(
        "find", "/etc/portseal", "/var/lib/portseal", "/run/portseal", "-type", "f", "-perm", "/077"
    ).stdout
    assert listed == ""


def test_addresses_of_interfaces_are_shown_so_that_they_are_left_alone(build: Build) -> None:
    shown = build(1).switch.agent("running-config").stdout
    assert "interface mgmt\n address 10.98.2.1/24\n" in shown
    assert "interface swp1\n master br0 bridge\n" in shown
    assert shown.endswith("\nend\n")


def test_a_watcher_that_stands_by_takes_the_place_of_one_that_died(build: Build) -> None:
    from lab.campus import RECORDER
    from lab.files import seal

    campus = build(1)
    campus.authenticate(1)
    seal(campus.switch, 1)
    campus.port(1).wait_until_it_reaches(RECORDER)
    first = campus.switch.run("pgrep", "-f", "portseal-switch watc[h]").stdout.strip()
    campus.switch.run("sh", "-c", "setsid portseal-switch watch </dev/null >/dev/null 2>&1 &")
    campus.switch.run("kill", "-9", first)
    wait("sessions are shown again", lambda: campus.switch.agent("sessions", check=False).returncode == 0, 5)
    wait("authorized", lambda: campus.switch.session("swp1").get("Status") == "authorized")
    campus.port(1).unplug()
    wait("the entry is gone", lambda: not campus.switch.entries("swp1", "static"), 3)
