"""Intent and running configuration in, plan out: the owned lines that differ, in order, with what undoes them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock

from portseal.core.capability import applies
from portseal.core.comparison import Compare, Lines, Sides, difference, scope_of
from portseal.core.differences import sections
from portseal.core.intent import SwitchIntent
from portseal.core.marks import MARK, OPAQUE, Marks
from portseal.core.model import Value
from portseal.core.owned import OwnedConfiguration, canonical, owned_configuration
from portseal.core.platforms import Pack
from portseal.core.rendering import render
from portseal.core.steps import SWITCH_WIDE, Risk, Step, risks
from portseal.core.wording import read_words
from portseal.core.words import OPEN, PortStory, story

_RECENT = 64
_recent: dict[tuple[object, ...], tuple[Pack, OwnedConfiguration]] = {}
"""The owned lines of configurations that were read a moment ago, by the digest of the whole."""
_lock = Lock()


class Refusal(Value):
    """Something the plan leaves alone, and why."""

    scope: str
    code: str
    reason: str


class SwitchPlan(Value):
    """What will be done to one switch."""

    switch: str
    platform: str
    ports: tuple[str, ...]
    """Managed ports, long names: those of the inventory and those to be released, less the refused ones."""
    running_digest: str
    """Of the owned running configuration the plan was made against."""
    rendered_digest: str
    """Of the rendered configuration, references in place."""
    secrets: dict[str, str]
    """Reference → fingerprint of each secret that the rendered configuration needs."""
    steps: tuple[Step, ...]
    undo: tuple[Step, ...]
    risks: tuple[Risk, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    diff: str = ""
    """Owned lines before and after, secrets as fingerprints; lines begin with ` `, `-` or `+`."""
    diff_scopes: tuple[str, ...] = ()
    """Of each section of `diff` in turn, what it is about: a long port name, or `switch`."""
    stories: tuple[PortStory, ...] = ()
    """Each managed port, refused ones included: whom it belongs to, and what it is before and after in the intent's words."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.steps)

    @property
    def changed_ports(self) -> tuple[str, ...]:
        """Long names of the ports that a step is about."""
        return tuple(step.scope for step in self.steps if step.scope != SWITCH_WIDE)


def plan_switch(
    intent: SwitchIntent,
    running: str,
    pack: Pack,
    folders: Sequence[Path],
    *,
    marks: Marks,
    managed: frozenset[str] = frozenset(),
    unmet: Sequence[tuple[str, str]] = (),
    compare: Compare = difference,
) -> SwitchPlan:
    """The plan for one switch. `managed`: long names of ports that may hold lines of ours; what is not in `intent` is released.

    `unmet`: (code, reason) of each probe of the platform that speaks against it. `compare`: who works the difference out, where it is not
    to be done here.

    Raises:
        ParseError: `running` is not a whole running configuration.
        SecretError: a secret that the switch needs cannot be had.
        PlatformError: a template is wrong.
    """
    gone = managed - {port.port for port in intent.ports}
    ports = tuple(port.port for port in intent.ports) + tuple(sorted(gone))
    owned = _owned(intent, running, pack, ports, marks)
    stories = _stories(intent, sorted(gone), owned, pack)
    refusals = tuple(Refusal(scope=SWITCH_WIDE, code=code, reason=reason) for code, reason in unmet)
    refusals += _refusals(intent, ports, owned, pack)
    if any(refusal.scope == SWITCH_WIDE for refusal in refusals):
        return _untouched(intent, pack, ports, owned, refusals).model_copy(update={"stories": stories})
    refused = {refusal.scope for refusal in refusals}
    if refused:
        ports = tuple(port for port in ports if port not in refused)
        owned = _owned(intent, running, pack, ports, marks)
        intent = without_ports(intent, refused)
    rendered = render(intent, *folders)
    target = canonical(rendered, pack, mark=marks.target)
    found = compare(pack, Sides(owned.text, owned.keep, target, ports))
    steps, undo = _steps(found.steps, marks), _steps(found.undo, marks)
    released_ports = gone - refused
    return SwitchPlan(
        switch=intent.switch,
        platform=pack.name,
        ports=ports,
        running_digest=owned.digest,
        rendered_digest=sha256(rendered.encode()).hexdigest(),
        secrets=dict(sorted(marks.fingerprints.items())),
        steps=steps,
        undo=undo,
        risks=risks(intent, pack, steps, undo, released_ports) if steps else (),
        refusals=refusals,
        diff=found.diff,
        diff_scopes=tuple(scope_of(line[1:], pack) for line in found.diff.splitlines() if line[1:2] != " "),
        stories=stories,
    )


def _stories(intent: SwitchIntent, gone: Sequence[str], owned: OwnedConfiguration, pack: Pack) -> tuple[PortStory, ...]:
    """Of every port, `gone` being those that no camera has any more."""
    names = (*(port.port for port in intent.ports), *gone)
    before = read_words(owned.text, pack, names)
    return (
        *(story(port, before.get(port.port)) for port in intent.ports),
        *(PortStory(port=port, before=before.get(port), after=OPEN) for port in gone),
    )


