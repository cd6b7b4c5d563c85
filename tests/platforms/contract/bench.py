"""One switch and all that plan, push and verify need, in this process: no wire, a clock that is moved by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from pydantic import SecretStr

from contract.model import carried_out
from contract.profiles import GOLDEN, SWITCH, Choice, camera_for, packs, site_of, unseen
from contract.said import said
from portseal.confirm import confirm, revert, save
from portseal.core.intent import PortIntent, SwitchIntent, derive
from portseal.core.inventory import LinkKey, Site
from portseal.core.marks import Marks
from portseal.core.observation import PortState, port_states
from portseal.core.owned import OwnedConfiguration, owned_configuration
from portseal.core.planning import SwitchPlan, learned, plan_switch
from portseal.core.platforms import Pack
from portseal.core.steps import Step
from portseal.core.verdict import Reason, Verdict, judge
from portseal.observe import commands
from portseal.push import push
from portseal.simulator.campus import Misfit, site_specs
from portseal.simulator.platforms import Box, build_box, simulations
from portseal.simulator.world import SwitchSpec
from portseal.transport.objection import asks, objects
from portseal.transport.session import ConfigureLine, ConfigureResult, LineError

PASSWORD = "pw"
MINUTES = 5
SPARE, SPARE_VLAN = 3, 120
"""Ports beyond those of the cameras, and the VLAN they are in."""


class Timer:
    """Something that will happen."""

    def __init__(self, due: float, act: Callable[[], None]) -> None:
        self.due, self.act = due, act
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """Time that passes when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def later(self, seconds: float, act: Callable[[], None]) -> Timer:
        timer = Timer(self.now + seconds, act)
        self.timers.append(timer)
        return timer

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if not timer.cancelled and timer.due <= end]:
            timer = min(due, key=lambda each: each.due)
            self.timers.remove(timer)
            self.now = max(self.now, timer.due)
            timer.act()
        self.now = end


class BoxSession:
    """A login on a simulated switch without the wire; stops at the first objection as a real session does."""

    def __init__(self, box: Box, pack: Pack, clock: Clock) -> None:
        self.switch = SWITCH
        self._shell = box.open_shell("admin", PASSWORD)
        self._shell.length = 0
        self._errors = pack.errors
        self._clock = clock
        self.seen: list[str] = []
        """Configuration lines, as they were typed."""
        self.after_line: Callable[[str], None] = lambda line: None
        self.waits = True
        """Whether what is under way comes to its end before a command is answered."""
        self.answers: dict[str, str] = {}
        """What commands that begin so print instead of what they should."""

    def run(self, commands: Sequence[str], *, timeout: float = 60.0) -> tuple[str, ...]:
        if self.waits:
            self._clock.run(1.0)
        return tuple(self._answer(command) for command in commands)

    def _answer(self, command: str) -> str:
        printed = self._shell.enter(command)
        return next((text for begin, text in self.answers.items() if command.startswith(begin)), printed)

    def configure(self, lines: Sequence[ConfigureLine], *, alone: int = 1, timeout: float = 120.0) -> ConfigureResult:
        for index, line in enumerate(lines):
            output = self._shell.enter(line.text)
            self.seen.append(line.shown)
            self.after_line(line.shown)
            said = f"{output}\n{self._shell.prompt}"
            if objects(output, self._errors) or asks(said, self._errors):
                self._shell.interrupt()
                error = LineError(index=index, line=line.shown, output=said.strip())
                return ConfigureResult(sent=index + 1, answered=index + 1, errors=(error,))
        return ConfigureResult(sent=len(lines), answered=len(lines))

    def close(self) -> None:
        """Nothing to close."""


def secret(ref: str, generation: int = 0) -> SecretStr:
    """The secret behind a reference: hexadecimal digits, as many as a CAK has."""
    digits = f"{ref}{generation}".encode().hex()[::-1] * 8
    return SecretStr(digits[:32])


def link_keys(site: Site) -> list[LinkKey]:
    """Every static key of a site, second ones included."""
    return [each for key in site.keys.values() for each in (key, key.fallback) if each]


