"""A port's policy, the device in it and the servers in: what is decided about the device out."""

from __future__ import annotations

from typing import NamedTuple

from portseal.simulator.policy import Policy, Server
from portseal.simulator.world import Device, RadiusSpec, Trust

STATES = ("not run", "running", "silent", "success", "rejected", "unanswered")
"""How a method stands: `silent` is a device that does not answer EAP, `unanswered` servers that do not answer at all."""


class Reply(NamedTuple):
    """What the authentication servers said."""

    word: str
    """accept, reject or dead; silent where the device does not answer."""
    vlan: int | None = None
    key_name: bool = False


class Decision(NamedTuple):
    """About one device."""

    authorized: bool
    method: str
    """The last one that ran."""
    states: tuple[tuple[str, str], ...]
    """(method, one of `STATES`) in order."""
    vlan: int
    user: str | None = None
    assigned: bool = False
    """The VLAN came from the server."""
    fallback: str = ""
    """guest, auth-fail or critical; `other` where the platform names it in `templates`."""
    derives: bool = False
    """A CAK can be derived from this authentication."""
    templates: tuple[str, ...] = ()
    """Names of what was activated for the session, where a platform names it."""
    unsecured: str = ""
    """What becomes of the link while it is not secured, where that hangs on the session; empty: as the port says."""
    restart: int = 0
    """Seconds after which it begins anew; 0: never."""


def ask(
    configured: tuple[Server, ...], world: tuple[RadiusSpec, ...], device: Device, method: str, *, authorize: bool
) -> Reply:
    """The answer of the first server that gives one: a server that does not know the key does not answer."""
    for server in configured:
        spec = next((s for s in world if s.alive and s.address == server.address and s.auth_port == server.port), None)
        if spec is None or spec.key != server.key:
            continue
        if method == "mab":
            if device.mac not in spec.mab:
                return Reply("reject")
            return Reply("accept", spec.mab[device.mac] if authorize else None)
        known = device.identity is not None and device.identity in spec.users
        trusted = device.eap == "peap" or device.certificate is Trust.VALID
        if not (known and trusted):
            return Reply("reject")
        return Reply("accept", spec.users[device.identity or ""] if authorize else None, spec.returns_key_name)
    return Reply("dead")


def decide(
    policy: Policy,
    device: Device,
    configured: tuple[Server, ...],
    world: tuple[RadiusSpec, ...],
    *,
    authorize: bool,
) -> Decision:
    """Run the port's methods in order. `authorize`: AAA lets servers assign VLANs."""
    states = dict.fromkeys(policy.methods, "not run")
    last = policy.methods[0] if policy.methods else "N/A"
    silent, rejected, dead = False, False, False
    methods = list(policy.methods)
    if methods[:1] == ["mab"] and policy.dot1x_first and device.eap and "dot1x" in methods:
        methods.reverse()
    for method in methods:
        last = method
        if method == "dot1x" and device.eap is None:
            states[method], silent = "silent", True
            continue
        reply = ask(configured, world, device, method, authorize=authorize)
        if reply.word == "accept":
            states[method] = "success"
            derives = method == "dot1x" and device.eap == "eap-tls" and reply.key_name
            user = device.identity if method == "dot1x" else device.mac.replace(":", "-").upper()
            vlan = policy.vlan if reply.vlan is None else reply.vlan
            return Decision(
                True, method, tuple(states.items()), vlan, user, assigned=reply.vlan is not None, derives=derives
            )
        states[method] = "unanswered" if reply.word == "dead" else "rejected"
        if reply.word == "dead":
            dead = True
            break
        rejected = True
        if method == "dot1x" and policy.on_failure != "next-method":
            break
    return _without_success(policy, device, states, last, silent=silent, rejected=rejected, dead=dead)


def _without_success(
    policy: Policy, device: Device, states: dict[str, str], last: str, *, silent: bool, rejected: bool, dead: bool
) -> Decision:
    """What the port does for a device that no method admitted."""
    user = device.identity if last == "dot1x" and device.eap else None
    if dead and policy.on_server_dead:
        vlan = policy.on_server_dead
        number = int(vlan) if vlan.isdigit() else policy.vlan
        return Decision(True, last, tuple(states.items()), number, user, fallback="critical")
    if rejected and last == "dot1x" and policy.on_failure.isdigit():
        return Decision(True, last, tuple(states.items()), int(policy.on_failure), user, fallback="auth-fail")
    if silent and not dead and policy.on_no_response.isdigit():
        return Decision(True, last, tuple(states.items()), int(policy.on_no_response), None, fallback="guest")
    if silent and last == "dot1x":
        # nobody answers and nothing else is left to try: the authenticator goes on asking
        states["dot1x"] = "running"
    return Decision(False, last, tuple(states.items()), policy.vlan, user)