def without_ports(intent: SwitchIntent, ports: frozenset[str] | set[str]) -> SwitchIntent:
    """The same intent without these ports."""
    if not ports:
        return intent
    left = tuple(port for port in intent.ports if port.port not in ports)
    used = {port.macsec_policy or port.profile for port in left}
    policies = {name: policy for name, policy in intent.macsec_policies.items() if name in used}
    names = {port.policy for port in left}
    shared = {name: policy for name, policy in intent.policies.items() if name in names}
    return intent.model_copy(update={"ports": left, "macsec_policies": policies, "policies": shared})


def _owned(intent: SwitchIntent, running: str, pack: Pack, ports: Sequence[str], marks: Marks) -> OwnedConfiguration:
    """The owned lines of `running`; an apply asks several times for those of one reading."""
    servers = tuple(str(s.address) for s in intent.radius.servers) if intent.radius else ()
    options = frozenset(name for name, value in intent.options.items() if value is True)
    asked = (sha256(running.encode()).digest(), id(pack), tuple(ports), servers, options, marks.under)
    with _lock:
        of, found = _recent.get(asked, (None, None))
    if found is not None and of is pack:
        return found
    found = owned_configuration(
        running, pack, ports=ports, radius_addresses=servers, mark=marks.running, options=options
    )
    if not marks.met_undecodable:  # what those stand for changes
        with _lock:
            _recent[asked] = pack, found
            if len(_recent) > _RECENT:
                del _recent[next(iter(_recent))]
    return found


def owned_digest(plan: SwitchPlan, intent: SwitchIntent, running: str, pack: Pack, marks: Marks) -> str:
    """The digest of what `running` has of the lines that `plan` owns, to compare with `plan.running_digest`."""
    return _owned(intent, running, pack, plan.ports, marks).digest


def section_digests(intent: SwitchIntent, running: str, pack: Pack, marks: Marks) -> dict[str, str]:
    """What `running` has of the lines that are ours, on the ports of the inventory and switch-wide: section → digest, twelve digits.

    Raises:
        ParseError: `running` is not a whole running configuration.
    """
    owned = _owned(intent, running, pack, [port.port for port in intent.ports], marks).text
    return {head: sha256("\n".join(lines).encode()).hexdigest()[:12] for head, lines in sections(owned).items()}


def secret_marks(rendered: str, pack: Pack, marks: Marks) -> dict[str, str]:
    """Reference → fingerprint of each secret that `rendered` needs, to compare with `SwitchPlan.secrets`."""
    canonical(rendered, pack, mark=marks.target)
    return dict(sorted(marks.fingerprints.items()))


def learned(
    plan: SwitchPlan, intent: SwitchIntent, running: str, *, pack: Pack, folders: Sequence[Path], marks: Marks
) -> dict[str, str]:
    """What undecodable texts in `running` stand for, right after `plan` was pushed: mark of the text → mark of the secret.

    `marks` must not have been used: it still shows texts that were known under another name.
    """
    owned = _owned(intent, running, pack, plan.ports, marks).text
    if OPAQUE not in owned:
        return {}
    target = canonical(render(intent, *folders), pack, mark=marks.target)
    meant = dict(_marked_lines(target))
    return {mark: meant[where] for where, mark in _marked_lines(owned) if mark.startswith(OPAQUE) and where in meant}


def _marked_lines(text: str) -> Iterator[tuple[str, str]]:
    """(the lines from the section down with the mark cut out, the mark) of each line that has one."""
    for head, lines in sections(text).items():
        parents = [head]
        for line in (head, *lines):
            depth = len(line) - len(line.lstrip())
            parents[depth:] = [line]
            if found := MARK.search(line):
                yield "\n".join([*parents[:-1], line.replace(found[0], "")]), found[0]


def _steps(found: Sequence[Lines], marks: Marks) -> tuple[Step, ...]:
    """The steps, marks turned back into references; lines in a row that are about the same are one step."""
    steps: list[Step] = []
    for scope, lines in found:
        sent = tuple(sys.intern(marks.referenced(line)) for line in lines)  # alike switches share most lines
        if steps and scope == steps[-1].scope:
            steps[-1] = Step(scope=scope, lines=steps[-1].lines + sent)
        else:
            steps.append(Step(scope=scope, lines=sent))
    return tuple(steps)


def _refusals(intent: SwitchIntent, ports: Sequence[str], owned: OwnedConfiguration, pack: Pack) -> tuple[Refusal, ...]:
    found = []
    for index, reason in owned.missing:
        need = pack.require[index]
        scopes = [port.port for port in intent.ports if applies(need.when, port)] if need.when else [SWITCH_WIDE]
        found += [Refusal(scope=scope, code=need.code, reason=reason) for scope in scopes]
    for port in ports:
        facts = owned.ports.get(port)
        if facts is None and not pack.ports.listed:
            continue
        if facts is None:
            found.append(Refusal(scope=port, code="no-such-port", reason="the switch has no such port"))
        else:
            found.extend(Refusal(scope=port, code=code, reason=reason) for code, reason in facts.forbidden)
    return tuple(found)


def _untouched(
    intent: SwitchIntent, pack: Pack, ports: tuple[str, ...], owned: OwnedConfiguration, refusals: tuple[Refusal, ...]
) -> SwitchPlan:
    return SwitchPlan(
        switch=intent.switch,
        platform=pack.name,
        ports=ports,
        running_digest=owned.digest,
        rendered_digest="",
        secrets={},
        steps=(),
        undo=(),
        refusals=refusals,
    )
