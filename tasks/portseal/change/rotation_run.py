"""Links whose keys are to be replaced in, what became of each out: switches side by side, the links of one switch in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nornir.core.task import Result, Task
from pydantic import SecretStr

from portseal.change.journal import Journal
from portseal.change.rotation import Bench, Came, LinkResult, rotate_link
from portseal.change.run import ROTATION, Run, begin_run, open_journal
from portseal.change.terms import Say
from portseal.change.timeline import worst_seconds
from portseal.core.errors import InputError
from portseal.core.inventory import Camera
from portseal.core.journal_entry import Event
from portseal.core.rotation import ON_SWITCH, Rotating, read_rotations, steps
from portseal.estate import Estate
from portseal.fleet import on_all
from portseal.key_book import KeyBook
from portseal.keys import fresh_key
from portseal.rotate import Readiness, assess_rotation
from portseal.transport.camera_end import CameraEnds


@dataclass(frozen=True)
class Rotations:
    """What rotations are carried out with."""

    estate: Estate
    book: KeyBook
    ends: CameraEnds
    today: date
    wait: float = 0.0
    """Seconds to wait for an installer."""
    fits: Callable[[float], bool] = lambda seconds: True
    """Whether what takes so many seconds may be begun still; asked before each rotation, and not in the middle of one."""
    say: Say = lambda switch, what: None
    done: Callable[[str], None] = lambda switch: None


def readiness(work: Rotations, cameras: Sequence[str], *, by_hand: bool) -> tuple[Readiness, ...]:
    """Whether the keys of `cameras` can be replaced now; every switch is asked once. Nothing is written."""
    switch_of = {camera: work.book.cameras[camera].switch for camera in cameras}
    outcomes = on_all(
        work.estate.only(set(switch_of.values())),
        assess_rotation,
        tuple,
        reading=True,
        done=work.done,
        cameras=tuple(cameras),
        ends=work.ends,
        by_hand=by_hand,
    )
    found = {each.camera: each for results in outcomes.results.values() for each in results}
    under_way = open_rotations(work.estate)
    answers = []
    for camera, switch in switch_of.items():
        why = outcomes.failures.get(switch, "its switch has no such camera")
        ready = found.get(camera, Readiness(camera=camera, switch=switch, refusal=why))
        if camera in under_way:
            told = f"its rotation stands at {under_way[camera].next}; `portseal keys rotate --resume`"
            ready = Readiness(camera=camera, switch=switch, refusal=told)
        answers.append(ready)
    return tuple(answers)


def open_rotations(estate: Estate) -> dict[str, Rotating]:
    """The rotations that were begun and are not over, by camera, in the order in which they were begun."""
    with open_journal(estate) as journal:
        return _open(journal)


def _open(journal: Journal) -> dict[str, Rotating]:
    return read_rotations(entry.data for entry in journal.entries() if entry.event is Event.STEP)


def rotate(
    work: Rotations, ready: Sequence[Readiness], *, reason: str = "", ticket: str = ""
) -> tuple[LinkResult, ...]:
    """Replace the keys of the links that are ready.

    Raises:
        InputError: another run is at work or was interrupted, or the journal cannot be written.
    """
    begun: list[Rotating] = []
    taken: list[str] = []
    for each in ready:
        new, _ = fresh_key(work.book, each.camera, work.today, bits=work.book.keys[each.camera].size, taken=taken)
        taken.append(new.ckn)
        begun.append(
            Rotating(
                camera=each.camera,
                switch=each.switch,
                method=each.method,
                by_hand=each.by_hand,
                dark=each.dark,
                old=work.book.keys[each.camera],
                new=new,
                stage=_camera(work, each.camera).stage,
            )
        )
    with begin_run(work.estate, ROTATION, reason=reason, ticket=ticket) as run:
        return _carry_on(work, run, begun)


def resume(work: Rotations, cameras: Sequence[str], *, give_up: bool = False) -> tuple[LinkResult, ...]:
    """Go on with the rotations of `cameras`, or with all that are not over; with `give_up`, take them back.

    Raises:
        InputError: a camera has none, another run is at work, or the journal cannot be written.
    """
    with open_journal(work.estate) as journal:
        again = next((run.run for run in journal.runs() if run.open and run.what == ROTATION), "")
    with begin_run(work.estate, ROTATION, again=again) as run:
        left = _open(run.journal)
        if unknown := [camera for camera in cameras if camera not in left]:
            raise InputError(f"{', '.join(unknown)}: no rotation is under way")
        chosen = [rotating for camera, rotating in left.items() if not cameras or camera in cameras]
        if give_up:
            if late := [each.camera for each in chosen if not (each.can_go_back or each.backwards)]:
                raise InputError(
                    f"{', '.join(late)}: the switch prefers the new key already, so that going on is the safe way; "
                    "`portseal keys rotate --resume`"
                )
            chosen = [_backwards(each) for each in chosen]
        return _carry_on(work, run, chosen)


def _backwards(rotating: Rotating) -> Rotating:
    return rotating.model_copy(update={"backwards": True, "waiting": False})


def _camera(work: Rotations, name: str) -> Camera:
    return next(each for each in work.estate.site.site.cameras if each.name == name)


def _carry_on(work: Rotations, run: Run, rotations: Sequence[Rotating]) -> tuple[LinkResult, ...]:
    by_switch: dict[str, list[Rotating]] = {}
    for rotating in rotations:
        by_switch.setdefault(rotating.switch, []).append(rotating)
    outcomes = on_all(
        work.estate.only(by_switch), rotate_on_switch, tuple, done=work.done, work=work, run=run, rotations=by_switch
    )
    found = {each.camera: each for results in outcomes.results.values() for each in results}
    return tuple(
        found.get(each.camera)
        or _ended(each, Came.FAILED, outcomes.failures.get(each.switch, "its switch is not in the inventory any more"))
        for each in rotations
    )


def _ended(rotating: Rotating, came: Came, message: str) -> LinkResult:
    """What is told of a link on which no step was taken."""
    return LinkResult(
        camera=rotating.camera, switch=rotating.switch, came=came, step=rotating.next or "", message=message
    )


def rotation_seconds(work: Rotations, rotating: Rotating) -> float:
    """How long a rotation may take until it is over or the link is as before it: every step on the switch to the end of its timer."""
    settings = work.estate.site.settings
    order = steps(rotating.method, by_hand=rotating.by_hand, dark=rotating.dark)
    on_switch = sum(step in ON_SWITCH for step in order)
    return (
        on_switch * worst_seconds(settings.apply.timer_minutes) + len(order) * settings.keys.camera_seconds + work.wait
    )


def rotate_on_switch(
    task: Task, estate: Estate, work: Rotations, run: Run, rotations: Mapping[str, Sequence[Rotating]]
) -> Result:
    """`result` is a tuple of `LinkResult`, one a link of this switch; `changed` where one was rotated.

    After a failure the switch's other links are left as they are.
    """
    results: list[LinkResult] = []
    key: SecretStr = work.estate.fingerprint_key
    for rotating in rotations[task.host.name]:
        if failed := next((each.camera for each in results if each.came is Came.FAILED), None):
            told = f"left as it is, because the rotation of {failed} failed on this switch"
            results.append(_ended(rotating, Came.REFUSED, told))
            continue
        if not (rotating.done or rotating.begun) and not work.fits(seconds := rotation_seconds(work, rotating)):
            told = f"the window leaves no time for it, which may take {seconds / 60:.0f} min; its key is as it was"
            results.append(_ended(rotating, Came.NOT_BEGUN, told))
            continue
        bench = Bench(
            estate=estate,
            run=run,
            book=work.book,
            ends=work.ends,
            fingerprints=key,
            today=work.today,
            connect=lambda: work.estate.session(task.host),
            reconnect=lambda: work.estate.session(task.host, again=True),
            wait=work.wait,
            say=work.say,
        )
        result, estate = rotate_link(bench, rotating)
        results.append(result)
    came = ", ".join(f"{each.camera} {each.came}" for each in results)
    run.note(Event.SWITCH_ENDED, task.host.name, {"ending": came})
    return Result(host=task.host, result=tuple(results), changed=any(each.good for each in results))
