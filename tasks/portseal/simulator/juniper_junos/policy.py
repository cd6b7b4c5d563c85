"""Configuration in, what the ports are asked to do out, in the words that all platforms share."""

from __future__ import annotations

from portseal.simulator.juniper_junos.configuration import Node
from portseal.simulator.policy import Key, Mka, Policy, Server

_HOST_MODES = {"single": "multi-host", "single-secure": "single-host", "multiple": "multi-auth"}
_METHODS = {"dot1x": "dot1x", "mac-radius": "mab"}
_REAUTHENTICATION = 3600
_PRIORITY = 16


def servers_of(root: Node) -> tuple[Server, ...]:
    """The servers that 802.1X asks: those of the access profile, in its order."""
    profile = root.text_at("protocols dot1x authenticator authentication-profile-name")
    order = root.at(f"access profile {profile} authentication-order") if profile else None
    listed = root.at(f"access profile {profile} radius authentication-server") if profile else None
    if order is None or "radius" not in order.values or listed is None:
        return ()
    found = []
    for address in listed.values:
        server = root.at(f"access radius-server {address}")
        if server is not None:
            found.append(Server(address, int(server.text_at("port") or 1812), server.text_at("secret") or None))
    return tuple(found)


def policy_of(root: Node, port: str) -> Policy:
    """What the statements about a port, wherever they stand, ask for."""
    dot1x = root.at(f"protocols dot1x authenticator interface {port}.0")
    limit = root.at(f"switch-options interface {port}.0 interface-mac-limit")
    methods = _methods(dot1x) if dot1x is not None else ()
    off = dot1x is None or dot1x.at("no-reauthentication") is not None
    mka, cak, unsecured, keys, spare, window = _macsec(root, port)
    return Policy(
        shutdown=root.at(f"interfaces {port} disable") is not None,
        control="auto" if methods else "force-authorized",
        host_mode=_HOST_MODES[(dot1x.text_at("supplicant") if dot1x else "") or "single"],
        methods=methods,
        dot1x_first=True,
        open=False,
        violation="protect",
        on_failure=_vlan(root, dot1x, "server-reject-vlan"),
        on_no_response=_vlan(root, dot1x, "guest-vlan"),
        on_server_dead=_server_fail(root, dot1x),
        vlan=int(_vlan_of(root, port)),
        reauthentication=0 if off or dot1x is None else int(dot1x.text_at("reauthentication") or _REAUTHENTICATION),
        cak=cak,
        unsecured=unsecured,
        mka=mka,
        keys=keys,
        fallback_keys=spare,
        replay_window=window,
        mac_limit=int(limit.value) if limit is not None and limit.value else 0,
        mac_violation=(limit.text_at("packet-action") if limit is not None else "") or "none",
    )


def _methods(dot1x: Node) -> tuple[str, ...]:
    by_address = dot1x.at("mac-radius")
    if by_address is not None and by_address.at("restrict") is not None:
        return ("mab",)
    order = dot1x.at("authentication-order")
    wanted = order.values if order and order.values else ["dot1x", "mac-radius"]
    able = {"dot1x"} | ({"mac-radius"} if by_address is not None else set())
    return tuple(_METHODS[name] for name in wanted if name in able)


def vlan_number(root: Node, name: str) -> str:
    """The number of a VLAN by its name or number; "" where there is none of that name."""
    return name if name.isdigit() else root.text_at(f"vlans {name} vlan-id")


def _vlan(root: Node, dot1x: Node | None, which: str) -> str:
    return vlan_number(root, dot1x.text_at(which)) if dot1x is not None else ""


def _server_fail(root: Node, dot1x: Node | None) -> str:
    node = dot1x.at("server-fail") if dot1x is not None else None
    if node is None:
        return ""
    return "permit" if node.value == "permit" else vlan_number(root, node.text_at("vlan-name"))


def _vlan_of(root: Node, port: str) -> str:
    members = root.at(f"interfaces {port} unit 0 family ethernet-switching vlan members")
    return (vlan_number(root, members.values[0]) if members and members.values else "") or "1"


def _macsec(root: Node, port: str) -> tuple[Mka, str, str, tuple[Key, ...], tuple[Key, ...], int]:
    name = root.text_at(f"security macsec interfaces {port} connectivity-association")
    association = root.at(f"security macsec connectivity-association {name}") if name else None
    if association is None:
        return Mka("", _PRIORITY, "GCM-AES-128", 0), "", "pass", (), (), 0
    mka = Mka(
        name,
        int(association.text_at("mka key-server-priority") or _PRIORITY),
        (association.text_at("cipher-suite") or "gcm-aes-128").upper(),
        int(association.text_at("offset") or 0),
    )
    cak = {"static-cak": "static", "dynamic": "derived"}.get(association.text_at("security-mode"), "")
    unsecured = "pass" if association.at("mka should-secure") is not None or not cak else "drop"
    window = int(association.text_at("replay-protect replay-window-size") or 0)
    return mka, cak, unsecured, _key(association, "pre-shared-key"), _key(association, "fallback-key"), window


def _key(association: Node, which: str) -> tuple[Key, ...]:
    """A key that is shorter than its cipher wants is filled up with zeros."""
    ckn, cak = association.text_at(f"{which} ckn"), association.text_at(f"{which} cak")
    return (Key(ckn, cak.ljust(32 if len(cak) <= 32 else 64, "0")),) if ckn and cak else ()
