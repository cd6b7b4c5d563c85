"""Ports over time: a moment after something happened, who is admitted and whose link is encrypted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from portseal.simulator.admission import Decision, ask, decide
from portseal.simulator.platforms import Later
from portseal.simulator.policy import Policy, Server
from portseal.simulator.port_state import PortState, SessionState, key_agreement
from portseal.simulator.world import Device, FarEnd, RadiusSpec, SwitchSpec


class Configured(Protocol):
    """What a platform reads out of its running configuration for its ports."""

    spec: SwitchSpec
    later: Later

    def port_name(self, word: str) -> str | None:
        """The long name of a port that the switch has."""
        ...

    def policies(self) -> Iterator[tuple[str, Policy]]:
        """Every port by its long name, with what it is asked to do."""
        ...

    def servers(self) -> tuple[Server, ...]:
        """The servers that 802.1X asks, in their order."""
        ...

    def assigns_vlans(self) -> bool:
        """Whether servers may put a station into a VLAN."""
        ...

    def recovers_after(self, cause: str) -> float | None:
        """Seconds after which a port that was error-disabled for `cause` comes back; None: never."""
        ...


class Ports:
    """All ports of one switch; `touch` says that something happened."""

    def __init__(self, box: Configured) -> None:
        self._box = box
        self.devices: dict[str, tuple[Device, ...]] = {}
        self._radius: tuple[RadiusSpec, ...] = box.spec.radius
        self._states: dict[str, PortState] = {}
        self._stale: set[str] = set()
        self._due: float | None = None
        self._waiting = False
        self._sessions = 0
        self._asked: tuple[Server, ...] = ()

    @property
    def radius(self) -> tuple[RadiusSpec, ...]:
        """The authentication servers as they are now."""
        return self._radius

    @radius.setter
    def radius(self, servers: tuple[RadiusSpec, ...]) -> None:
        self._radius = servers
        self.retry()

    def retry(self) -> None:
        """Ask again for every device that is not admitted by a server's word; who is admitted stays so."""
        self._stale.update(self._unsettled())
        self.touch()

    def _unsettled(self) -> set[str]:
        """Ports with a device that no server admitted."""
        return {
            name
            for name, state in self._states.items()
            if any(not s.decision.authorized or self._lets_go(state.policy, s.decision) for s in state.sessions)
        }

    @staticmethod
    def _lets_go(policy: Policy, decision: Decision) -> bool:
        """Whether a device that no server admitted is asked again when one answers."""
        return bool(decision.fallback) and (policy.rules is None or policy.rules.lets_go(decision))

    def plug(self, port: str, devices: tuple[Device, ...]) -> None:
        """Change what is in a port.

        Raises:
            KeyError: there is no such port.
        """
        name = self._box.port_name(port)
        if name is None:
            raise KeyError(f"{self._box.spec.name} has no port {port}")
        self.devices[name] = devices
        self._stale.add(name)
        self.touch()

    def forget(self) -> None:
        """All sessions end (a reboot)."""
        self._states.clear()

    def bounce(self, name: str) -> None:
        """`shutdown` was typed: sessions end, and an error-disabled port is one no more."""
        if (state := self._states.get(name)) is not None:
            state.err_disabled = ""
            state.sessions, state.mka = [], None
        self._stale.add(name)

    def reauthenticate(self, name: str | None) -> None:
        """Clear the sessions of one port or of all; they begin anew."""
        self._stale.update(self._states if name is None else (name,))
        self.touch()

    def touch(self) -> None:
        """Something happened; ports follow when nothing more has for a moment."""
        self._due = time.monotonic() + self._box.spec.settle
        if not self._waiting:
            self._waiting = True
            self._box.later(self._box.spec.settle, self._settle)

    def _settle(self) -> None:
        left = (self._due or 0.0) - time.monotonic()
        if left > 0.001:
            self._box.later(left, self._settle)
            return
        self._waiting, self._due = False, None
        for name in self._mark():
            self._evaluate(name)
        self._stale.clear()

    def now(self) -> dict[str, PortState]:
        """Every port; where something happened that has not been dealt with yet, authentication is running."""
        if self._due is not None:
            servers = self._box.servers()
            for name in self._mark():
                state = self._states[name]
                state.mka = None
                self._open_sessions(name, state, servers, running=True)
        return self._states

    def far_end(self, name: str, mac: str) -> FarEnd:
        """What the device `mac` notices of the port `name` that it is plugged into; nothing where it is not there."""
        state = self.now().get(name)
        device = next((each for each in state.devices if each.mac == mac), None) if state else None
        if state is None or device is None or not state.up:
            return FarEnd()
        return FarEnd(
            reached=state.passes(device),
            admitted=any(each.decision.authorized for each in state.sessions if each.device.mac == mac),
            secured=state.secured and state.mka is not None and state.mka.peer.mac == mac,
        )

    def _mark(self) -> list[str]:
        """The ports for which something changed, their policy brought up to date."""
        changed = []
        present = set()
        servers = self._box.servers()
        if servers != self._asked:
            self._asked = servers
            self._stale.update(self._unsettled())
        for name, policy in self._box.policies():
            present.add(name)
            devices = self.devices.get(name, ())
            state = self._states.get(name)
            if state is None:
                state = self._states[name] = PortState(policy)
                changed.append(name)
            elif name in self._stale or policy != state.policy or devices != state.devices:
                changed.append(name)
            state.policy, state.devices = policy, devices
            if name in changed:
                self._stale.add(name)
        for gone in self._states.keys() - present:
            del self._states[gone]
        return changed

    def _evaluate(self, name: str) -> None:
        state = self._states[name]
        if self._violated(name, state):
            return
        self._open_sessions(name, state, self._box.servers(), running=False)
        state.mka = key_agreement(state)
        for session in state.sessions:
            session.secured = state.secured and session.decision.authorized
        self._enforce_linksec(state)
        restarts = [session.decision.restart for session in state.sessions if session.decision.restart]
        numbers = [session.number for session in state.sessions]
        for wait in (state.policy.reauthentication, *restarts[:1]):
            if wait and numbers:
                self._box.later(wait * self._box.spec.minute / 60, partial(self._time_out, name, numbers))

    def _time_out(self, name: str, numbers: list[int]) -> None:
        """Reauthenticate, unless the sessions are not the same any more."""
        state = self._states.get(name)
        if state is not None and [session.number for session in state.sessions] == numbers:
            self.reauthenticate(name)

    def _open_sessions(self, name: str, state: PortState, servers: tuple[Server, ...], *, running: bool) -> None:
        policy = state.policy
        state.sessions = []
        if not state.up or policy.control != "auto":
            return
        devices = state.devices
        if policy.host_mode != "multi-auth":
            devices = devices[-1:] if policy.violation == "replace" else devices[:1]
        authorize = self._box.assigns_vlans()
        for device in devices:
            self._sessions += 1
            if running:
                waiting = tuple((m, "running" if i == 0 else "not run") for i, m in enumerate(policy.methods))
                decision = Decision(False, policy.methods[0] if policy.methods else "N/A", waiting, policy.vlan)
            elif policy.rules is not None:
                put = partial(ask, servers, self._radius, device, authorize=authorize)
                decision = policy.rules.decide(policy, device, put)
            else:
                decision = decide(policy, device, servers, self._radius, authorize=authorize)
            state.sessions.append(SessionState(device, decision, self._sessions, running))

    def _violated(self, name: str, state: PortState) -> bool:
        """Error-disable the port if a station too many is on it; whether it is error-disabled."""
        policy = state.policy
        if state.err_disabled:
            return True
        count = len({device.mac for device in state.devices})
        cause = ""
        if policy.control == "auto" and policy.host_mode == "single-host" and count > 1:
            cause = "security-violation" if policy.violation == "shutdown" else ""
        if policy.mac_limit and count > policy.mac_limit and policy.mac_violation == "shutdown":
            cause = "psecure-violation"
        if not cause or policy.shutdown:
            return False
        state.err_disabled, state.sessions, state.mka = cause, [], None
        if (seconds := self._box.recovers_after(cause)) is not None:
            self._box.later(seconds * self._box.spec.minute / 60, lambda: self._recover(name))
        return True

    def _recover(self, name: str) -> None:
        if name in self._states:
            self.bounce(name)
            self.touch()

    @staticmethod
    def _enforce_linksec(state: PortState) -> None:
        """A session whose link must be secured and is not loses its authorization, where the platform has it so."""
        if not state.policy.cak or state.unsecured != "unauthorize" or state.secured:
            return
        for session in state.sessions:
            session.decision = session.decision._replace(authorized=False)

    def mac_of(self, name: str) -> str:
        """The port's own MAC address, the same for a switch's and port's name."""
        digest = hashlib.sha256(f"{self._box.spec.name} {name}".encode()).hexdigest()
        return f"00{digest[:10]}"
