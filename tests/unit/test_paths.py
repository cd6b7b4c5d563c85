"""Configuration of one path a line: folded into sections, unfolded into what is sent."""

from __future__ import annotations

from portseal.core.paths import Paths, nested, unfolded

PATHS = Paths(
    sections=(r"protocols dot1x authenticator interface \S+", r"interfaces \S+", r"access profile \S+"),
    lists=((r"^protocols dot1x ", r"authentication-order "), (r"^access profile ", r"radius authentication-server ")),
)


def test_a_path_stands_under_its_section_and_one_of_no_section_alone() -> None:
    text = "set version 22.4R3\nset interfaces ge-0/0/5 unit 0 family ethernet-switching\nset interfaces ge-0/0/5 mtu 9000\n"
    assert nested(text, PATHS) == (
        "version 22.4R3\ninterfaces ge-0/0/5\n unit 0 family ethernet-switching\n mtu 9000\n"
    )


def test_a_section_whose_lines_stand_apart_is_one_section() -> None:
    text = "set interfaces ge-0/0/5 mtu 9000\nset snmp location x\nset interfaces ge-0/0/5 unit 0\n"
    assert nested(text, PATHS) == "interfaces ge-0/0/5\n mtu 9000\n unit 0\nsnmp location x\n"


def test_a_port_is_not_taken_for_another_whose_name_it_begins() -> None:
    assert nested("set interfaces ge-0/0/55 mtu 1\n", Paths(sections=(r"interfaces ge-0/0/5",))) == (
        "interfaces ge-0/0/55 mtu 1\n"
    )


def test_a_list_is_one_line_in_the_order_of_the_switch_however_it_is_written() -> None:
    one_each = "set access profile P radius authentication-server 192.0.2.2\nset access profile P radius authentication-server 192.0.2.1\n"
    at_once = "set access profile P radius authentication-server [ 192.0.2.2 192.0.2.1 ]\n"
    assert nested(one_each, PATHS) == nested(at_once, PATHS)
    assert nested(at_once, PATHS) == "access profile P\n radius authentication-server [ 192.0.2.2 192.0.2.1 ]\n"
    assert nested("set access profile P radius authentication-server [ 192.0.2.2 ]\n", PATHS) == (
        "access profile P\n radius authentication-server 192.0.2.2\n"
    )


def test_what_is_kept_without_effect_is_a_line_of_its_section() -> None:
    text = "set interfaces ge-0/0/5 mtu 1\ndeactivate interfaces ge-0/0/5 mtu\ndeactivate interfaces ge-0/0/6\n"
    assert nested(text, PATHS) == "interfaces ge-0/0/5\n mtu 1\n deactivate mtu\ninterfaces ge-0/0/6\n deactivate\n"


def test_braces_are_read_as_the_paths_they_stand_for() -> None:
    braces = """\
## Last commit: 2024-12-06 11:41:05 UTC by root
interfaces {
    ge-0/0/5 {
        unit 0 {
            family ethernet-switching {
                vlan {
                    members cameras;
                }
            }
        }
    }
    inactive: ge-0/0/6 {
        unit 0 {
            family ethernet-switching;
        }
    }
}
protocols {
    dot1x {
        authenticator {
            interface {
                ge-0/0/5.0 {
                    authentication-order [ dot1x mac-radius ];
                    inactive: quiet-period 60;
                }
                ge-0/0/6.0 {
                }
            }
        }
    }
}
"""
    paths = """\
## Last commit: 2024-12-06 11:41:05 UTC by root
set interfaces ge-0/0/5 unit 0 family ethernet-switching vlan members cameras
set interfaces ge-0/0/6 unit 0 family ethernet-switching
deactivate interfaces ge-0/0/6
set protocols dot1x authenticator interface ge-0/0/5.0 authentication-order dot1x
set protocols dot1x authenticator interface ge-0/0/5.0 authentication-order mac-radius
set protocols dot1x authenticator interface ge-0/0/5.0 quiet-period 60
deactivate protocols dot1x authenticator interface ge-0/0/5.0 quiet-period
set protocols dot1x authenticator interface ge-0/0/6.0
"""
    found, wanted = nested(braces, PATHS), nested(paths, PATHS)
    assert sorted(found.splitlines()) == sorted(wanted.splitlines())


def test_a_section_is_sent_as_whole_paths() -> None:
    assert list(unfolded("interfaces ge-0/0/5", ["delete mtu", "unit 0"], PATHS, "delete ")) == [
        "delete interfaces ge-0/0/5 mtu",
        "set interfaces ge-0/0/5 unit 0",
    ]
    assert list(unfolded("delete interfaces ge-0/0/5", [], PATHS, "delete ")) == ["delete interfaces ge-0/0/5"]
    assert list(unfolded("access profile P", [], PATHS, "delete ")) == ["set access profile P"]


def test_what_is_without_effect_is_activated_and_back() -> None:
    assert list(
        unfolded("interfaces ge-0/0/5", ["delete deactivate", "delete deactivate unit 0"], PATHS, "delete ")
    ) == [
        "activate interfaces ge-0/0/5",
        "activate interfaces ge-0/0/5 unit 0",
    ]
    assert list(unfolded("interfaces ge-0/0/5", ["deactivate mtu"], PATHS, "delete ")) == [
        "deactivate interfaces ge-0/0/5 mtu"
    ]


def test_a_list_that_is_set_takes_the_place_of_the_old_one_instead_of_growing() -> None:
    head, before, after = (
        "access profile P",
        "radius authentication-server 192.0.2.1",
        "radius authentication-server 192.0.2.2",
    )
    assert list(unfolded(head, [after], PATHS, "delete ", held=[before])) == [
        "delete access profile P radius authentication-server",
        f"set access profile P {after}",
    ]
    assert list(unfolded(head, [after], PATHS, "delete ")) == [f"set access profile P {after}"]
    assert list(unfolded(head, [f"delete {before}"], PATHS, "delete ", held=[before])) == [
        "delete access profile P radius authentication-server"
    ]


def test_a_leaf_goes_away_by_its_name_without_its_value() -> None:
    lines = unfolded("system", ["delete host-name a"], PATHS, "delete ", leaf=lambda line: line.split()[0])
    assert list(lines) == ["delete system host-name"]
