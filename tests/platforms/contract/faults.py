"""What may go wrong while a change is carried out, and when: each brought about once, on whatever platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portseal.core.errors import InputError
from portseal.core.journal_entry import Event
from portseal.simulator.farm import Handle
from portseal.simulator.faults import CutAtLine, LoginRefused, RadiusDead, Reboot, RefuseNthLine
from portseal.simulator.world import Device

ROGUE = "02:00:00:00:00:66"


class Gone(BaseException):
    """The process that carries the change out is no more: nothing of it runs after this."""


@dataclass(frozen=True)
class Scene:
    """What a fault may touch."""

    switch: Handle
    port: str
    """The port of the camera that is being sealed."""


Happens = Callable[[Scene], None]


@dataclass(frozen=True)
class Fault:
    """One row of the matrix."""

    name: str
    told: str = ""
    """Of the switch's part: `connecting`, `pushing`, `verifying`, `confirming` ...; when that is told, it happens."""
    noted: Event | None = None
    """When this is noted, it happens, after the note is on the disk."""
    happens: Happens = lambda scene: None
    gone: bool = False
    """The process is gone with that."""
    full: bool = False
    """The note cannot be written: the disk is full."""


def _cut(scene: Scene) -> None:
    scene.switch.inject(CutAtLine(pattern="."))


def _cut_for_good(scene: Scene) -> None:
    scene.switch.inject(CutAtLine(pattern="."), LoginRefused())


def _rogue(scene: Scene) -> None:
    scene.switch.plug(scene.port, Device(mac=ROGUE, traffic=True))


FAULTS = (
    # While pushing, so that no camera is admitted before, however slow the test is.
    Fault("RADIUS dies before verification", told="pushing", happens=lambda scene: scene.switch.inject(RadiusDead())),
    Fault("wrong camera is plugged in before verification", told="verifying", happens=_rogue),
    Fault("a line is refused", told="pushing", happens=lambda scene: scene.switch.inject(RefuseNthLine(number=2))),
    Fault("SSH cut before arming", told="comparing", happens=_cut),
    Fault("SSH cut while pushing", told="pushing", happens=_cut),
    Fault("SSH cut before verification", told="verifying", happens=_cut),
    Fault("SSH cut before confirmation", told="confirming", happens=_cut),
    Fault("SSH cut while pushing, and no login any more", told="pushing", happens=_cut_for_good),
    Fault("SSH cut before verification, and no login any more", told="verifying", happens=_cut_for_good),
    Fault(
        "switch reboots before verification",
        told="verifying",
        happens=lambda scene: scene.switch.inject(Reboot(seconds=0.2)),
    ),
    Fault("tool gone before arming", noted=Event.ARMING, gone=True),
    Fault("tool gone after pushing", noted=Event.PUSHED, gone=True),
    Fault("tool gone while verifying", noted=Event.VERIFYING, gone=True),
    Fault("tool gone before confirmation", noted=Event.CONFIRMING, gone=True),
    Fault("tool gone before saving", noted=Event.SAVING, gone=True),
    Fault("disk full before arming", noted=Event.ARMING, full=True),
    Fault("disk full after pushing", noted=Event.PUSHED, full=True),
    Fault("disk full before confirmation", noted=Event.CONFIRMING, full=True),
)
"""By the order of a change."""


def disk_full() -> InputError:
    return InputError("journal.db: the journal cannot be written (database or disk is full); nothing further was begun")
