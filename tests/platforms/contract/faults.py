"""What may go wrong while a change is carried out, and when: each brought about once, on whatever platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from contract.said import Engineer
from portseal.core.errors import InputError
from portseal.core.journal_entry import Event
from portseal.simulator.farm import Handle
from portseal.simulator.faults import ClockOff, CutAtLine, LoginRefused, RadiusDead, Reboot, RefuseNthLine
from portseal.simulator.world import Device

ROGUE = "02:00:00:00:00:66"


class Gone(BaseException):
    """The process that carries the change out is no more: nothing of it runs after this."""


@dataclass
class Scene:
    """What a fault may touch."""

    switch: Handle
    sealed: str
    """A port that is sealed already."""
    port: str
    """The port of a camera that is being sealed."""
    uplink: str
    """A port that is none of ours."""
    engineer: Engineer
    typo: tuple[str, Device] | None = None
    """Port of a camera with a static key, and the camera with one digit of its CAK wrong."""
    theirs: list[str] = field(default_factory=list)
    """Lines of the running configuration that somebody else brought about."""
    replaced: list[str] = field(default_factory=list)
    """Lines that went away with that."""

    def types(self, lines: tuple[str, ...]) -> None:
        """Somebody else types `lines`."""
        before = self.switch.running_config().splitlines()
        self.switch.engineer(tuple(line.format(port=self.sealed, uplink=self.uplink) for line in lines))
        after = self.switch.running_config().splitlines()
        self.theirs += [line for line in after if line not in before]
        self.replaced += [line for line in before if line not in after]


Happens = Callable[[Scene], None]


class Window(StrEnum):
    """How a run lies to its window; it is begun as playbooks are, preflight first."""

    OPEN = "open"
    """It is open for as long as anybody needs."""
    LATE = "late"
    """It is open, and too short for another switch when the turn of this one comes."""
    ENDS = "ends"
    """It leaves time for this switch, and what is looked at is how that stands when the window is over."""


@dataclass(frozen=True)
class Fault:
    """One row of the matrix."""

    name: str
    told: str = ""
    """Of the switch's part: `connecting`, `pushing`, `verifying`, `confirming` ...; when that is told, it happens."""
    noted: Event | None = None
    """When this is noted, it happens, after the note is on the disk."""
    planned: bool = False
    """It happens once the plan is made and before it is carried out."""
    happens: Happens = lambda scene: None
    beside: Happens = lambda scene: None
    """Goes wrong as well, while pushing."""
    gone: bool = False
    """The process is gone with that."""
    full: bool = False
    """The note cannot be written: the disk is full."""
    window: Window | None = None
    """Carried out as `portseal run` does, within this."""
    key: bool = False
    """It needs a camera with a static key."""
    missing: bool = False
    """The camera of the port is not there any more."""


def _cut(scene: Scene) -> None:
    scene.switch.inject(CutAtLine(pattern="."))


def _cut_behind(scene: Scene) -> None:
    scene.switch.inject(CutAtLine(pattern=".", after=True))


def _cut_for_good(scene: Scene) -> None:
    scene.switch.inject(CutAtLine(pattern="."), LoginRefused())


def _rogue(scene: Scene) -> None:
    scene.switch.plug(scene.port, Device(mac=ROGUE, traffic=True))


def _typo(scene: Scene) -> None:
    assert scene.typo is not None
    scene.switch.plug(*scene.typo)


def _radius(scene: Scene) -> None:
    scene.switch.inject(RadiusDead())


def _clock(scene: Scene) -> None:
    scene.switch.inject(ClockOff(seconds=-3720.0))


def _reboot(scene: Scene) -> None:
    scene.switch.inject(Reboot(seconds=0.2))


def _owned(scene: Scene) -> None:
    scene.types(scene.engineer.owned)


def _other(scene: Scene) -> None:
    scene.types(scene.engineer.other)


FAULTS = (
    Fault("clock of the switch is an hour off", planned=True, happens=_clock, window=Window.OPEN),
    Fault("window is too short when its turn comes", told="", window=Window.LATE),
    # While pushing, so that no camera is admitted before, however slow the test is.
    Fault("window ends while verifying, and RADIUS is dead", told="pushing", happens=_radius, window=Window.ENDS),
    Fault("window ends while verifying, and the tool is gone", told="verifying", gone=True, window=Window.ENDS),
    Fault("RADIUS dies before verification", told="pushing", happens=_radius),
    Fault("wrong camera is plugged in before verification", told="verifying", happens=_rogue, missing=True),
    Fault("CAK typo at a camera", planned=True, happens=_typo, key=True),
    Fault("another engineer edits an owned line between plan and apply", planned=True, happens=_owned),
    Fault("another engineer edits another line between plan and apply", planned=True, happens=_other),
    Fault("another engineer edits an owned line before verification", told="verifying", happens=_owned),
    Fault("another engineer edits an owned line once verified", told="reading back", happens=_owned),
    Fault("another engineer edits an owned line as it is confirmed", told="confirming", happens=_owned),
    Fault("another engineer edits another line before verification", told="verifying", happens=_other),
    Fault(
        "another engineer edits another line before verification, which fails",
        told="verifying",
        happens=_other,
        beside=_radius,
    ),
    Fault("a line is refused", told="pushing", happens=lambda scene: scene.switch.inject(RefuseNthLine(number=2))),
    Fault("SSH cut before arming", told="comparing", happens=_cut),
    Fault("SSH cut while pushing", told="pushing", happens=_cut),
    Fault("SSH cut behind the first line of the push", told="pushing", happens=_cut_behind),
    Fault("SSH cut before verification", told="verifying", happens=_cut),
    Fault("SSH cut before confirmation", told="confirming", happens=_cut),
    Fault("SSH cut behind the confirmation", told="confirming", happens=_cut_behind),
    Fault("SSH cut before saving", noted=Event.SAVING, happens=_cut),
    Fault("SSH cut while rolling back", told="rolling back", happens=_cut, beside=_radius),
    Fault("SSH cut while pushing, and no login any more", told="pushing", happens=_cut_for_good),
    Fault("SSH cut before verification, and no login any more", told="verifying", happens=_cut_for_good),
    Fault("switch reboots before verification", told="verifying", happens=_reboot),
    Fault("tool gone before comparing", noted=Event.SWITCH_BEGUN, gone=True),
    Fault("tool gone before arming", noted=Event.ARMING, gone=True),
    Fault("tool gone after pushing", noted=Event.PUSHED, gone=True),
    Fault("tool gone while verifying", noted=Event.VERIFYING, gone=True),
    Fault("tool gone before confirmation", noted=Event.CONFIRMING, gone=True),
    Fault("tool gone before saving", noted=Event.SAVING, gone=True),
    Fault("tool gone before rolling back", noted=Event.REVERTING, beside=_radius, gone=True),
    Fault("disk full before arming", noted=Event.ARMING, full=True),
    Fault("disk full after pushing", noted=Event.PUSHED, full=True),
    Fault("disk full before confirmation", noted=Event.CONFIRMING, full=True),
    Fault("disk full before saving", noted=Event.SAVING, full=True),
)
"""By what they are about, and within that by the order of a change."""


def disk_full() -> InputError:
    return InputError("journal.db: the journal cannot be written (database or disk is full); nothing further was begun")
