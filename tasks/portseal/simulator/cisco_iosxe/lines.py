"""The configuration lines this switch understands, level by level, in the order in which it prints them.

Enumerations, ranges and defaults of 802.1X, MKA, MACsec and key chains are those of the IOS-XE 17.15 YANG models and of
Cisco's own test library; lines of other features are taken with free arguments, so that they can be typed and kept.
`@aaa` needs `aaa new-model`; `@on` is the default, so that only its `no` is shown; `@list` prints in natural order;
`@new` exists only in new-style (IBNS 2.0) mode.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from portseal.simulator.grammar import Accepts, read_rules

TABLE = r"""
[global]
version ; <line>
service timestamps (debug|log) ; [<line>]
service <word> ; [<line>]
platform <word> ; [<line>]

hostname ; <word>

boot <word> ; [<line>]
boot-start-marker
boot-end-marker

vrf definition <word>  > vrf

logging host <line>
logging <word> ; [<line>]  @on
enable (secret|password) ; <line>

aaa new-model
aaa group server radius <word>  @aaa > server-group
aaa authentication login <word> ; <line>  @aaa
aaa authentication enable <word> ; <line>  @aaa
aaa authentication dot1x (default|<word>) ; <methods>  @aaa
aaa authorization exec <word> ; <line>  @aaa
aaa authorization console  @aaa
aaa authorization commands <0-15> <word> ; <line>  @aaa
aaa authorization network (default|<word>) ; <methods>  @aaa
aaa accounting update ; (newinfo [periodic <1-2147483647>]|periodic <1-2147483647>)  @aaa
aaa accounting identity (default|<word>) ; (none|start-stop <methods>)  @aaa
aaa accounting dot1x (default|<word>) ; (none|start-stop <methods>)  @aaa
aaa accounting network (default|<word>) ; (none|start-stop <methods>)  @aaa
aaa accounting exec (default|<word>) ; <line>  @aaa
aaa accounting system guarantee-first  @aaa @on

aaa server radius dynamic-author  @aaa > dynamic-author

aaa session-id common  @aaa
clock <word> ; <line>
switch <1-9> provision ; <word>

ip name-server <ip> ; [<line>]
ip domain lookup  @on
ip domain <word> ; [<line>]
ip domain-name ; <word>
ip arp <line>
ip routing
ip dhcp <line>
ip device tracking ; [<line>]
login <word> ; [<line>]
vtp <word> ; [<line>]
device-tracking <word> ; [<line>]
authentication mac-move permit  @on
authentication critical recovery delay ; <1-10000> = 100
authentication convert-to new-style [forced]  @exec
authentication display ; (legacy|new-style)  @exec

key chain <word> macsec  @list > keychain-macsec
key chain <word>  @list > keychain
key config-key password-encrypt ; [<word>]  @exec
password encryption aes
license <word> ; [<line>]
memory <word> ; [<line>]

mka policy <name16>  @list > mka-policy

dot1x system-auth-control
dot1x critical eapol
dot1x logging verbose
access-session mac-move deny  @new
access-session monitor

spanning-tree mode ; (mst|pvst|rapid-pvst)
spanning-tree portfast ; <line>
spanning-tree extend system-id
spanning-tree vlan <word> ; <line>
spanning-tree <word> ; [<line>]

archive  > archive

errdisable recovery cause ; (all|arp-inspection|bpduguard|dhcp-rate-limit|inline-power|link-flap|psecure-violation|security-violation|storm-control|udld)  @many
errdisable recovery interval ; <30-86400> = 300
errdisable detect cause <line>  @on

username <word> ; <line>
redundancy  > redundancy
transceiver type all  > transceiver

vlan internal allocation policy ; (ascending|descending)
vlan <1-4094>  @list > vlan
lldp run
cdp run  @on
class-map <line>  > class-map
policy-map type control subscriber <word>  @convert > policy-map
policy-map <line>  > policy-map
service-template <word>  > service-template

interface <interface>  @list > interface

