"""The commands this switch understands outside configuration, with the name of what answers each."""

from __future__ import annotations

from portseal.simulator.cisco_iosxe.lines import TYPES
from portseal.simulator.grammar import Grammar, read_rules

TABLE = r"""
[user]
enable  > enable
(exit|logout|quit)  > leave
terminal length <0-512>  > terminal
terminal width <0-512>  > terminal
terminal (no monitor|monitor)  > nothing
show clock  > clock
show version  > version
show privilege  > privilege

[privileged]
enable  > nothing
disable  > disable
(exit|logout|quit)  > leave
terminal length <0-512>  > terminal
terminal width <0-512>  > terminal
terminal no length  > nothing
terminal (no monitor|monitor)  > nothing
configure [terminal]  > configure
configure terminal revert timer <1-120>  > arm
configure terminal revert timer idle <1-120>  > arm
configure confirm  > confirm
configure revert now  > revert
configure revert timer <1-120>  > rearm
configure revert timer idle <1-120>  > rearm
write [memory]  > save
copy running-config startup-config  > copy
clear authentication sessions [interface <interface>]  > clear_sessions
clear access-session [interface <interface>]  > clear_sessions
authentication display config-mode  > config_mode
show running-config [brief]  > running
show running-config interface <interface>  > running_interface
show startup-config  > startup
show archive  > archive
show archive config rollback timer  > rollback
show clock  > clock
show privilege  > privilege
show version  > version
show inventory  > inventory
show users  > users
show authentication sessions  > sessions
show authentication sessions interface <interface>  > sessions
show authentication sessions interface <interface> details  > session_details
show authentication sessions mac <mac> details  > session_details
show authentication sessions method (dot1x|mab)  > sessions
show authentication sessions method (dot1x|mab) details  > session_details
show access-session  > sessions
show access-session interface <interface>  > sessions
show access-session interface <interface> details  > session_details
show access-session mac <mac> details  > session_details
show access-session method (dot1x|mab)  > sessions
show access-session method (dot1x|mab) details  > session_details
show dot1x  > dot1x
show dot1x all  > dot1x
show dot1x all details  > dot1x_details
show dot1x all summary  > dot1x_summary
show mab all  > mab
show mab all summary  > mab_summary
show mka sessions  > mka
show mka sessions interface <interface>  > mka
show mka sessions [interface <interface>] detail  > mka_detail
show mka policy  > mka_policy
show macsec interface <interface>  > macsec_interface
show macsec status interface <interface>  > macsec_status
show macsec statistics interface <interface>  > macsec_statistics
show macsec summary  > macsec_summary
show interfaces status  > interfaces_status
show interfaces <interface> status  > interfaces_status
show interfaces status err-disabled  > err_disabled
show errdisable recovery  > recovery
show mac address-table [dynamic]  > mac_table
show mac address-table [dynamic] interface <interface>  > mac_table
show mac address-table address <mac>  > mac_table
show key chain [<word>]  > key_chain
show lldp neighbors [detail]  > lldp
show cdp neighbors [detail]  > cdp
show vlan [brief]  > vlan
show ip interface brief  > ip_brief
show radius server-group (all|<word>)  > radius_groups
show port-security  > port_security
"""

_RULES = read_rules(TABLE)
COMMANDS = {level: Grammar(rules, TYPES) for level, rules in _RULES.items()}
