"""Owned files of the Linux switch, written by hand: for tests of the agent without portseal."""

from __future__ import annotations

from lab.campus import RADIUS, SECRET
from lab.switch import Switch

SERVERS = (
    "nas_identifier=lab\n"
    f"auth_server_addr={RADIUS}\nauth_server_port=1812\nauth_server_shared_secret={SECRET}\n"
    f"acct_server_addr={RADIUS}\nacct_server_port=1813\nacct_server_shared_secret={SECRET}\n"
)


def write_servers(switch: Switch) -> None:
    """`switch.conf` with the lab's RADIUS server."""
    switch.agent("write", "/etc/portseal/switch.conf", data=SERVERS)


def write_port(switch: Switch, number: int, **ours: str) -> None:
    """The file of `swp<number>`, with these of our options (`methods="mab"`)."""
    lines = [f"interface=swp{number}", "eapol_version=2", *(f"portseal_{name}={value}" for name, value in ours.items())]
    switch.agent("write", f"/etc/portseal/ports/swp{number}.conf", data="".join(f"{line}\n" for line in lines))


def seal(switch: Switch, *numbers: int, **ours: str) -> None:
    """Seal these ports alike, and apply."""
    write_servers(switch)
    for number in numbers:
        write_port(switch, number, **{"tx_period": "1", "max_reauth_requests": "1", **ours})
    switch.agent("apply")
