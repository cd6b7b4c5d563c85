"""Where the rotation of a link's key stands in, what comes next out. A rotation is steps, each of which leaves a link that works.

With room for two keys on the port (`fallback`)::

    make → add: the switch takes both → move: the camera has the new one, and the switch sees it live
         → promote: the switch prefers the new one → remove: it takes the old one no more → retire

With room for one (`swap`), cleartext may pass meanwhile::

    make → weaken: should-secure → move: the camera has the new one → exchange: so has the switch, and sees it live
         → strengthen: as before → retire

Where an installer types the key, `exchange` comes before `move`: on a port with one key, nothing else tells that he did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from portseal.core.inventory import LinkKey, RetiredKey, Stage
from portseal.core.key_rules import Rotation
from portseal.core.model import Name, Value


class Step(StrEnum):
    """One step; `docs/keys.md` says what each does and how it is verified."""

    MAKE = "make"
    ADD = "add"
    WEAKEN = "weaken"
    MOVE = "move"
    PROMOTE = "promote"
    EXCHANGE = "exchange"
    REMOVE = "remove"
    STRENGTHEN = "strengthen"
    RETIRE = "retire"
    RESTORE = "restore"
    """Backwards: the camera has the old key again, and the switch sees it live."""
    RELEASE = "release"
    """Backwards: the switch is as before the rotation."""
    FORGET = "forget"
    """Backwards: the new key is dropped."""


class Progress(StrEnum):
    """What a row of the journal says of a step."""

    BEGUN = "begun"
    PLANNED = "planned"
    """The change to the switch is worked out and about to be carried out."""
    DONE = "done"
    """Carried out, and seen to be so."""
    WAITING = "waiting"
    """For somebody else: an installer, a camera that does not answer."""
    FAILED = "failed"
    """Seen not to be so; the link works as before the step."""


ON_SWITCH = frozenset({Step.ADD, Step.WEAKEN, Step.PROMOTE, Step.EXCHANGE, Step.REMOVE, Step.STRENGTHEN, Step.RELEASE})
"""Steps that change the switch."""
_BACKWARDS = (Step.RESTORE, Step.RELEASE, Step.FORGET)


def steps(method: Rotation, *, by_hand: bool, dark: bool = False) -> tuple[Step, ...]:
    """The steps of a rotation in order. `dark`: cleartext may not pass meanwhile, so that the link is down between two steps."""
    if method is Rotation.FALLBACK:
        return Step.MAKE, Step.ADD, Step.MOVE, Step.PROMOTE, Step.REMOVE, Step.RETIRE
    middle = (Step.EXCHANGE, Step.MOVE) if by_hand else (Step.MOVE, Step.EXCHANGE)
    if dark:
        return Step.MAKE, *middle, Step.RETIRE
    return Step.MAKE, Step.WEAKEN, *middle, Step.STRENGTHEN, Step.RETIRE


class Rotating(Value):
    """One rotation, as far as it has come."""

    camera: Name
    switch: Name
    method: Rotation
    by_hand: bool
    """An installer types the key at the camera."""
    dark: bool = False
    old: LinkKey
    """As keys.toml had it."""
    new: LinkKey
    stage: Stage
    """The camera's, to which it is led back."""
    done: tuple[Step, ...] = ()
    begun: Step | None = None
    """The step that was begun and not seen to be done."""
    waiting: bool = False
    backwards: bool = False
    """It was given up and is being taken back."""

    @property
    def next(self) -> Step | None:
        """The step to take; None where it is over."""
        order = _BACKWARDS if self.backwards else steps(self.method, by_hand=self.by_hand, dark=self.dark)
        return next((step for step in order if step not in self.done), None)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.next is None

    @property
    def can_go_back(self) -> bool:
        """Whether it can still be given up: not once the switch prefers the new key."""
        return not self.backwards and not {Step.PROMOTE, Step.EXCHANGE} & {*self.done, self.begun}

    @property
    def camera_may_have_moved(self) -> bool:
        """Whether the camera was told to take the new key."""
        return Step.MOVE in (*self.done, self.begun)

    def key_at(self, step: Step, today: date | None = None, fingerprint: str = "") -> LinkKey:
        """What keys.toml says of the camera from `step` on; for `retire` with day and fingerprint of the old key."""
        old, new = _alone(self.old), _alone(self.new)
        remembered = {"retired": self.old.retired}
        if step in (Step.RESTORE, Step.RELEASE, Step.FORGET):
            return self.old if step is not Step.RESTORE else old.model_copy(update={"fallback": new, **remembered})
        if step is Step.RETIRE:
            gone = RetiredKey(ckn=old.ckn, fingerprint=fingerprint, retired=today) if today else None
            known = {each.ckn for each in self.old.retired}
            return new.model_copy(
                update={"retired": (*self.old.retired, *([gone] if gone and old.ckn not in known else []))}
            )
        if step is Step.REMOVE:
            return new.model_copy(update=remembered)
        if step in self._on_new():
            return new.model_copy(update={"fallback": old, **remembered})
        return old.model_copy(update={"fallback": new, **remembered})

    def stage_at(self, step: Step) -> Stage:
        """The camera's stage from `step` on."""
        weak = (
            self.method is Rotation.SWAP
            and not self.dark
            and step not in (Step.MAKE, Step.STRENGTHEN, Step.RETIRE, *_BACKWARDS)
        )
        return Stage.SHOULD_SECURE if weak and self.stage is Stage.SEALED else self.stage

    def _on_new(self) -> tuple[Step, ...]:
        """Steps from which on the switch prefers the new key."""
        order = steps(self.method, by_hand=self.by_hand, dark=self.dark)
        return order[order.index(Step.PROMOTE if self.method is Rotation.FALLBACK else Step.EXCHANGE) :]


def _alone(key: LinkKey) -> LinkKey:
    return key.model_copy(update={"fallback": None, "retired": ()})


def read_rotations(rows: Iterable[Mapping[str, Any]]) -> dict[str, Rotating]:
    """The rotations that are not over, by camera, from what the journal's rows about steps hold, in their order."""
    found: dict[str, Rotating] = {}
    for row in rows:
        if "camera" not in row or "step" not in row:
            continue
        camera, step, progress = str(row["camera"]), Step(row["step"]), Progress(row["progress"])
        if "rotation" in row:
            found[camera] = Rotating.model_validate(row["rotation"])
        if (known := found.get(camera)) is None:
            continue
        found[camera] = known = after(known, step, progress)
        if known.over:
            del found[camera]
    return found


def after(rotating: Rotating, step: Step, progress: Progress) -> Rotating:
    """Where it stands once that was noted."""
    if progress is Progress.DONE:
        update: dict[str, Any] = {"done": (*rotating.done, step), "begun": None, "waiting": False}
    elif progress is Progress.WAITING:
        update = {"begun": step, "waiting": True}
    else:
        update = {"begun": step, "waiting": False}
    return rotating.model_copy(update=update)