class Bench:
    """A site of one switch, what portseal remembers of it, and the switch: simulated, or a text under the folder's own rules."""

    def __init__(
        self,
        platform: str,
        profiles: Mapping[str, Choice],
        misfits: Mapping[str, Misfit] | None = None,
        *,
        vlan: int | None = None,
        spare: int = SPARE,
        simulate: bool = True,
    ) -> None:
        self.pack, self.folder = packs()[platform]
        self.generation = 0
        self.stored: dict[str, str] = {}
        self.managed: frozenset[str] = frozenset()
        self.sizes: dict[str, int] = {}
        self.options = said(platform).options
        self.want(site_of(self.pack, profiles, vlan=vlan, options=self.options))
        self.clock = Clock()
        self.misfits = dict(misfits or {})
        specs = self._specs(self._with_spare_ports(spare)) if simulate else ()
        self.box = build_box(specs[0], self.clock.later) if specs else None
        self.text = empty_configuration(platform) if simulate and not self.box else ""
        if self.box:
            self.session = BoxSession(self.box, self.pack, self.clock)
            self.rearrange()

    # --- what the site wants

    def want(self, site: Site) -> None:
        """Let the site be another one."""
        self.site = site
        self.sizes = {key.cak: key.size for key in link_keys(site)}
        (self.intent,) = derive(site, {self.pack.name: self.pack}, [SWITCH])

    def _with_spare_ports(self, spare: int) -> Site:
        """The site with cameras, in a VLAN of their own, on ports that others may move to: those are not shut down then."""
        profile = next(iter(self.site.profiles.values()))
        count = len(self.site.cameras)
        more = [
            camera_for(profile, number, self.pack, vlan=SPARE_VLAN) for number in range(count + 1, count + spare + 1)
        ]
        return self.site.model_copy(update={"cameras": (*self.site.cameras, *more)})

    def _specs(self, site: Site) -> tuple[SwitchSpec, ...]:
        radius = site.switches[SWITCH].radius
        references = [server.key for server in radius.servers] if radius else []
        references += [key.cak for key in link_keys(site)]
        secrets = {ref: self.resolve(ref).get_secret_value() for ref in references}
        return site_specs(site, secrets, self.misfits, settle=0.0, size=1)

    def rearrange(self) -> None:
        """Let the servers and the cameras behind the ports be those of the site as it is now."""
        assert self.box is not None
        (spec,) = self._specs(self.site)
        self.box.set_radius(spec.radius)
        for port in spec.ports:
            self.box.plug(port.name, (port.device,) if port.device else ())
        self.clock.run(1.0)

    def resolve(self, ref: str) -> SecretStr:
        """The secret behind a reference, of this generation; as long as its key wants it."""
        one = secret(ref, self.generation).get_secret_value()
        return SecretStr(one if self.sizes.get(ref, 128) == 128 else one + one[::-1])

    def marks(self, *, forget: bool = False) -> Marks:
        return Marks(SWITCH, self.resolve, SecretStr("key of fingerprints"), {} if forget else self.stored)

    # --- plan and apply

    @property
    def simulated(self) -> bool:
        return self.box is not None

    def running(self) -> str:
        """The running configuration as the switch shows it."""
        return self.session.run([self.pack.read.command])[0] if self.box else self.text

    def clear(self) -> str:
        """The running configuration with secrets in the clear, the same at each reading."""
        return self.box.text(shown=False) if self.box else self.text

    def owned(self, intent: SwitchIntent | None = None) -> OwnedConfiguration:
        """The owned lines of the running configuration, those of ports that were managed before included."""
        intent = intent or self.intent
        return owned_configuration(
            self.running(),
            self.pack,
            ports=tuple(sorted({port.port for port in intent.ports} | self.managed)),
            radius_addresses=tuple(str(s.address) for s in intent.radius.servers) if intent.radius else (),
            mark=self.marks().running,
        )

    def plan(self) -> SwitchPlan:
        return plan_switch(
            self.intent, self.running(), self.pack, (self.folder,), marks=self.marks(), managed=self.managed
        )

    def push(self, plan: SwitchPlan) -> None:
        """Carry the plan out, armed and not confirmed."""
        if self.box:
            push(self.session, plan, self.pack, self.resolve, minutes=MINUTES, without_timer=True)
        else:
            self.text = carried_out(self.text, plan.steps, self.pack, self.resolve)

    def keep(self, plan: SwitchPlan) -> None:
        """Confirm, save and remember."""
        if self.box:
            confirm(self.session, self.pack)
        self.stored |= learned(
            plan,
            self.intent,
            self.running(),
            pack=self.pack,
            folders=(self.folder,),
            marks=self.marks(forget=True),
        )
        if self.box:
            save(self.session, self.pack)
        self.managed = frozenset(port.port for port in self.intent.ports)

    def apply(self) -> SwitchPlan:
        """Plan, push, confirm, save."""
        plan = self.plan()
        assert plan.refusals == ()
        if plan.changes:
            self.push(plan)
            self.keep(plan)
        return plan

    def take_back(self) -> None:
        """Undo the armed change."""
        revert(self.session, self.pack)
        self.clock.run(self.pack.commit.reverts_within)

    def type(self, steps: Sequence[Step]) -> None:
        """Carry out `steps` as they stand, as a plan of their own that is confirmed."""
        plan = self.plan().model_copy(update={"steps": tuple(steps)})
        self.push(plan)
        if self.box:
            confirm(self.session, self.pack)

    # --- observe and verify

    def observe(self, ports: Sequence[PortIntent] | None = None) -> tuple[dict[str, PortState], dict[str, PortState]]:
        ports = self.intent.ports if ports is None else ports
        first, again = commands(self.pack, ports), commands(self.pack, ports, twice=True)
        names = tuple(port.port for port in ports)
        outputs = dict(zip(first, self.session.run(first), strict=True))
        time.sleep(0.02)
        later = {**outputs, **dict(zip(again, self.session.run(again), strict=True))}
        return port_states(self.pack, self.folder, outputs, names), port_states(self.pack, self.folder, later, names)

    def verdicts(self) -> dict[str, Verdict]:
        """By camera."""
        first, later = self.observe()
        return {port.camera: judge(port, first[port.port], later[port.port]) for port in self.intent.ports}

    def surprises(self) -> dict[str, Verdict]:
        """By profile, what is not as it should be: of a port that shows nothing anybody understands, anything but that."""
        ports = {port.camera: port for port in self.intent.ports}
        return {
            ports[camera].profile: verdict
            for camera, verdict in self.verdicts().items()
            if (
                verdict.reason is not Reason.UNPARSED if unseen(self.pack, ports[camera]) else verdict.outcome != "pass"
            )
        }


def simulated() -> tuple[str, ...]:
    """The platforms that somebody simulates."""
    return tuple(name for name in packs() if name in simulations())


def empty_configuration(platform: str) -> str:
    """A switch of this platform before anything of ours is on it; only asked for where no simulator has one."""
    return (GOLDEN / platform / "empty.txt").read_text(encoding="utf-8")
