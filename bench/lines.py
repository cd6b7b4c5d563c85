"""The lines that are pushed: what 48 ports of 802.1X with MACsec take, written out by hand, 590 and some."""

from __future__ import annotations

HEAD = """\
radius server NAC-1
 address ipv4 192.0.2.10 auth-port 1812 acct-port 1813
 key bench-radius-key
radius server NAC-2
 address ipv4 192.0.2.11 auth-port 1812 acct-port 1813
 key bench-radius-key
aaa group server radius NAC
 server name NAC-1
 server name NAC-2
aaa authentication dot1x default group NAC
aaa authorization network default group NAC
aaa accounting dot1x default start-stop group NAC
dot1x system-auth-control
mka policy SEALED
 key-server priority 10
 macsec-cipher-suite gcm-aes-128
 confidentiality-offset 0
"""
PORT = """\
interface GigabitEthernet1/0/{port}
 switchport mode access
 switchport access vlan 110
 authentication host-mode single-host
 authentication order dot1x
 authentication violation restrict
 dot1x pae authenticator
 dot1x timeout tx-period 7
 authentication port-control auto
 authentication linksec policy must-secure
 macsec
 mka policy SEALED
"""


def lines(ports: int) -> tuple[str, ...]:
    """The configuration of so many ports."""
    return (
        *HEAD.splitlines(),
        *(line for n in range(1, ports + 1) for line in PORT.format(port=n).splitlines()),
    )


def has_them(running: str, ports: int) -> bool:
    """Whether a running configuration has all of it."""
    return running.count(" authentication port-control auto\n") == ports == running.count(" mka policy SEALED\n")
