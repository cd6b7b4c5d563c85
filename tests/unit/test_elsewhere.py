"""Lines whose meaning stands elsewhere in a configuration."""

from __future__ import annotations

import pytest

from portseal.core.elsewhere import Alias, Listed, listed_ports, named_servers, with_meanings

LINES = (
    (0, "vlans cameras"),
    (1, "vlan-id 110"),
    (0, "vlans guests"),
    (1, "vlan-id 998"),
    (0, "interfaces ge-0/0/1"),
    (1, "description cameras"),
    (1, "vlan members cameras"),
    (0, "interfaces ge-0/0/2"),
    (1, "vlan members [ guests cameras 7 other ]"),
)
ALIAS = Alias(
    define=(r"^vlans (?P<name>\S+)$", r"^vlan-id (?P<means>\d+)$"),
    used=("^interfaces ", "^vlan members (?P<names>.+)$"),
)


def test_a_name_is_replaced_by_what_it_stands_for_where_it_is_used_and_nowhere_else() -> None:
    assert [text for _, text in with_meanings(LINES, (ALIAS,))][4:] == [
        "interfaces ge-0/0/1",
        "description cameras",
        "vlan members 110",
        "interfaces ge-0/0/2",
        "vlan members [ 998 110 7 other ]",
    ]


@pytest.mark.parametrize(
    ("line", "ports"),
    [
        ("member ge-0/0/1", ["ge-0/0/1"]),
        ('member "ge-0/0/[0-4]"', ["ge-0/0/1", "ge-0/0/4"]),
        ("member ge-*/0/*", ["ge-0/0/1", "ge-0/0/4", "ge-1/0/11"]),
        ("member-range ge-0/0/2 to ge-0/0/47", ["ge-0/0/4"]),
        ("member-range ge-0/0/4 to ge-1/0/11", ["ge-0/0/4", "ge-1/0/11"]),
        ("member-range xe-0/0/0 to xe-0/0/9", []),
    ],
)
def test_a_port_is_found_in_the_ranges_that_name_it(line: str, ports: list[str]) -> None:
    rules = [
        Listed(match=("^range ", pattern), code="other", reason="in a range")
        for pattern in (r"^member (?P<port>\S+)$", r"^member-range (?P<first>\S+) to (?P<last>\S+)$")
    ]
    found = listed_ports(((0, "range R"), (1, line)), rules, ["ge-0/0/1", "ge-0/0/4", "ge-1/0/11"])
    assert [port for port, _, _ in found] == ports


def test_servers_are_found_in_the_lines_that_name_them() -> None:
    lines = (
        (0, "profile ours"),
        (1, "servers [ 192.0.2.1 192.0.2.2 ]"),
        (0, "profile other"),
        (1, "servers 192.0.2.3"),
    )
    rule = ("^profile ours$", "^servers (?P<addresses>.+)$")
    assert list(named_servers(lines, [rule])) == ["192.0.2.1", "192.0.2.2"]