ip default-gateway ; <ip>
ip forward-protocol ; <line>
ip http server  @on
ip http secure-server  @on
ip http <word> ; <line>
ip route <line>
ip ssh ; <line>  @many
ip scp server enable
ip radius source-interface ; <interface>
ip access-list (standard|extended) <word>  > access-list
ip <word> ; <line>

snmp-server <word> ; [<line>]  @many

radius-server attribute <word> ; <line>  @many
radius-server dead-criteria ; (time <1-120> [tries <1-100>]|tries <1-100>)
radius-server deadtime ; <0-1440> = 0
radius-server retransmit ; <0-100> = 3
radius-server timeout ; <1-1000> = 5
radius-server vsa send ; (authentication|accounting)  @many

radius server <word>  > radius-server

control-plane  > control-plane

line con <0-0>  > line
line aux <0-0>  > line
line vty <0-31> <0-31>  > line

ntp <word> ; [<line>]  @many
event manager <line>  > applet
alias <word> <word> ; <line>

[vrf]
rd ; <word>
description ; <line>
address-family (ipv4|ipv6)
exit-address-family

[server-group]
server name <word>
deadtime ; <1-1440>
ip radius source-interface ; <interface>
retransmit ; <0-100>

[dynamic-author]
client <ip> ; server-key [0|6|7] <secret>
client <ip>
server-key ; [0|6|7] <secret>
port ; <0-65535> = 1700
auth-type ; (all|any|session-key)

[radius-server]
address ipv4 ; <ip> [auth-port <0-65535>] [acct-port <0-65535>]
timeout ; <1-1000>
retransmit ; <0-100>
automate-tester ; username <word> [ignore-acct-port] [probe-on] [idle-time <1-35791>]
key ; [0|6|7] <secret>

[keychain-macsec]
description ; <line>
key <ckn>  > keychain-macsec-key

[keychain-macsec-key]
key-string ; [0|6|7] <secret>
cryptographic-algorithm ; (aes-128-cmac|aes-256-cmac)
lifetime ; (local|<clock>) <line>

[keychain]
key <0-2147483647>  > keychain-key

[keychain-key]
key-string ; [0|6|7] <secret>
accept-lifetime ; <line>
send-lifetime ; <line>
cryptographic-algorithm ; <line>

[mka-policy]
key-server priority ; <0-255> = 0
delay-protection
macsec-cipher-suite ; <cipher> [<cipher> [<cipher> [<cipher>]]] = gcm-aes-128
confidentiality-offset ; (0|30|50) = 0
sak-rekey interval ; <30-65535>
sak-rekey on-live-peer-loss
include-icv-indicator  @on
use-updated-eth-header
send-secure-announcements
ssci-based-on-sci
description ; <line>

[archive]
log config  > archive-log
path ; <line>
maximum ; <1-14> = 10
time-period ; <1-525600>
write-memory

[archive-log]
logging enable
logging size ; <1-1000>
hidekeys
notify syslog ; [<line>]

[redundancy]
mode ; <word>
main-cpu

[transceiver]
monitoring

[vlan]
name ; <word>

[class-map]
match <line>

[policy-map]
class <line>  > policy-class
event <line>  > policy-event
description ; <line>

[policy-event]
<1-254> class <line>  > policy-class

[policy-class]
<1-254> ; <line>
police <line>
set <line>

[service-template]
vlan ; <1-4094>
linksec policy ; (must-not-secure|must-secure|should-secure)

[access-list]
<1-2147483647> ; <line>
(permit|deny|remark) <line>

