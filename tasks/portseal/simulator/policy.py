"""What one port is asked to do, and by whom: read from a platform's configuration, the same for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from portseal.simulator.admission import Decision, Reply
    from portseal.simulator.world import Device


class Key(NamedTuple):
    """One usable static key."""

    ckn: str
    cak: str


class Mka(NamedTuple):
    """What a port says of its key agreement; `cipher` is spelt as in IEEE 802.1AE (`GCM-AES-128`)."""

    name: str
    priority: int
    cipher: str
    offset: int


class Server(NamedTuple):
    """An authentication server as the configuration has it."""

    address: str
    port: int
    key: str | None


class OwnRules(Protocol):
    """Rules of a platform's own in place of the ones all share; two that are equal decide alike."""

    def decide(self, policy: Policy, device: Device, ask: Callable[[str], Reply]) -> Decision:
        """What is decided about a device; `ask` puts a method's question to the servers."""
        ...

    def lets_go(self, decision: Decision) -> bool:
        """Whether one that no server admitted begins anew when a server answers again."""
        ...


class Policy(NamedTuple):
    """One port. Two ports of equal policy behave alike toward the same device."""

    shutdown: bool
    control: str
    """force-authorized, auto or force-unauthorized; auto only where something can authenticate."""
    host_mode: str
    methods: tuple[str, ...]
    """Runnable ones, in order."""
    dot1x_first: bool
    """A supplicant that appears later replaces an authorization by MAC address."""
    open: bool
    violation: str
    on_failure: str
    """"", next-method, or a VLAN."""
    on_no_response: str
    on_server_dead: str
    vlan: int
    reauthentication: int
    """Seconds; 0: never."""
    cak: str
    """Where the link's key comes from: derived (from EAP), static, or "" without MACsec."""
    unsecured: str
    """What becomes of a link that is not secured: pass (in the clear), drop (no frame passes), or unauthorize (its session ends)."""
    mka: Mka
    keys: tuple[Key, ...]
    fallback_keys: tuple[Key, ...]
    replay_window: int
    mac_limit: int
    """How many addresses the port learns; 0: any number."""
    mac_violation: str
    rules: OwnRules | None = None
    """None: methods in order, with what to do on failure, no response and dead servers as above."""
