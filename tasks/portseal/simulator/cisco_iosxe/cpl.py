"""A control policy of the new style (IBNS 2.0) and a device in, what its events and actions decide about the device out.

Identity-Based Networking Services command reference (IOS XE 3SE): an event's classes are tried in their order, with `match-first`
until one matches; a class runs its actions in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from portseal.simulator.admission import Decision, Reply
from portseal.simulator.policy import Policy
from portseal.simulator.world import Device

Words = tuple[str, ...]
_ENDLESS = 20
"""A policy whose events raise each other more often than this is left where it is."""
_UNSECURED = {"must-secure": "unauthorize", "should-secure": "pass", "must-not-secure": "pass"}


class Condition(NamedTuple):
    """A control class."""

    kind: str
    matches: tuple[Words, ...]


class Clause(NamedTuple):
    """One class of an event with its actions."""

    condition: Condition | None
    """None: always."""
    actions: tuple[Words, ...]


class Template(NamedTuple):
    """What a service template says."""

    vlan: int | None
    linksec: str
    """must-secure, should-secure, must-not-secure, or empty."""


class ControlPolicy(NamedTuple):
    """A policy-map with all it refers to; as `OwnRules`, it decides about devices."""

    name: str
    events: tuple[tuple[str, bool, tuple[Clause, ...]], ...]
    """(event, whether only the first class that matches counts, its classes)."""
    templates: tuple[tuple[str, Template], ...]

    def clauses(self, event: str) -> tuple[bool, tuple[Clause, ...]]:
        """Of an event; none where the policy has nothing to say of it."""
        return next(((first, clauses) for name, first, clauses in self.events if name == event), (False, ()))

    @property
    def violation(self) -> str:
        """What happens to a station too many, in the legacy style's words."""
        _, clauses = self.clauses("violation")
        words = [action[0] for clause in clauses for action in clause.actions]
        found = next((w for w in words if w in ("err-disable", "protect", "replace", "restrict")), "restrict")
        return "shutdown" if found == "err-disable" else found

    def decide(self, policy: Policy, device: Device, ask: Callable[[str], Reply]) -> Decision:
        """What the policy decides about `device`; the port's methods are those it has switched on."""

        def asked(method: str) -> Reply:
            return Reply("silent") if method == "dot1x" and device.eap is None else ask(method)

        run = _Run(self, policy.methods, asked)
        run.raise_event("session-started")
        if device.eap is not None and run.states.get("dot1x") == "not run" and run.succeeded:
            run.succeeded = run.authorized = False  # a supplicant shows up beside what let the device in
            before = dict(run.states)
            run.raise_event("agent-found")
            if run.states == before:
                run.succeeded = run.authorized = True
        chosen = dict(self.templates)
        found = [chosen[name] for name in run.templates]
        own = run.reply.vlan if run.succeeded else None
        given = next((template.vlan for template in reversed(found) if template.vlan is not None), None)
        user = device.identity if run.method == "dot1x" and device.eap else None
        if run.succeeded and run.method == "mab":
            user = device.mac.replace(":", "-").upper()
        return Decision(
            authorized=run.authorized,
            method=run.method,
            states=tuple(run.states.items()),
            vlan=next((each for each in (own, given) if each is not None), policy.vlan),
            user=user,
            assigned=own is not None,
            fallback="other" if run.authorized and not run.succeeded else "",
            derives=run.succeeded and run.method == "dot1x" and device.eap == "eap-tls" and run.reply.key_name,
            templates=tuple(run.templates),
            unsecured=next((_UNSECURED[template.linksec] for template in reversed(found) if template.linksec), ""),
            restart=0 if run.authorized else run.restart,
        )

    def lets_go(self, decision: Decision) -> bool:
        """Whether its `aaa-available` clears a session that was let in without a server."""
        run = _Run(self, (), lambda _method: Reply("dead"))
        run.templates, run.authorized = list(decision.templates), True
        run.raise_event("aaa-available")
        return run.cleared


class _Run:
    """One session from its start until nothing more happens."""

    def __init__(self, policy: ControlPolicy, able: Words, ask: Callable[[str], Reply]) -> None:
        self._policy = policy
        self._able = able
        self._ask = ask
        self._left = _ENDLESS
        self.states = dict.fromkeys(able, "not run")
        self.method = able[0] if able else "N/A"
        self.result = "none"
        self.reply = Reply("reject")
        self.authorized = False
        self.succeeded = False
        self.templates: list[str] = []
        self.restart = 0
        self.cleared = False

    def raise_event(self, event: str) -> None:
        first, clauses = self._policy.clauses(event)
        self._left -= 1
        for clause in clauses if self._left > 0 else ():
            if self._holds(clause.condition):
                for action in clause.actions:
                    self._act(action)
                if first:
                    return

    def _holds(self, condition: Condition | None) -> bool:
        if condition is None:
            return True
        found = [self._matches(match) for match in condition.matches]
        return {"match-all": all(found), "match-any": any(found)}.get(condition.kind, not any(found))

    def _matches(self, match: Words) -> bool:
        if match[:1] == ("method",):
            return match[1] == self.method
        if match[:2] == ("result-type", "method"):
            return match[2:] == (self.method, self.result)
        if match[:1] == ("result-type",):
            return match[1] == self.result
        if match[:1] == ("authorization-status",):
            return (match[1] == "authorized") is self.authorized
        return match[:1] == ("activated-service-template",) and match[1] in self.templates

    def _act(self, action: Words) -> None:
        if action[:2] == ("authenticate", "using"):
            self._authenticate(action[2])
        elif action[0] == "terminate" and self.states.get(action[1]) in ("running", "not run"):
            self.states[action[1]] = "silent" if action[1] == self.method else "not run"
        elif action[:2] == ("activate", "service-template"):
            self.templates.append(action[2])
        elif action[0] in ("authorize", "unauthorize"):
            self.authorized = action[0] == "authorize"
        elif action[0] == "authentication-restart":
            self.restart = int(action[1])
        elif action[0] == "clear-session":
            self.cleared = True

    def _authenticate(self, method: str) -> None:
        if method not in self._able or self.succeeded:
            return
        self.method = method
        self.states[method] = "running"
        self.reply = self._ask(method)
        words = {"accept": "success", "dead": "aaa-timeout", "silent": "agent-not-found"}
        self.result = words.get(self.reply.word, "authoritative")
        if self.result == "success":
            self.states[method], self.authorized, self.succeeded = "success", True, True
            self.raise_event("authentication-success")
            return
        if self.result != "agent-not-found":
            self.states[method] = "unanswered" if self.result == "aaa-timeout" else "rejected"
        self.raise_event("authentication-failure")
