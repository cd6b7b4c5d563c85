"""The parts of the simulator that need no wire: the grammar, the tree, the line editor, the secrets, a whole site."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portseal.core.errors import SecretError
from portseal.core.inventory import (
    Camera,
    CameraMacsec,
    LinkKey,
    Radius,
    RadiusServer,
    Site,
    Supplicant,
    Switch,
)
from portseal.core.profile import Dot1x, Method, Profile
from portseal.simulator.campus import demo_secrets, site_specs
from portseal.simulator.cisco_iosxe.configure import Vault, interface_range, load, plain
from portseal.simulator.cisco_iosxe.lines import long_name, short_name
from portseal.simulator.cisco_iosxe.policy import lifetime_begin
from portseal.simulator.config import print_lines
from portseal.simulator.grammar import Grammar, Match, Misfit, read_rules
from portseal.simulator.pipes import through
from portseal.simulator.terminal import END, HELP, LineEditor
from portseal.simulator.type7 import from_type7, type7
from portseal.simulator.world import Device, RadiusSpec, Trust

GRAMMAR = Grammar(
    read_rules(
        """
[top]
event fail ; [retry <0-5>] action (next-method|authorize vlan <1-4094>)
event failure log
name ; <line>
timer <1-10>
"""
    )["top"],
    {},
)


@pytest.mark.parametrize(
    "line",
    [
        "event fail action next-method",
        "event fail retry 5 action authorize vlan 4094",
        "ev fail act n",
        "name any words at all",
        "timer 10",
    ],
)
def test_a_line_of_the_table_is_understood(line: str) -> None:
    assert isinstance(GRAMMAR.match(line), Match)


@pytest.mark.parametrize(
    ("line", "kind", "offset"),
    [
        ("event fail retry 6 action next-method", "invalid", 17),
        ("event fail action", "incomplete", 17),
        ("event fai log", "ambiguous", 6),
        ("timer 0", "invalid", 6),
        ("timer 5 more", "invalid", 8),
        ("nonsense", "invalid", 0),
        ("name", "incomplete", 4),
    ],
)
def test_what_is_not_in_the_table_is_refused_where_it_goes_wrong(line: str, kind: str, offset: int) -> None:
    assert GRAMMAR.match(line) == Misfit(kind, offset)


def test_a_setting_is_taken_away_by_its_beginning_alone() -> None:
    found = GRAMMAR.match("event fail", negated=True)
    assert isinstance(found, Match)
    assert found.slot == ("event", "fail")
    assert isinstance(GRAMMAR.match("event", negated=True), Misfit)


@given(st.text(alphabet="abcdefghij \t<>()[]|;?0123456789-", max_size=40))
def test_no_line_breaks_the_grammar(line: str) -> None:
    assert isinstance(GRAMMAR.match(line), Match | Misfit)


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80))
def test_type_7_is_decoded_to_what_was_encoded(secret: str) -> None:
    assert from_type7(type7(secret)) == secret


def test_type_7_is_what_a_switch_makes_of_a_known_secret() -> None:
    assert type7("cisco", 11) == "110A1016141D"
    assert from_type7("not type 7") is None


def _printed(text: str) -> str:
    return "\n".join(print_lines(load(text, Vault()), plain))


def test_a_configuration_comes_out_in_the_order_of_the_device_whatever_order_it_was_written_in() -> None:
    written = (
        "interface GigabitEthernet1/0/10\n mab\n switchport mode access\ninterface GigabitEthernet1/0/2\nhostname a\n"
    )
    printed = _printed(written)
    assert [line for line in printed.splitlines() if line != "!"] == [
        "hostname a",
        "interface GigabitEthernet1/0/2",
        "interface GigabitEthernet1/0/10",
        " switchport mode access",
        " mab",
    ]
    assert _printed(printed) == printed


def test_a_banner_is_kept_as_it_is() -> None:
    banner = "banner motd ^C\nhostname wrong\n  no ip ^C"
    assert banner in _printed(f"hostname a\n{banner}\nline vty 0 4\n")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("gi1/0/1", "GigabitEthernet1/0/1"),
        ("Te1/1/1", "TenGigabitEthernet1/1/1"),
        ("Tw1/0/3", "TwoGigabitEthernet1/0/3"),
        ("F1/0/1", None),
        ("1/0/1", None),
    ],
)
def test_a_port_is_known_by_any_beginning_that_is_not_ambiguous(typed: str, name: str | None) -> None:
    assert long_name(typed) == name


def test_a_short_name_leads_back_to_the_long_one() -> None:
    assert short_name("TwentyFiveGigE1/0/1") == "Twe1/0/1"
    assert long_name("Twe1/0/1") == "TwentyFiveGigE1/0/1"


def test_a_range_names_each_of_its_ports() -> None:
    assert interface_range("Gi1/0/1 - 3 , Gi1/0/7") == tuple(f"GigabitEthernet1/0/{n}" for n in (1, 2, 3, 7))
    assert interface_range("Gi1/0/1 - x") is None


@pytest.mark.parametrize(
    ("lifetime", "valid"),
    [
        (None, True),
        ("00:00:00 Jan 1 2026 infinite", True),
        ("00:00:00 1 Jan 2026 infinite", True),
        ("00:00:00 Jan 1 2027 infinite", False),
        ("00:00:00 Jan 1 2026 00:00:00 Feb 1 2026", False),
        ("00:00:00 Jan 1 2026 duration 60", False),
        ("sometime", False),
    ],
)
def test_a_key_is_used_within_its_lifetime_only(lifetime: str | None, valid: bool) -> None:
    now = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
    words = None if lifetime is None else ("local", lifetime)
    assert (lifetime_begin(words, now) is not None) is valid


def test_typing_is_echoed_and_rubbed_out() -> None:
    editor = LineEditor()
    editor.feed("shwo\x08\x08ow clock\r\nnext")
    typed = editor.next_line()
    assert (typed.line, typed.echo) == ("show clock", "shwo\b \b\b \bow clock")
    assert editor.next_line() == ("next", None, "\r")


def test_a_password_is_not_echoed() -> None:
    editor = LineEditor()
    editor.feed("secret?\n")
    assert editor.next_line(hidden=True) == ("", "secret?", "\r")


def test_control_z_and_the_question_mark_end_a_line_in_their_own_way() -> None:
    editor = LineEditor()
    editor.feed("show ?")
    assert editor.next_line() == ("show ?", "show ", HELP)
    editor.feed("clock\x1a")
    assert editor.next_line() == ("clock^Z", "show clock", END)


def test_output_goes_through_the_filters_of_the_device() -> None:
    output = "interface A\n mab\n shutdown\ninterface B\n mab\n"
    assert through(" section interface A", output) == "interface A\n mab\n shutdown\n"
    assert through(" include mab", output) == " mab\n mab\n"
    assert through(" exclude mab", output) == "interface A\n shutdown\ninterface B\n"
    assert through(" begin B", output) == "interface B\n mab\n"
    assert through(" count mab", output) == "Number of lines which match regexp = 2\n"
    assert "%" in through(" nonsense x", output)


def _site() -> Site:
    server = RadiusServer(name="nac-1", address="192.0.2.10", key="radius/nac-1")
    return Site(
        name="s",
        profiles={"tls": Profile(name="tls"), "old": Profile(name="old", dot1x=Dot1x(methods=(Method.MAB,)))},
        switches={
            "acc-01": Switch(name="acc-01", platform="cisco_iosxe", radius=Radius(servers=(server,))),
            "lin-01": Switch(name="lin-01", platform="something_else"),
        },
        cameras=(
            Camera(
                name="cam-1",
                mac="ac:cc:8e:00:00:01",
                switch="acc-01",
                port="gi 1/0/1",
                profile="tls",
                supplicant=Supplicant.EAP_TLS,
                macsec=CameraMacsec.STATIC,
            ),
            Camera(name="cam-2", mac="ac:cc:8e:00:00:02", switch="acc-01", port="Gi1/0/60", profile="old", vlan=190),
        ),
        keys={"cam-1": LinkKey(ckn="01", cak="cak/cam-1")},
    )


def test_a_site_becomes_switches_with_the_right_camera_behind_each_port() -> None:
    site = _site()
    secrets = demo_secrets(site)
    (spec,) = site_specs(site, secrets)
    behind = {port.name: port.device for port in spec.ports}
    assert len(behind) == 50
    assert behind["GigabitEthernet1/0/1"] == Device(
        name="cam-1",
        mac="ac:cc:8e:00:00:01",
        identity="cam-1",
        eap="eap-tls",
        certificate=Trust.VALID,
        macsec="static",
        ckn="01",
        cak=secrets["cak/cam-1"],
    )
    assert behind["GigabitEthernet1/0/2"] is None
    assert " switchport access vlan 190" in spec.running_config
    assert spec.radius == (
        RadiusSpec(
            address="192.0.2.10",
            key=secrets["radius/nac-1"],
            users={"cam-1": None},
            mab={"ac:cc:8e:00:00:02": None},
        ),
    )


def test_a_misfit_stands_in_for_its_camera_or_changes_it() -> None:
    site = _site()
    rogue = Device(mac="02:00:00:00:00:66")
    (spec,) = site_specs(
        site,
        demo_secrets(site),
        {"cam-1": rogue, "cam-2": lambda camera: camera.model_copy(update={"traffic": False})},
    )
    behind = {port.name: port.device for port in spec.ports}
    assert behind["GigabitEthernet1/0/1"] == rogue
    assert behind["GigabitEthernet1/0/60"] == Device(mac="ac:cc:8e:00:00:02", name="cam-2", traffic=False)


def test_a_server_whose_key_nobody_gave_is_named() -> None:
    with pytest.raises(SecretError, match="radius/nac-1"):
        site_specs(_site(), {})


def test_the_configuration_of_a_campus_switch_has_no_line_the_grammar_does_not_know() -> None:
    site = _site()
    (spec,) = site_specs(site, demo_secrets(site))
    unknown = [entry.text for entry in load(spec.running_config, Vault()) if entry.verbatim is not None]
    unknown += [
        child.text
        for entry in load(spec.running_config, Vault())
        for child in entry.children
        if child.verbatim is not None
    ]
    assert unknown == []
