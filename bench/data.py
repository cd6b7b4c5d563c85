"""Work on data alone, without a connection: what switches print is made by simulated ones in this process and kept as text.

`Sample` has a site, its switches' running configurations, bare and sealed, and what they print of their ports once sealed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bench.sites import write_site
from portseal.core.intent import SwitchIntent
from portseal.core.marks import Marks
from portseal.core.observation import PortState, port_states
from portseal.core.planning import SwitchPlan, plan_switch
from portseal.core.platforms import Pack
from portseal.core.rendering import render
from portseal.core.secrets import reveal
from portseal.observe import commands
from portseal.simulator.campus import site_specs
from portseal.simulator.platforms import build_box, simulations
from portseal.site import OpenSite, open_site

_KEY = SecretStr("key of fingerprints")


@dataclass(frozen=True)
class Sample:
    """A site and what its switches say."""

    site: OpenSite
    pack: Pack
    folder: Path
    bare: dict[str, str]
    """Running configuration by switch, before anything is sealed."""
    sealed: dict[str, str]
    """The same afterwards."""
    shown: dict[str, dict[str, str]]
    """By switch, of the sealed one: command → what it prints."""

    def plan(self, intent: SwitchIntent, running: str) -> SwitchPlan:
        """The plan of one switch."""
        return plan_switch(intent, running, self.pack, (self.folder,), marks=Marks(intent.switch, _secret, _KEY, {}))

    def parse(self, intent: SwitchIntent) -> dict[str, PortState]:
        """The state of one switch's ports out of what it printed."""
        names = tuple(port.port for port in intent.ports)
        return port_states(self.pack, self.folder, self.shown[intent.switch], names)

    def render(self, intent: SwitchIntent) -> str:
        """The configuration of one switch."""
        return render(intent, self.folder)


class _Soon:
    """What a switch does a moment later; its timers of minutes are never due."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], object]] = []

    def __call__(self, seconds: float, do: Callable[[], object]) -> _Soon:
        if seconds < 1:
            self._waiting.append(do)
        return self

    def cancel(self) -> None:
        """Nobody calls back what is due at once."""

    def happen(self) -> None:
        """Let all of it be over."""
        while self._waiting:
            self._waiting.pop(0)()
        time.sleep(0.05)  # so that counters are not nought


@contextmanager
def sample(*, switches: int = 1, ports: int = 48, speak: int | None = None) -> Iterator[Sample]:
    """A sample; `speak` is how many of its switches are simulated, all if not said. The rest print the same under their own names."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), switches=switches, ports=ports)
        opened = open_site(Path(folder))
    (pack,) = opened.packs.values()
    place = opened.folders[pack.name]
    bare, sealed, shown = {}, {}, {}
    keys = {server.key for switch in opened.site.switches.values() if switch.radius for server in switch.radius.servers}
    intents = opened.intents[: speak or None]
    wanted = {intent.switch for intent in intents}
    some = opened.site.model_copy(
        update={
            "switches": {name: switch for name, switch in opened.site.switches.items() if name in wanted},
            "cameras": tuple(camera for camera in opened.site.cameras if camera.switch in wanted),
        }
    )
    specs = {
        spec.name: spec for spec in site_specs(some, {key: reveal(f"{{{{secret:{key}}}}}", _secret) for key in keys})
    }
    for intent in intents:
        soon = _Soon()
        box = build_box(specs[intent.switch].model_copy(update={"settle": 0.0}), soon)
        bare[intent.switch] = box.text(shown=True)
        shell = box.open_shell("other", "x")
        begin, end = simulations()[pack.name].engineer
        for line in (*begin, *reveal(render(intent, place), _secret).splitlines(), *end):
            shell.enter(line)
        soon.happen()
        sealed[intent.switch] = box.text(shown=True)
        shown[intent.switch] = {command: shell.enter(command) for command in commands(pack, intent.ports)}
    for number, intent in enumerate(opened.intents[len(intents) :]):
        like = intents[number % len(intents)].switch
        bare[intent.switch] = bare[like].replace(like, intent.switch)
        sealed[intent.switch] = sealed[like].replace(like, intent.switch)
        shown[intent.switch] = shown[like]
    yield Sample(opened, pack, place, bare, sealed, shown)


def _secret(ref: str) -> SecretStr:
    return SecretStr((ref.encode().hex() * 8)[:32])
