"""A rotation in, the same carried as far as it can be out: one step after the other, each noted first, and seen to be so after.

What a step asks of the switch is one port's plan, carried out as any other: armed with the switch's own timer, verified,
confirmed. Every step can be taken again, so that a rotation that was interrupted anywhere goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from pydantic import JsonValue, SecretStr

from portseal.change.link_change import LinkChange, change_link
from portseal.change.run import Run
from portseal.change.terms import Say
from portseal.core.errors import CameraError, CameraUnreachable, PortsealError
from portseal.core.intent import PortIntent
from portseal.core.inventory import LinkKey, Stage
from portseal.core.journal_entry import Event
from portseal.core.key_rules import Rotation
from portseal.core.model import Value
from portseal.core.rotation import ON_SWITCH, Progress, Rotating, Step, after
from portseal.core.verdict import Outcome, Verdict
from portseal.estate import Estate
from portseal.key_book import KeyBook, keys_now
from portseal.keys import fresh_cak, replace_key, set_stage
from portseal.rotate import open_end, see_live
from portseal.transport.camera_end import CameraEnds
from portseal.transport.session import Session


class Came(StrEnum):
    """How far a rotation came."""

    ROTATED = "rotated"
    GIVEN_BACK = "given-back"
    """Given up; the link is as before."""
    WAITING = "waiting"
    NOT_BEGUN = "not-begun"
    """The window left no time for it; the key is as it was."""
    FAILED = "failed"
    REFUSED = "refused"


class LinkResult(Value):
    """What became of one link."""

    camera: str
    switch: str
    came: Came
    step: str = ""
    """The step at which it stands, where it is not over."""
    message: str
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether nothing is left to do."""
        return self.came in (Came.ROTATED, Came.GIVEN_BACK)


@dataclass(frozen=True)
class Bench:
    """What a rotation is carried out with."""

    estate: Estate
    """Its site is as the last step left it."""
    run: Run
    book: KeyBook
    ends: CameraEnds
    fingerprints: SecretStr
    """Key of the site's fingerprints."""
    today: date
    connect: Callable[[], Session]
    reconnect: Callable[[], Session]
    wait: float = 0.0
    """Seconds to wait for an installer."""
    say: Say = lambda switch, what: None


class _Stopped(Exception):
    """A step that was not taken, or was not seen to be so."""

    def __init__(self, progress: Progress, message: str) -> None:
        super().__init__(message)
        self.progress, self.message = progress, message


def rotate_link(bench: Bench, rotating: Rotating) -> tuple[LinkResult, Estate]:
    """Carry a rotation on until it is over, waits or fails, and give the site as that left it.

    Raises:
        InputError: the journal cannot be written.
    """
    began = time.monotonic()
    first, step = rotating, rotating.next
    try:
        while (step := rotating.next) is not None:
            _check_wanted(bench, rotating)
            bench.say(rotating.switch, f"{rotating.camera}: {step}")
            note(bench, rotating, step, Progress.BEGUN, whole=rotating is first)
            bench = _taken(bench, rotating, step)
            note(bench, rotating, step, Progress.DONE)
            rotating = after(rotating, step, Progress.DONE)
        came, told = (Came.GIVEN_BACK, "as before") if rotating.backwards else (Came.ROTATED, f"CKN {rotating.new.ckn}")
    except _Stopped as stopped:
        came, told = (Came.WAITING if stopped.progress is Progress.WAITING else Came.FAILED), stopped.message
        note(bench, rotating, step or Step.MAKE, stopped.progress, why=bench.estate.redactor().clean(told))
    except PortsealError as error:
        came, told = Came.FAILED, str(error)
    result = LinkResult(
        camera=rotating.camera,
        switch=rotating.switch,
        came=came,
        step=step or "",
        message=bench.estate.redactor().clean(told),
        seconds=round(time.monotonic() - began, 2),
    )
    return result, bench.estate


def _check_wanted(bench: Bench, rotating: Rotating) -> None:
    """Take no further step where the run is to end.

    Raises:
        PortsealError: it is.
    """
    if bench.run.stop.is_set():
        told = "interrupted before this step; `portseal keys rotate --resume` goes on with what was begun"
        raise PortsealError(f"{rotating.camera}: {told}")