[interface]
description ; <line>
switchport  @on
switchport access vlan ; <1-4094> = 1
switchport trunk native vlan ; <1-4094> = 1
switchport trunk allowed vlan ; <line>
switchport mode ; (access|trunk|dynamic auto|dynamic desirable) = dynamic auto
switchport voice vlan ; <1-4094>
switchport nonegotiate
switchport block (unicast|multicast)
switchport port-security maximum ; <1-8192> = 1
switchport port-security violation ; (protect|restrict|shutdown) = shutdown
switchport port-security mac-address ; (sticky [<mac>]|<mac>)  @many
switchport port-security aging time ; <1-1440>
switchport port-security aging type ; (absolute|inactivity) = absolute
switchport port-security aging static
switchport port-security
ip address ; (dhcp|<ip> <ip>)  @on
ip <word> ; [<line>]
vrf forwarding ; <word>
channel-group ; <1-128> mode (active|passive|on|auto|desirable)
device-tracking ; [<line>]
logging event ; <line>
power inline ; <line>
duplex ; (auto|full|half) = auto
speed ; (10|100|1000|auto) = auto
load-interval ; <30-600>
shutdown
negotiation auto
authentication event fail ; [retry <0-5>] action (next-method|authorize vlan <1-4094>)
authentication event server dead action ; (authorize [vlan <1-4094>]|reinitialize vlan <1-4094>)
authentication event server dead action authorize voice
authentication event no-response action ; authorize vlan <1-4094>
authentication event server alive action ; reinitialize
authentication event linksec fail action ; (next-method|authorize vlan <1-4094>)
authentication control-direction ; (both|in) = both
authentication host-mode ; (multi-auth|multi-domain|multi-host|single-host) = single-host
authentication linksec policy ; (must-not-secure|must-secure|should-secure) = should-secure
authentication open
authentication order ; <methods3>
authentication priority ; <methods3>
authentication port-control ; (auto|force-authorized|force-unauthorized) = force-authorized
authentication periodic
authentication timer reauthenticate ; (server|<1-1073741823>) = 3600
authentication timer inactivity ; (server|<1-65535>)
authentication timer restart ; <1-65535>
authentication violation ; (protect|replace|restrict|shutdown) = shutdown
authentication fallback ; <word>
access-session host-mode ; (multi-auth|multi-domain|multi-host|single-host) = multi-auth  @convert
access-session closed  @convert
access-session port-control ; (auto|force-authorized|force-unauthorized) = force-authorized  @convert
access-session control-direction ; (both|in) = both  @convert
mab ; [eap]
snmp trap link-status ; [<line>]  @on
storm-control <word> ; <line>
mka policy ; <name16>
mka default-policy
mka pre-shared-key ; key-chain <word> [fallback-key-chain <word>]
macsec network-link
macsec replay-protection window-size ; <0-4294967295> = 0
macsec
dot1x pae ; (authenticator|both|supplicant)
dot1x timeout quiet-period ; <1-65535> = 60
dot1x timeout server-timeout ; <1-65535> = 30
dot1x timeout supp-timeout ; <1-65535> = 30
dot1x timeout tx-period ; <1-65535> = 30
dot1x timeout (auth-period|held-period|ratelimit-period|start-period) ; <0-65535>
dot1x max-req ; <1-10> = 2
dot1x max-reauth-req ; <1-10> = 2
dot1x max-start ; <1-65535>
lldp (transmit|receive)  @on
lldp <word> ; [<line>]
cdp enable  @on
spanning-tree portfast ; [disable|edge|edge trunk|network|trunk]
spanning-tree bpduguard ; (enable|disable)
spanning-tree guard ; (loop|none|root)
spanning-tree link-type ; (point-to-point|shared)
spanning-tree <word> ; [<line>]
service-policy type control subscriber ; <word>  @convert
service-policy (input|output) ; <word>
ip dhcp snooping ; <line>
flowcontrol receive ; (desired|off|on)
mtu ; <64-9216>

[line]
access-class ; <line>
exec-timeout ; <0-35791> [<0-2147483>]
length ; <0-512>
location ; <line>
logging synchronous
login ; [local|authentication <word>]
password ; <line>
privilege level ; <0-15>
session-timeout ; <line>
stopbits ; <line>
transport (input|output|preferred) ; <line>

[control-plane]
service-policy ; <line>

