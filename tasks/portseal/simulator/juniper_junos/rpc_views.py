"""Operational RPCs: the same state as the show commands print, by the names that NETCONF clients ask for."""

from __future__ import annotations

from collections.abc import Callable

from portseal.simulator.juniper_junos import show, show_ports, show_security
from portseal.simulator.juniper_junos.box import Box

MODEL = "ex4300-48p"


def _software(box: Box) -> list[str]:
    return [
        "<software-information>",
        f"<host-name>{box.hostname}</host-name>",
        f"<product-model>{MODEL}</product-model>",
        f"<product-name>{MODEL}</product-name>",
        f"<junos-version>{show.VERSION}</junos-version>",
        "<package-information>",
        "<name>junos</name>",
        f"<comment>JUNOS EX  Software Suite [{show.VERSION}]</comment>",
        "</package-information>",
        "</software-information>",
    ]


def _uptime(box: Box) -> list[str]:
    now = box.now()
    shown = f'<date-time junos:seconds="{int(now.timestamp())}">{now:%Y-%m-%d %H:%M:%S} UTC</date-time>'
    return ["<system-uptime-information>", "<current-time>", shown, "</current-time>", "</system-uptime-information>"]


def _revision(box: Box) -> list[str]:
    newest = box.history[0]
    seconds = int(newest.when.timestamp())
    comment = f"<comment>commit confirmed, rollback in {newest.minutes}mins</comment>" if newest.minutes else ""
    return [
        "<commit-revision-information>",
        f"<revision>re0-{seconds}-{len(box.history)}</revision>",
        f"<user>{newest.user}</user>",
        f"<client>{newest.client}</client>",
        f'<date-time junos:seconds="{seconds}">{newest.when:%Y-%m-%d %H:%M:%S} UTC</date-time>',
        *([comment] if comment else []),
        "</commit-revision-information>",
    ]


def _interfaces(box: Box) -> list[str]:
    lines = ["<interface-information>"]
    for name, state in show_ports.states(box):
        described = box.running.text_at(f"interfaces {name} description")
        lines += [
            "<physical-interface>",
            f"<name>{name}</name>",
            f'<admin-status junos:format="Enabled">{"down" if state.policy.shutdown else "up"}</admin-status>',
            f"<oper-status>{'up' if state.up else 'down'}</oper-status>",
            *([f"<description>{described}</description>"] if described else []),
            "<mtu>1514</mtu>",
            "<speed>1000mbps</speed>",
            f"<current-physical-address>{_colons(box.ports.mac_of(name))}</current-physical-address>",
            '<interface-flapped junos:seconds="60">2026-01-01 00:00:00 UTC (00:01:00 ago)</interface-flapped>',
            "</physical-interface>",
        ]
    return [*lines, "</interface-information>"]


def _colons(mac: str) -> str:
    return ":".join(mac[at : at + 2] for at in range(0, 12, 2))


View = Callable[[Box, str | None], list[str]]
"""The switch and the one port that was asked for in, the reply's elements out."""

VIEWS: dict[str, View] = {
    "get-software-information": lambda box, _: _software(box),
    "get-system-uptime-information": lambda box, _: _uptime(box),
    "get-commit-information": lambda box, _: list(show.commits_xml(box)),
    "get-commit-revision-information": lambda box, _: _revision(box),
    "get-interface-information": lambda box, _: _interfaces(box),
    "get-dot1x-interface-information": show_ports.dot1x_xml,
    "get-ethernet-switching-table-information": lambda box, _: show_ports.table_xml(box),
    "get-macsec-connection-information": lambda box, _: show_security.connections_xml(box),
    "get-macsec-statistics": lambda box, _: show_security.statistics_xml(box),
    "get-lldp-neighbors-information": show_ports.lldp_xml,
    "get-lldp-interface-neighbors": lambda box, port: show_ports.lldp_xml(box, port, detail=True),
}