def note(
    bench: Bench, rotating: Rotating, step: Step, progress: Progress, *, whole: bool = False, why: str = ""
) -> None:
    """Write a row about a step; `whole`: with all that is known of the rotation.

    Raises:
        InputError: it cannot be written, so that the step must not be taken.
    """
    data: dict[str, JsonValue] = {"camera": rotating.camera, "step": step.value, "progress": progress.value}
    if whole:
        data["rotation"] = rotating.model_dump(mode="json")
    if why:
        data["why"] = why
    bench.run.note(Event.STEP, rotating.switch, data)


def _taken(bench: Bench, rotating: Rotating, step: Step) -> Bench:
    """The bench after a step was taken and seen to be so.

    Raises:
        _Stopped: it was not, or somebody has to be waited for.
    """
    if step is Step.MAKE:
        return _make(bench, rotating)
    if step in (Step.RETIRE, Step.FORGET):
        return _retire(bench, rotating, step)
    if step is Step.MOVE:
        _move(bench, rotating)
        return bench
    if step is Step.RESTORE:
        _restore(bench, rotating)
        return bench
    assert step in ON_SWITCH  # noqa: S101 - the others were dealt with
    return _on_switch(bench, rotating, step)


def _make(bench: Bench, rotating: Rotating) -> Bench:
    """Store the new key before keys.toml names it."""
    ref = rotating.new.cak
    cak = bench.book.store.get([ref]).get(ref)
    if cak is None:
        cak = fresh_cak(bench.book, rotating.camera, rotating.new)
        bench.book.store.put({ref: cak})
    bench.estate.learn(ref, cak)
    return _says(bench, rotating, rotating.key_at(Step.MAKE), rotating.stage)


def _says(bench: Bench, rotating: Rotating, key: LinkKey, stage: Stage) -> Bench:
    """Have keys.toml and cameras.csv say what the link is from now on."""
    replace_key(bench.book.path, rotating.camera, key, among=(rotating.old, rotating.new))
    site = bench.estate.site.site
    camera = next(each for each in site.cameras if each.name == rotating.camera)
    if camera.stage is not stage:
        set_stage(bench.book.path, {rotating.camera: stage})
    cameras = tuple(each.model_copy(update={"stage": stage}) if each is camera else each for each in site.cameras)
    changed = site.model_copy(update={"keys": {**site.keys, rotating.camera: key}, "cameras": cameras})
    return replace(bench, estate=bench.estate.with_site(changed, rotating.switch))


def _port(bench: Bench, rotating: Rotating) -> PortIntent:
    return next(port for port in bench.estate.intent(rotating.switch).ports if port.camera == rotating.camera)


def _on_switch(bench: Bench, rotating: Rotating, step: Step) -> Bench:
    """Change the switch, and see that the key that has to be live now is."""
    key, stage = rotating.key_at(step), rotating.stage_at(step)
    bench = _says(bench, rotating, key, stage)
    port = _port(bench, rotating)
    link = LinkChange(
        estate=bench.estate,
        run=bench.run,
        port=port,
        step=f"{rotating.camera} {step} {rotating.new.ckn}",
        connect=bench.connect,
        reconnect=bench.reconnect,
        say=bench.say,
    )
    result = change_link(link)
    if not result.good:
        raise _Stopped(Progress.FAILED, f"{rotating.switch}: {result.ending}: {result.message}")
    if step is Step.EXCHANGE and rotating.by_hand:
        return bench  # the installer comes after
    live = rotating.old if step in (Step.ADD, Step.WEAKEN, Step.RELEASE) else rotating.new
    seconds = float(bench.estate.site.settings.keys.camera_seconds)
    verdict = see_live(bench.connect(), port, live, bench.estate, seconds=seconds)
    if verdict.outcome is not Outcome.PASS:
        raise _Stopped(Progress.FAILED, f"done on {rotating.switch}, and CKN {live.ckn} is not live: {_told(verdict)}")
    return bench