[applet]
description ; <line>
event <line>
action <line>
"""

_PORT_TYPES = (
    "AppGigabitEthernet",
    "FastEthernet",
    "FiveGigabitEthernet",
    "FortyGigabitEthernet",
    "GigabitEthernet",
    "HundredGigE",
    "Loopback",
    "Port-channel",
    "TenGigabitEthernet",
    "TwentyFiveGigE",
    "TwoGigabitEthernet",
    "Vlan",
)
SHORT = {
    "AppGigabitEthernet": "Ap",
    "FastEthernet": "Fa",
    "FiveGigabitEthernet": "Fi",
    "FortyGigabitEthernet": "Fo",
    "GigabitEthernet": "Gi",
    "HundredGigE": "Hu",
    "Loopback": "Lo",
    "Port-channel": "Po",
    "TenGigabitEthernet": "Te",
    "TwentyFiveGigE": "Twe",
    "TwoGigabitEthernet": "Tw",
    "Vlan": "Vl",
}
_INTERFACE = re.compile(r"([A-Za-z][A-Za-z-]*)(\d+(?:/\d+)*(?:\.\d+)?)")
_CIPHERS = ("gcm-aes-128", "gcm-aes-256", "gcm-aes-xpn-128", "gcm-aes-xpn-256")


def long_name(word: str) -> str | None:
    """The full name of an interface from any beginning of its type; None where the type is none or ambiguous."""
    parts = _INTERFACE.fullmatch(word)
    if parts is None:
        return None
    typed = parts[1].lower()
    kinds = [kind for kind in _PORT_TYPES if kind.lower().startswith(typed)]
    exact = [kind for kind in kinds if kind.lower() == typed or SHORT[kind].lower() == typed]
    chosen = exact or kinds
    return f"{chosen[0]}{parts[2]}" if len(chosen) == 1 else None


def short_name(name: str) -> str:
    """`Gi1/0/5` for `GigabitEthernet1/0/5`."""
    parts = _INTERFACE.fullmatch(name)
    return f"{SHORT[parts[1]]}{parts[2]}" if parts and parts[1] in SHORT else name


def _address(word: str) -> str | None:
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return None


def _choice(*allowed: str) -> Accepts:
    """One of `allowed`, or a beginning of exactly one of them."""

    def accept(word: str) -> str | None:
        lower = word.lower()
        starts = [item for item in allowed if item.startswith(lower)]
        return lower if lower in allowed else starts[0] if len(starts) == 1 else None

    return accept


def _pattern(expression: str) -> Accepts:
    compiled = re.compile(expression)
    return lambda word: word if compiled.fullmatch(word) else None


TYPES: Mapping[str, Accepts] = {
    "<word>": lambda word: word,
    "<ip>": _address,
    "<interface>": long_name,
    "<cipher>": _choice(*_CIPHERS),
    "<ckn>": _pattern(r"(?:[0-9A-Fa-f]{2}){1,32}"),
    "<clock>": _pattern(r"\d\d:\d\d:\d\d"),
    "<mac>": _pattern(r"[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"),
    "<name16>": _pattern(r"\S{1,16}"),
}
"""The arguments that are checked word by word; `<methods>` and `<methods3>` below are lists of words."""


def _spelt(table: str) -> str:
    """The table with its lists of methods written out."""
    names = ("dot1x", "mab", "webauth")
    orders = [
        " ".join(order)
        for first in names
        for order in (
            [first],
            *([first, second] for second in names if second != first),
            *([first, second, third] for second in names for third in names if len({first, second, third}) == 3),
        )
    ]
    one = "(group <word>|local|none|cache <word>|if-authenticated)"
    return table.replace("<methods3>", f"({'|'.join(orders)})").replace("<methods>", f"{one} [{one} [{one}]]")


RULES = read_rules(_spelt(TABLE))
RANGE_PROMPT = "if-range"
PROMPTS = {
    "interface": "if",
    "server-group": "sg-radius",
    "dynamic-author": "locsvr-da-radius",
    "keychain-macsec": "keychain-macsec",
    "keychain-macsec-key": "keychain-macsec-key",
    "archive-log": "archive-log-cfg",
    "class-map": "cmap",
    "policy-map": "event-control-policymap",
    "policy-event": "class-control-policymap",
    "policy-class": "action-control-policymap",
    "access-list": "ext-nacl",
    "redundancy": "red",
    "transceiver": "xcvr-type",
    "control-plane": "cp",
}
"""What stands in the prompt of a level, where it is not the level's name: `acc-01(config-if)#`."""
