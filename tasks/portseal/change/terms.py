"""One switch's part of a run: its plan, the terms it is carried out on, and where each step is told and noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from portseal.change.ending import Ending, SwitchResult
from portseal.core import planning
from portseal.core.intent import PortIntent, SwitchIntent
from portseal.core.journal_entry import Event
from portseal.core.model import Value
from portseal.core.planning import SwitchPlan
from portseal.core.platforms import Pack
from portseal.core.steps import SWITCH_WIDE
from portseal.core.verdict import Verdict
from portseal.estate import Estate
from portseal.transport.session import Session

Say = Callable[[str, str], None]
"""(switch, what is being done) — for progress."""

Note = Callable[[Event, str, dict[str, JsonValue]], None]
"""(what is about to be done, switch, what is to be known of it) — on the disk when it returns."""


class Terms(Value):
    """On what terms a change is carried out."""

    minutes: int
    """The switch's own timer."""
    verify_seconds: float
    accept: frozenset[tuple[str, str]] = frozenset()
    """(switch, long port name) of ports that may fail without the switch being rolled back."""
    ports_at_once: int = 0
    """So many ports of a switch are changed and verified before the next ones; 0: all at once."""
    second_login: bool = False
    """See before the confirmation that somebody can still log in."""
    without_timer: bool = False
    """Also change switches that cannot undo a change by themselves."""


@dataclass(frozen=True)
class Change:
    """One switch's part of a plan, with all that carrying it out needs."""

    plan: SwitchPlan
    estate: Estate
    terms: Terms
    connect: Callable[[], Session]
    """Opens a session, or gives the one that is open."""
    reconnect: Callable[[], Session]
    """Opens a new session after the first was lost."""
    say: Say
    log_in: Callable[[], None] = lambda: None
    """Logs in once more, beside the session there is, and out again."""
    note: Note = lambda event, switch, data: None
    stopping: Callable[[], bool] = lambda: False
    """Whether the run is to end as soon as that can be done in good order."""
    back_to: str = ""
    """Where the plan takes an earlier change back: the digest of the owned configuration that it leads to. Such a plan is
    no longer what the site wants, so that it is held to this digest and not to the site's intent."""
    sealed_before: frozenset[str] = frozenset()
    """With `back_to`: long names of the ports that were sealed then."""

    @property
    def switch(self) -> str:
        """Its name."""
        return self.plan.switch

    @property
    def pack(self) -> Pack:
        """Its platform."""
        return self.estate.pack(self.switch)

    @property
    def intent(self) -> SwitchIntent:
        """What the switch must be, without the ports that the plan leaves alone."""
        return planning.without_ports(self.estate.intent(self.switch), {r.scope for r in self.plan.refusals})

    @property
    def watched(self) -> tuple[PortIntent, ...]:
        """The ports that the plan can make a difference to."""
        whole = any(step.scope == SWITCH_WIDE for step in self.plan.steps)
        return tuple(port for port in self.intent.ports if whole or port.port in self.plan.changed_ports)

    def tell(self, what: str) -> None:
        """Report progress."""
        self.say(self.switch, what)

    def write(self, event: Event, **data: JsonValue) -> None:
        """Note a step before it is taken.

        Raises:
            InputError: it cannot be noted, so that it must not be taken.
        """
        self.note(event, self.switch, data)

    def end(self, ending: Ending, message: str, verdicts: tuple[Verdict, ...] = ()) -> SwitchResult:
        """What became of it, secrets taken out."""
        text = self.estate.redactor().clean(message)
        return SwitchResult(switch=self.switch, ending=ending, message=text, verdicts=verdicts)


class Ended(Exception):
    """A switch's part is over."""

    def __init__(self, result: SwitchResult) -> None:
        super().__init__(result.message)
        self.result = result