def _move(bench: Bench, rotating: Rotating) -> None:
    """Have the camera use the new key, and see it live where the switch can."""
    blind = rotating.method is Rotation.SWAP and not rotating.by_hand
    if not blind and _live(bench, rotating.new, rotating, 0.0).outcome is Outcome.PASS:
        return  # by an installer, or by an earlier try
    if rotating.by_hand:
        verdict = _live(bench, rotating.new, rotating, bench.wait)
        if verdict.outcome is not Outcome.PASS:
            told = f"type CKN {rotating.new.ckn} and its CAK at the camera (`portseal keys export {rotating.camera}`)"
            raise _Stopped(Progress.WAITING, f"{told}, then `portseal keys rotate --resume`")
        return
    lost = _give(bench, rotating, rotating.new)
    if blind:
        if lost and not _holds(bench, rotating):
            raise _Stopped(
                Progress.WAITING,
                f"{lost}; whether it took the key is not known; `portseal keys rotate --resume` tries again",
            )
        return
    verdict = _live(bench, rotating.new, rotating, float(bench.estate.site.settings.keys.camera_seconds))
    if verdict.outcome is not Outcome.PASS:
        raise _Stopped(Progress.FAILED, _back(bench, rotating, lost or _told(verdict)))


def _give(bench: Bench, rotating: Rotating, key: LinkKey) -> str:
    """Have the camera take a key. What is wrong where it did not answer: then it may have taken it.

    Raises:
        _Stopped: it refused, and has the key that it had.
    """
    end = open_end(rotating.camera, bench.estate, bench.ends)
    if end is None:
        raise _Stopped(
            Progress.WAITING, "the site gives its camera no API any more; restore that, then `keys rotate --resume`"
        )
    try:
        end.set_static(key.ckn, bench.estate.secret(key.cak))
    except CameraUnreachable as error:
        return str(error)
    except CameraError as error:
        raise _Stopped(Progress.FAILED, f"{error}; the camera has the key that it had") from error
    finally:
        end.close()
    return ""


def _holds(bench: Bench, rotating: Rotating) -> bool:
    """Whether the camera says that it has the new key."""
    end = open_end(rotating.camera, bench.estate, bench.ends)
    try:
        return end is not None and end.state().ckn == rotating.new.ckn
    except CameraError:
        return False
    finally:
        if end is not None:
            end.close()


def _back(bench: Bench, rotating: Rotating, why: str) -> str:
    """Give the camera its old key again; what to tell of it."""
    try:
        lost = _give(bench, rotating, rotating.old)
    except _Stopped as stopped:
        lost = stopped.message
    seconds = float(bench.estate.site.settings.keys.camera_seconds)
    if _live(bench, rotating.old, rotating, seconds).outcome is Outcome.PASS:
        return f"the switch does not see the new key ({why}); the camera has its old key again, and the link works"
    said = f", and the camera does not answer ({lost})" if lost else ""
    return f"the switch sees neither key ({why}){said}; look at the camera, then `portseal keys rotate --resume`"


def _restore(bench: Bench, rotating: Rotating) -> None:
    if not rotating.camera_may_have_moved or _live(bench, rotating.old, rotating, 0.0).outcome is Outcome.PASS:
        return
    if rotating.by_hand:
        told = f"type the old key, CKN {rotating.old.ckn}, at the camera again"
        raise _Stopped(Progress.WAITING, f"{told}, then `portseal keys rotate --resume`")
    lost = _give(bench, rotating, rotating.old)
    verdict = _live(bench, rotating.old, rotating, float(bench.estate.site.settings.keys.camera_seconds))
    if verdict.outcome is not Outcome.PASS:
        raise _Stopped(Progress.FAILED, f"the camera has not come back to its old key: {lost or _told(verdict)}")


def _live(bench: Bench, key: LinkKey, rotating: Rotating, seconds: float) -> Verdict:
    return see_live(bench.connect(), _port(bench, rotating), key, bench.estate, seconds=seconds)


def _retire(bench: Bench, rotating: Rotating, step: Step) -> Bench:
    """Have keys.toml remember the key that is gone, then forget it where it was kept."""
    gone = rotating.old if step is Step.RETIRE else rotating.new
    noted = {each.ckn: each.fingerprint for each in keys_now(bench.book.path)[rotating.camera].retired}
    shown = noted.get(gone.ckn) or bench.book.fingerprint(gone, bench.fingerprints)
    key = rotating.key_at(step, bench.today, shown)
    bench = _says(bench, rotating, key, rotating.stage)
    bench.book.store.drop([gone.cak])
    return bench


def _told(verdict: Verdict) -> str:
    return f"{verdict.reason}: {verdict.detail}"
